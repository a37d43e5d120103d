import type {Kid} from '../domain/key.ts';
import {LazyOffers, type Order} from './offers.ts';
import {Ring} from './ring.ts';
import type {Candidate, Offers, PickContext, PickedElsewhere, Strategy} from './strategy.ts';

/** Each candidate in turn, in pool order. */
export class RoundRobin implements Strategy, Order {
	readonly name = 'round-robin';
	readonly #candidates = new Map<Kid, Candidate>();
	readonly #ring = new Ring();
	version = 0;

	get size(): number {
		return this.#candidates.size;
	}

	set(candidate: Candidate): void {
		const known = this.#candidates.get(candidate.kid);
		if (known !== undefined && known.index !== candidate.index) this.#ring.delete(known);
		this.#candidates.set(candidate.kid, candidate);
		this.#ring.set(candidate);
		this.version += 1;
	}

	delete(kid: Kid): void {
		const candidate = this.#candidates.get(kid);
		if (candidate === undefined) return;
		this.#candidates.delete(kid);
		this.#ring.delete(candidate);
		this.version += 1;
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first(): Candidate | undefined {
		return this.#ring.peek();
	}

	inOrder(): Iterator<Candidate> {
		return this.#ring.inTurn();
	}

	picked(kid: Kid): void {
		const next = this.#ring.peek();
		const candidate = next?.kid === kid ? next : this.#candidates.get(kid);
		if (candidate !== undefined) this.#ring.passed(candidate);
	}

	observed({picks, inTurn}: PickedElsewhere): void {
		if (inTurn) this.#ring.served(picks.flatMap(({kid}) => this.#candidates.get(kid) ?? []));
	}

	released(): void {}

	why(): string {
		return 'in turn';
	}
}
