import type {Clock} from '../clock.ts';
import type {Bench} from '../domain/bench.ts';
import type {RedisKeys} from './redis-keys.ts';
import type {RedisLink} from './redis-link.ts';

/** What the parts of the store share. */
export type RedisContext = {
	readonly link: RedisLink;
	readonly keys: RedisKeys;
	readonly clock: Clock;
	readonly random: () => number;
	/** Id of this replica. */
	readonly replica: string;
	/** Whose instants count: the server's, or in simulated time the caller's. */
	readonly time: 'server' | 'caller';
};

/** Clocks this close count as one, so that an instant is not written anew for nothing. */
const sameClockMs = 1000;

/** How far the server's clock is ahead of ours, ms; 0 while they agree. */
export function clockAheadMs({link, time}: RedisContext): number {
	const {skewMs} = link;
	return time === 'caller' || !Number.isFinite(skewMs) || Math.abs(skewMs) < sameClockMs ? 0 : Math.round(skewMs);
}

/** The bench with its instants on another clock. */
export function shiftedBench(bench: Bench, byMs: number): Bench {
	if (byMs === 0) return bench;
	return {
		...bench,
		since: bench.since + byMs,
		...(bench.until === undefined ? {} : {until: bench.until + byMs}),
		because: {...bench.because, at: bench.because.at + byMs},
	};
}

/** `HGETALL` as pairs. */
export function pairs(answer: unknown): [string, string][] {
	const flat = strings(answer);
	return Array.from({length: flat.length / 2}, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']);
}

export function strings(answer: unknown): string[] {
	return Array.isArray(answer) ? answer.map(String) : [];
}
