import type {LimitKind} from '../../domain/limit.ts';
import type {Reading} from '../quota.ts';

/** A duration as Go prints it: `120ms`, `12s`, `6m0s`, `23m16.298s`, `24h0m0s`; never negative. */
export function goDuration(ms: number): string {
	const left = Math.max(0, Math.ceil(ms));
	if (left < 1000) return left === 0 ? '0s' : `${left}ms`;
	const hours = Math.floor(left / 3_600_000);
	const minutes = Math.floor((left % 3_600_000) / 60_000);
	const seconds = `${Number(((left % 60_000) / 1000).toFixed(3))}s`;
	if (hours > 0) return `${hours}h${minutes}m${seconds}`;
	return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** Whole seconds until then, rounded up so that coming back on time is not too early; at least 1. */
export function secondsLeft(until: number, now: number): string {
	return String(Math.max(1, Math.ceil((until - now) / 1000)));
}

/** The same as RFC 3339, whole seconds, rounded up: `2026-08-19T14:34:16Z`. */
export function rfc3339(at: number): string {
	return new Date(Math.ceil(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` as OpenAI documents them. OpenAI's requests
 * are those of the minute, Groq's those of the day.
 */
export function ratelimitHeaders(
	readings: readonly Reading[],
	now: number,
	requests: LimitKind,
): Readonly<Record<string, string>> {
	const headers: Record<string, string> = {};
	for (const reading of readings) {
		const name = reading.kind === requests ? 'requests' : reading.kind === 'tokens-minute' ? 'tokens' : undefined;
		if (name === undefined) continue;
		headers[`x-ratelimit-limit-${name}`] = String(reading.limit);
		headers[`x-ratelimit-remaining-${name}`] = String(reading.remaining);
		headers[`x-ratelimit-reset-${name}`] = goDuration(reading.resetAt - now);
	}
	return headers;
}
