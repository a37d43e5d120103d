import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import type {Candidate, Strategy, StrategyName} from '../../source/strategies/strategy.ts';
import {candidate, seeded} from '../helpers/seeded.ts';

const ordered = ['round-robin', 'health-based', 'sticky', 'headroom', 'least-used'] as const;

function replicas(name: StrategyName, count: number, keys: number): Strategy[] {
	return Array.from({length: count}, () => {
		const strategy = createStrategy(name);
		for (let index = 0; index < keys; index++) strategy.set(candidate(index));
		return strategy;
	});
}

function pick(strategy: Strategy, now: number): string {
	const context = {now, random: seeded(now)};
	const {kid} = strategy.offer(context).next() as Candidate;
	strategy.picked(kid, context);
	strategy.released(kid, now);
	return kid;
}

/** Picks by one after the other, each heard of by all others before the next. */
function inTurns(strategies: readonly Strategy[], picks: number): string[] {
	return Array.from({length: picks}, (_, turn) => {
		const picker = strategies[turn % strategies.length] as Strategy;
		const kid = pick(picker, turn * 100);
		for (const other of strategies) {
			if (other !== picker) other.observed({picks: [{kid, count: 1}], now: turn * 100, inTurn: true, replicas: 3});
		}
		return kid;
	});
}

for (const name of ordered) {
	test(`${name}: three replicas that hear of each other give six keys one turn each, round after round`, () => {
		const picks = inTurns(replicas(name, 3, 6), 60);
		for (let round = 0; round < 60; round += 6)
			assert.equal(new Set(picks.slice(round, round + 6)).size, 6, `${picks}`);
	});

	test(`${name}: a replica that has not picked for long goes on where the others are`, () => {
		const [one, other] = replicas(name, 2, 6) as [Strategy, Strategy];
		for (const kid of [1, 2, 3, 4].map((now) => pick(one, now)))
			other.observed({picks: [{kid, count: 1}], now: 4, inTurn: true, replicas: 3});
		assert.equal(pick(other, 5), 'k4');
	});

	test(`${name}: when all keys were served elsewhere nobody loses a turn`, () => {
		const [strategy] = replicas(name, 1, 6) as [Strategy];
		const all = Array.from({length: 6}, (_, index) => ({kid: `k${index}`, count: 1}));
		assert.deepEqual([pick(strategy, 1), pick(strategy, 2)], ['k0', 'k1']);
		strategy.observed({picks: all, now: 3, inTurn: true, replicas: 3});
		assert.deepEqual([pick(strategy, 4), pick(strategy, 5)], ['k2', 'k3']);
	});

	test(`${name}: what is not known here is not minded`, () => {
		const [strategy] = replicas(name, 1, 2) as [Strategy];
		strategy.observed({picks: [{kid: 'nobody', count: 3}], now: 0, inTurn: true, replicas: 3});
		assert.deepEqual([pick(strategy, 1), pick(strategy, 2), pick(strategy, 3)], ['k0', 'k1', 'k0']);
	});
}

for (const name of ['round-robin', 'health-based', 'sticky', 'headroom'] as const) {
	test(`${name}: with more calls than word of them each replica keeps its own order`, () => {
		const [strategy] = replicas(name, 1, 4) as [Strategy];
		strategy.observed({picks: [{kid: 'k0', count: 3}], now: 0, inTurn: false, replicas: 3});
		assert.deepEqual([pick(strategy, 1), pick(strategy, 2)], ['k0', 'k1']);
	});
}

test('least-used: calls elsewhere count for a minute', () => {
	const [strategy] = replicas('least-used', 1, 2) as [Strategy];
	strategy.observed({picks: [{kid: 'k0', count: 3}], now: 0, inTurn: true, replicas: 3});
	assert.deepEqual(
		[1, 2, 3].map(() => pick(strategy, 1000)),
		['k1', 'k1', 'k1'],
	);
	assert.match(strategy.why('k0', {now: 1000, random: seeded(1)}), /: 3$/);
	assert.match(strategy.why('k0', {now: 60_000, random: seeded(1)}), /: 0$/);
});

test('least-used: while word comes late each replica makes up for its part', () => {
	const [strategy] = replicas('least-used', 1, 2) as [Strategy];
	strategy.observed({picks: [{kid: 'k0', count: 5}], now: 0, inTurn: false, replicas: 3});
	strategy.observed({picks: [{kid: 'k0', count: 4}], now: 10, inTurn: false, replicas: 3});
	const picks = [1, 2, 3, 4].map(() => pick(strategy, 1000));
	assert.deepEqual(picks, ['k1', 'k1', 'k1', 'k0']);
	assert.match(strategy.why('k0', {now: 1000, random: seeded(1)}), /: 10$/, 'people are told all of them');
	assert.match(strategy.why('k0', {now: 60_000, random: seeded(1)}), /: 5$/);
	assert.match(strategy.why('k0', {now: 61_000, random: seeded(1)}), /: 0$/);
});

test('a key that leaves and comes back is not passed over for what was served before', () => {
	const [strategy] = replicas('round-robin', 1, 3) as [Strategy];
	strategy.observed({picks: [{kid: 'k1', count: 1}], now: 0, inTurn: true, replicas: 3});
	strategy.delete('k1');
	strategy.set(candidate(1));
	assert.deepEqual([pick(strategy, 1), pick(strategy, 2)], ['k0', 'k1']);
});
