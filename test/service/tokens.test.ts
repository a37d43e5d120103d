import assert from 'node:assert/strict';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {AccessTokens} from '../../source/service/access-tokens.ts';
import {seeded, until} from '../helpers/engine.ts';
import {assertErrorBody, assertRawRefusal} from './refusals.ts';
import {exchange, type Heard, LeapingClock, open, type Served, serve, statusOf, upgradeLines} from './served.ts';

const keys = [{name: 'OPENAI_API_KEY', vendor: 'openai'}] as const;

/** The tokens of the home, as another process changes them. */
async function tokensOf({home}: Served): Promise<AccessTokens> {
	const tokens = new AccessTokens(home);
	await tokens.open();
	return tokens;
}

test('the eleventh wrong token in a minute is 429 with Retry-After, and the right one goes on', async (t) => {
	const clock = new LeapingClock();
	const served = await serve(t, {keys, clock});
	const wrong = (turn: number) =>
		served.ask('GET', '/api/keys/status', {token: `kd_wrong${turn}`, base: served.urls[turn % 2] ?? ''});
	for (let turn = 1; turn <= 10; turn++) assert.equal((await wrong(turn)).status, 401, `turn ${turn}`);
	const late = await wrong(11);
	assert.equal(late.status, 429);
	assertErrorBody(late.text, 'the eleventh');
	const waitS = Number(late.headers.get('retry-after'));
	assert.ok(waitS > 50 && waitS <= 60, String(waitS));
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 200);
	assert.equal((await served.ask('GET', '/api/keys/status', {token: ''})).status, 200);
	const lines = ['GET / HTTP/1.1', `Host: 127.0.0.1:${served.ports[0]}`, ...upgradeLines, 'Authorization: Bearer x'];
	assertRawRefusal(await exchange(served.ports[0], `${lines.join('\r\n')}\r\n\r\n`), [429], 'a web socket', []);
	clock.leap(60_000);
	assert.equal((await wrong(12)).status, 401);
	assert.equal((await served.auditText()).trim().split('\n').length, 1);
});

test('odd values of Authorization are wrong tokens and nothing else', async (t) => {
	const clock = new LeapingClock();
	const served = await serve(t, {keys, clock});
	const {token} = served;
	const random = seeded(7);
	const some = (letters: string, count: number) =>
		Array.from({length: count}, () => letters[Math.floor(random() * letters.length)]).join('');
	const near = Array.from({length: 60}, () => {
		const at = Math.floor(random() * token.length);
		return `Bearer ${token.slice(0, at)}${some('abcXYZ019_-', 1)}${token.slice(at + Math.floor(random() * 2))}`;
	}).filter((value) => value !== `Bearer ${token}`);
	const values = [
		...near,
		...Array.from({length: 60}, () =>
			some(' !"#$%&\'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~\t', 1 + Math.floor(random() * 60)),
		),
		...Array.from({length: 40}, () => `Bearer ${some('\u0080\u00ff\u00e9xyz', 12)}`),
		...[
			'',
			' ',
			'Bearer',
			'Bearer ',
			'Bearer  ',
			'bearer null',
			'Bearer undefined',
			'Bearer __proto__',
			'Bearer constructor',
		],
		...[
			'Bearer *',
			'Bearer %',
			"Bearer ' OR 1=1 --",
			`Bearer "${token}"`,
			`Bearer ${token},`,
			`Bearer ${token} x`,
			`Bearer, ${token}`,
		],
		...[
			`Basic ${btoa(`x:${token}`)}`,
			`Digest ${token}`,
			`Token ${token}`,
			token,
			`Bearer:${token}`,
			`Bearer=${token}`,
			`BearerBearer ${token}`,
		],
		...[
			`Bearer ${token.toUpperCase()}`,
			`Bearer ${token.slice(0, -1)}`,
			`Bearer ${token}a`,
			`Bearer ${token.slice(3)}`,
			`Bearer kd_`,
		],
		...[
			`Bearer ${'x'.repeat(8000)}`,
			`Bearer ${token}, Bearer ${token}`,
			`Negotiate ${token}`,
			`Bearer ${encodeURIComponent(` ${token}`)}`,
		],
	];
	assert.ok(values.length >= 180, String(values.length));
	const [port] = served.ports;
	for (const value of values) {
		clock.leap(61_000);
		const head = `GET /api/keys/gpt-4o HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\nAuthorization: `;
		const raw = await exchange(port, Buffer.from(`${head}${value}\r\n\r\n`, 'latin1'));
		assertRawRefusal(raw, [401], JSON.stringify(value), served.project.texts.values());
		assert.ok(!raw.includes(token));
	}
	for (const good of [`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`]) {
		const {status} = await served.ask('GET', '/api/keys/gpt-4o', {token: '', headers: {authorization: good}});
		assert.equal(status, 200, good.slice(0, 9));
	}
	assert.equal((await served.auditText()).trim().split('\n').length, 3);
});

