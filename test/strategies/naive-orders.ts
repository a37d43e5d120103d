import type {Candidate, Grade, PickContext, StrategyName} from '../../source/strategies/strategy.ts';

/** The obvious way to the same order: keep everything, sort at each pick. */
export interface NaiveOrder {
	set(candidate: Candidate): void;
	delete(kid: string): void;
	order(context: PickContext): string[];
	picked(kid: string, context: PickContext): void;
	released(kid: string, now: number): void;
}

abstract class Naive implements NaiveOrder {
	readonly candidates = new Map<string, Candidate>();
	set(candidate: Candidate): void {
		this.candidates.set(candidate.kid, candidate);
	}
	delete(kid: string): void {
		this.candidates.delete(kid);
	}
	abstract order(context: PickContext): string[];
	abstract picked(kid: string, context: PickContext): void;
	released(_kid: string, _now: number): void {}

	protected sorted(...ranks: ((candidate: Candidate) => number)[]): string[] {
		const rankings = [...ranks, ({index}: Candidate) => index];
		const compare = (one: Candidate, other: Candidate) =>
			rankings.map((rank) => rank(one) - rank(other)).find((difference) => difference !== 0) ?? 0;
		return [...this.candidates.values()].sort(compare).map(({kid}) => kid);
	}
}

class NaiveRoundRobin extends Naive {
	#last = -1;
	order(): string[] {
		return this.sorted(({index}) => (index > this.#last ? 0 : 1));
	}
	picked(kid: string): void {
		this.#last = this.candidates.get(kid)?.index ?? this.#last;
	}
}

const gradeRank: Record<Grade, number> = {healthy: 0, degraded: 1, recovering: 2};

class NaiveHealth extends Naive {
	readonly #last: Record<Grade, number> = {healthy: -1, degraded: -1, recovering: -1};
	order(_context: PickContext): string[] {
		return this.sorted(
			({grade}) => gradeRank[grade],
			({grade, index}) => (index > this.#last[grade] ? 0 : 1),
		);
	}
	picked(kid: string, _context: PickContext): void {
		const candidate = this.candidates.get(kid);
		if (candidate !== undefined) this.#last[candidate.grade] = candidate.index;
	}
}

class NaiveSticky extends NaiveHealth {
	readonly #sessions = new Map<string, string>();
	override order(context: PickContext): string[] {
		const order = super.order(context);
		const kid = this.#sessions.get(context.affinity ?? '');
		const kept = kid === undefined ? undefined : this.candidates.get(kid);
		if (kept === undefined || (kept.headroom ?? 1) <= 0.05) return order;
		return [kept.kid, ...order.filter((other) => other !== kept.kid)];
	}
	override picked(kid: string, context: PickContext): void {
		const {affinity} = context;
		if (affinity === undefined || this.#sessions.get(affinity) !== kid) super.picked(kid, context);
		if (affinity !== undefined) this.#sessions.set(affinity, kid);
	}
}

class NaiveHeadroom extends Naive {
	readonly #turns = new Map<string, number>();
	#turn = 0;
	override delete(kid: string): void {
		super.delete(kid);
		this.#turns.delete(kid);
	}
	order(): string[] {
		return this.sorted(
			({headroom}) => -(headroom ?? 1),
			({kid}) => this.#turns.get(kid) ?? 0,
		);
	}
	picked(kid: string): void {
		this.#turn += 1;
		if (this.candidates.has(kid)) this.#turns.set(kid, this.#turn);
	}
}

class NaiveLeastUsed extends Naive {
	readonly #turns = new Map<string, number>();
	readonly #inFlight = new Map<string, number>();
	#picks: {kid: string; at: number}[] = [];
	#turn = 0;
	order({now}: PickContext): string[] {
		this.#age(now);
		return this.sorted(
			({kid}) => this.#calls(kid),
			({kid}) => this.#turns.get(kid) ?? 0,
		);
	}
	picked(kid: string, {now}: PickContext): void {
		this.#turn += 1;
		if (!this.candidates.has(kid)) return;
		this.#age(now);
		this.#turns.set(kid, this.#turn);
		this.#inFlight.set(kid, (this.#inFlight.get(kid) ?? 0) + 1);
		this.#picks.push({kid, at: now});
	}
	override released(kid: string, now: number): void {
		this.#inFlight.set(kid, Math.max(0, (this.#inFlight.get(kid) ?? 0) - 1));
		this.#age(now);
	}
	override delete(kid: string): void {
		super.delete(kid);
		this.#forgetIdle();
	}
	#age(now: number): void {
		this.#picks = this.#picks.filter(({at}) => now - at < 60_000);
		this.#forgetIdle();
	}
	#calls(kid: string): number {
		const recent = this.#picks.filter((pick) => pick.kid === kid).length;
		return Math.max(recent, this.#inFlight.get(kid) ?? 0);
	}
	#forgetIdle(): void {
		for (const kid of this.#turns.keys()) {
			if (!this.candidates.has(kid) && this.#calls(kid) === 0) this.#turns.delete(kid);
		}
	}
}

/** Every strategy but `weighted`, whose order is chance. */
export const naiveOrders: Readonly<Record<Exclude<StrategyName, 'weighted'>, () => NaiveOrder>> = {
	'round-robin': () => new NaiveRoundRobin(),
	'health-based': () => new NaiveHealth(),
	'least-used': () => new NaiveLeastUsed(),
	headroom: () => new NaiveHeadroom(),
	sticky: () => new NaiveSticky(),
};
