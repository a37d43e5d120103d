import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {openEngine, type TestEngine, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

const claudeKeys = ['c1', 'c2', 'c3'].map((name) => ({name, provider: 'anthropic'}));

function outage(deck: TestEngine) {
	return deck.engine.snapshot().providers.find(({name}) => name === 'anthropic')?.breaker;
}

describe('a vendor that is overloaded for everyone', () => {
	async function brokenDown(): Promise<TestEngine> {
		const deck = await openEngine({keys: claudeKeys, models: ['claude-3-opus']});
		await deck.probe();
		deck.upstream.always('anthropic', answers.overloaded);
		for (let turn = 0; turn < 3; turn++) await deck.call('claude-3-opus');
		return deck;
	}

	test('rests as a whole after three failures, and nothing is held against its keys', async () => {
		await using deck = await brokenDown();
		assert.equal(outage(deck)?.state, 'open');
		assert.equal(deck.engine.snapshot().providers[0]?.condition, 'down');
		for (const {name} of claudeKeys) {
			const {word, blame, why, trouble} = deck.key(name);
			assert.deepEqual({word, blame, trouble}, {word: 'vendor', blame: 'provider', trouble: 'resting'});
			assert.equal(why, 'Anthropic itself fails: 529 overloaded_error: Overloaded. Nothing is held against this key.');
		}
		assert.equal(deck.events.filter(({type}) => type === 'bench.placed').length, 1);
		const refused = await deck.refused('claude-3-opus');
		assert.equal(refused.retryAt, outage(deck)?.until);
	});

	test('heals through one trial, 10 %, 50 %, all', async () => {
		await using deck = await brokenDown();
		deck.upstream.always('anthropic', undefined);
		await deck.clock.advance(30_000);
		const words = new Set<string>();
		const trial = await deck.acquire('claude-3-opus');
		await deck.refused('claude-3-opus');
		words.add(deck.key('c1').word);
		await deck.engine.release(trial.lease.id, await deck.send(trial));
		for (let turn = 0; turn < 6; turn++) {
			words.add(deck.key('c1').word);
			await deck.call('claude-3-opus');
		}
		words.add(deck.key('c1').word);
		assert.deepEqual([...words], ['trial', 'at 10 %', 'at 50 %', 'ok']);
		assert.equal(outage(deck), undefined);
	});

	test('takes a tenth of the calls that can go elsewhere while it heals, and all when nobody else can', async () => {
		await using deck = await openEngine({
			keys: [
				{name: 'c1', provider: 'anthropic'},
				{name: 'g1', provider: 'gemini'},
			],
		});
		deck.upstream.always('anthropic', answers.overloaded);
		for (let turn = 0; turn < 3; turn++) await deck.call('claude-3-opus');
		deck.upstream.always('anthropic', undefined);
		await deck.clock.advance(30_000);
		assert.equal(await deck.call('claude-3-opus'), 'c1');
		assert.equal(deck.key('c1').word, 'at 10 %');
		const served: string[] = [];
		for (let turn = 0; turn < 20; turn++) {
			const acquired = await deck.acquire({model: 'claude-3-opus', fallback: true});
			served.push(acquired.key.kid);
			await deck.engine.release(acquired.lease.id, 'unused');
		}
		const share = served.filter((kid) => kid === 'c1').length;
		assert.ok(share < 8, `${share} of 20`);
		await deck.engine.setDuty('g1', 'off', 'you');
		assert.equal((await deck.acquire({model: 'claude-3-opus', fallback: true})).key.kid, 'c1');
	});

	test('rests twice as long when its trial fails too', async () => {
		await using deck = await brokenDown();
		const first = (outage(deck)?.until ?? 0) - deck.clock.now();
		await deck.clock.advance(first);
		await deck.call('claude-3-opus');
		const second = (outage(deck)?.until ?? 0) - deck.clock.now();
		assert.ok(first >= 15_000 && first <= 30_000, `${first}`);
		assert.ok(second >= 30_000 && second <= 60_000, `${second}`);
	});

	test('gets one probe per round, of its first key that is on', async () => {
		await using deck = await brokenDown();
		await deck.engine.setDuty('c1', 'off', 'you');
		const before = deck.upstream.heard.length;
		deck.engine.start();
		await deck.clock.advance(0);
		await until(() => deck.upstream.heard.length > before && deck.engine.snapshot().probing.sweep === undefined);
		assert.deepEqual(
			deck.upstream.heard.slice(before).map(({key}) => key),
			['c2'],
		);
		await deck.clock.advance(66_000);
		await until(() => deck.upstream.heard.length > before + 1 && deck.engine.snapshot().probing.sweep === undefined);
		assert.deepEqual(
			deck.upstream.heard.slice(before).map(({key}) => key),
			['c2', 'c2'],
		);
	});

	test('does not stop other vendors', async () => {
		await using deck = await openEngine({keys: [...claudeKeys, 'o'], models: ['claude-3-opus', 'gpt-4o']});
		deck.upstream.always('anthropic', answers.overloaded);
		for (let turn = 0; turn < 3; turn++) await deck.call('claude-3-opus');
		assert.equal(await deck.call('gpt-4o'), 'o');
		const fallback = await deck.acquire({model: 'claude-3-opus', fallback: true});
		assert.equal(fallback.key.kid, 'o');
	});
});

test('an outage that a hundred keys meet at once is one bench, held against no key, and over within a minute', async () => {
	const names = Array.from({length: 100}, (_, place) => `k${place}`);
	await using deck = await openEngine({keys: names});
	await deck.probe();
	deck.upstream.always('openai', answers.failing);
	const leases = await Promise.all(names.map(() => deck.acquire('gpt-4o')));
	await Promise.all(leases.map(async (lease) => deck.engine.release(lease.lease.id, await deck.send(lease))));
	const kinds = deck.engine.snapshot().keys.map(({state}) => state.kind);
	assert.deepEqual([...new Set(kinds)], ['cooling']);
	assert.equal(deck.events.filter((event) => event.type === 'bench.placed' && event.kind === 'ejected').length, 0);
	deck.upstream.always('openai', undefined);
	await deck.clock.advance(30_000);
	for (let turn = 0; turn < 7; turn++) await deck.call('gpt-4o');
	assert.deepEqual([...new Set(deck.engine.snapshot().keys.map(({state}) => state.kind))], ['active']);
});

test('one bad key among good ones does not rest the vendor; it is ejected, comes back by trial, and serves', async () => {
	await using deck = await openEngine({keys: ['a', 'b', 'c']});
	await deck.probe();
	deck.upstream.always('b', answers.failing);
	for (let turn = 0; turn < 15; turn++) await deck.call('gpt-4o');
	assert.equal(deck.engine.snapshot().providers[0]?.breaker, undefined);
	const {state, why} = deck.key('b');
	assert.equal(state.kind, 'ejected');
	assert.equal(why, 'It does worse than its pool: 5 failures in a row while other keys of the pool answer.');
	const kids = new Set<string>();
	for (let turn = 0; turn < 6; turn++) kids.add(await deck.call('gpt-4o'));
	assert.deepEqual([...kids].sort(), ['a', 'c']);
	deck.upstream.always('b', undefined);
	await deck.clock.advance(30_000);
	assert.equal(await deck.call('gpt-4o'), 'b');
	assert.equal(deck.key('b').word, 'at 10 %');
	let share = 0;
	for (let turn = 0; turn < 30; turn++) share += (await deck.call('gpt-4o')) === 'b' ? 1 : 0;
	assert.ok(share >= 1 && share < 10, `${share} of 30`);
	for (let turn = 0; turn < 60; turn++) await deck.call('gpt-4o');
	assert.equal(deck.key('b').state.kind, 'active');
});

test('a key that is slow beside its peers is ejected though it answers well', async () => {
	await using deck = await openEngine({keys: ['a', 'b']});
	for (let turn = 0; turn < 60; turn++) {
		const acquired = await deck.acquire('gpt-4o');
		const outcome = await deck.send(acquired);
		const slow = acquired.key.kid === 'a' ? 9000 : 300;
		await deck.engine.release(acquired.lease.id, {
			...outcome,
			timing: {at: deck.clock.now(), latencyMs: slow, firstByteMs: slow},
		});
	}
	assert.equal(deck.key('a').state.kind, 'ejected');
	assert.match(deck.key('a').summary, /^9\.0s to the first byte, the pool's usual is 0\.3s/);
});

test('when too few keys are left, ejected ones serve all the same, and rest again when others are back', async () => {
	await using deck = await openEngine({keys: ['a', 'b', 'c', 'd']});
	await deck.probe();
	for (const name of ['a', 'b']) deck.upstream.always(name, answers.failing);
	for (let turn = 0; turn < 30; turn++) await deck.call('gpt-4o');
	assert.deepEqual(
		['a', 'b', 'c', 'd'].map((name) => deck.key(name).state.kind),
		['ejected', 'ejected', 'active', 'active'],
	);
	for (const name of ['a', 'b']) deck.upstream.always(name, undefined);
	await deck.engine.setDuty('c', 'off', 'you');
	const panic = new Set<string>();
	for (let turn = 0; turn < 6; turn++) panic.add((await deck.acquire('gpt-4o')).key.kid);
	assert.deepEqual([...panic].sort(), ['a', 'b', 'd']);
	await deck.engine.setDuty('c', 'on', 'you');
	const calm = new Set<string>();
	for (let turn = 0; turn < 6; turn++) calm.add((await deck.acquire('gpt-4o')).key.kid);
	assert.deepEqual([...calm].sort(), ['c', 'd']);
});

test('dead keys get no call in a panic', async () => {
	await using deck = await openEngine({keys: ['a', 'b', 'c']});
	await deck.probe();
	deck.upstream.always('a', answers.failing);
	for (let turn = 0; turn < 15; turn++) await deck.call('gpt-4o');
	deck.upstream.always('b', answers.invalid);
	await deck.probe(['b']);
	assert.equal(deck.key('b').state.kind, 'invalid');
	await deck.engine.setDuty('c', 'off', 'you');
	const kids = new Set<string>();
	for (let turn = 0; turn < 5; turn++) kids.add((await deck.acquire('gpt-4o')).key.kid);
	assert.deepEqual([...kids], ['a']);
});

describe('what cannot be reached', () => {
	const nowhere = 'http://127.0.0.1:1';

	test('holds nothing against anyone while nobody else can be asked', async () => {
		await using deck = await openEngine({keys: ['a', 'b'], baseUrls: {openai: `${nowhere}/v1`}});
		for (let turn = 0; turn < 6; turn++) assert.deepEqual(new Set(await deck.probe()), new Set(['unreachable']));
		const {state, failures, word, advice, summary} = deck.key('a');
		assert.deepEqual({kind: state.kind, failures, word}, {kind: 'unknown', failures: 0, word: 'unknown'});
		assert.equal(summary, 'cannot reach 127.0.0.1:1: not reached: ECONNREFUSED · not held against it');
		assert.equal(advice, 'Check network, DNS and proxy for 127.0.0.1:1; it is asked again by itself.');
		assert.equal(deck.engine.snapshot().providers[0]?.breaker, undefined);
	});

	test('with every vendor gone is our own line, and no key or vendor rests for it', async () => {
		await using deck = await openEngine({
			keys: ['a', {name: 'c', provider: 'anthropic'}],
			baseUrls: {openai: `${nowhere}/v1`, anthropic: nowhere},
		});
		for (let turn = 0; turn < 6; turn++) await deck.probe();
		const {providers, keys} = deck.engine.snapshot();
		assert.deepEqual(
			providers.map(({breaker}) => breaker),
			[undefined, undefined],
		);
		assert.deepEqual(
			keys.map(({state, failures}) => [state.kind, failures]),
			[
				['unknown', 0],
				['unknown', 0],
			],
		);
		assert.ok(deck.events.some((event) => event.type === 'bench.placed' && event.subject === 'network'));
	});

	test('while other vendors answer is that vendor, which then rests', async () => {
		await using deck = await openEngine({
			keys: ['a', {name: 'c', provider: 'anthropic'}],
			baseUrls: {openai: `${nowhere}/v1`},
		});
		for (let turn = 0; turn < 4; turn++) {
			await deck.probe();
			await deck.clock.advance(1000);
		}
		const {providers} = deck.engine.snapshot();
		assert.equal(providers.find(({name}) => name === 'openai')?.breaker?.state, 'open');
		assert.equal(providers.find(({name}) => name === 'anthropic')?.breaker, undefined);
		assert.equal(deck.key('a').blame, 'provider');
	});
});

test('a vendor that hangs times out, and that is held against the vendor alone', async () => {
	await using deck = await openEngine({keys: ['a'], probe: {timeoutMs: 60}});
	deck.upstream.always('a', 'hang');
	assert.deepEqual(await deck.probe(), ['timeout']);
	assert.equal(deck.key('a').state.kind, 'unknown');
	assert.equal(deck.key('a').lastError?.effect, 'not held against the key');
	deck.upstream.always('a', 'close');
	assert.deepEqual(await deck.probe(), ['upstream-failed']);
});
