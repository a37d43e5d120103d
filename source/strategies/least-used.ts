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
	/** Picks of the last minute by which keys are compared. */
	recent = 0;
	/** Picks of the last minute elsewhere that are left to the other replicas to make up for. */
	leftToOthers = 0;
	/** Part of a pick elsewhere that is not counted yet. */
	carried = 0;
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
	readonly #leftToOthers = new RollingMinute<Usage>();
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

	/**
	 * Leases last a minute at most: what is in flight elsewhere is among the calls of the last minute. While word comes
	 * late every replica makes up for its part only: else all make up for the same calls, and each time for too much.
	 */
	observed({picks, now, inTurn, replicas}: PickedElsewhere): void {
		this.#forgetOld(now);
		this.version += 1;
		const counted = picks.flatMap(({kid, count}) => {
			const usage = this.#usages.get(kid);
			return usage === undefined ? [] : [{usage, count}];
		});
		for (const {usage, count} of counted.sort((one, other) => one.usage.turn - other.usage.turn)) {
			this.#count(usage, count, {now, parts: inTurn ? 1 : replicas});
			if (inTurn) usage.turn = ++this.#turn;
			this.#place(usage);
		}
	}

	#count(usage: Usage, count: number, {now, parts}: {readonly now: number; readonly parts: number}): void {
		const share = usage.carried + count / parts;
		const own = Math.floor(share);
		usage.carried = share - own;
		usage.recent += own;
		usage.leftToOthers += Math.max(0, count - own);
		for (let pick = 0; pick < own; pick++) this.#minute.push(usage, now);
		for (let pick = own; pick < count; pick++) this.#leftToOthers.push(usage, now);
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
		const {calls = 0, leftToOthers = 0} = this.#usages.get(kid) ?? {};
		return `fewest calls this minute: ${calls + leftToOthers}`;
	}

	#forgetOld(now: number): void {
		for (let usage = this.#leftToOthers.shift(now); usage !== undefined; usage = this.#leftToOthers.shift(now)) {
			usage.leftToOthers -= 1;
		}
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
