import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import {AccessTokens, type Scope} from '../../source/service/access-tokens.ts';
import {assertErrorBody, assertRawRefusal} from './refusals.ts';
import {examples, routesIn} from './route-examples.ts';
import {exchange, LeapingClock, type Served, serve, statusOf, upgradeLines} from './served.ts';

type Role = {
	readonly name: string;
	readonly token: string;
	readonly scopes: readonly Scope[] | 'no token' | 'no good token';
};

const all: readonly Scope[] = ['read', 'keys', 'admin'];

/** Who may come: with what token, and what it opens. */
async function rolesOf({home, token}: Served): Promise<readonly Role[]> {
	const tokens = new AccessTokens(home);
	await tokens.open();
	const added = async (name: string, scopes: readonly Scope[]): Promise<Role> => {
		return {name, token: (await tokens.add(name, scopes, Date.now())).reveal(), scopes};
	};
	const revoked = await added('revoked', all);
	const roles = [await added('read', ['read']), await added('keys', ['keys']), await added('admin', ['admin'])];
	const whole = await added('all scopes', all);
	assert.equal(await tokens.remove('revoked'), true);
	return [
		{name: 'no token', token: '', scopes: 'no token'},
		{name: 'a wrong token', token: 'kd_wrong', scopes: 'no good token'},
		{...revoked, scopes: 'no good token'},
		...roles,
		whole,
		{name: 'the main token', token, scopes: all},
	];
}

/** What a role gets at a route: a refusal, or something of the route itself. */
function refusalFor(need: 'nothing' | Scope, {scopes}: Role, isLoopback: boolean): 401 | 403 | undefined {
	if (scopes === 'no good token') return 401;
	if (need === 'nothing' || (need === 'read' && isLoopback)) return undefined;
	if (scopes === 'no token') return 401;
	return scopes.includes(need) ? undefined : 403;
}

async function checkEveryCell(t: TestContext, isLoopback: boolean): Promise<void> {
	const clock = new LeapingClock();
	const served = await serve(t, {
		clock,
		keys: [
			{name: 'OPENAI_API_KEY', vendor: 'openai'},
			{name: 'OPENAI_API_KEY2', vendor: 'openai'},
		],
		...(isLoopback ? {} : {host: '0.0.0.0', env: {KEYDECK_ALLOWED_HOSTS: 'keydeck.test'}}),
	});
	const roles = await rolesOf(served);
	// The service looks for changed tokens a few times a second.
	await new Promise((resolve) => setTimeout(resolve, 500));
	const described = (await served.ask('GET', '/openapi.json')).json();
	assert.deepEqual(routesIn(described).sort(), Object.keys(examples).sort(), 'a route has no row');
	const [hash = ''] = served.engine.snapshot().keys.map((key) => key.hash);
	let cells = 0;
	for (const [route, {method, path, body, need}] of Object.entries(examples)) {
		for (const role of roles) {
			// Wrong tokens are counted by the minute; here each is the first.
			clock.leap(61_000);
			const sent = body === undefined ? undefined : JSON.stringify(body).replace(':hash', hash);
			const base = served.urls[cells % 2] ?? '';
			const answer = await served.ask(method, path, {token: role.token, body: sent, base});
			const cell = `${route} with ${role.name}`;
			const want = refusalFor(need, role, isLoopback);
			if (want !== undefined) assert.equal(answer.status, want, cell);
			else
				assert.ok(![401, 403, 503].includes(answer.status), `${cell}: ${answer.status} ${answer.text.slice(0, 200)}`);
			if (answer.status !== 200) assertErrorBody(answer.text, cell);
			cells += 1;
		}
	}
	assert.equal(cells, 24 * 8);
	await checkUpgrades(served, roles, {isLoopback, clock});
	await checkUnknown(served, roles, {isLoopback, clock});
}

type Bind = {readonly isLoopback: boolean; readonly clock: LeapingClock};

async function checkUpgrades(served: Served, roles: readonly Role[], {isLoopback, clock}: Bind): Promise<void> {
	for (const port of served.ports) {
		for (const path of ['/', '/deck']) {
			for (const role of roles) {
				clock.leap(61_000);
				const token = role.token === '' ? [] : [`Sec-WebSocket-Protocol: keydeck.deck, keydeck.token.${role.token}`];
				const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...upgradeLines, ...token];
				const want = refusalFor('read', role, isLoopback);
				const raw = await exchange(port, `${lines.join('\r\n')}\r\n\r\n`, want === undefined ? 20 : 2000);
				const cell = `web socket ${path} with ${role.name}`;
				if (want === undefined) assert.equal(statusOf(raw), 101, cell);
				else assertRawRefusal(raw, [want], cell, served.project.texts.values());
			}
		}
	}
}

/** Deny by default: who may not read does not learn what there is, nor gets a body read. */
async function checkUnknown(served: Served, roles: readonly Role[], {isLoopback, clock}: Bind): Promise<void> {
	const rows = [
		['GET', '/nothing/here', undefined, 404],
		['GET', '/api/keys/%zz', undefined, 400],
		['DELETE', '/api/keys/gpt-4o', undefined, 404],
		['POST', '/nothing/here', '{broken', 400],
		['POST', '/api/keys/gpt-4o/usage/x', '{}', 404],
	] as const;
	for (const [method, path, body, status] of rows) {
		for (const role of roles) {
			clock.leap(61_000);
			const answer = await served.ask(method, path, {token: role.token, body});
			const want = refusalFor('read', role, isLoopback) ?? status;
			assert.equal(answer.status, want, `${method} ${path} with ${role.name}: ${answer.text}`);
			assertErrorBody(answer.text, path);
		}
	}
}

test('on a loopback address every role gets at every route what it may, and nothing else', (t) =>
	checkEveryCell(t, true));

test('on an open address every role gets at every route what it may, and nothing else', (t) =>
	checkEveryCell(t, false));

test('on an open address a name that was not allowed is refused', async (t) => {
	const served = await serve(t, {
		keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}],
		host: '0.0.0.0',
		env: {KEYDECK_ALLOWED_HOSTS: 'keydeck.test'},
	});
	const [port] = served.ports;
	assert.match(served.service.warnings.join(), /plain HTTP/);
	for (const [host, status] of [
		[`keydeck.test:${port}`, 200],
		['keydeck.test', 200],
		[`0.0.0.0:${port}`, 403],
		[`evil.test:${port}`, 403],
		[`keydeck.test.evil.test:${port}`, 403],
	] as const) {
		const raw = await exchange(port, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
		assert.equal(statusOf(raw), status, host);
	}
});
