import type {LimitCheck} from '../domain/limit.ts';
import type {PoolKeys} from './redis-keys.ts';
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

/** An offer as the script reads it; holders of concurrency windows are named by their place in `keys`, which grows. */
export function offerText(kid: string, checks: readonly LimitCheck[], pool: PoolKeys, keys: string[]): string {
	const told = checks.map(({id, capacity, refillMs, cost}) => {
		if (refillMs > 0) return {id, capacity, refillMs, cost};
		const held = pool.held(id);
		if (!keys.includes(held)) keys.push(held);
		return {id, capacity, refillMs, cost, held: keys.indexOf(held) + 1};
	});
	return JSON.stringify({kid, checks: told});
}
