import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {testLeases} from './lease-contract.ts';
import {testLimits} from './limit-contract.ts';
import {testHistory, testProbes} from './record-contract.ts';
import {
	alert,
	bench,
	type ContractTest,
	entry,
	inFlight,
	knowledge,
	minute,
	noon,
	type OpenedStore,
	perSecond,
	reservation,
} from './samples.ts';

/** What every store must do; one call per store. `histories`: how many random ones its limits are tried with. */
export function testStoreContract(name: string, open: () => Promise<OpenedStore>, {histories = 2000} = {}): void {
	const contractTest = (title: string, body: (opened: OpenedStore) => Promise<void>) =>
		test(title, async () => {
			const opened = await open();
			try {
				await body(opened);
			} finally {
				await opened.store.close();
			}
		});

	describe(`${name}: states and alerts`, () => testStates(contractTest));
	describe(`${name}: history`, () => testHistory(contractTest));
	describe(`${name}: leases`, () => testLeases(contractTest));
	describe(`${name}: limits`, () => testLimits(contractTest, histories));
	describe(`${name}: probes and pruning`, () => testProbes(contractTest));
	describe(`${name}: reopening`, () => testReopening(contractTest, open));
}

function testStates(contractTest: ContractTest): void {
	contractTest('an empty store knows nothing', async ({store}) => {
		assert.deepEqual(await store.load(noon), {
			benches: [],
			knowledge: [],
			alerts: [],
			picks: [],
			strategies: {},
			recentGrants: [],
		});
	});

	contractTest('what was saved is loaded', async ({store}) => {
		const saved = await store.save([
			{kind: 'bench-put', bench: bench('k1_a', 1)},
			{kind: 'alert-put', alert: alert('one')},
			{kind: 'strategy-set', model: 'gpt-4o', strategy: 'headroom'},
		]);
		assert.deepEqual(saved, {stale: []});
		const state = await store.load(noon);
		assert.deepEqual(state.benches, [bench('k1_a', 1)]);
		assert.deepEqual(state.alerts, [alert('one')]);
		assert.deepEqual(state.strategies, {'gpt-4o': 'headroom'});
	});

	contractTest('a model of an odd name is a model like others', async ({store}) => {
		await store.save([{kind: 'strategy-set', model: '__proto__', strategy: 'sticky'}]);
		assert.deepEqual(Object.entries((await store.load(noon)).strategies), [['__proto__', 'sticky']]);
	});

	contractTest('a bench is written only by the next version', async ({store}) => {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		for (const version of [1, 3]) {
			const {stale} = await store.save([{kind: 'bench-put', bench: bench('k1_a', version, {kind: 'invalid'})}]);
			assert.deepEqual(stale, [{id: 'key k1_a'}]);
		}
		assert.deepEqual(await store.save([{kind: 'bench-put', bench: bench('k1_a', 2)}]), {stale: []});
		assert.equal((await store.load(noon)).benches[0]?.version, 2);
	});

	contractTest('a bench that was lifted meanwhile is not put back by an older change', async ({store}) => {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		await store.save([{kind: 'bench-lift', id: 'key k1_a', version: 1}]);
		assert.deepEqual((await store.save([{kind: 'bench-put', bench: bench('k1_a', 2)}])).stale, [{id: 'key k1_a'}]);
		assert.deepEqual((await store.load(noon)).benches, []);
	});

	contractTest('a lift of another version, or of nothing, is stale', async ({store}) => {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		assert.deepEqual((await store.save([{kind: 'bench-lift', id: 'key k1_a', version: 2}])).stale, [{id: 'key k1_a'}]);
		assert.deepEqual((await store.save([{kind: 'bench-lift', id: 'key k1_b', version: 1}])).stale, [{id: 'key k1_b'}]);
		assert.deepEqual((await store.load(noon)).benches, [bench('k1_a', 1)]);
	});

	contractTest('one stale bench keeps the whole batch from being written', async ({store}) => {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		const {stale} = await store.save([
			{kind: 'bench-put', bench: bench('k1_b', 1)},
			{kind: 'alert-put', alert: alert('one')},
			{kind: 'strategy-set', model: 'gpt-4o', strategy: 'sticky'},
			{kind: 'bench-lift', id: 'key k1_a', version: 7},
		]);
		assert.deepEqual(stale, [{id: 'key k1_a'}]);
		const state = await store.load(noon);
		assert.deepEqual([state.benches.length, state.alerts.length, state.strategies], [1, 0, {}]);
	});

	contractTest('one batch may change a bench twice', async ({store}) => {
		const {stale} = await store.save([
			{kind: 'bench-put', bench: bench('k1_a', 1)},
			{kind: 'bench-put', bench: bench('k1_a', 2)},
			{kind: 'bench-lift', id: 'key k1_a', version: 2},
			{kind: 'bench-put', bench: bench('k1_a', 1, {kind: 'invalid'})},
		]);
		assert.deepEqual(stale, []);
		assert.deepEqual((await store.load(noon)).benches, [bench('k1_a', 1, {kind: 'invalid'})]);
	});

	contractTest('of two changes made from one version at once, one wins', async ({store}) => {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		const results = await Promise.all(
			[1, 2, 3].map((times) => store.save([{kind: 'bench-put', bench: bench('k1_a', 2, {times})}])),
		);
		assert.equal(results.filter(({stale}) => stale.length === 0).length, 1);
	});

	contractTest('an alert is replaced by its id', async ({store}) => {
		await store.save([{kind: 'alert-put', alert: alert('one')}]);
		await store.save([{kind: 'alert-put', alert: alert('one', {state: 'resolved', resolvedAt: noon + 5})}]);
		assert.deepEqual((await store.load(noon)).alerts, [alert('one', {state: 'resolved', resolvedAt: noon + 5})]);
	});

	contractTest('the newest knowledge of each key is kept', async ({store}) => {
		store.learn(knowledge('k1_a'));
		store.learn(knowledge('k1_b'));
		store.learn(knowledge('k1_a', {successes: 2}));
		await store.flush();
		assert.deepEqual((await store.load(noon)).knowledge, [knowledge('k1_a', {successes: 2}), knowledge('k1_b')]);
	});
}

