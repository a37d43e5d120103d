import type {LimitCheck} from './limit.ts';

/**
 * How full a rate window is: `level` units were spent and not refilled yet at `at` (epoch ms).
 * A level that leaks is GCRA in another form, and its small numbers keep fractions of a
 * millisecond that a theoretical arrival time in epoch ms would round away.
 */
export type WindowFill = {readonly level: number; readonly at: number};

/** Units of a concurrency window that an open lease holds, at the latest until `until` (epoch ms). */
export type Held = {readonly cost: number; readonly until: number};

/** `retryAt` is epoch ms, a whole number; `Infinity` when the cost is above the capacity and never fits. */
export type Fit<Next> = {readonly fits: true; readonly next: Next} | {readonly fits: false; readonly retryAt: number};

/** Units that rounding may lose; far below one, so that it never admits a whole unit too many. */
const SLACK = 1e-6;

/** Spends a check's cost from a rate window, if it fits: `capacity` at once, then one unit every `refillMs`. */
export function spendRate(fill: WindowFill | undefined, check: LimitCheck, now: number): Fit<WindowFill> {
	const {level, at} = leaked(fill, check.refillMs, now);
	const excess = level + check.cost - check.capacity;
	if (excess <= SLACK) return {fits: true, next: {level: level + check.cost, at}};
	if (check.cost > check.capacity) return {fits: false, retryAt: Infinity};
	return {fits: false, retryAt: at + Math.ceil((excess - SLACK / 2) * check.refillMs)};
}

/** Adds units that were used already, whether they fit or not; a debt is paid by the refill. Negative gives units back. */
export function addSpent(fill: WindowFill | undefined, refillMs: number, units: number, now: number): WindowFill {
	const {level, at} = leaked(fill, refillMs, now);
	return {level: Math.max(0, level + units), at};
}

/** Whether nothing of what was spent is left, so that the window need not be kept. */
export function isRefilled(fill: WindowFill, refillMs: number, now: number): boolean {
	return leaked(fill, refillMs, now).level === 0;
}

/**
 * Whether a check's cost fits beside the leases that hold units now; `next` is the units then held.
 * Leases past their time hold nothing. `retryAt` is the latest time of enough of them: one that
 * is released early makes room earlier.
 */
export function fitsConcurrency(held: Iterable<Held>, check: LimitCheck, now: number): Fit<number> {
	if (check.cost > check.capacity) return {fits: false, retryAt: Infinity};
	const live = [...held].filter((one) => one.until > now).sort((a, b) => a.until - b.until);
	let units = live.reduce((sum, one) => sum + one.cost, check.cost);
	if (units <= check.capacity) return {fits: true, next: units};
	for (const one of live) {
		units -= one.cost;
		if (units <= check.capacity) return {fits: false, retryAt: one.until};
	}
	return {fits: false, retryAt: Infinity};
}

/** Time never runs backwards here: an earlier `now` refills nothing. */
function leaked(fill: WindowFill | undefined, refillMs: number, now: number): WindowFill {
	if (fill === undefined) return {level: 0, at: now};
	if (now <= fill.at) return fill;
	return {level: Math.max(0, fill.level - (now - fill.at) / refillMs), at: now};
}
