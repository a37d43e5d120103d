import type {ReserveOffer} from './store.ts';

/** Offers in batches; those of a batch Redis could not look at are offered again. */
export class Offers {
	readonly #rest: Iterator<ReserveOffer>;

	constructor(offers: Iterable<ReserveOffer>) {
		this.#rest = offers[Symbol.iterator]();
	}

	take(most: number): ReserveOffer[] {
		const batch: ReserveOffer[] = [];
		while (batch.length < most) {
			const next = this.#rest.next();
			if (next.done === true) break;
			batch.push(next.value);
		}
		return batch;
	}

	*from(batch: readonly ReserveOffer[]): Generator<ReserveOffer> {
		yield* batch;
		for (let next = this.#rest.next(); next.done !== true; next = this.#rest.next()) yield next.value;
	}

	/** One fitted: no more are asked for. */
	close(): void {
		this.#rest.return?.();
	}
}