function testReopening(contractTest: ContractTest, open: () => Promise<OpenedStore>): void {
	contractTest('a store that keeps things finds all of them again', async ({store, reopen}) => {
		if (reopen === undefined) {
			// Forgetting is this store's nature: a second one must not see what the first was given.
			await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
			assert.deepEqual((await (await open()).store.load(noon)).benches, []);
			return;
		}
		const now = noon + 10;
		const offers = [{kid: 'k1_a', checks: [perSecond(2), inFlight(2)]}];
		await store.save([
			{kind: 'bench-put', bench: bench('k1_a', 1)},
			{kind: 'bench-put', bench: bench('k1_b', 1)},
			{kind: 'bench-lift', id: 'key k1_b', version: 1},
			{kind: 'alert-put', alert: alert('one')},
			{kind: 'strategy-set', model: 'gpt-4o', strategy: 'sticky'},
		]);
		store.learn(knowledge('k1_a'));
		store.record(entry('k1_a', noon));
		store.record(entry('k1_a', now));
		await store.reserve(reservation('l1', {offers}));
		await store.reserve(reservation('l2', {offers}));
		await store.release('l2', noon);
		await store.spend('2026-11-22', 0.5);
		await store.claimProbe('k1_a', noon, minute);
		const before = [await store.load(now), await store.openLeases(), await store.history({limit: 10})];
		const sums = await store.rollUps({span: 'minute', since: 0});

		const next = await reopen();
		try {
			assert.deepEqual([await next.load(now), await next.openLeases(), await next.history({limit: 10})], before);
			assert.deepEqual(await next.rollUps({span: 'minute', since: 0}), sums);
			assert.equal(await next.spend('2026-11-22', 0), 0.5);
			assert.equal(await next.claimProbe('k1_a', now, minute), false);
			assert.equal(
				(await next.reserve(reservation('l3', {now, offers}))).granted,
				false,
				'the rate window is still spent',
			);
			assert.equal((await next.release('l1', now))?.id, 'l1');
			assert.deepEqual((await next.save([{kind: 'bench-put', bench: bench('k1_a', 1)}])).stale, [{id: 'key k1_a'}]);
		} finally {
			await next.close();
		}
	});
}
