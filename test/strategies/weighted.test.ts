import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import type {Candidate, Strategy} from '../../source/strategies/strategy.ts';
import {candidate, randomCandidate, seeded} from '../helpers/seeded.ts';

/** Sum of (found - expected)² ÷ expected. */
function chiSquare(found: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): number {
	let sum = 0;
	for (const [name, count] of expected) sum += ((found.get(name) ?? 0) - count) ** 2 / count;
	return sum;
}

/** Beyond this a fair draw comes about once in a thousand runs (Wilson and Hilferty's approximation). */
function bound(freedom: number): number {
	return freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
}

function firsts(strategy: Strategy, draws: number, seed: number): Map<string, number> {
	const random = seeded(seed);
	const found = new Map<string, number>();
	for (let draw = 0; draw < draws; draw++) {
		const {kid} = strategy.offer({now: 0, random}).next() as Candidate;
		found.set(kid, (found.get(kid) ?? 0) + 1);
	}
	return found;
}

test('the first offer is drawn in proportion to weight × success rate ÷ latency', () => {
	const strategy = createStrategy('weighted');
	strategy.set(candidate(0, {latencyMs: 500}));
	strategy.set(candidate(1, {latencyMs: 500, weight: 2}));
	strategy.set(candidate(2, {latencyMs: 1000, successRate: 0.5}));
	const expected = new Map([
		['k0', (40_000 / 13) * 4],
		['k1', (40_000 / 13) * 8],
		['k2', 40_000 / 13],
	]);
	assert.ok(chiSquare(firsts(strategy, 40_000, 1), expected) < bound(2));
	assert.equal(strategy.why('k1', {now: 0, random: seeded(1)}), 'drawn by weight: 62 % of the draws');
});

test('the proportions hold after random histories, keys without a latency as fast as the mean', () => {
	for (let seed = 1; seed <= 20; seed++) {
		const random = seeded(seed);
		const strategy = createStrategy('weighted');
		const pool = new Map<string, Candidate>();
		for (let change = 0; change < 200; change++) {
			const next = randomCandidate(Math.floor(random() * 12), random);
			if (random() < 0.3) {
				strategy.delete(next.kid);
				pool.delete(next.kid);
			} else {
				strategy.set(next);
				pool.set(next.kid, next);
			}
		}
		const told = [...pool.values()].flatMap(({latencyMs}) => latencyMs ?? []);
		const mean = told.reduce((sum, latencyMs) => sum + latencyMs, 0) / told.length;
		const worth = ({weight, successRate, latencyMs = mean}: Candidate) =>
			(weight * Math.max(0.01, successRate)) / latencyMs;
		const total = [...pool.values()].reduce((sum, member) => sum + worth(member), 0);
		const expected = new Map([...pool.values()].map((member) => [member.kid, (20_000 * worth(member)) / total]));
		assert.ok(chiSquare(firsts(strategy, 20_000, seed), expected) < bound(pool.size - 1), `seed ${seed}`);
	}
});

test('a whole offer is a draw without replacement', () => {
	const weights = [60, 1, 2, 3];
	const strategy = createStrategy('weighted');
	for (const [index, weight] of weights.entries()) strategy.set(candidate(index, {weight}));
	const random = seeded(11);
	const found = new Map<string, number>();
	const draws = 60_000;
	for (let draw = 0; draw < draws; draw++) {
		const offers = strategy.offer({now: 0, random});
		const order = Array.from(weights, () => offers.next()?.index).join('');
		found.set(order, (found.get(order) ?? 0) + 1);
	}
	const expected = new Map<string, number>();
	const spread = (order: string, left: readonly number[], share: number): void => {
		if (left.length === 0) expected.set(order, share * draws);
		const total = left.reduce((sum, index) => sum + (weights[index] as number), 0);
		for (const index of left) {
			spread(
				`${order}${index}`,
				left.filter((other) => other !== index),
				(share * (weights[index] as number)) / total,
			);
		}
	};
	spread('', [0, 1, 2, 3], 1);
	for (const [order, count] of expected) if (count < 5) expected.delete(order);
	assert.ok(chiSquare(found, expected) < bound(expected.size - 1));
});

test('a key that has only failed is still drawn now and then', () => {
	const strategy = createStrategy('weighted');
	strategy.set(candidate(0, {successRate: 0}));
	strategy.set(candidate(1));
	const found = firsts(strategy, 20_000, 3).get('k0') ?? 0;
	assert.ok(found > 100 && found < 300, String(found));
});

test('ten thousand keys refused one after the other are all offered', () => {
	const strategy = createStrategy('weighted');
	const random = seeded(5);
	for (let index = 0; index < 10_000; index++) strategy.set(randomCandidate(index, random));
	const offers = strategy.offer({now: 0, random});
	const kids = new Set<string>();
	for (let next = offers.next(); next !== undefined; next = offers.next()) kids.add(next.kid);
	assert.equal(kids.size, 10_000);
});
