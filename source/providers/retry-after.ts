import type {Headers} from './answer.ts';

/** When a vendor says to come back, and which of its words said so. */
export type Deadline = {
	/** Epoch ms. */
	readonly at: number;
	/** For people: `retry-after: 90`, `retryDelay 48s`. */
	readonly rule: string;
};

/** A window's reset as its headers tell it. */
export type Reset = {
	/** Epoch ms. */
	readonly at: number;
	/** Units left in the window; absent when not told. */
	readonly remaining?: number;
	/** For people: `x-ratelimit-reset-requests: 6m0s`. */
	readonly rule: string;
};

/** A wait the vendor wrote into its body, e.g. `{wait: '48s', rule: 'retryDelay 48s'}`. */
export type StatedWait = {readonly wait: string; readonly rule: string};

type DeadlineSources = {
	readonly headers: Headers;
	readonly resets: readonly Reset[];
	/** A field of the body that states the wait. */
	readonly stated?: StatedWait;
	/** The message, which may say `Please try again in 2.9s.` */
	readonly message: string;
	/** Epoch ms of the answer. */
	readonly now: number;
};

/** The longest wait taken at a vendor's word; after it one trial call asks again. */
const longestWaitMs = 3_600_000;
const shortestWaitMs = 1000;
/** What a 32-bit timer can hold: a longer wait is a mistake of the vendor's. */
const absurdWaitMs = 2 ** 31 - 1;
/** The latest time there is, epoch ms. */
const lastInstant = 8_640_000_000_000_000;

const unitMs: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/**
 * The deadline of a refusal, in the order vendors' own clients look for one: `retry-after-ms`,
 * `retry-after` (seconds or HTTP date), the reset of a full window, the body's own words. Waits of
 * 0 or less and absurd ones are ignored; the rest is held between 1 second and 1 hour.
 */
export function deadlineOf(sources: DeadlineSources): Deadline | undefined {
	const {headers, resets, stated, message, now} = sources;
	const full = resets.filter((reset) => (reset.remaining ?? 0) === 0);
	return (
		bounded(secondsOf(headers['retry-after-ms'], 0.001), `retry-after-ms: ${headers['retry-after-ms']}`, now) ??
		bounded(retryAfterMs(headers, now), `retry-after: ${headers['retry-after']}`, now) ??
		resetDeadline(full, now, Math.max) ??
		(stated && bounded(durationMs(stated.wait), stated.rule, now)) ??
		hintDeadline(message, now) ??
		// No window is full, so which of them refused is not told: the first to reset is worth a try.
		resetDeadline(resets, now, Math.min)
	);
}

/** Milliseconds of `6m0s`, `120ms`, `48.9s` or a bare number of seconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
	if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
	if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(text)) return undefined;
	let sum = 0;
	for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
		sum += Number(count) * (unitMs[unit ?? ''] ?? 0);
	}
	return sum;
}

/** Epoch ms of a reset header: RFC 3339 time, duration from now, or seconds or milliseconds since 1970. */
export function instantOf(text: string, now: number): number | undefined {
	if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return valid(Date.parse(text));
	const wait = durationMs(text);
	if (wait === undefined || !/^\d{10,}/.test(text)) return wait === undefined ? undefined : valid(now + wait);
	return valid(text.length >= 13 ? Number(text) : Number(text) * 1000);
}

function retryAfterMs(headers: Headers, now: number): number | undefined {
	const value = headers['retry-after'];
	const date = httpDate(value);
	// The vendor's clock and ours may differ: its own date header is the one to count from.
	return date === undefined ? secondsOf(value, 1) : date - (httpDate(headers.date) ?? now);
}

function httpDate(text: string | undefined): number | undefined {
	return text !== undefined && /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)
		? valid(Date.parse(text))
		: undefined;
}

function secondsOf(text: string | undefined, scale: number): number | undefined {
	return text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 * scale : undefined;
}

function hintDeadline(message: string, now: number): Deadline | undefined {
	const said =
		/\b(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+|\d+(?:\.\d+)?(?= seconds?\b))/i.exec(message);
	const [words, wait] = said ?? [];
	if (words === undefined || wait === undefined) return undefined;
	return bounded(durationMs(wait), `"${words.toLowerCase()}"`, now);
}

function resetDeadline(
	resets: readonly Reset[],
	now: number,
	choose: (...times: number[]) => number,
): Deadline | undefined {
	const ahead = resets.filter((reset) => reset.at > now);
	const at = choose(...ahead.map((reset) => reset.at));
	const chosen = ahead.find((reset) => reset.at === at);
	return chosen && bounded(at - now, chosen.rule, now);
}

function bounded(waitMs: number | undefined, rule: string, now: number): Deadline | undefined {
	if (waitMs === undefined || !(waitMs > 0) || waitMs > absurdWaitMs) return undefined;
	if (waitMs > longestWaitMs) return {at: now + longestWaitMs, rule: `${rule}, asked again after 1 h`};
	return {at: now + Math.max(shortestWaitMs, Math.ceil(waitMs)), rule};
}

/** Undefined for what no date can say: it could not be shown either. */
function valid(time: number): number | undefined {
	return Math.abs(time) <= lastInstant ? time : undefined;
}