test('a replaced token is refused within a second, and what it had opened is closed', async (t) => {
	const served = await serve(t, {keys});
	const feeds: Heard[] = [];
	for (const path of ['/', '/deck']) feeds.push(await served.listen(path, {token: served.token}));
	const anonymous = await served.listen('/');
	const fresh = (await (await tokensOf(served)).rotate()).reveal();
	const at = performance.now();
	for (const {closed} of feeds) assert.equal(await closed, 4401);
	assert.ok(performance.now() - at < 1000);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 401);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o', {token: fresh})).status, 200);
	assert.equal(anonymous.socket.readyState, anonymous.socket.OPEN);
	assert.equal((await stat(join(served.home, 'token'))).mode & 0o777, 0o600);
});

test('a client that does not answer the close acts no more, and is cut off', async (t) => {
	const served = await serve(t, {keys});
	const [port] = served.ports;
	const [{kid = ''} = {}] = served.engine.snapshot().keys;
	const socket = await open(t, port);
	const lines = [
		'GET /deck HTTP/1.1',
		`Host: 127.0.0.1:${port}`,
		...upgradeLines,
		`Authorization: Bearer ${served.token}`,
	];
	let heard = '';
	let isOver = false;
	socket.on('data', (bytes) => {
		heard += bytes.toString('latin1');
	});
	socket.on('close', () => {
		isOver = true;
	});
	socket.write(`${lines.join('\r\n')}\r\n\r\n`);
	await until(() => heard.includes('hello'));
	await (await tokensOf(served)).rotate();
	await until(() => heard.includes('the token was replaced'));
	socket.write(frameOf({id: 1, method: 'setDuty', params: {kid, duty: 'off', by: 'x'}}));
	await sleep(100);
	assert.notEqual(served.engine.snapshot().keys[0]?.state.kind, 'disabled');
	await until(() => {
		if (!isOver) socket.write(frameOf({id: 2, method: 'snapshot'}));
		return isOver;
	});
	assert.ok(!(await served.auditText()).includes('setDuty'));
});

