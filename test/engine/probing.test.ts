import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {createMemoryStore} from '../../source/stores/memory-store.ts';
import {openEngine, type TestEngine, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';

/** Lets time pass in small steps, so that what real HTTP answers comes in meanwhile. */
async function pass(deck: TestEngine, ms: number): Promise<void> {
	for (let passed = 0; passed < ms; passed += 1000) {
		await deck.clock.advance(1000);
		await until(() => deck.engine.snapshot().probing.sweep === undefined || passed % 2000 !== 0);
	}
}

async function firstSweep(deck: TestEngine): Promise<void> {
	deck.engine.start();
	await deck.clock.advance(0);
	await until(() => deck.engine.snapshot().keys.every((key) => key.lastCheck !== undefined));
}

describe('sweeps', () => {
	test('ask every key at the start and then once an interval, free of charge', async () => {
		await using deck = await openEngine({
			keys: ['a', 'b', {name: 'c', provider: 'anthropic'}],
			probe: {intervalMs: 10_000},
		});
		await firstSweep(deck);
		assert.equal(deck.upstream.heard.length, 3);
		await pass(deck, 60_000);
		const perKey = ['a', 'b', 'c'].map((key) => deck.upstream.count(key, 'probe'));
		for (const count of perKey) assert.ok(count >= 6 && count <= 8, `${perKey}`);
		assert.equal(deck.upstream.heard.filter(({kind}) => kind === 'call').length, 0);
		const {probesToday, spentTodayUsd} = deck.engine.snapshot().probing;
		assert.equal(probesToday, deck.upstream.heard.length);
		assert.equal(spentTodayUsd, 0);
	});

	test('prove the key alone, so a key that was only probed is not painted as a working one', async () => {
		await using deck = await openEngine({keys: ['a']});
		await firstSweep(deck);
		const {word, grade, why, advice} = deck.key('a');
		assert.deepEqual({word, grade}, {word: 'key valid', grade: 'key'});
		assert.match(why, /no call has proven its credit yet/);
		assert.equal(advice, 'Prove it with one real call: D, or keydeck test --deep.');
	});

	test('go on after one the store could not take part in', async () => {
		const store = createMemoryStore();
		const {claimProbe} = store;
		let failures = 0;
		store.claimProbe = async (...args) => {
			failures += 1;
			if (failures === 1) throw new Error('a reply nobody foresaw');
			return claimProbe.apply(store, args);
		};
		await using deck = await openEngine({keys: ['a'], store, probe: {intervalMs: 10_000}});
		deck.engine.start();
		await pass(deck, 30_000);
		assert.ok(deck.upstream.count('a', 'probe') >= 2);
		assert.equal(deck.engine.snapshot().probing.sweep, undefined);
	});

	test('leave keys alone that are switched off', async () => {
		await using deck = await openEngine({keys: ['a', {name: 'b', disabled: true}], probe: {intervalMs: 10_000}});
		deck.engine.start();
		await pass(deck, 30_000);
		assert.ok(deck.upstream.count('a') >= 3);
		assert.equal(deck.upstream.count('b'), 0);
	});

	test('ask invalid keys ten times less often', async () => {
		await using deck = await openEngine({keys: ['a', 'b'], probe: {intervalMs: 10_000}});
		deck.upstream.always('a', answers.invalid);
		await deck.probe();
		assert.equal(deck.key('a').state.kind, 'invalid');
		const before = [deck.upstream.count('a'), deck.upstream.count('b')];
		deck.engine.start();
		await pass(deck, 200_000);
		const after = [deck.upstream.count('a') - (before[0] ?? 0), deck.upstream.count('b') - (before[1] ?? 0)];
		assert.ok((after[0] ?? 0) >= 2 && (after[0] ?? 0) <= 4, `invalid: ${after[0]}`);
		assert.ok((after[1] ?? 0) >= 17, `good: ${after[1]}`);
	});
});

describe('paid probes', () => {
	test('in sweeps end with the budget of the day, and free ones go on', async () => {
		const names = Array.from({length: 40}, (_, place) => `k${place}`);
		const once = await openEngine({keys: ['a']});
		const price = (await once.engine.deepTestPrice({})) ?? 0;
		await once[Symbol.asyncDispose]();
		assert.ok(price > 0);
		await using deck = await openEngine({keys: names, probe: {deep: true, dailyBudgetUsd: price * 3.5}});
		await firstSweep(deck);
		const paid = deck.upstream.heard.filter(({kind}) => kind === 'call').length;
		assert.ok(paid >= 3 && paid < 40, `${paid}`);
		assert.equal(deck.upstream.heard.filter(({kind}) => kind === 'probe').length, 40 - paid);
		const {spentTodayUsd, dailyBudgetUsd} = deck.engine.snapshot().probing;
		assert.ok(spentTodayUsd > 0 && spentTodayUsd <= dailyBudgetUsd);
	});

	test('begin anew with the next day', async () => {
		const clock = new SimulatedClock(Date.UTC(2026, 10, 22, 23, 59, 50));
		await using deck = await openEngine({keys: ['a'], clock, probe: {deep: true}});
		await firstSweep(deck);
		assert.ok(deck.engine.snapshot().probing.spentTodayUsd > 0);
		await deck.clock.advance(11_000);
		const {spentTodayUsd, probesToday} = deck.engine.snapshot().probing;
		assert.deepEqual({spentTodayUsd, probesToday}, {spentTodayUsd: 0, probesToday: 0});
	});

	test('of a person name their price before and cost at most that', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		const price = (await deck.engine.deepTestPrice({kids: ['a', 'b']})) ?? 0;
		const results = await deck.engine.test({kids: ['a', 'b'], deep: true});
		const cost = results.reduce((sum, result) => sum + result.costUsd, 0);
		assert.ok(cost > 0 && cost <= price, `${cost} of ${price}`);
		assert.deepEqual(
			results.map(({proof}) => proof),
			['call', 'call'],
		);
		assert.equal(deck.engine.snapshot().probing.spentTodayUsd, cost);
	});

	test('of a model without a price have none to name', async () => {
		await using deck = await openEngine({
			keys: ['a'],
			catalogue: [{name: 'mine', provider: 'openai', upstream: 'mine', chain: []}],
		});
		assert.equal(await deck.engine.deepTestPrice({model: 'mine'}), undefined);
	});
});

