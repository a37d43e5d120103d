import type {Kid} from '../domain/key.ts';
import {BucketQueue, Place} from './bucket-queue.ts';
import {LazyOffers, type Order} from './offers.ts';
import {RollingMinute} from './rolling-minute.ts';
import type {Candidate, Offers, PickContext, PickedElsewhere, Strategy} from './strategy.ts';

/** One key's calls. It outlives the candidate while calls count, so a key that rested is not flooded. */
class Usage {
	readonly kid: Kid;
	readonly place: Place<Usage> = new Place<Usage>(this);
	candidate: Candidate | undefined;
	/** Picks of the last minute. */
	recent = 0;
	inFlight = 0;
	/** Grows with each pick of any key. Below 0, in pool order, while never picked. */
	turn: number;

	constructor(candidate: Candidate) {
		this.kid = candidate.kid;
		this.turn = candidate.index - 2 ** 30;
	}

	/**
	 * Calls that are younger than a minute or still open. Calls mostly end in the order they
	 * began, so the larger figure includes the smaller.
	 */
	get calls(): number {
		return Math.max(this.recent, this.inFlight);
	}
}

/** Fewest calls in the rolling minute, those in flight included; ties by longest unused. */
export class LeastUsed implements Strategy, Order {
	readonly name = 'least-used';
	readonly #usages = new Map<Kid, Usage>();
	readonly #queue = new BucketQueue<Usage>();
	readonly #minute = new RollingMinute<Usage>();
	#turn = 0;
	size = 0;
	version = 0;

	set(candidate: Candidate): void {
		this.version += 1;
		let usage = this.#usages.get(candidate.kid);
		if (usage === undefined) {
			usage = new Usage(candidate);
			this.#usages.set(candidate.kid, usage);
		}
		const isNew = usage.candidate === undefined;
		usage.candidate = candidate;
		if (!isNew) return;
		this.size += 1;
		this.#queue.put(usage.place, usage.calls, usage.turn);
	}

	delete(kid: Kid): void {
		const usage = this.#usages.get(kid);
		if (usage?.candidate === undefined) return;
		this.version += 1;
		this.size -= 1;
		usage.candidate = undefined;
		this.#queue.take(usage.place);
		this.#forgetIdle(usage);
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first(context: PickContext): Candidate | undefined {
		this.#forgetOld(context.now);
		return this.#queue.peek()?.candidate;
	}

	*inOrder(): Generator<Candidate, undefined> {
		for (const usage of this.#queue.inOrder()) yield usage.candidate as Candidate;
	}

	picked(kid: Kid, context: PickContext): void {
		const best = this.#queue.peek();
		const usage = best?.kid === kid ? best : this.#usages.get(kid);
		if (usage === undefined) return;
		this.#forgetOld(context.now);
		this.version += 1;
		this.#turn += 1;
		usage.turn = this.#turn;
		usage.recent += 1;
		usage.inFlight += 1;
		this.#minute.push(usage, context.now);
		this.#place(usage);
	}

	/** Leases last a minute at most: what is in flight elsewhere is among the calls of the last minute. */
	observed({picks, now, inTurn}: PickedElsewhere): void {
		this.#forgetOld(now);
		this.version += 1;
		const counted = picks.flatMap(({kid, count}) => {
			const usage = this.#usages.get(kid);
			return usage === undefined ? [] : [{usage, count}];
		});
		for (const {usage, count} of counted.sort((one, other) => one.usage.turn - other.usage.turn)) {
			for (let pick = 0; pick < count; pick++) this.#minute.push(usage, now);
			usage.recent += count;
			if (inTurn) usage.turn = ++this.#turn;
			this.#place(usage);
		}
	}

	released(kid: Kid, now: number): void {
		this.#forgetOld(now);
		const usage = this.#usages.get(kid);
		if (usage === undefined || usage.inFlight === 0) return;
		usage.inFlight -= 1;
		if (usage.inFlight >= usage.recent) this.#placeLower(usage);
	}

	why(kid: Kid, context: PickContext): string {
		this.#forgetOld(context.now);
		return `fewest calls this minute: ${this.#usages.get(kid)?.calls ?? 0}`;
	}

	#forgetOld(now: number): void {
		for (;;) {
			const usage = this.#minute.shift(now);
			if (usage === undefined) return;
			usage.recent -= 1;
			if (usage.recent >= usage.inFlight) this.#placeLower(usage);
		}
	}

	#placeLower(usage: Usage): void {
		this.version += 1;
		this.#place(usage);
		this.#forgetIdle(usage);
	}

	#place(usage: Usage): void {
		if (usage.candidate !== undefined) this.#queue.put(usage.place, usage.calls, usage.turn);
	}

	#forgetIdle(usage: Usage): void {
		if (usage.candidate === undefined && usage.calls === 0) this.#usages.delete(usage.kid);
	}
}
