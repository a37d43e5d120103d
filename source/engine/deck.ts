import type {Kid} from '../domain/key.ts';
import type {SkipReason} from '../domain/lease.ts';
import type {ProofGrade} from '../domain/proof.ts';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {KeydeckError} from '../errors.ts';
import type {EngineEvent} from '../events.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {Snapshot} from './snapshot.ts';
import type {Duty} from './switched-off.ts';

export type TestRequest = {
	/** Absent = every key. */
	readonly kids?: readonly Kid[];
	/** Spend one token per key. @default false */
	readonly deep?: boolean;
	/** Model for a deep test; absent = the provider's cheapest. */
	readonly model?: string;
};

export type TestResult = {
	readonly kid: Kid;
	readonly provider: string;
	readonly label: string;
	readonly mask: string;
	readonly hash: string;
	/** The vendor accepted the key and it may be used now. */
	readonly ok: boolean;
	readonly verdict: string;
	readonly state: string;
	readonly why: string;
	/** HTTP status; null when there was no answer. */
	readonly status: number | null;
	readonly latencyMs: number | null;
	readonly proof: ProofGrade;
	readonly costUsd: number;
};

export type DryRun = {
	readonly model: string;
	readonly strategy: StrategyName;
	readonly picks: readonly {
		readonly index: number;
		readonly label: string;
		readonly mask: string;
		readonly why: string;
	}[];
};

export type WhyAnswer = {
	readonly model: string;
	readonly pick: {
		readonly label: string;
		readonly mask: string;
		readonly hash: string;
		readonly servedBy: string;
		readonly why: string;
	} | null;
	readonly skipped: readonly SkipReason[];
};

export type HistorySpan = 'minute' | 'hour';

/** The last verdicts of one key, newest first, beside its `KeyView`. */
export type KeyHistory = {readonly kid: Kid; readonly entries: readonly HistoryEntry[]; readonly more: number};

/** The engine of a deck cannot be reached. */
export type Outage = {readonly since: number; readonly why: string; readonly nextTryAt: number};

/**
 * One contract for the dashboard and the commands: an engine in this process, or one reached
 * over its control socket. Reads are pictures, actions name a key by its kid.
 */
export interface Deck {
	/** `local`: this process owns the engine; `attached`: another of this machine does; `remote`: a service elsewhere. */
	readonly attachment: 'local' | 'attached' | 'remote';
	/** Set while the engine cannot be reached: then the last picture stands. */
	readonly outage?: Outage | undefined;
	/** The newest picture. */
	snapshot(): Snapshot;
	/** Called after each change, at most a few times a second; gives the function that ends it. */
	subscribe(listener: () => void): () => void;
	onEvent(listener: (event: EngineEvent) => void): () => void;
	keyHistory(kid: Kid, limit: number): Promise<KeyHistory>;
	/** Probes keys now; results in snapshot order. `progress` is told after each. */
	test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]>;
	/** What a deep test of these keys costs at most, USD; undefined where a price is unknown. */
	deepTestPrice(request: TestRequest): Promise<number | undefined>;
	/** Switches a key off, lets it drain, or switches it on again. */
	setDuty(kid: Kid, duty: Duty, by: string): Promise<void>;
	setStrategy(model: string, strategy: StrategyName, by: string): Promise<void>;
	acknowledgeAlert(id: string, by: string): Promise<void>;
	silenceAlert(id: string, until: number): Promise<void>;
	dryRun(model: string, strategy: StrategyName | undefined, count: number): Promise<DryRun>;
	/** Sums of every key per minute (7 days) or hour (90 days), oldest first. */
	history(span: HistorySpan, since: number): Promise<readonly RollUp[]>;
	why(model: string): Promise<WhyAnswer>;
	close(): Promise<void>;
}

/** No key of the deck has this id. */
export function unknownKey(kid: Kid): KeydeckError {
	return new KeydeckError('UNKNOWN_KEY', `no key with id ${kid}`, {hint: 'keydeck report lists the keys'});
}

/** No model of the catalogue has this name. */
export function unknownModel(model: string): KeydeckError {
	return new KeydeckError('UNKNOWN_MODEL', `unknown model ${JSON.stringify(model)}`, {
		hint: 'keydeck models lists the names',
	});
}
