import {numberText, type Sample} from './prometheus-text.ts';

/** Durations counted by size. Told in milliseconds, shown in seconds. */
export class Histogram {
	readonly #bounds: readonly number[];
	/** Per bound, those that fit under it and not under the one before. */
	readonly #counts: number[];
	#count = 0;
	#sumMs = 0;

	/** `boundsSeconds` rise. */
	constructor(boundsSeconds: readonly number[]) {
		this.#bounds = boundsSeconds;
		this.#counts = boundsSeconds.map(() => 0);
	}

	add(durationMs: number): void {
		if (!Number.isFinite(durationMs) || durationMs < 0) return;
		this.#count += 1;
		this.#sumMs += durationMs;
		const place = this.#bounds.findIndex((bound) => durationMs <= bound * 1000);
		if (place !== -1) this.#counts[place] = (this.#counts[place] ?? 0) + 1;
	}

	/** Each bucket holds the smaller ones too; the last is all. */
	samples(labels: string): Sample[] {
		let below = 0;
		const buckets = this.#bounds.map((bound, place): Sample => {
			below += this.#counts[place] ?? 0;
			return {labels: `${labels},le="${numberText(bound)}"`, value: below, part: '_bucket'};
		});
		return [
			...buckets,
			{labels: `${labels},le="+Inf"`, value: this.#count, part: '_bucket'},
			{labels, value: this.#sumMs / 1000, part: '_sum'},
			{labels, value: this.#count, part: '_count'},
		];
	}
}
