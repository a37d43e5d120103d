import assert from 'node:assert/strict';
import {test} from 'node:test';
import {addSpent, fitsConcurrency, isRefilled, spendRate, type WindowFill} from '../../source/domain/gcra.ts';

const now = 1_800_000_000_000;
const check = (capacity: number, refillMs: number, cost = 1) => ({id: 'window', capacity, refillMs, cost});

const rows: readonly {
	title: string;
	fill: WindowFill | undefined;
	check: ReturnType<typeof check>;
	fit: ReturnType<typeof spendRate>;
}[] = [
	{
		title: 'an untouched window admits',
		fill: undefined,
		check: check(10, 1000),
		fit: {fits: true, next: {level: 1, at: now}},
	},
	{
		title: 'the last unit of the burst is admitted',
		fill: {level: 9, at: now},
		check: check(10, 1000),
		fit: {fits: true, next: {level: 10, at: now}},
	},
	{
		title: 'the next one waits for one refill',
		fill: {level: 10, at: now},
		check: check(10, 1000),
		fit: {fits: false, retryAt: now + 1000},
	},
	{
		title: 'time gone by shortens the wait',
		fill: {level: 10, at: now - 400},
		check: check(10, 1000),
		fit: {fits: false, retryAt: now + 600},
	},
	{
		title: 'a dear call waits for all its units',
		fill: {level: 8, at: now},
		check: check(10, 1000, 5),
		fit: {fits: false, retryAt: now + 3000},
	},
	{
		title: 'a window never holds more than its burst, however long it rested',
		fill: {level: 10, at: now - 3_600_000},
		check: check(10, 1000, 10),
		fit: {fits: true, next: {level: 10, at: now}},
	},
	{
		title: 'a call larger than the window never fits',
		fill: undefined,
		check: check(10, 1000, 11),
		fit: {fits: false, retryAt: Infinity},
	},
	{
		title: 'a free call passes a full window',
		fill: {level: 10, at: now},
		check: check(10, 1000, 0),
		fit: {fits: true, next: {level: 10, at: now}},
	},
	{
		title: 'a free call waits while the window is in debt',
		fill: {level: 12, at: now},
		check: check(10, 1000, 0),
		fit: {fits: false, retryAt: now + 2000},
	},
	{
		title: 'a window of a tightened limit pays off what the old one admitted',
		fill: {level: 10, at: now},
		check: check(2, 1000),
		fit: {fits: false, retryAt: now + 9000},
	},
	{
		title: 'a clock that was set back refills nothing and forgets nothing',
		fill: {level: 10, at: now + 5000},
		check: check(10, 1000),
		fit: {fits: false, retryAt: now + 6000},
	},
	{
		title: 'a rate of more than one a millisecond waits a whole one',
		fill: {level: 100, at: now},
		check: check(100, 0.6),
		fit: {fits: false, retryAt: now + 1},
	},
];

for (const row of rows) {
	test(row.title, () => assert.deepEqual(spendRate(row.fill, row.check, now), row.fit));
}

test('a burst of thirds of a second is exact', () => {
	let fill: WindowFill | undefined;
	let granted = 0;
	for (let tried = 0; tried < 10_000; tried += 1) {
		const fit = spendRate(fill, check(5000, 1000 / 3), now);
		if (!fit.fits) continue;
		fill = fit.next;
		granted += 1;
	}
	assert.equal(granted, 5000);
});

test('a day at a fractional rate admits what the rate says', () => {
	let fill: WindowFill | undefined;
	let granted = 0;
	for (let at = now; at < now + 86_400_000; at += 250) {
		const fit = spendRate(fill, check(1, 1000 / 3), at);
		if (!fit.fits) continue;
		fill = fit.next;
		granted += 1;
	}
	// Three a second, asked at four instants of each.
	assert.ok(granted <= 259_200 + 1, `${granted}`);
	assert.ok(granted >= 172_800, `${granted}`);
});

test('units used already are added on top, and given back ones never below nothing', () => {
	assert.deepEqual(addSpent({level: 2, at: now}, 10, 500, now), {level: 502, at: now});
	assert.deepEqual(addSpent({level: 2, at: now - 10}, 10, -5, now), {level: 0, at: now});
	assert.deepEqual(addSpent(undefined, 10, 5, now), {level: 5, at: now});
});

test('a window is refilled when the last unit is back', () => {
	assert.equal(isRefilled({level: 2, at: now}, 1000, now + 1999), false);
	assert.equal(isRefilled({level: 2, at: now}, 1000, now + 2000), true);
});

test('a concurrency window has room when enough of its leases have ended', () => {
	const held = [
		{cost: 1, until: now + 30},
		{cost: 2, until: now + 10},
		{cost: 5, until: now},
	];
	assert.deepEqual(fitsConcurrency(held, check(4, 0), now), {fits: true, next: 4});
	assert.deepEqual(fitsConcurrency(held, check(3, 0), now), {fits: false, retryAt: now + 10});
	assert.deepEqual(fitsConcurrency(held, check(3, 0, 3), now), {fits: false, retryAt: now + 30});
	assert.deepEqual(fitsConcurrency(held, check(3, 0, 4), now), {fits: false, retryAt: Infinity});
	assert.deepEqual(fitsConcurrency([], check(0, 0), now), {fits: false, retryAt: Infinity});
});