/** One short text frame of a client. */
function frameOf(message: object): Buffer {
	const bytes = Buffer.from(JSON.stringify(message));
	assert.ok(bytes.length < 126);
	// A mask of zeros leaves the bytes as they are.
	return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

test('an added token opens what it was given, until it is removed; what changes by hand counts too', async (t) => {
	const served = await serve(t, {keys});
	const tokens = await tokensOf(served);
	const reader = (await tokens.add('grafana', ['read'], Date.now())).reveal();
	const agent = (await tokens.add('agent', ['keys'], Date.now())).reveal();
	await sleep(500);
	assert.equal((await served.ask('GET', '/metrics', {token: reader})).status, 200);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o', {token: reader})).status, 403);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o', {token: agent})).status, 200);
	assert.equal((await served.ask('POST', '/api/keys/gpt-4o/0/disable', {token: agent})).status, 403);
	assert.match(await served.auditText(), /"by":"agent"/);
	const feed = await served.listen('/deck', {token: agent});
	feed.socket.send(
		JSON.stringify({id: 1, method: 'setStrategy', params: {model: 'gpt-4o', strategy: 'sticky', by: 'agent'}}),
	);
	await until(() => feed.messages.some(({id}) => id === 1));
	assert.equal(feed.messages.find(({id}) => id === 1).error.code, 'SCOPE_REQUIRED');
	await assert.rejects(tokens.add('agent', ['admin'], Date.now()), {code: 'TOKEN_LABEL_TAKEN'});
	assert.equal(await tokens.remove('agent'), true);
	assert.equal(await feed.closed, 4401);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o', {token: agent})).status, 401);
	assert.ok(!(await readFile(join(served.home, 'tokens.json'), 'utf8')).includes(reader));
	await writeFile(join(served.home, 'tokens.json'), '{damaged');
	await until(() => served.failures.length > 0);
	assert.match(served.failures.join(), /^the tokens cannot be read: [\w ]+; the old ones stay$/);
	assert.equal((await served.ask('GET', '/metrics', {token: reader})).status, 200);
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 200);
});

test('an action of a dashboard elsewhere is done in the name of its token, and written down with its key', async (t) => {
	const served = await serve(t, {keys});
	const [{kid = '', hash = '', label = ''} = {}] = served.engine.snapshot().keys;
	const feed = await served.listen('/deck', {token: served.token});
	feed.socket.send(JSON.stringify({id: 1, method: 'setDuty', params: {kid, duty: 'off', by: 'somebody else'}}));
	await until(() => feed.messages.some(({id}) => id === 1));
	const state = served.engine.snapshot().keys[0]?.state;
	assert.ok(!JSON.stringify(state).includes('somebody else'), JSON.stringify(state));
	const line = JSON.parse((await served.auditText()).trim());
	assert.deepEqual(
		{...line, time: 0},
		{time: 0, action: 'deck.setDuty', by: 'main token', from: '127.0.0.1', key: hash, label},
	);
	for (const [id, params] of [
		[2, undefined],
		[3, null],
		[4, []],
		[5, 'x'],
		[6, {kid: '__proto__', duty: 'off'}],
	] as const) {
		feed.socket.send(JSON.stringify({id, method: 'setDuty', params}));
		await until(() => feed.messages.some((each) => each.id === id));
		assert.match(feed.messages.find((each) => each.id === id).error.code, /^(BAD_REQUEST|UNKNOWN_KEY)$/);
	}
});

test('the token of the environment takes the place of the one of the home', async (t) => {
	const served = await serve(t, {keys, env: {KEYDECK_TOKEN: 'kd_given_0123456789abcdef0123456789'}});
	assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 200);
	assert.equal(served.service.tokenFile, undefined);
	assert.equal(statusOf(await exchange(served.ports[0], 'GET / HTTP/1.1\r\n\r\n')), 403);
});

test('a token file that is empty or too short to be one lets nobody in', async (t) => {
	const served = await serve(t, {keys});
	const file = join(served.home, 'token');
	for (const text of ['', '\n', '   \n', 'short\n', 'a token of several words\n']) {
		const told = served.failures.length;
		await writeFile(file, text);
		await until(() => served.failures.length > told);
		assert.match(served.failures.at(-1) ?? '', /TOKENS_UNUSABLE; the old ones stay$/);
		for (const authorization of ['', 'Bearer', 'Bearer ', 'x', `Bearer ${text.trim()}`]) {
			const {status} = await served.ask('GET', '/api/keys/gpt-4o', {token: '', headers: {authorization}});
			assert.ok([401, 429].includes(status), `${JSON.stringify(text)}: ${JSON.stringify(authorization)} → ${status}`);
		}
		assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 200);
		await assert.rejects(new AccessTokens(served.home).open(), {code: 'TOKENS_UNUSABLE'});
	}
});
