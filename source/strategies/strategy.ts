import type {Kid} from '../domain/key.ts';

export const strategyNames = ['round-robin', 'least-used', 'weighted', 'health-based', 'headroom', 'sticky'] as const;

export type StrategyName = (typeof strategyNames)[number];

/** @default for every model */
export const defaultStrategy: StrategyName = 'health-based';

/** `healthy` before `degraded` (failing or slow more than its peers) before `recovering` (on trial). */
export type Grade = 'healthy' | 'degraded' | 'recovering';

/** A key that may be used now, with what strategies weigh. */
export type Candidate = {
	readonly kid: Kid;
	/** Place in the pool; strategies take turns in this order. */
	readonly index: number;
	/** Configured; above 0. */
	readonly weight: number;
	/** From 0 to 1; 1 while nothing was measured. */
	readonly successRate: number;
	/** EWMA of time to first byte or probe time in ms; undefined while nothing was measured. */
	readonly latencyMs: number | undefined;
	/** Share left of the tightest limit, 0 to 1; undefined while the vendor has told none. */
	readonly headroom: number | undefined;
	readonly grade: Grade;
};

export type PickContext = {
	/** Epoch ms. */
	readonly now: number;
	/** Uniform in [0, 1). */
	readonly random: () => number;
	/** Requests of one session carry the same id. */
	readonly affinity?: string;
};

/** What another replica picked since it last told. */
export type PickedElsewhere = {
	readonly picks: readonly {readonly kid: Kid; readonly count: number}[];
	/** Epoch ms. */
	readonly now: number;
	/**
	 * Calls are so rare that word of each comes before the next: all replicas can keep one order. When they are not,
	 * replicas that follow each other meet at the same key again and again; better each keeps its own order then.
	 */
	readonly inTurn: boolean;
	/** How many replicas there are, this one included. */
	readonly replicas: number;
};

/**
 * Orders the candidates of one pool, best first. It never excludes: the engine adds and removes
 * candidates, the store reserves the first offered that fits. Indexes are kept as verdicts
 * arrive, so that a pick costs the same with 4 keys and with 10,000.
 */
export interface Strategy {
	readonly name: StrategyName;
	/** Number of candidates. */
	readonly size: number;
	/** Adds a candidate, or replaces what is known of it. */
	set(candidate: Candidate): void;
	/** Unknown kids are ignored. */
	delete(kid: Kid): void;
	/** Candidates best first, each once, made lazily; ends when all were offered. Picks nothing by itself. */
	offer(context: PickContext): Offers;
	/** A lease was granted: moves cursors and counts it as in flight. */
	picked(kid: Kid, context: PickContext): void;
	/** Another replica picked: moves cursors and counts, as far as it has any. */
	observed(elsewhere: PickedElsewhere): void;
	/** A lease ended. */
	released(kid: Kid, now: number): void;
	/** Why this one came first, for people: `in turn`, `fewest calls this minute: 3`. */
	why(kid: Kid, context: PickContext): string;
}

export interface Offers {
	/** The next best candidate, or undefined when all were offered. */
	next(): Candidate | undefined;
}
