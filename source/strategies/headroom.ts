import type {Kid} from '../domain/key.ts';
import {BucketQueue, Place} from './bucket-queue.ts';
import {LazyOffers, type Order} from './offers.ts';
import type {Candidate, Offers, PickContext, PickedElsewhere, Strategy} from './strategy.ts';

/** Shares are told apart to a thousandth; closer ones take turns. */
const steps = 1000;

class Share {
	readonly place: Place<Share> = new Place<Share>(this);
	candidate: Candidate;
	/** Grows with each pick of any key. Below 0, in pool order, while never picked. */
	turn: number;

	constructor(candidate: Candidate) {
		this.candidate = candidate;
		this.turn = candidate.index - 2 ** 30;
	}
}

/**
 * Largest share left of the tightest limit; ties by longest unused. A share that was never told
 * counts as full: only a call can make the vendor tell it.
 */
export class Headroom implements Strategy, Order {
	readonly name = 'headroom';
	readonly #shares = new Map<Kid, Share>();
	readonly #queue = new BucketQueue<Share>();
	#turn = 0;
	version = 0;

	get size(): number {
		return this.#shares.size;
	}

	set(candidate: Candidate): void {
		this.version += 1;
		let share = this.#shares.get(candidate.kid);
		if (share === undefined) {
			share = new Share(candidate);
			this.#shares.set(candidate.kid, share);
		}
		share.candidate = candidate;
		this.#queue.put(share.place, levelOf(candidate), share.turn);
	}

	delete(kid: Kid): void {
		const share = this.#shares.get(kid);
		if (share === undefined) return;
		this.version += 1;
		this.#shares.delete(kid);
		this.#queue.take(share.place);
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first(): Candidate | undefined {
		return this.#queue.peek()?.candidate;
	}

	*inOrder(): Generator<Candidate, undefined> {
		for (const share of this.#queue.inOrder()) yield share.candidate;
	}

	picked(kid: Kid): void {
		const best = this.#queue.peek();
		const share = best?.candidate.kid === kid ? best : this.#shares.get(kid);
		if (share !== undefined) this.#hadTurn(share);
	}

	/** They keep their order among themselves: where all were served elsewhere nothing changes. */
	observed({picks, inTurn}: PickedElsewhere): void {
		if (!inTurn) return;
		const shares = picks.flatMap(({kid}) => this.#shares.get(kid) ?? []);
		for (const share of shares.sort((one, other) => one.turn - other.turn)) this.#hadTurn(share);
	}

	#hadTurn(share: Share): void {
		this.version += 1;
		this.#turn += 1;
		share.turn = this.#turn;
		this.#queue.put(share.place, levelOf(share.candidate), share.turn);
	}

	released(): void {}

	why(kid: Kid): string {
		const headroom = this.#shares.get(kid)?.candidate.headroom;
		return headroom === undefined
			? 'limit not told yet, taken as full'
			: `most headroom: ${Math.floor(headroom * 100)} %`;
	}
}

/** 0 is a full share. */
function levelOf({headroom = 1}: Candidate): number {
	return steps - Math.round(Math.min(1, Math.max(0, headroom)) * steps);
}
