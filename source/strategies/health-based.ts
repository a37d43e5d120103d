import type {Kid} from '../domain/key.ts';
import {LazyOffers, type Order} from './offers.ts';
import {Ring} from './ring.ts';
import type {Candidate, Grade, Offers, PickContext, PickedElsewhere, Strategy} from './strategy.ts';

const reasons: Readonly<Record<Grade, string>> = {
	healthy: 'healthy, in turn',
	degraded: 'degraded, in turn: no healthy key is free',
	recovering: 'recovering, in turn: no better key is free',
};

/** Healthy before degraded before recovering; in turn within a grade. */
export class HealthBased implements Strategy, Order {
	readonly name = 'health-based';
	readonly #candidates = new Map<Kid, Candidate>();
	readonly #rings: Readonly<Record<Grade, Ring>> = {
		healthy: new Ring(),
		degraded: new Ring(),
		recovering: new Ring(),
	};
	version = 0;

	get size(): number {
		return this.#candidates.size;
	}

	/** What is known of a candidate. */
	get(kid: Kid): Candidate | undefined {
		return this.#candidates.get(kid);
	}

	set(candidate: Candidate): void {
		const known = this.#candidates.get(candidate.kid);
		if (known !== undefined && (known.grade !== candidate.grade || known.index !== candidate.index)) {
			this.#rings[known.grade].delete(known);
		}
		this.#candidates.set(candidate.kid, candidate);
		this.#rings[candidate.grade].set(candidate);
		this.version += 1;
	}

	delete(kid: Kid): void {
		const candidate = this.#candidates.get(kid);
		if (candidate === undefined) return;
		this.#candidates.delete(kid);
		this.#rings[candidate.grade].delete(candidate);
		this.version += 1;
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first(): Candidate | undefined {
		return this.#rings.healthy.peek() ?? this.#rings.degraded.peek() ?? this.#rings.recovering.peek();
	}

	*inOrder(): Generator<Candidate, undefined> {
		yield* this.#rings.healthy.inTurn();
		yield* this.#rings.degraded.inTurn();
		yield* this.#rings.recovering.inTurn();
	}

	picked(kid: Kid): void {
		const best = this.first();
		const candidate = best?.kid === kid ? best : this.#candidates.get(kid);
		if (candidate !== undefined) this.#rings[candidate.grade].passed(candidate);
	}

	observed({picks, inTurn}: PickedElsewhere): void {
		if (!inTurn) return;
		const known = picks.flatMap(({kid}) => this.#candidates.get(kid) ?? []);
		for (const [grade, candidates] of Map.groupBy(known, ({grade}) => grade)) this.#rings[grade].served(candidates);
	}

	released(): void {}

	why(kid: Kid): string {
		return reasons[this.#candidates.get(kid)?.grade ?? 'healthy'];
	}
}
