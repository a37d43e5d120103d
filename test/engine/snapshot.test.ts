import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openEngine, type TestEngine} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

const canary = 'sk-canary-Zq81xLr0aaKd92';

/** A deck in which every kind of thing has happened, and vendors echo the key they were sent. */
async function busyDeck(): Promise<TestEngine> {
	const keys = [
		{name: 'a', secret: `${canary}-a`},
		{name: 'b', secret: `${canary}-b`},
		{name: 'c', secret: `${canary}-c`, provider: 'anthropic'},
		{name: 'd', disabled: true},
	];
	const deck = await openEngine({keys, models: ['gpt-4o', 'claude-3-opus']});
	const echo = (secret: string) => ({
		status: 401,
		body: {error: {code: 'invalid_api_key', message: `Incorrect API key provided: ${secret}. Bearer ${secret}`}},
	});
	deck.upstream.always(`${canary}-a`, echo(`${canary}-a`));
	deck.upstream.always(`${canary}-c call`, answers.overloaded);
	deck.engine.start();
	await deck.probe();
	await deck.call({model: 'gpt-4o', fallback: true});
	for (let turn = 0; turn < 3; turn++) await deck.call('claude-3-opus');
	await deck.refused('claude-3-opus');
	await deck.clock.advance(3000);
	return deck;
}

test('a snapshot is plain data: objects, lists, texts, finite numbers', async () => {
	await using deck = await busyDeck();
	const walk = (value: unknown, path: string): void => {
		if (value === undefined || typeof value === 'string' || typeof value === 'boolean') return;
		if (typeof value === 'number') {
			assert.ok(Number.isFinite(value), path);
			return;
		}
		if (!Array.isArray(value)) assert.equal(Object.getPrototypeOf(value), Object.prototype, path);
		for (const [name, item] of Object.entries(value as object)) walk(item, `${path}.${name}`);
	};
	walk(deck.engine.snapshot(), 'snapshot');
});

test('no snapshot, event, history, test result or refusal holds a secret', async () => {
	await using deck = await busyDeck();
	const {engine, events} = deck;
	const refused = await deck.refused('claude-3-opus');
	const told = [
		engine.snapshot(),
		events,
		await Promise.all(['a', 'b', 'c'].map((kid) => engine.keyHistory(kid, 50))),
		await engine.test({}),
		await engine.why('gpt-4o'),
		await engine.dryRun('gpt-4o', undefined, 3),
		refused,
	];
	assert.equal(JSON.stringify(told).includes('canary'), false);
	assert.equal(events.length > 5, true);
});

test('a snapshot stays the same until something has changed', async () => {
	await using deck = await openEngine({keys: ['a']});
	const first = deck.engine.snapshot();
	assert.equal(deck.engine.snapshot(), first);
	await deck.probe();
	assert.notEqual(deck.engine.snapshot(), first);
});

test('listeners hear of a burst of changes once', async () => {
	await using deck = await openEngine({keys: ['a', 'b']});
	let told = 0;
	const stop = deck.engine.subscribe(() => {
		told += 1;
	});
	for (let turn = 0; turn < 5; turn++) await deck.call('gpt-4o');
	await deck.clock.advance(100);
	assert.equal(told, 1);
	stop();
	await deck.call('gpt-4o');
	await deck.clock.advance(100);
	assert.equal(told, 1);
});

test('a pool says whether it is whole, down to its last key, or dry, and when it is back', async () => {
	await using deck = await openEngine({keys: ['a', 'b', 'c']});
	const pool = () => {
		const {condition, usable, backAt} = deck.engine.snapshot().providers[0] ?? {};
		return {condition, usable, backAt};
	};
	assert.deepEqual(pool(), {condition: 'unknown', usable: 0, backAt: undefined});
	await deck.probe();
	assert.deepEqual(pool(), {condition: 'ok', usable: 3, backAt: undefined});
	deck.upstream.always('a call', answers.throttled(60));
	await deck.call('gpt-4o');
	assert.deepEqual(pool(), {condition: 'reduced', usable: 2, backAt: undefined});
	await deck.engine.setDuty('b', 'off', 'you');
	assert.deepEqual(pool(), {condition: 'last-key', usable: 1, backAt: undefined});
	deck.upstream.always('c call', answers.noCredit);
	await deck.call('gpt-4o');
	assert.deepEqual(pool(), {condition: 'dry', usable: 0, backAt: deck.clock.now() + 60_000});
});

test('a key shows since when, how well and how fast it answers', async () => {
	await using deck = await openEngine({keys: ['a']});
	await deck.probe();
	await deck.call('gpt-4o');
	deck.upstream.script('a', answers.failing);
	await deck.call('gpt-4o');
	const {successes, failures, consecutiveFailures, latencyMs, p95Ms, usedThisMinute, share, lastError, day} =
		deck.key('a');
	assert.deepEqual(
		{successes, failures, consecutiveFailures, latencyMs, p95Ms, usedThisMinute, share},
		{successes: 2, failures: 1, consecutiveFailures: 1, latencyMs: 20, p95Ms: 20, usedThisMinute: 2, share: 1},
	);
	assert.equal(lastError?.evidence, '500 server_error: The server had an error');
	assert.deepEqual(day[23], {successRate: 2 / 3, latencyMs: 20, calls: 2, probes: 1});
});
