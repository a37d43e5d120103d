import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import type {PickContext, Strategy, StrategyName} from '../../source/strategies/strategy.ts';
import {randomCandidate, seeded} from '../helpers/seeded.ts';
import {type NaiveOrder, naiveOrders} from './naive-orders.ts';

const poolSize = 12;
const steps = 400;

function allOf(strategy: Strategy, context: PickContext): string[] {
	const offers = strategy.offer(context);
	const kids: string[] = [];
	for (let next = offers.next(); next !== undefined; next = offers.next()) kids.push(next.kid);
	return kids;
}

/** One random step on both; leases are picked mostly from the front, as an engine does. */
function step(strategy: Strategy, naive: NaiveOrder, open: string[], now: number, random: () => number): void {
	const dice = random();
	const index = Math.floor(random() * poolSize);
	if (dice < 0.15) {
		const candidate = randomCandidate(index, random);
		strategy.set(candidate);
		naive.set(candidate);
	} else if (dice < 0.25) {
		strategy.delete(`k${index}`);
		naive.delete(`k${index}`);
	} else if (dice < 0.75) {
		const context: PickContext = random() < 0.5 ? {now, random} : {now, random, affinity: `s${index % 5}`};
		const expected = naive.order(context);
		assert.deepEqual(allOf(strategy, context), expected);
		assert.equal(strategy.size, expected.length);
		const kid = expected[random() < 0.7 ? 0 : Math.floor(random() * expected.length)];
		if (kid === undefined) return;
		strategy.picked(kid, context);
		naive.picked(kid, context);
		open.push(kid);
	} else {
		const [kid] = open.splice(Math.floor(random() * open.length), 1);
		if (kid === undefined) return;
		strategy.released(kid, now);
		naive.released(kid, now);
	}
}

for (const [name, naiveOrder] of Object.entries(naiveOrders)) {
	test(`${name} offers the order that sorting at each pick gives, over 200 random histories`, () => {
		for (let seed = 1; seed <= 200; seed++) {
			const random = seeded(seed);
			const strategy = createStrategy(name as StrategyName);
			const naive = naiveOrder();
			const open: string[] = [];
			let now = 1_000_000;
			for (let count = 0; count < steps; count++) {
				now += Math.floor(random() * random() * 4000);
				step(strategy, naive, open, now, random);
			}
		}
	});
}