describe('a test', () => {
	test('tells each key in order, with progress', async () => {
		await using deck = await openEngine({keys: ['a', 'b', 'c']});
		deck.upstream.always('b', answers.throttled(30));
		const progress: string[] = [];
		const results = await deck.engine.test({}, (done, total) => progress.push(`${done}/${total}`));
		assert.deepEqual(
			results.map(({label, ok, verdict, state, status}) => ({label, ok, verdict, state, status})),
			[
				{label: 'a', ok: true, verdict: 'ok', state: 'active', status: 200},
				{label: 'b', ok: false, verdict: 'throttled', state: 'cooling', status: 429},
				{label: 'c', ok: true, verdict: 'ok', state: 'active', status: 200},
			],
		);
		assert.deepEqual(progress, ['1/3', '2/3', '3/3']);
	});

	test('of a key without credit is not ok though the vendor accepts it', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.script('a', answers.noCredit);
		await deck.call('gpt-4o');
		await deck.clock.advance(100);
		const [result] = await deck.engine.test({kids: ['a']});
		assert.equal(result?.verdict, 'ok');
		assert.equal(result?.ok, false);
		assert.match(result?.why ?? '', /^The account has no credit: 429 insufficient_quota/);
	});

	test('after the engine has closed asks nobody', async () => {
		const deck = await openEngine({keys: ['a']});
		await deck[Symbol.asyncDispose]();
		assert.equal(deck.upstream.heard.length, 0);
	});
});

test('closing while a vendor hangs does not wait for it', async () => {
	await using deck = await openEngine({keys: ['a'], probe: {timeoutMs: 60_000}});
	deck.upstream.always('a', 'hang');
	deck.engine.start();
	await deck.clock.advance(0);
	await until(() => deck.upstream.heard.length === 1);
	await deck.engine.close();
	assert.equal(deck.key('a').lastCheck?.verdict, 'cancelled');
});
