import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {until} from '../helpers/engine.ts';
import type {ProjectKey} from '../helpers/project.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {hastened, type Json, LeapingClock, type Served, serve} from './served.ts';

const two: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
];

function keyOf(served: Served, hash: string) {
	const key = served.engine.snapshot().keys.find((each) => each.hash === hash);
	assert.ok(key !== undefined);
	return key;
}

const usage = (served: Served, body: object, model = 'gpt-4o') =>
	served.ask('POST', `/api/keys/${model}/usage`, {body});
const failure = (served: Served, body: object, model = 'gpt-4o') =>
	served.ask('POST', `/api/keys/${model}/failure`, {body});

describe('a lease over HTTP', () => {
	test('is settled once by its id, and by the hash of its key where the caller knows no more', async (t) => {
		const served = await serve(t, {keys: two});
		const first = await served.take('/api/keys/gpt-4o');
		assert.equal(keyOf(served, first.hash).inFlight, 1);
		const settled = await usage(served, {leaseId: first.leaseId, tokens: 12, latencyMs: 300});
		assert.deepEqual(settled.json(), {model: 'gpt-4o', hash: first.hash, usage: 1, settled: true});
		assert.equal(keyOf(served, first.hash).inFlight, 0);
		const again = await usage(served, {leaseId: first.leaseId, tokens: 12});
		assert.equal(again.status, 404);
		assert.equal(again.json().code, 'UNKNOWN_LEASE');
		const withHash = await usage(served, {leaseId: first.leaseId, hash: first.hash});
		assert.deepEqual(withHash.json(), {model: 'gpt-4o', hash: first.hash, usage: 1, settled: false});
		const second = await served.take('/api/keys/gpt-4o');
		const byHash = await usage(served, {hash: second.hash, ok: true});
		assert.equal(byHash.json().settled, true);
		assert.equal((await usage(served, {hash: second.hash})).json().settled, false);
		assert.equal(
			served.engine.snapshot().keys.reduce((sum, key) => sum + key.successes, 0),
			2,
		);
	});

	test('is not settled under another model, an unknown one, or without saying which', async (t) => {
		const served = await serve(t, {keys: two});
		const {leaseId, hash} = await served.take('/api/keys/gpt-4o');
		assert.equal((await usage(served, {leaseId}, 'gpt-4-turbo')).status, 404);
		assert.equal((await usage(served, {leaseId}, 'no-such-model')).status, 404);
		assert.equal((await usage(served, {hash: 'ffffffff'})).status, 404);
		assert.equal((await usage(served, {})).status, 400);
		assert.equal((await failure(served, {})).status, 400);
		assert.equal(keyOf(served, hash).inFlight, 1);
		assert.equal((await usage(served, {leaseId})).json().settled, true);
	});

	test("that cannot be found while Redis is away may be another replica's, and the answer says so", {
		skip: needsRedis,
	}, async (t) => {
		const server = await RedisServer.start();
		t.after(() => server[Symbol.asyncDispose]());
		const served = await serve(t, {keys: two, env: {REDIS_URL: server.url}});
		const hint = async () => (await usage(served, {leaseId: 'of another'})).json().hint;
		assert.match(await hint(), /^it was settled before/);
		await server.kill();
		await until(() => served.engine.snapshot().store.state === 'degraded');
		assert.match(await hint(), /^Redis is away: report it to the replica that granted it/);
	});

	test('ends by itself after a minute, and is then no longer settled', async (t) => {
		const clock = new LeapingClock();
		const served = await serve(t, {keys: two, clock, live: true});
		const {leaseId, hash, expiresAt} = await served.take('/api/keys/gpt-4o');
		assert.ok(Math.abs(Date.parse(expiresAt) - clock.now() - 60_000) < 2000);
		clock.leap(60_500);
		await until(() => keyOf(served, hash).inFlight === 0);
		assert.equal((await usage(served, {leaseId})).status, 404);
		assert.equal((await usage(served, {leaseId, hash})).json().settled, false);
	});

	/** What an agent says of a call that failed, and the state its key is in afterwards. */
	const failures: readonly (readonly [string, object, RegExp])[] = [
		['429 with Retry-After', {status: 429, headers: {'Retry-After': '40'}}, /^cooling$/],
		['the words of a rate limit', {error: '429 Rate limit reached for gpt-4o'}, /^cooling$/],
		[
			'a spent quota',
			{status: 429, error: {error: {code: 'insufficient_quota', message: 'You exceeded'}}},
			/^exhausted$/,
		],
		['a 500', {status: 500, error: 'server error'}, /^active|unknown$/],
		['a timeout', {error: 'AxiosError: timeout of 30000ms exceeded'}, /^active|unknown$/],
		['a bad request of its own', {status: 400, error: 'bad request'}, /^active|unknown$/],
	];
	for (const [words, report, state] of failures) {
		test(`that failed with ${words} rests its key as the vendor's rules say, and another key is given`, async (t) => {
			const served = await serve(t, {keys: two});
			for (const how of ['leaseId', 'hash'] as const) {
				const {key, ...taken} = await served.take('/api/keys/gpt-4o');
				const answer = await failure(served, {[how]: taken[how], ...report});
				assert.match(keyOf(served, taken.hash).state.kind, state);
				if (answer.status !== 200) continue;
				// A limit of one model says nothing of the next link of its chain.
				const {model} = answer.json();
				if (model === 'gpt-4o') assert.notEqual(answer.json().key, key);
				await usage(served, {leaseId: answer.json().leaseId}, model);
			}
			const rested = served.engine.snapshot().keys.filter((each) => each.usable === false).length;
			assert.equal(rested, state.source.startsWith('^active') ? 0 : 2);
		});
	}

	test('that failed with 401 makes keydeck ask the vendor, and only then is the key invalid', async (t) => {
		const served = await serve(t, {
			clock: hastened(20),
			keys: [{name: 'OPENAI_API_KEY', vendor: 'openai', behaviour: 'revoked'}, ...two.slice(1)],
		});
		const taken: Json[] = [await served.take('/api/keys/gpt-4o'), await served.take('/api/keys/gpt-4o')];
		const revoked = served.project.texts.get('OPENAI_API_KEY');
		const good = taken.find(({key}) => key !== revoked);
		const bad = taken.find(({key}) => key === revoked);
		const error = {error: {code: 'invalid_api_key', message: 'Incorrect API key provided'}};
		const other = await failure(served, {leaseId: bad.leaseId, status: 401, error});
		assert.equal(other.json().hash, good.hash);
		await until(() => keyOf(served, bad.hash).state.kind === 'invalid');
		await failure(served, {leaseId: good.leaseId, status: 401, error});
		await until(() => keyOf(served, good.hash).usable === true);
	});

	test('that is reported by hash when it is over is judged all the same, and another key is given', async (t) => {
		const served = await serve(t, {keys: two});
		const {leaseId, hash, key} = await served.take('/api/keys/gpt-4o');
		await usage(served, {leaseId});
		const answer = await failure(served, {hash, status: 429, headers: {'retry-after': '40'}});
		assert.equal(keyOf(served, hash).state.kind, 'cooling');
		assert.notEqual(answer.json().key, key);
	});
});

