import type {Alert} from '../domain/alert.ts';
import type {Bench} from '../domain/bench.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {LimitCheck, LimitReading} from '../domain/limit.ts';
import type {Proof} from '../domain/proof.ts';
import type {Balance, HistoryEntry, RollUp} from '../domain/reading.ts';

/** What is known of a key and kept over restarts; the rest is benches and history. */
export type Knowledge = {
	readonly kid: Kid;
	readonly provider: string;
	readonly label: string;
	readonly firstSeenAt: number;
	readonly proof: Proof;
	/** Account learned from an answer. */
	readonly account?: string;
	readonly balance?: Balance;
	readonly balanceAt?: number;
	readonly restriction?: string;
	/** Newest reading per kind and model of the windows the vendor told. */
	readonly limits: readonly (LimitReading & {readonly model?: string})[];
	readonly consecutiveFailures: number;
	/** Sums since the first start. */
	readonly successes: number;
	readonly failures: number;
	/** EWMA, 0 to 1; absent while nothing was measured. */
	readonly successRate?: number;
	readonly latencyMs?: number;
	readonly lastEntry?: HistoryEntry;
	readonly lastErrorEntry?: HistoryEntry;
	readonly lastUsedAt?: number;
};

/** Picks per key of one model since the first start. */
export type PickCount = {readonly model: string; readonly kid: Kid; readonly picks: number};

/** Everything an engine needs to go on where the last one stopped. */
export type StoredState = {
	readonly benches: readonly Bench[];
	readonly knowledge: readonly Knowledge[];
	readonly alerts: readonly Alert[];
	readonly picks: readonly PickCount[];
	/** Strategies changed by a person, per model; they outrank the configuration. */
	readonly strategies: Readonly<Record<string, string>>;
	/** Last minute of grants, so that rolling counts survive. */
	readonly recentGrants: readonly {readonly kid: Kid; readonly model: string; readonly at: number}[];
};

/** One atomic, durable set of changes to states and alerts. */
export type StateChange =
	| {readonly kind: 'bench-put'; readonly bench: Bench}
	/** `version` is that of the bench being lifted. */
	| {readonly kind: 'bench-lift'; readonly id: string; readonly version: number}
	| {readonly kind: 'alert-put'; readonly alert: Alert}
	| {readonly kind: 'strategy-set'; readonly model: string; readonly strategy: string};

/** `stale` names benches whose stored version was not the one this change was made from; then nothing was written. */
export type SaveResult = {readonly stale: readonly {readonly id: string}[]};

export type ReserveRequest = {
	readonly leaseId: string;
	/** Whose keys the offers are. */
	readonly provider: string;
	readonly model: string;
	readonly servedBy: string;
	readonly now: number;
	readonly expiresAt: number;
	/** Best first, taken lazily; the first whose checks all fit is reserved. */
	readonly offers: Iterable<ReserveOffer>;
};

export type ReserveOffer = {readonly kid: Kid; readonly checks: readonly LimitCheck[]};

export type Reservation =
	| {readonly granted: true; readonly lease: Lease}
	/** Every offer was full; `full` says which window of which key and when it has room again. */
	| {
			readonly granted: false;
			readonly full: readonly {readonly kid: Kid; readonly window: string; readonly retryAt: number}[];
	  };

/** Whether what is kept reaches where it is kept; `detail` is one sentence for people. */
export type StoreCondition = {readonly state: 'ok'} | {readonly state: 'degraded'; readonly detail: string};

/** Calls another replica granted and ended since it last told; sums, for they may be thousands a second. */
export type CallsElsewhere = {
	/** Its id. */
	readonly replica: string;
	readonly picks: readonly PickCount[];
	/** Calls it has open now, of each key of which that has changed. */
	readonly open: readonly {readonly kid: Kid; readonly count: number}[];
	/** Leases of other replicas that were given back to it. */
	readonly ended: readonly string[];
};

