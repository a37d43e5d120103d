import type {Alert} from '../domain/alert.ts';
import type {KeySource, KeyState, Kid} from '../domain/key.ts';
import type {LimitKind} from '../domain/limit.ts';
import type {Proof, ProofGrade} from '../domain/proof.ts';
import type {Balance, HistoryEntry} from '../domain/reading.ts';
import type {Blame} from '../domain/verdict.ts';
import type {EngineEvent} from '../events.ts';
import type {Replica} from '../stores/store.ts';
import type {StrategyName} from '../strategies/strategy.ts';

/** A read-only picture of the engine at one time; plain JSON, never a secret in it. */
export type Snapshot = {
	readonly takenAt: number;
	readonly startedAt: number;
	/** Configuration root and home, for the header. */
	readonly root: string;
	readonly home: string;
	readonly mode: 'live' | 'demo';
	readonly store: {
		readonly kind: 'memory' | 'sqlite' | 'redis';
		readonly state: 'ok' | 'degraded';
		readonly detail?: string;
	};
	/** Processes that share the store; absent when this one has it alone. */
	readonly fleet?: {readonly replicas: readonly Replica[]};
	readonly probing: {
		readonly intervalMs: number;
		readonly deep: boolean;
		/** A sweep under way. */
		readonly sweep?: {readonly done: number; readonly total: number};
		/** Probes since 00:00 UTC, and what they cost. */
		readonly probesToday: number;
		readonly spentTodayUsd: number;
		readonly dailyBudgetUsd: number;
	};
	/** What was read but is not a usable key: placeholders, misplaced and doubled keys. One sentence each. */
	readonly notes: readonly string[];
	/** Places that were searched for keys, for the first screen. */
	readonly searched: readonly SearchedPlace[];
	/** Provider order, then pool order. */
	readonly keys: readonly KeyView[];
	readonly providers: readonly ProviderView[];
	/** Models with a pool: named by the original tool, token pool, configuration, or used since the start. */
	readonly models: readonly ModelView[];
	/** Firing first, then newest first. */
	readonly alerts: readonly Alert[];
	/** Newest first, at most 200. */
	readonly events: readonly EngineEvent[];
};

export type SearchedPlace = {readonly place: string; readonly found: string; readonly keys: number};

/** `needs-you`: invalid, without credit and no date, or leaked. `resting`: comes back by itself. */
export type Trouble = 'needs-you' | 'resting' | 'serving' | 'unknown' | 'off';

export type KeyView = {
	readonly kid: Kid;
	readonly hash: string;
	readonly label: string;
	readonly mask: string;
	readonly provider: string;
	/** `keyIndex` of the original tool: place in the pool, from 0. */
	readonly index: number;
	readonly source: KeySource;
	readonly firstSeenAt: number;
	readonly account: {
		readonly name: string;
		readonly from: 'configured' | 'learned' | 'own' /** Keys that share it, this one included. */;
		readonly size: number;
	};
	readonly weight: number;

	readonly state: KeyState;
	readonly trouble: Trouble;
	/** Usable now for at least one model; undefined while unknown. */
	readonly usable: boolean | undefined;
	/** Models it rests for when not all: `gpt-4o`. */
	readonly onlyFor?: string;
	/** State in one or two words: `invalid`, `no credit`, `trial`, `key valid`, `ok`, `slow`, `low`. */
	readonly word: string;
	/** One line for the table: `401 invalid_api_key, confirmed · replace it`. Empty when all is well. */
	readonly summary: string;
	/** Why, in one or two sentences. */
	readonly why: string;
	/** The deadline and where it comes from: `"retry-after: 90" in the answer of 03:12:30`. */
	readonly untilRule?: string;
	readonly until?: number;
	readonly blame: Blame;
	/** What to do, one or two sentences; `Nothing, …` when it comes back by itself. */
	readonly advice: string;
	/** What happens next: `03:14:00 one trial call, then all`. */
	readonly next?: string;

	readonly proof: Proof;
	readonly grade: ProofGrade;
	readonly restriction?: string;
	readonly forbiddenModels: readonly string[];
	readonly balance?: Balance & {readonly at: number};
	/** Share left of the tightest window; undefined = not told. */
	readonly headroom?: number;
	readonly limits: readonly LimitView[];

	readonly successes: number;
	readonly failures: number;
	/** Share of successes among what counted, 0 to 1; undefined = nothing counted. */
	readonly successRate?: number;
	readonly consecutiveFailures: number;
	/** EWMA in ms. */
	readonly latencyMs?: number;
	readonly p95Ms?: number;
	/** Requests granted in the last minute, by all replicas. */
	readonly usedThisMinute: number;
	/** Calls in flight here. */
	readonly inFlight: number;
	/** Calls in flight at the other replicas; absent without any. */
	readonly inFlightElsewhere?: number;
	/** Share of its provider's picks since the start, 0 to 1. */
	readonly share?: number;
	/** Last 24 h in 24 buckets, oldest first; undefined where nothing happened. */
	readonly day: readonly (DayBucket | undefined)[];
	readonly lastCheck?: HistoryEntry;
	readonly lastError?: HistoryEntry;
};