/** The chains of the original, with the vendors that answer for each link. */
const chains: readonly (readonly [string, readonly string[]])[] = [
	['claude-3-opus', ['claude-3-sonnet', 'gpt-4o', 'gemini-pro']],
	['gpt-4o', ['gpt-4-turbo', 'claude-3-opus', 'gemini-pro']],
	['deepseek-coder', ['gpt-4o', 'claude-3-opus']],
	['command-r-plus', ['mistral-large', 'claude-3-opus', 'gpt-4o']],
	['gemini-pro', ['gemini-1.5-pro', 'claude-3-opus', 'gpt-4o']],
];

const everyVendor: readonly ProjectKey[] = [
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'DEEPSEEK_API_KEY', vendor: 'deepseek'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
	{name: 'GEMINI_API_KEY', vendor: 'gemini'},
];

describe('failures in a row', () => {
	for (const [model, links] of chains) {
		test(`lead from ${model} along ${links.join(', ')} and then to a refusal with every reason`, async (t) => {
			const served = await serve(t, {keys: everyVendor});
			let taken = await served.take(`/api/keys/${model}`);
			assert.equal(taken.model, model);
			const met = new Set<string>();
			for (let step = 0; step < 20; step++) {
				const report = {leaseId: taken.leaseId, status: 429, headers: {'retry-after': '45'}};
				const answer = await failure(served, report, model);
				if (answer.status !== 200) {
					assert.equal(answer.status, 429, answer.text);
					assert.ok(Number(answer.headers.get('retry-after')) > 30);
					assert.ok(answer.json().skipped.length >= met.size);
					break;
				}
				taken = answer.json();
				assert.match(taken.warning ?? '', /of its chain does/);
				met.add(taken.model);
			}
			// A link whose vendor's key rests for the whole account is passed over.
			for (const name of met) assert.ok(links.includes(name), name);
			assert.ok(met.size >= 2, [...met].join());
			assert.deepEqual(
				[...met],
				links.filter((name) => met.has(name)),
			);
		});
	}

	test('that no key recovers from by itself end in 503', async (t) => {
		const served = await serve(t, {keys: two.slice(0, 1)});
		const {leaseId} = await served.take('/api/keys/gpt-4o');
		const error = {
			error: {code: 'insufficient_quota', message: 'You exceeded your current quota', type: 'insufficient_quota'},
		};
		const answer = await failure(served, {leaseId, status: 429, error});
		assert.equal(answer.status, 503, answer.text);
		assert.match(answer.json().skipped[0].reason, /^exhausted/);
		const asked = await served.ask('GET', '/api/keys/gpt-4o?fallback=true&wait=50');
		assert.equal(asked.status, 503);
	});
});