/** Something another replica did. */
export type ForeignChange =
	| StateChange
	| {readonly kind: 'entries'; readonly entries: readonly HistoryEntry[]}
	| {readonly kind: 'knowledge'; readonly knowledge: Knowledge}
	/** One of these may be lost. */
	| {readonly kind: 'calls'; readonly calls: CallsElsewhere}
	/** This replica became the one that probes, or is it no longer. */
	| {readonly kind: 'role'};

/** One process of those that share a store. */
export type Replica = {
	readonly id: string;
	/** Host and process id. */
	readonly name: string;
	readonly startedAt: number;
	readonly probes: boolean;
	readonly isThis: boolean;
	/** How long the store takes to answer it, ms. */
	readonly latencyMs?: number;
};

/** What a store adds that several replicas share. */
export interface Fleet {
	/** Tells what others changed, states within a second; effective before anything else is told. */
	follow(listener: (changes: readonly ForeignChange[]) => void): () => void;
	/** This replica would probe for all; one of those that would is chosen. */
	stand(): void;
	/** Proof that this replica probes for all now; grows with each change of prober. */
	fence(): number | undefined;
	/** Whether this replica raises alerts for all: the prober does, and while the store is away whoever did last. */
	raisesAlerts(): boolean;
	/** By name; as last heard of while the store is away. */
	replicas(): readonly Replica[];
	/** A lease any replica has granted and nobody has ended. */
	lease(id: string): Promise<Lease | undefined>;
}

export type HistoryQuery = {readonly kid?: Kid; readonly sinceMs?: number; readonly limit: number};

export type RollUpQuery = {readonly kid?: Kid; readonly span: 'minute' | 'hour'; readonly since: number};

/**
 * Keeps state so that it survives and several processes can agree. It speaks the domain and
 * decides nothing but "does this lease fit". States and alerts are durable when `save` answers;
 * knowledge, history and counts are written in groups and durable after `flush`.
 */
export interface Store {
	readonly kind: 'memory' | 'sqlite' | 'redis';
	/** Set when other replicas may use the same store. */
	readonly fleet?: Fleet;
	/** `degraded`: it serves from memory and cannot keep what it is given now. */
	condition(): StoreCondition;
	/** Reads what was kept; called once, first. */
	load(now: number): Promise<StoredState>;
	/**
	 * A bench is written only when the stored version is one less (or it is new). All or nothing; with the
	 * `fence` of a prober who is it no longer, nothing.
	 */
	save(changes: readonly StateChange[], fence?: number): Promise<SaveResult>;
	/** Keeps the newest knowledge of a key; grouped. */
	learn(knowledge: Knowledge): void;
	/** Adds to history and roll-ups; grouped. */
	record(entry: HistoryEntry): void;
	/** Newest first. */
	history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
	/** Oldest first; spans without entries are absent. */
	rollUps(query: RollUpQuery): Promise<readonly RollUp[]>;
	/** Atomic: checks and spends every window of the first offer that fits. The same lease id again gives the same answer. */
	reserve(request: ReserveRequest): Promise<Reservation>;
	/** Ends a lease; `tokens` are spent on top of what was reserved. Twice is harmless: the second gives undefined. */
	release(leaseId: string, now: number, tokens?: number): Promise<Lease | undefined>;
	/** Ends leases past their time and gives them back, so that they can be told. */
	expire(now: number): Promise<readonly Lease[]>;
	openLeases(): Promise<readonly Lease[]>;
	/** Money spent on probes on a UTC day (`2026-11-22`), USD, after adding `amount` (which may be 0). */
	spend(day: string, amount: number): Promise<number>;
	/** True for one caller per key and interval: that one probes. */
	claimProbe(kid: Kid, now: number, intervalMs: number, fence?: number): Promise<boolean>;
	/** Drops what is past its time: entries 24 h, minutes 7 days, hours and alerts 90 days. */
	prune(now: number): Promise<void>;
	/** Waits until everything given so far is durable. */
	flush(): Promise<void>;
	/** Flushes and closes. Idempotent. */
	close(): Promise<void>;
}
