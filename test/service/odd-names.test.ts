import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {assertErrorBody} from './refusals.ts';
import {examples} from './route-examples.ts';
import {type Answer, type Served, serve, suiteContext} from './served.ts';

const oddNames: readonly string[] = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'valueOf',
	'',
	' ',
	'x'.repeat(10_000),
	'🔑',
	'\u202eמפתח',
	'{tag}',
	'{pool:1}',
	':',
	'*',
	'%%%',
	'..',
	'.',
	'%2e%2e',
	'../../v1/files',
	'a/b',
	'a//b',
	'a/../b',
	'\\..\\',
	'a\0b',
	'a\r\nSet-Cookie: x=1',
	'<script>alert(1)</script>',
	"'; DROP TABLE leases; --",
	'=cmd()',
	'\ud83d',
	'null',
	'undefined',
	'NaN',
	'gpt-4o ',
	'GPT-4O',
	'gpt-4o\u0000',
];

/** Encoded as a part of a path or a query; half a pair of characters as the bytes a careless client sends. */
function encoded(name: string): string {
	return name.isWellFormed() ? encodeURIComponent(name).replace(/\.$/, '%2e') : '%ed%a0%bd';
}

describe('odd names', () => {
	const context = suiteContext();
	let served: Served;
	before(async () => {
		served = await serve(context, {
			keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}],
			config: {
				models: {
					constructor: {provider: 'openai', upstream: 'gpt-4o'},
					'team/a:b@1+x': {provider: 'openai', upstream: 'gpt-4o'},
				},
			},
		});
	});

	const assertRefused = (answer: Answer, where: string): void => {
		assert.ok(
			[400, 401, 404, 413, 414, 415, 431].includes(answer.status),
			`${where}: ${answer.status} ${answer.text.slice(0, 200)}`,
		);
		assertErrorBody(answer.text, where);
	};

	test('in every part of every path are refused, never an error of ours', async () => {
		const properties = Object.getOwnPropertyNames(Object.prototype);
		for (const {method, path, body} of Object.values(examples)) {
			const parts = path.split('?', 1)[0]?.split('/').slice(1) ?? [];
			for (const [place, part] of parts.entries()) {
				if (!/^(gpt-4o|[01]|:alert)$/.test(part)) continue;
				for (const name of oddNames) {
					// A model of that name is configured here.
					if (name === 'constructor' && part === 'gpt-4o') continue;
					const odd = `/${parts.with(place, encoded(name)).join('/')}`.replace(':alert', 'x');
					assertRefused(await served.ask(method, odd, {body}), `${method} ${odd.slice(0, 80)}`);
				}
			}
		}
		assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), properties);
		assert.deepEqual(served.failures, []);
	});

	test('in every parameter and field are refused or taken as they are', async () => {
		const properties = Object.getOwnPropertyNames(Object.prototype);
		for (const name of oddNames) {
			for (const parameter of ['strategy', 'fallback', 'tokens', 'wait', 'key']) {
				const answer = await served.ask('GET', `/api/keys/gpt-4o?${parameter}=${encoded(name)}`);
				assertRefused(answer, `${parameter}=${name.slice(0, 40)}`);
			}
			assertRefused(await served.ask('GET', `/api/keys/gpt-4o?${encoded(name)}=1`), `?${name.slice(0, 40)}`);
			const sticky = await served.ask('GET', `/api/keys/gpt-4o?strategy=sticky&affinity=${encoded(name)}`);
			assert.ok([200, 400].includes(sticky.status), `affinity ${name.slice(0, 40)}: ${sticky.status}`);
			for (const field of ['leaseId', 'hash', 'status', 'tokens', 'latencyMs', 'headers']) {
				const body = JSON.stringify({[field]: name});
				for (const route of ['usage', 'failure']) {
					assertRefused(await served.ask('POST', `/api/keys/gpt-4o/${route}`, {body}), `${route} ${body.slice(0, 60)}`);
				}
			}
			await assertTaken(name);
		}
		assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), properties);
		assert.equal(({} as {polluted?: unknown}).polluted, undefined);
		assert.deepEqual(served.failures, []);
	});

	/** An error, or a header, may have any text and does no more than say so. */
	const assertTaken = async (name: string): Promise<void> => {
		const {leaseId} = await served.take('/api/keys/gpt-4o');
		const headers = Object.fromEntries([[name.slice(0, 100), name.slice(0, 8000)]]);
		const body = {leaseId, status: 400, error: {[name]: name, message: name}, headers};
		const answer = await served.ask('POST', '/api/keys/gpt-4o/failure', {body});
		assert.ok([200, 400, 429, 503].includes(answer.status), `${name.slice(0, 40)}: ${answer.text.slice(0, 200)}`);
		if (answer.status !== 200) assertErrorBody(answer.text, name.slice(0, 40));
		const settle = answer.status === 200 ? answer.json().leaseId : leaseId;
		await served.ask('POST', '/api/keys/gpt-4o/usage', {body: {leaseId: settle}});
		await served.ask('POST', '/api/keys/gpt-4o/usage', {body: {leaseId}});
	};

	test('that are configured serve like any other', async () => {
		for (const name of ['constructor', 'team/a:b@1+x']) {
			const {model, leaseId} = await served.take(`/api/keys/${encodeURIComponent(name)}`);
			assert.equal(model, name);
			const {status} = await served.ask('POST', `/api/keys/${encodeURIComponent(name)}/usage`, {body: {leaseId}});
			assert.equal(status, 200);
			const report = (await served.ask('GET', '/api/keys/status')).json();
			assert.ok(Object.hasOwn(report.providers, name), name);
		}
	});

	test('in the time a vendor names are no time, and everything can still be read', async () => {
		const {hash} = served.engine.snapshot().keys[0] ?? {};
		for (const reset of ['9'.repeat(20), '1'.repeat(400), '99999999999999999h']) {
			const headers = {
				'x-ratelimit-limit-requests': '10',
				'x-ratelimit-remaining-requests': '9',
				'x-ratelimit-reset-requests': reset,
			};
			await served.ask('POST', '/api/keys/gpt-4o/failure', {body: {hash, status: 400, headers}});
			for (const path of ['/api/health/gpt-4o/0', '/api/keys/status', '/api/health/summary', '/metrics']) {
				assert.equal((await served.ask('GET', path)).status, 200, `${path} after ${reset.slice(0, 30)}`);
			}
		}
		assert.deepEqual(served.failures, []);
	});

	test('in the rights and the description change nothing', async () => {
		for (const poison of ['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}']) {
			const answer = await served.ask('POST', '/api/keys/gpt-4o/usage', {body: poison});
			assert.equal(answer.status, 400);
		}
		assert.equal(({} as {admin?: unknown}).admin, undefined);
	});
});