describe('what may be asked of a hand-out', () => {
	const limited = {clock: hastened(10), keys: two, config: {models: {'gpt-4o': {limits: {concurrency: 2}}}}};

	test('is obeyed: strategy, affinity, tokens, fallback', async (t) => {
		const served = await serve(t, {keys: two, config: {models: {'gpt-4o': {limits: {tokensPerMinute: 1000}}}}});
		const kept = await Promise.all(
			[1, 2, 3, 4].map(() => served.take('/api/keys/gpt-4o?strategy=sticky&affinity=s1&tokens=1')),
		);
		assert.equal(new Set(kept.map(({key}) => key)).size, 1);
		const turns = [];
		for (let turn = 0; turn < 4; turn++)
			turns.push((await served.take('/api/keys/gpt-4o?strategy=round-robin&tokens=1')).key);
		assert.notEqual(turns[0], turns[1]);
		assert.deepEqual(turns.slice(0, 2), turns.slice(2));
		const large = await served.ask('GET', '/api/keys/gpt-4o?tokens=1000000');
		assert.equal(large.status, 503, large.text);
		assert.match(large.text, /larger than its limit/);
	});

	test('a caller that waits gets the key another gives back, and is refused when its time is over', async (t) => {
		const served = await serve(t, limited);
		const taken = [await served.take('/api/keys/gpt-4o'), await served.take('/api/keys/gpt-4o')];
		assert.equal((await served.ask('GET', '/api/keys/gpt-4o')).status, 429);
		const late = await served.ask('GET', '/api/keys/gpt-4o?wait=30');
		assert.equal(late.status, 429);
		const waiting = served.ask('GET', '/api/keys/gpt-4o?wait=5000');
		await sleep(30);
		await usage(served, {leaseId: taken[0].leaseId});
		assert.equal((await waiting).json().hash, taken[0].hash);
	});

	test('a caller that goes away while it waits takes no key', async (t) => {
		const served = await serve(t, limited);
		const taken = [await served.take('/api/keys/gpt-4o'), await served.take('/api/keys/gpt-4o')];
		const leaving = Array.from({length: 8}, async () => {
			const gone = AbortSignal.timeout(400);
			await assert.rejects(served.ask('GET', '/api/keys/gpt-4o?wait=30000', {signal: gone}));
		});
		await Promise.all(leaving);
		// Each is seen to be gone before a key is free: on a busy machine a request may arrive after its caller has left.
		await sleep(300);
		for (const {leaseId} of taken) await usage(served, {leaseId});
		await sleep(200);
		// One that was handed out before its caller was seen to be gone is taken back.
		await until(() => served.engine.snapshot().keys.every((key) => key.inFlight === 0));
		assert.deepEqual(served.failures, []);
	});
});

test('sixteen clients at once see keys and 429 only, and the token pool stays as it is', async (t) => {
	const limits = {requestsPerMinute: 6000, burst: 20, concurrency: 6};
	const pool = {'gpt-4o': ['key1'], 'deepseek-coder': [{key: 'env:OTHER', label: 'other'}]};
	const served = await serve(t, {
		keys: two,
		pool,
		env: {OTHER: 'sk-0123456789abcdefghij0123'},
		config: {models: {'gpt-4o': {limits}}},
	});
	const file = join(served.project.folder, 'shared/tokenpool.json');
	const before = await readFile(file);
	const met = new Map<number, number>();
	const endAt = performance.now() + 2000;
	const client = async (): Promise<void> => {
		while (performance.now() < endAt) {
			const answer = await served.ask('GET', '/api/keys/gpt-4o');
			met.set(answer.status, (met.get(answer.status) ?? 0) + 1);
			if (answer.status === 200)
				assert.equal((await usage(served, {leaseId: answer.json().leaseId, tokens: 1})).status, 200);
		}
	};
	await Promise.all(Array.from({length: 16}, client));
	assert.deepEqual([...met.keys()].sort(), [200, 429]);
	assert.ok((met.get(200) ?? 0) > 20);
	assert.ok((await readFile(file)).equals(before));
	const lines = (await served.auditText()).trim().split('\n');
	assert.equal(lines.length, met.get(200));
	assert.deepEqual(
		served.engine
			.snapshot()
			.keys.map((key) => key.inFlight)
			.filter((count) => count > 0),
		[],
	);
});
