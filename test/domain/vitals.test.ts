import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {measuredLatency, Vitals} from '../../source/domain/vitals.ts';
import {entryOf, now} from './cases.ts';

const hour = 3_600_000;
const failed = {verdict: 'upstream-failed', counted: 'failure'} as const;

describe('counts', () => {
	test('nothing measured is unknown, not 0 or 100 %', () => {
		const vitals = new Vitals();
		assert.equal(vitals.successRate, undefined);
		assert.equal(vitals.latencyMs, undefined);
		assert.equal(vitals.p95Ms(), undefined);
		assert.deepEqual(vitals.recentErrors(now), {samples: 0, rate: 0});
		assert.ok(vitals.day(now).every((bucket) => bucket === undefined));
	});

	test('successes and failures are counted, what counts as neither is not', () => {
		const vitals = new Vitals();
		vitals.add(entryOf());
		vitals.add(entryOf(failed));
		vitals.add(entryOf(failed));
		vitals.add(entryOf({verdict: 'caller-fault', counted: 'neither'}));
		assert.deepEqual([vitals.successes, vitals.failures, vitals.consecutiveFailures], [1, 2, 2]);
		vitals.add(entryOf());
		assert.equal(vitals.consecutiveFailures, 0);
	});

	test('the success rate moves a fifth of the way with each outcome', () => {
		const vitals = new Vitals();
		vitals.add(entryOf());
		vitals.add(entryOf(failed));
		assert.ok(Math.abs((vitals.successRate ?? 0) - 0.8) < 1e-9);
	});

	test('a stored state is gone on with', () => {
		const vitals = new Vitals({successes: 10, failures: 2, consecutiveFailures: 1, successRate: 0.5, latencyMs: 200});
		vitals.add(entryOf({latencyMs: 300}));
		assert.deepEqual([vitals.successes, vitals.failures, vitals.consecutiveFailures], [11, 2, 0]);
		assert.ok(Math.abs((vitals.successRate ?? 0) - 0.6) < 1e-9);
		assert.ok(Math.abs((vitals.latencyMs ?? 0) - 220) < 1e-9);
	});
});

describe('latency', () => {
	const rows: readonly [string, Parameters<typeof entryOf>[0], number | undefined][] = [
		['a probe counts whole', {from: 'probe', latencyMs: 120, firstByteMs: 100}, 120],
		['a call counts to its first byte', {from: 'call', latencyMs: 9000, firstByteMs: 300}, 300],
		['the length of a completion never counts', {from: 'call', latencyMs: 9000}, undefined],
		['a failed answer says nothing of speed', {...failed, latencyMs: 10_000}, undefined],
		['nor does a timeout', {verdict: 'timeout', counted: 'failure', latencyMs: 10_000}, undefined],
	];
	for (const [name, entry, expected] of rows) {
		test(name, () => assert.equal(measuredLatency(entryOf(entry)), expected));
	}

	test('p95 is that of the last hundred', () => {
		const vitals = new Vitals();
		for (let ms = 1; ms <= 150; ms++) vitals.add(entryOf({latencyMs: ms}));
		assert.equal(vitals.p95Ms(), 145);
	});

	test('p95 of one is that one', () => {
		const vitals = new Vitals();
		vitals.add(entryOf({latencyMs: 77}));
		assert.equal(vitals.p95Ms(), 77);
	});
});

describe('the rolling window', () => {
	test('holds the last fifty outcomes', () => {
		const vitals = new Vitals();
		for (let turn = 0; turn < 40; turn++) vitals.add(entryOf(failed));
		for (let turn = 0; turn < 40; turn++) vitals.add(entryOf());
		assert.deepEqual(vitals.recentErrors(now), {samples: 50, rate: 0.2});
	});

	test('forgets what is older than fifteen minutes', () => {
		const vitals = new Vitals();
		vitals.add(entryOf(failed));
		vitals.add(entryOf({at: now + 10 * 60_000}));
		assert.deepEqual(vitals.recentErrors(now + 15 * 60_000 + 1), {samples: 1, rate: 0});
	});

	test('is refilled by remembered entries, which count nothing twice', () => {
		const vitals = new Vitals({successes: 5, failures: 5, consecutiveFailures: 0});
		vitals.remember(entryOf(failed));
		assert.deepEqual([vitals.successes, vitals.failures], [5, 5]);
		assert.deepEqual(vitals.recentErrors(now), {samples: 1, rate: 1});
	});
});

describe('the day', () => {
	test('has 24 hours, the present one last', () => {
		const vitals = new Vitals();
		vitals.add(entryOf({at: now - 2 * hour, from: 'call', firstByteMs: 50}));
		vitals.add(entryOf({at: now, ...failed}));
		vitals.add(entryOf({at: now + 1}));
		const day = vitals.day(now + 2);
		assert.equal(day.length, 24);
		assert.deepEqual(day[21], {successRate: 1, latencyMs: 50, calls: 1, probes: 0});
		assert.deepEqual(day[23], {successRate: 0.5, latencyMs: 100, calls: 0, probes: 2});
		assert.equal(day.filter((bucket) => bucket !== undefined).length, 2);
	});

	test('an hour in which nothing counted has no rate', () => {
		const vitals = new Vitals();
		vitals.add(entryOf({verdict: 'cancelled', counted: 'neither'}));
		assert.deepEqual(vitals.day(now)[23], {calls: 0, probes: 1});
	});

	test('drops what is older than a day', () => {
		const vitals = new Vitals();
		vitals.add(entryOf());
		assert.ok(vitals.day(now + 24 * hour).every((bucket) => bucket === undefined));
		assert.notEqual(vitals.day(now + 23 * hour)[0], undefined);
	});

	test('answers that come after the turn of the hour still count for the hour they were given in', () => {
		const vitals = new Vitals();
		vitals.add(entryOf({at: now - 2}));
		vitals.add(entryOf({at: now}));
		vitals.add(entryOf({at: now - 1}));
		vitals.add(entryOf({at: now + 1}));
		const day = vitals.day(now + 2);
		assert.equal(day[22]?.probes, 2);
		assert.equal(day[23]?.probes, 2);
	});

	test('takes stored sums and goes on adding to them', () => {
		const vitals = new Vitals();
		const sums = {successes: 3, failures: 1, calls: 4, probes: 0, latencySumMs: 800, latencyCount: 4};
		vitals.addToHour(now, sums);
		vitals.add(entryOf({latencyMs: 200}));
		assert.deepEqual(vitals.day(now)[23], {successRate: 0.8, latencyMs: 200, calls: 4, probes: 1});
	});
});
