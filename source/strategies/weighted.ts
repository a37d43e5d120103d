import type {Kid} from '../domain/key.ts';
import {LazyOffers, type Order} from './offers.ts';
import type {Candidate, Offers, PickContext, Strategy} from './strategy.ts';
import {Lot, Urn} from './urn.ts';

/** A key that only failed still gets a hundredth of its share, so that it can show it is well again. */
const leastRate = 0.01;
/** Below a millisecond a measurement says nothing. */
const leastMs = 1;
const leastWeight = 1e-6;
/** Draws of candidates already offered before the rest is put in order at once. */
const mostRepeats = 32;
/** The golden ratio's fraction: its multiples spread evenly over 0 to 1. */
const goldenStep = 0.618_033_988_749_895;

/**
 * Random, in proportion to weight × success rate ÷ latency, without replacement within one
 * offer. A key without a latency is taken to be as fast as the mean of the others.
 */
export class Weighted implements Strategy, Order {
	readonly name = 'weighted';
	readonly #lots = new Map<Kid, Lot<Candidate>>();
	/** Keys with a latency. */
	readonly #measured = new Urn<Candidate>();
	/** Keys without, before the division by the mean: so a new mean changes no lot. */
	readonly #unmeasured = new Urn<Candidate>();
	#latencySumMs = 0;
	version = 0;

	get size(): number {
		return this.#lots.size;
	}

	set(candidate: Candidate): void {
		this.delete(candidate.kid);
		this.version += 1;
		const lot = new Lot(candidate);
		this.#lots.set(candidate.kid, lot);
		if (candidate.latencyMs === undefined) {
			this.#unmeasured.put(lot, worthOf(candidate));
			return;
		}
		const latencyMs = Math.max(leastMs, candidate.latencyMs);
		this.#latencySumMs += latencyMs;
		this.#measured.put(lot, worthOf(candidate) / latencyMs);
	}

	delete(kid: Kid): void {
		const lot = this.#lots.get(kid);
		if (lot === undefined) return;
		this.version += 1;
		this.#lots.delete(kid);
		const {latencyMs} = lot.subject;
		if (latencyMs === undefined) {
			this.#unmeasured.take(lot);
			return;
		}
		this.#measured.take(lot);
		this.#latencySumMs = this.#measured.size === 0 ? 0 : this.#latencySumMs - Math.max(leastMs, latencyMs);
	}

	offer(context: PickContext): Offers {
		return new LazyOffers(this, context);
	}

	first({random}: PickContext): Candidate | undefined {
		return this.#lots.size === 0 ? undefined : this.#draw(random);
	}

	*inOrder({random}: PickContext, offered: ReadonlySet<Kid>): Generator<Candidate, undefined> {
		for (let repeats = 0; repeats < mostRepeats && this.#lots.size > 0; ) {
			const candidate = this.#draw(random);
			if (offered.has(candidate.kid)) repeats += 1;
			else yield candidate;
		}
		yield* this.#shuffled(random, offered);
	}

	picked(): void {}

	/** Draws know nothing of each other, wherever they are made. */
	observed(): void {}

	released(): void {}

	why(kid: Kid): string {
		const lot = this.#lots.get(kid);
		if (lot === undefined) return 'drawn by weight';
		const total = this.#measured.weight + this.#unmeasured.weight / this.#meanMs();
		return `drawn by weight: ${Math.round((100 * this.#weightOf(lot)) / total)} % of the draws`;
	}

	/**
	 * Throws darts until one counts, two at the most on average. Each is moved one golden step
	 * further, which changes nothing for fair dice and comes to an end with loaded ones.
	 */
	#draw(random: () => number): Candidate {
		const meanMs = this.#meanMs();
		const measuredArea = this.#measured.area;
		const area = measuredArea + this.#unmeasured.area / meanMs;
		for (let darts = 0; ; darts++) {
			const thrown = random() + darts * goldenStep;
			const spot = (thrown - Math.floor(thrown)) * area;
			const candidate =
				spot < measuredArea ? this.#measured.hit(spot) : this.#unmeasured.hit((spot - measuredArea) * meanMs);
			if (candidate !== undefined) return candidate;
		}
	}

	/**
	 * Everyone not offered yet, in the order that drawing one after the other would give: each
	 * waits for an exponentially distributed time with its weight as the rate.
	 */
	*#shuffled(random: () => number, offered: ReadonlySet<Kid>): Generator<Candidate, undefined> {
		const rest = [...this.#lots.values()]
			.filter(({subject}) => !offered.has(subject.kid))
			.map((lot) => ({candidate: lot.subject, wait: -Math.log(1 - random()) / this.#weightOf(lot)}))
			.sort((one, other) => one.wait - other.wait);
		for (const {candidate} of rest) if (this.#lots.get(candidate.kid)?.subject === candidate) yield candidate;
	}

	#weightOf(lot: Lot<Candidate>): number {
		return lot.subject.latencyMs === undefined ? lot.weight / this.#meanMs() : lot.weight;
	}

	#meanMs(): number {
		return this.#measured.size === 0 ? leastMs : this.#latencySumMs / this.#measured.size;
	}
}

function worthOf({weight, successRate}: Candidate): number {
	return Math.max(leastWeight, weight) * Math.max(leastRate, Math.min(1, successRate));
}
