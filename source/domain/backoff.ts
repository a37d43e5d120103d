/** Growing rest with a floor: full jitter would shrink to nothing for per-minute limits. */
export type Backoff = {
	/** First rest in ms. */
	readonly baseMs: number;
	/** Longest rest in ms. */
	readonly capMs: number;
};

/** A throttle without a stated deadline. */
export const throttleBackoff: Backoff = {baseMs: 4000, capMs: 300_000};

/** Ejections and breakers: long enough to matter, short enough to notice a recovery. */
export const ejectionBackoff: Backoff = {baseMs: 30_000, capMs: 900_000};

/**
 * Rest in ms for the n-th time in a row (from 1): doubles each time, capped, with equal jitter
 * (between half and all of it).
 */
export function backoffMs(times: number, backoff: Backoff, random: () => number): number {
	const whole = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(times - 1, 30));
	return Math.round(whole / 2 + (whole / 2) * random());
}
