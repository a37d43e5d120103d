import type {Snapshot} from '../../engine/snapshot.ts';

/** Columns as the chart takes them: seconds, then one column of values each; null is a gap. */
export type Columns = [number[], ...(number | null)[][]];

const everyMs = 2000;
const keptMs = 30 * 60_000;

/** What the pictures said while the page was open: calls a minute and latency, for half an hour. */
export class LiveSeries {
	readonly #at: number[] = [];
	readonly #calls: (number | null)[] = [];
	readonly #latency: (number | null)[] = [];

	/** A point for this moment; one that comes sooner than two seconds after the last takes its place. */
	add(snapshot: Snapshot, at: number): void {
		this.#put(at, callsLastMinute(snapshot), meanLatencyMs(snapshot) ?? null);
	}

	/** Nobody knows what happened at this moment. */
	gap(at: number): void {
		this.#put(at, null, null);
	}

	columns(): Columns {
		return [this.#at.map((at) => at / 1000), [...this.#calls], [...this.#latency]];
	}

	#put(at: number, calls: number | null, latency: number | null): void {
		const slot = Math.floor(at / everyMs) * everyMs;
		const last = this.#at.length - 1;
		if (this.#at[last] === slot) {
			this.#calls[last] = calls;
			this.#latency[last] = latency;
			return;
		}
		// A clock that was set back: what was collected no longer fits.
		if ((this.#at[last] ?? 0) > slot) for (const column of this.#all) column.length = 0;
		this.#at.push(slot);
		this.#calls.push(calls);
		this.#latency.push(latency);
		const old = this.#at.findIndex((each) => each > slot - keptMs);
		if (old > 0) for (const column of this.#all) column.splice(0, old);
	}

	get #all(): readonly unknown[][] {
		return [this.#at, this.#calls, this.#latency];
	}
}

/** Requests granted in the last minute, all keys together. */
export function callsLastMinute(snapshot: Snapshot): number {
	return snapshot.keys.reduce((sum, key) => sum + key.usedThisMinute, 0);
}

/** Latency of the keys that are used, each as much as it is used; undefined when nobody calls. */
export function meanLatencyMs(snapshot: Snapshot): number | undefined {
	let weight = 0;
	let sum = 0;
	for (const key of snapshot.keys) {
		if (key.latencyMs === undefined) continue;
		weight += key.usedThisMinute;
		sum += key.usedThisMinute * key.latencyMs;
	}
	return weight === 0 ? undefined : sum / weight;
}
