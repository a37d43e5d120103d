import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import {type Offers, type PickContext, type Strategy, strategyNames} from '../../source/strategies/strategy.ts';
import {candidate, randomCandidate, seeded} from '../helpers/seeded.ts';

const context: PickContext = {now: 1_000_000, random: seeded(7)};

function filled(name: (typeof strategyNames)[number], count: number): Strategy {
	const strategy = createStrategy(name);
	const random = seeded(count);
	for (let index = 0; index < count; index++) strategy.set(randomCandidate(index, random));
	return strategy;
}

function rest(offers: Offers): string[] {
	const kids: string[] = [];
	for (let next = offers.next(); next !== undefined; next = offers.next()) kids.push(next.kid);
	return kids;
}

function changeSomething(strategy: Strategy, present: Set<string>, random: () => number): void {
	const index = Math.floor(random() * 30);
	const kid = `k${index}`;
	const dice = random();
	if (dice < 0.3) {
		strategy.set(randomCandidate(index, random));
		present.add(kid);
	} else if (dice < 0.5) {
		strategy.delete(kid);
		present.delete(kid);
	} else if (dice < 0.8) strategy.picked(kid, {now: context.now + random() * 60_000, random});
	else strategy.released(kid, context.now + 60_000 + random() * 60_000);
}

for (const name of strategyNames) {
	describe(name, () => {
		test('says its name and how many candidates it has', () => {
			const strategy = filled(name, 5);
			strategy.set(candidate(3));
			strategy.delete('k0');
			strategy.delete('nobody');
			assert.equal(strategy.name, name);
			assert.equal(strategy.size, 4);
		});

		test('offers each candidate once and then ends', () => {
			for (const count of [0, 1, 2, 7, 500]) {
				const offers = filled(name, count).offer(context);
				const kids = rest(offers);
				assert.equal(kids.length, count);
				assert.equal(new Set(kids).size, count);
				assert.equal(offers.next(), undefined);
			}
		});

		test('ends with loaded dice too', () => {
			for (const roll of [0, 0.5, 0.999_999_999]) {
				assert.equal(rest(filled(name, 40).offer({now: 0, random: () => roll})).length, 40);
			}
		});

		test('offers what was last known of a candidate', () => {
			const strategy = createStrategy(name);
			strategy.set(candidate(0, {headroom: 0.2, grade: 'degraded', latencyMs: 9}));
			const newest = candidate(0, {headroom: 0.9, latencyMs: 20});
			strategy.set(newest);
			assert.equal(strategy.offer(context).next(), newest);
		});

		test('keeps two open offers apart', () => {
			const strategy = filled(name, 6);
			const [one, other] = [strategy.offer(context), strategy.offer(context)];
			const kids = [one.next()?.kid as string, one.next()?.kid as string];
			assert.equal(rest(other).length, 6);
			assert.equal(new Set([...kids, ...rest(one)]).size, 6);
		});

		test('goes on in an open offer when candidates come, go and are picked meanwhile', () => {
			const strategy = filled(name, 6);
			const offers = strategy.offer(context);
			const first = [offers.next()?.kid as string, offers.next()?.kid as string];
			const gone = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'].find((kid) => !first.includes(kid)) as string;
			strategy.delete(gone);
			strategy.set(candidate(9));
			strategy.picked(first[0] as string, context);
			strategy.set(candidate(10));
			const later = rest(offers);
			assert.equal(later.includes(gone), false);
			assert.equal(new Set([...first, ...later]).size, 7);
			assert.equal(first.length + later.length, 7);
		});

		test('offers 10,000 keys once each, within a second, when a store refuses them all', () => {
			const strategy = filled(name, 10_000);
			const offers = strategy.offer(context);
			const kids = new Set<string>();
			const start = performance.now();
			for (let next = offers.next(); next !== undefined; next = offers.next()) {
				assert.equal(kids.has(next.kid), false);
				kids.add(next.kid);
				strategy.picked(next.kid, context);
				strategy.released(next.kid, context.now);
			}
			assert.equal(kids.size, 10_000);
			assert.ok(performance.now() - start < 1000);
		});

		test('never offers a removed key, and misses no newcomer, whatever changes between two offers', () => {
			for (let seed = 1; seed <= 100; seed++) {
				const random = seeded(seed);
				const strategy = filled(name, 20);
				const present = new Set(Array.from({length: 20}, (_, index) => `k${index}`));
				const offers = strategy.offer({now: context.now, random});
				const offered = new Set<string>();
				for (let next = offers.next(); next !== undefined; next = offers.next()) {
					assert.ok(present.has(next.kid) && !offered.has(next.kid), `${next.kid}, seed ${seed}`);
					offered.add(next.kid);
					changeSomething(strategy, present, random);
				}
				assert.deepEqual(
					[...present].filter((kid) => !offered.has(kid)),
					[],
					`seed ${seed}`,
				);
			}
		});

		test('does not fail over a lease of a key that has left, and gives a reason for any', () => {
			const strategy = filled(name, 2);
			strategy.picked('k0', context);
			strategy.delete('k0');
			strategy.picked('k0', context);
			strategy.released('k0', context.now);
			strategy.released('nobody', context.now);
			assert.equal(strategy.offer(context).next()?.kid, 'k1');
			for (const kid of ['k0', 'k1', 'nobody']) assert.notEqual(strategy.why(kid, context), '');
		});
	});
}
