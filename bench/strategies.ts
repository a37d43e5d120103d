import {createStrategy} from '../source/strategies/index.ts';
import type {Candidate, PickContext, Strategy, StrategyName} from '../source/strategies/strategy.ts';
import {strategyNames} from '../source/strategies/strategy.ts';
import {median, nowMs, printTable, spread} from './measure.ts';

const sizes = [4, 100, 10_000] as const;
const rounds = 5;
const roundMs = 50;
/** Picks come this far apart, so that calls also leave the rolling minute. */
const pickEveryMs = 1;
const sessions = 1000;

type Loop = (picks: number) => void;

/** Keeps results alive, so that no loop is optimised away. */
let sink = 0;

/** Mulberry32: small, fast, and the same numbers in every run. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function candidates(count: number): Candidate[] {
	const random = seeded(count);
	return Array.from({length: count}, (_, index) => ({
		kid: `k1_${index.toString(32).padStart(26, 'a')}`,
		index,
		weight: 1 + (index % 3),
		successRate: 0.9 + random() / 10,
		latencyMs: 300 + random() * 2000,
		headroom: undefined,
		grade: 'healthy',
	}));
}

function bareLoop(count: number): Loop {
	const kids = candidates(count).map(({kid}) => kid);
	let cursor = 0;
	return (picks) => {
		for (let pick = 0; pick < picks; pick++) {
			sink += (kids[cursor] as string).length;
			cursor = cursor + 1 === kids.length ? 0 : cursor + 1;
		}
	};
}

function strategyLoop(name: StrategyName, count: number): Loop {
	const strategy: Strategy = createStrategy(name);
	for (const candidate of candidates(count)) strategy.set(candidate);
	const random = seeded(1);
	const affinities = Array.from({length: sessions}, (_, session) => `session-${session}`);
	let now = 0;
	return (picks) => {
		for (let pick = 0; pick < picks; pick++) {
			now += pickEveryMs;
			const affinity = affinities[now % sessions] as string;
			const context: PickContext = name === 'sticky' ? {now, random, affinity} : {now, random};
			const {kid} = strategy.offer(context).next() as Candidate;
			strategy.picked(kid, context);
			strategy.released(kid, now);
			sink += kid.length;
		}
	};
}

/** Nanoseconds a pick, several rounds of it, after warming up. */
function costs(loop: Loop): number[] {
	let picks = 1000;
	for (let spentMs = 0; spentMs < roundMs / 2; picks *= 2) spentMs = elapsedMs(loop, picks);
	return Array.from({length: rounds}, () => (elapsedMs(loop, picks) * 1e6) / picks);
}

function elapsedMs(loop: Loop, picks: number): number {
	const start = nowMs();
	loop(picks);
	return nowMs() - start;
}

function rowsOf(name: string, samples: readonly number[][], bareNs: readonly number[]): string[][] {
	const smallestNs = median(samples[0] as number[]);
	return sizes.map((size, place) => {
		const ns = median(samples[place] as number[]);
		const toBare = `${(ns / (bareNs[place] as number)).toFixed(1)}x`;
		const toSmallest = `${(ns / smallestNs).toFixed(2)}x`;
		const perSecond = Math.round(1e9 / ns).toLocaleString('en');
		const range = spread(samples[place] as number[]);
		return [name, size.toLocaleString('en'), perSecond, ns.toFixed(0), range, toBare, toSmallest];
	});
}

/** Prints a table: picks a second of each strategy with 4, 100 and 10,000 keys, beside a bare cursor. */
export function benchStrategies(): void {
	const bareLoops = sizes.map(bareLoop);
	// The compiler fits the loop to the first array it sees: let it see all three before the clock runs.
	for (const loop of bareLoops) loop(1_000_000);
	const bare = bareLoops.map(costs);
	const bareNs = bare.map(median);
	const head = ['strategy', 'keys', 'picks/s', 'ns/pick', 'spread', 'to bare loop', 'to 4 keys'];
	printTable(`one pick (offer, next, picked, released), median of ${rounds} rounds, Node ${process.version}`, [
		head,
		...rowsOf('bare cursor', bare, bareNs),
		...strategyNames.flatMap((name) =>
			rowsOf(
				name,
				sizes.map((size) => costs(strategyLoop(name, size))),
				bareNs,
			),
		),
	]);
	if (sink === 0) throw new Error('nothing was picked');
}

if (import.meta.main) benchStrategies();
