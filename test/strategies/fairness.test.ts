import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import type {Candidate, Strategy} from '../../source/strategies/strategy.ts';
import {candidate, seeded} from '../helpers/seeded.ts';

function counts(strategy: Strategy, picks: number, everyMs = 1): Map<string, number> {
	const random = seeded(42);
	const found = new Map<string, number>();
	for (let pick = 0; pick < picks; pick++) {
		const context = {now: pick * everyMs, random};
		const {kid} = strategy.offer(context).next() as Candidate;
		strategy.picked(kid, context);
		strategy.released(kid, context.now);
		found.set(kid, (found.get(kid) ?? 0) + 1);
	}
	return found;
}

test('round-robin: 300 picks over 3 equal keys give 100 each', () => {
	const strategy = createStrategy('round-robin');
	for (const index of [2, 0, 1]) strategy.set(candidate(index));
	assert.deepEqual(
		[...counts(strategy, 300)],
		[
			['k0', 100],
			['k1', 100],
			['k2', 100],
		],
	);
});

for (const name of ['round-robin', 'least-used', 'health-based', 'headroom', 'sticky'] as const) {
	test(`${name} gives 50 equal keys the same number of calls, within a tenth, while keys come and go`, () => {
		const strategy = createStrategy(name);
		for (let index = 0; index < 50; index++) strategy.set(candidate(index));
		const found = new Map<string, number>();
		for (let round = 0; round < 100; round++) {
			for (const [kid, count] of counts(strategy, 50, 100)) found.set(kid, (found.get(kid) ?? 0) + count);
			strategy.delete('guest');
			if (round % 2 === 0) strategy.set(candidate(25, {kid: 'guest', index: 25.5}));
		}
		found.delete('guest');
		assert.equal(found.size, 50);
		assert.ok(Math.max(...found.values()) / Math.min(...found.values()) <= 1.1, [...found.values()].join(' '));
	});
}

test('round-robin gives nobody a second turn in a round for having left and come back', () => {
	const strategy = createStrategy('round-robin');
	for (const index of [3, 5, 7, 9]) strategy.set(candidate(index));
	const context = {now: 0, random: seeded(1)};
	for (const kid of ['k3', 'k5']) strategy.picked(kid, context);
	strategy.delete('k5');
	strategy.delete('k3');
	strategy.set(candidate(3));
	assert.deepEqual([...counts(strategy, 3).keys()], ['k7', 'k9', 'k3']);
});

test('health-based: calls go to degraded keys only when no healthy one is left, to recovering ones last', () => {
	const strategy = createStrategy('health-based');
	strategy.set(candidate(0, {grade: 'recovering'}));
	strategy.set(candidate(1, {grade: 'degraded'}));
	strategy.set(candidate(2));
	const first = () => strategy.offer({now: 0, random: seeded(1)}).next()?.kid;
	assert.equal(first(), 'k2');
	assert.match(strategy.why('k2', {now: 0, random: seeded(1)}), /^healthy/);
	strategy.delete('k2');
	assert.equal(first(), 'k1');
	strategy.set(candidate(0));
	assert.equal(first(), 'k0');
});

test('least-used: a call in flight counts even when it is older than a minute', () => {
	const strategy = createStrategy('least-used');
	const random = seeded(1);
	for (const index of [0, 1]) strategy.set(candidate(index));
	strategy.picked('k0', {now: 0, random});
	assert.equal(strategy.offer({now: 61_000, random}).next()?.kid, 'k1');
	assert.equal(strategy.why('k0', {now: 61_000, random}), 'fewest calls this minute: 1');
	strategy.released('k0', 61_000);
	assert.equal(strategy.why('k0', {now: 61_000, random}), 'fewest calls this minute: 0');
});

test('least-used: a call counts for 60 s, to the millisecond', () => {
	const strategy = createStrategy('least-used');
	const random = seeded(1);
	for (const index of [0, 1]) strategy.set(candidate(index));
	strategy.picked('k0', {now: 123, random});
	strategy.released('k0', 200);
	assert.equal(strategy.why('k0', {now: 60_122, random}), 'fewest calls this minute: 1');
	assert.equal(strategy.why('k0', {now: 60_123, random}), 'fewest calls this minute: 0');
});

test('least-used: a key that rested is not flooded when it comes back within the minute', () => {
	const strategy = createStrategy('least-used');
	for (const index of [0, 1]) strategy.set(candidate(index));
	counts(strategy, 100);
	strategy.delete('k0');
	strategy.set(candidate(0));
	const found = counts(strategy, 20);
	assert.equal(found.get('k0'), 10);
});

test('headroom: the larger share comes first; one that was never told counts as full', () => {
	const strategy = createStrategy('headroom');
	for (const [index, headroom] of [0.3, 0.88, undefined, 0].entries()) strategy.set(candidate(index, {headroom}));
	const context = {now: 0, random: seeded(1)};
	const offers = strategy.offer(context);
	assert.deepEqual(
		[offers.next(), offers.next(), offers.next(), offers.next()].map((next) => next?.kid),
		['k2', 'k1', 'k0', 'k3'],
	);
	assert.equal(strategy.why('k1', context), 'most headroom: 88 %');
	assert.equal(strategy.why('k2', context), 'limit not told yet, taken as full');
});