/** `successRate` undefined when nothing in the span counted. */
export type DayBucket = {
	readonly successRate?: number;
	readonly latencyMs?: number;
	readonly calls: number;
	readonly probes: number;
};

export type LimitView = {
	readonly kind: LimitKind;
	readonly model?: string;
	readonly limit: number;
	readonly remaining?: number;
	readonly resetAt?: number;
	/** When the figures were read. */
	readonly at: number;
	readonly from: 'header' | 'configuration';
};

export type ProviderView = {
	readonly name: string;
	readonly title: string;
	readonly keys: number;
	/** Keys usable now. */
	readonly usable: number;
	/** Trouble of the pool as a whole. */
	readonly condition: 'ok' | 'reduced' | 'last-key' | 'dry' | 'unknown' | 'down';
	/** When the first resting key comes back, if none is usable. */
	readonly backAt?: number;
	/** The breaker, when it is not closed. */
	readonly breaker?: {readonly state: 'open' | 'half-open'; readonly until: number; readonly why: string};
	readonly successes: number;
	readonly failures: number;
	readonly successRate?: number;
	readonly latencyMs?: number;
	readonly p95Ms?: number;
	readonly day: readonly (DayBucket | undefined)[];
	readonly lastError?: HistoryEntry;
};

export type ModelView = {
	readonly name: string;
	readonly provider: string;
	readonly upstream: string;
	/** Said when the name is an alias or retires soon. */
	readonly warning?: string;
	readonly strategy: StrategyName;
	readonly keys: number;
	readonly usable: number;
	/** Chain with the state of each link; the first link is the model itself. */
	readonly chain: readonly LinkView[];
	/** Index into `chain` of the link that would serve now; undefined when none would. */
	readonly liveLink?: number;
	readonly picks: number;
	readonly shares: readonly KeyShare[];
	/** Newest first, at most 20. */
	readonly lastPicks: readonly PickView[];
};

export type LinkView = {
	readonly model: string;
	readonly provider: string;
	readonly upstream: string;
	readonly usable: number;
	readonly keys: number;
	/** Why it is skipped: `no key for ollama`, `same pool as link 1`, `all 3 keys rest`. */
	readonly skipped?: string;
	readonly backAt?: number;
};

export type KeyShare = {
	readonly kid: Kid;
	readonly label: string;
	readonly index: number;
	readonly usable: boolean | undefined;
	readonly picks: number;
	/** 0 to 1; undefined with no picks at all. */
	readonly share?: number;
	readonly usedThisMinute: number;
	readonly successRate?: number;
	readonly latencyMs?: number;
};

export type PickView = {
	readonly at: number;
	readonly kid: Kid;
	readonly label: string;
	readonly servedBy: string;
	readonly why: string;
};
