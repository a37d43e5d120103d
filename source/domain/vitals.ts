import type {HistoryEntry} from './reading.ts';

const smoothing = 0.2;
const latencySamples = 100;
const outcomeSamples = 50;
const outcomeWindowMs = 15 * 60_000;
const hourMs = 3_600_000;
/** Hours shown in a history sparkline. */
export const dayHours = 24;

type Hour = {
	readonly at: number;
	successes: number;
	failures: number;
	calls: number;
	probes: number;
	latencySumMs: number;
	latencyCount: number;
};

export type VitalsStart = {
	readonly successes: number;
	readonly failures: number;
	readonly consecutiveFailures: number;
	readonly successRate?: number;
	readonly latencyMs?: number;
};

/**
 * Running measurements of one key (or of one provider): counts, rates, latencies, the last day
 * by the hour. Fed with history entries; latency is probe time or time to first byte.
 */
export class Vitals {
	successes: number;
	failures: number;
	consecutiveFailures: number;
	/** EWMA from 0 to 1; undefined while nothing counted. */
	successRate: number | undefined;
	/** EWMA in ms; undefined while nothing was measured. */
	latencyMs: number | undefined;
	readonly #latencies: number[] = [];
	#nextLatency = 0;
	readonly #outcomes: {readonly at: number; readonly failed: boolean}[] = [];
	readonly #hours: Hour[] = [];

	constructor(start: VitalsStart = {successes: 0, failures: 0, consecutiveFailures: 0}) {
		this.successes = start.successes;
		this.failures = start.failures;
		this.consecutiveFailures = start.consecutiveFailures;
		this.successRate = start.successRate;
		this.latencyMs = start.latencyMs;
	}

	/** Adds one entry to counts, rates and windows. */
	add(entry: HistoryEntry): void {
		this.#count(entry);
		this.remember(entry);
		this.addToHour(entry.at, {
			successes: entry.counted === 'success' ? 1 : 0,
			failures: entry.counted === 'failure' ? 1 : 0,
			calls: entry.from === 'call' ? 1 : 0,
			probes: entry.from === 'probe' || entry.from === 'deep-probe' ? 1 : 0,
			latencySumMs: measuredLatency(entry) ?? 0,
			latencyCount: measuredLatency(entry) === undefined ? 0 : 1,
		});
	}

	/** Adds an entry to the rolling windows only: used to refill them from the store. */
	remember(entry: HistoryEntry): void {
		const latencyMs = measuredLatency(entry);
		if (latencyMs !== undefined) {
			this.#latencies[this.#nextLatency % latencySamples] = latencyMs;
			this.#nextLatency += 1;
		}
		if (entry.counted === 'neither') return;
		this.#outcomes.push({at: entry.at, failed: entry.counted === 'failure'});
		if (this.#outcomes.length > outcomeSamples) this.#outcomes.shift();
	}

	/** Adds sums to the hour that holds `at`: used for live entries and for stored roll-ups. */
	addToHour(at: number, sums: Omit<Hour, 'at'>): void {
		const start = at - (at % hourMs);
		// Answers may come in another order than the hour turns.
		let hour = this.#hours.findLast((known) => known.at === start);
		if (hour === undefined) {
			hour = {at: start, successes: 0, failures: 0, calls: 0, probes: 0, latencySumMs: 0, latencyCount: 0};
			this.#hours.push(hour);
			if (this.#hours.length > dayHours) this.#hours.shift();
		}
		hour.successes += sums.successes;
		hour.failures += sums.failures;
		hour.calls += sums.calls;
		hour.probes += sums.probes;
		hour.latencySumMs += sums.latencySumMs;
		hour.latencyCount += sums.latencyCount;
	}

	/** 95th percentile of the last 100 latencies in ms. */
	p95Ms(): number | undefined {
		if (this.#latencies.length === 0) return undefined;
		const sorted = this.#latencies.toSorted((a, b) => a - b);
		return sorted[Math.ceil(sorted.length * 0.95) - 1];
	}

	/** Counted outcomes of the last 15 minutes, at most 50, and the share that failed. */
	recentErrors(now: number): {readonly samples: number; readonly rate: number} {
		const recent = this.#outcomes.filter((outcome) => outcome.at > now - outcomeWindowMs);
		const failed = recent.filter((outcome) => outcome.failed).length;
		return {samples: recent.length, rate: recent.length === 0 ? 0 : failed / recent.length};
	}

	/** The last 24 hours, oldest first; undefined where nothing happened. */
	day(now: number): readonly (DayHour | undefined)[] {
		const first = now - (now % hourMs) - (dayHours - 1) * hourMs;
		const buckets: (DayHour | undefined)[] = new Array(dayHours).fill(undefined);
		for (const hour of this.#hours) {
			const place = (hour.at - first) / hourMs;
			if (place >= 0 && place < dayHours) buckets[place] = dayHour(hour);
		}
		return buckets;
	}

	#count(entry: HistoryEntry): void {
		const latencyMs = measuredLatency(entry);
		if (latencyMs !== undefined) this.latencyMs = smoothed(this.latencyMs, latencyMs);
		if (entry.counted === 'neither') return;
		const good = entry.counted === 'success';
		this.successRate = smoothed(this.successRate, good ? 1 : 0);
		this.consecutiveFailures = good ? 0 : this.consecutiveFailures + 1;
		if (good) this.successes += 1;
		else this.failures += 1;
	}
}

/** One hour of a day's history; `successRate` absent when nothing counted. */
export type DayHour = {
	readonly successRate?: number;
	readonly latencyMs?: number;
	readonly calls: number;
	readonly probes: number;
};

function dayHour(hour: Hour): DayHour {
	const counted = hour.successes + hour.failures;
	return {
		...(counted === 0 ? {} : {successRate: hour.successes / counted}),
		...(hour.latencyCount === 0 ? {} : {latencyMs: hour.latencySumMs / hour.latencyCount}),
		calls: hour.calls,
		probes: hour.probes,
	};
}

/**
 * How fast the key answered, ms: probe time, or a call's time to first byte, for the length of a
 * completion tells nothing of the key. Only good answers count; undefined otherwise.
 */
export function measuredLatency(entry: HistoryEntry): number | undefined {
	if (entry.verdict !== 'ok') return undefined;
	return entry.from === 'call' ? entry.firstByteMs : entry.latencyMs;
}

function smoothed(before: number | undefined, sample: number): number {
	return before === undefined ? sample : before + smoothing * (sample - before);
}
