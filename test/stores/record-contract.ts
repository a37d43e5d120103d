import assert from 'node:assert/strict';
import type {Store} from '../../source/stores/store.ts';
import {alert, type ContractTest, day, entry, hour, minute, noon, perSecond, reservation} from './samples.ts';

/** History and roll-ups. */
export function testHistory(contractTest: ContractTest): void {
	contractTest('entries come newest first, those of one instant latest given first', async ({store}) => {
		for (const [index, at] of [noon, noon + 2, noon + 1, noon + 1].entries()) {
			store.record(entry('k1_a', at, {evidence: `${index}`}));
		}
		const entries = await store.history({limit: 10});
		assert.deepEqual(
			entries.map(({evidence}) => evidence),
			['1', '3', '2', '0'],
		);
	});

	contractTest('a query narrows by key, by time and by number', async ({store}) => {
		for (let at = 0; at < 10; at += 1) store.record(entry(at % 2 === 0 ? 'k1_a' : 'k1_b', noon + at));
		const times = async (query: Parameters<Store['history']>[0]) =>
			(await store.history(query)).map(({at}) => at - noon);
		assert.deepEqual(await times({kid: 'k1_a', limit: 3}), [8, 6, 4]);
		assert.deepEqual(await times({kid: 'k1_b', sinceMs: noon + 5, limit: 50}), [9, 7, 5]);
		assert.deepEqual(await times({sinceMs: noon + 8, limit: 50}), [9, 8]);
		assert.deepEqual(await times({kid: 'k1_c', limit: 50}), []);
	});

	contractTest('an entry is given back whole', async ({store}) => {
		const full = entry('k1_a', noon, {
			verdict: 'throttled',
			counted: 'neither',
			effect: 'rests 90 s',
			model: 'gpt-4o',
			status: 429,
			code: 'rate_limit_exceeded',
			latencyMs: 120,
			firstByteMs: 80,
			costUsd: 0.01,
			inputTokens: 3,
			outputTokens: 1,
		});
		store.record(full);
		assert.deepEqual(await store.history({limit: 1}), [full]);
	});

	contractTest('roll-ups sum a minute and an hour of a key', async ({store}) => {
		store.record(entry('k1_a', noon, {firstByteMs: 100, latencyMs: 9000, inputTokens: 5, outputTokens: 7}));
		store.record(entry('k1_a', noon + 59_999, {from: 'probe', latencyMs: 300, costUsd: 0.5}));
		store.record(entry('k1_a', noon + minute, {verdict: 'throttled', counted: 'neither'}));
		store.record(entry('k1_a', noon + hour, {verdict: 'timeout', counted: 'failure', latencyMs: 9000}));
		store.record(entry('k1_a', noon + hour, {from: 'person', verdict: 'changed', counted: 'neither'}));
		const none = {
			kid: 'k1_a',
			successes: 0,
			failures: 0,
			throttled: 0,
			calls: 0,
			probes: 0,
			latencySumMs: 0,
			latencyCount: 0,
			latencyMaxMs: 0,
			tokens: 0,
			costUsd: 0,
		};
		const measured = {
			successes: 2,
			probes: 1,
			latencySumMs: 400,
			latencyCount: 2,
			latencyMaxMs: 300,
			tokens: 12,
			costUsd: 0.5,
		};
		const late = {...none, at: noon + hour, failures: 1, calls: 1};
		assert.deepEqual(await store.rollUps({span: 'minute', since: noon}), [
			{...none, ...measured, at: noon, calls: 1},
			{...none, at: noon + minute, throttled: 1, calls: 1},
			late,
		]);
		assert.deepEqual(await store.rollUps({span: 'hour', since: noon}), [
			{...none, ...measured, at: noon, throttled: 1, calls: 2},
			late,
		]);
	});

	contractTest('roll-ups narrow by key and time, and grow after they were read', async ({store}) => {
		store.record(entry('k1_a', noon));
		store.record(entry('k1_b', noon));
		store.record(entry('k1_a', noon + minute));
		assert.equal((await store.rollUps({span: 'minute', since: noon})).length, 3);
		store.record(entry('k1_a', noon + minute + 1));
		const later = await store.rollUps({kid: 'k1_a', span: 'minute', since: noon + minute});
		assert.deepEqual(
			later.map(({kid, at, calls}) => [kid, at, calls]),
			[['k1_a', noon + minute, 2]],
		);
	});
}

/** Claims and money of probes, and pruning. */
export function testProbes(contractTest: ContractTest): void {
	contractTest('one caller per key and interval claims a probe', async ({store}) => {
		const claims = await Promise.all([1, 2, 3].map(() => store.claimProbe('k1_a', noon, 1000)));
		assert.deepEqual(claims, [true, false, false]);
		assert.equal(await store.claimProbe('k1_b', noon, 1000), true);
		assert.equal(await store.claimProbe('k1_a', noon + 999, 1000), false);
		assert.equal(await store.claimProbe('k1_a', noon + 1000, 1000), true);
	});

	contractTest('a clock that was set back does not stop probing', async ({store}) => {
		await store.claimProbe('k1_a', noon, 1000);
		assert.equal(await store.claimProbe('k1_a', noon - hour, 1000), true);
	});

	contractTest('probe money adds up by day', async ({store}) => {
		assert.equal(await store.spend('2026-11-22', 0), 0);
		assert.equal(await store.spend('2026-11-22', 0.25), 0.25);
		assert.equal(await store.spend('2026-11-22', 0.5), 0.75);
		assert.equal(await store.spend('2026-11-23', 0.5), 0.5);
		assert.equal(await store.spend('2026-11-22', 0), 0.75);
	});

	contractTest('pruning drops what is past its time and nothing else', async ({store}) => {
		const now = noon + 100 * day;
		for (const age of [0, day, day + 1, 7 * day + minute, 90 * day + hour]) store.record(entry('k1_a', now - age));
		const resolved = (id: string, age: number) => alert(id, {state: 'resolved', resolvedAt: now - age});
		await store.save([
			{kind: 'alert-put', alert: alert('firing', {since: now - 95 * day})},
			{kind: 'alert-put', alert: resolved('recent', 90 * day)},
			{kind: 'alert-put', alert: resolved('old', 90 * day + 1)},
		]);
		await store.spend('2026-11-22', 1);
		await store.spend('2027-03-01', 1);
		await store.prune(now);
		assert.deepEqual(
			(await store.history({limit: 10})).map(({at}) => now - at),
			[0, day],
		);
		assert.equal((await store.rollUps({span: 'minute', since: 0})).length, 3);
		assert.equal((await store.rollUps({span: 'hour', since: 0})).length, 4);
		assert.deepEqual(
			(await store.load(now)).alerts.map(({id}) => id),
			['firing', 'recent'],
		);
		assert.deepEqual([await store.spend('2026-11-22', 0), await store.spend('2027-03-01', 0)], [0, 1]);
	});

	contractTest('pruning keeps what a window still owes', async ({store}) => {
		const offers = [{kid: 'k1_a', checks: [perSecond(2, 2)]}];
		await store.reserve(reservation('l1', {offers}));
		await store.prune(noon + 1999);
		assert.equal((await store.reserve(reservation('l2', {offers, now: noon + 1999}))).granted, false);
		await store.prune(noon + 2000);
		assert.equal((await store.reserve(reservation('l3', {offers, now: noon + 2000}))).granted, true);
	});

	contractTest('closing twice is harmless', async ({store}) => {
		await store.close();
		await assert.doesNotReject(store.close());
	});
}
