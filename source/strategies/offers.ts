import type {Kid} from '../domain/key.ts';
import type {Candidate, Offers, PickContext} from './strategy.ts';

/** What a strategy's indexes tell, so that candidates can be offered one at a time. */
export interface Order {
	/** Grows with each change. */
	readonly version: number;
	/** The best candidate, in constant time and without garbage: most picks need no second. */
	first(context: PickContext): Candidate | undefined;
	/**
	 * Present candidates, best first, made lazily; those in `offered` may be left out. When
	 * something changes on the way, it goes on: it may repeat or miss candidates, but gives no
	 * removed one.
	 */
	inOrder(context: PickContext, offered: ReadonlySet<Kid>): Iterator<Candidate>;
}

/**
 * Offers each candidate once. Any number may be open at a time: what was offered is kept here,
 * the order in the strategy. What comes in or gets better meanwhile is offered at the end.
 */
export class LazyOffers implements Offers {
	readonly #order: Order;
	readonly #context: PickContext;
	#best: Candidate | undefined;
	#rest: Rest | undefined;

	constructor(order: Order, context: PickContext) {
		this.#order = order;
		this.#context = context;
	}

	next(): Candidate | undefined {
		if (this.#best !== undefined) {
			this.#rest ??= new Rest(this.#order, this.#context, this.#best.kid);
			return this.#rest.next();
		}
		this.#best = this.#order.first(this.#context);
		return this.#best;
	}
}

/** All but the first offer; most picks never make one. */
class Rest {
	readonly #order: Order;
	readonly #context: PickContext;
	readonly #offered: Set<Kid>;
	#candidates: Iterator<Candidate>;
	/** Of the order when `#candidates` was made. */
	#version: number;

	constructor(order: Order, context: PickContext, first: Kid) {
		this.#order = order;
		this.#context = context;
		this.#offered = new Set([first]);
		this.#version = order.version;
		this.#candidates = order.inOrder(context, this.#offered);
	}

	next(): Candidate | undefined {
		for (;;) {
			const {value, done} = this.#candidates.next();
			if (!done && !this.#offered.has(value.kid)) {
				this.#offered.add(value.kid);
				return value;
			}
			if (!done) continue;
			if (this.#version === this.#order.version) return undefined;
			this.#version = this.#order.version;
			this.#candidates = this.#order.inOrder(this.#context, this.#offered);
		}
	}
}
