import type {Kid} from '../domain/key.ts';
import {HealthBased} from './health-based.ts';
import {LazyOffers, type Order} from './offers.ts';
import type {Candidate, Offers, PickContext, PickedElsewhere, Strategy} from './strategy.ts';

/** Below a twentieth of its limit a key must not be counted on for another long prompt. */
const leastHeadroom = 0.05;
const mostSessions = 10_000;

/**
 * The key that served this session before, while it has more than 5 % headroom: it keeps the
 * vendor's prompt cache warm. Other sessions, and calls without an affinity id, go by health.
 * The 10,000 most recent sessions are remembered.
 */
export class Sticky implements Strategy, Order {
	readonly name = 'sticky';
	readonly #health = new HealthBased();
	/** Least recently served first. */
	readonly #sessions = new Map<string, Kid>();
	#newest: string | undefined;

	get size(): number {
		return this.#health.size;
	}

	get version(): number {
		return this.#health.version;
	}

	set(candidate: Candidate): void {
		this.#health.set(candidate);
	}

	delete(kid: Kid): void {
		this.#health.delete(kid);
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first(context: PickContext): Candidate | undefined {
		return this.#keptFor(context) ?? this.#health.first();
	}

	*inOrder(context: PickContext): Generator<Candidate, undefined> {
		const kept = this.#keptFor(context);
		if (kept !== undefined) yield kept;
		yield* this.#health.inOrder();
	}

	/** A session that stays takes no one's turn: else a busy one would send all new sessions to the same key. */
	picked(kid: Kid, {affinity}: PickContext): void {
		if (affinity === undefined || this.#sessions.get(affinity) !== kid) this.#health.picked(kid);
		if (affinity !== undefined) this.#remember(affinity, kid);
	}

	observed(elsewhere: PickedElsewhere): void {
		this.#health.observed(elsewhere);
	}

	released(): void {}

	why(kid: Kid, context: PickContext): string {
		return this.#keptFor(context)?.kid === kid ? 'served this session before' : this.#health.why(kid);
	}

	#keptFor({affinity}: PickContext): Candidate | undefined {
		if (affinity === undefined) return undefined;
		const kid = this.#sessions.get(affinity);
		const candidate = kid === undefined ? undefined : this.#health.get(kid);
		return candidate !== undefined && (candidate.headroom ?? 1) > leastHeadroom ? candidate : undefined;
	}

	#remember(affinity: string, kid: Kid): void {
		if (this.#newest !== affinity) this.#sessions.delete(affinity);
		this.#newest = affinity;
		this.#sessions.set(affinity, kid);
		if (this.#sessions.size <= mostSessions) return;
		const oldest = this.#sessions.keys().next();
		if (!oldest.done) this.#sessions.delete(oldest.value);
	}
}
