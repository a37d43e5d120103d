import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {measuredLatency} from '../domain/vitals.ts';
import type {RollUpQuery} from './store.ts';

export type Span = RollUpQuery['span'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Length of a span and how long its sums are kept, ms. */
export const spans: Readonly<Record<Span, {readonly lengthMs: number; readonly keptMs: number}>> = {
	minute: {lengthMs: 60_000, keptMs: 7 * DAY_MS},
	hour: {lengthMs: HOUR_MS, keptMs: 90 * DAY_MS},
};

export const spanNames: readonly Span[] = ['minute', 'hour'];

/** How long single entries are kept, ms. */
export const ENTRY_KEPT_MS = DAY_MS;

/** Single entries kept at most, the newest: some 100 MB. */
export const MOST_ENTRIES = 200_000;

/** Start of the span an instant falls into, epoch ms. */
export function spanStart(span: Span, at: number): number {
	return at - (at % spans[span].lengthMs);
}

/** The sum with one more entry. */
export function withEntry(sum: RollUp | undefined, entry: HistoryEntry, at: number): RollUp {
	const before = sum ?? emptyRollUp(entry.kid, at);
	const latencyMs = measuredLatency(entry);
	return {
		kid: entry.kid,
		at,
		successes: before.successes + Number(entry.counted === 'success'),
		failures: before.failures + Number(entry.counted === 'failure'),
		throttled: before.throttled + Number(entry.verdict === 'throttled'),
		calls: before.calls + Number(entry.from === 'call'),
		probes: before.probes + Number(isProbe(entry)),
		latencySumMs: before.latencySumMs + (latencyMs ?? 0),
		latencyCount: before.latencyCount + Number(latencyMs !== undefined),
		latencyMaxMs: Math.max(before.latencyMaxMs, latencyMs ?? 0),
		tokens: before.tokens + (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0),
		costUsd: before.costUsd + (entry.costUsd ?? 0),
	};
}

function emptyRollUp(kid: string, at: number): RollUp {
	return {
		kid,
		at,
		successes: 0,
		failures: 0,
		throttled: 0,
		calls: 0,
		probes: 0,
		latencySumMs: 0,
		latencyCount: 0,
		latencyMaxMs: 0,
		tokens: 0,
		costUsd: 0,
	};
}

function isProbe(entry: HistoryEntry): boolean {
	return entry.from === 'probe' || entry.from === 'deep-probe';
}
