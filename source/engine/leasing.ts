import type {CatalogueEntry} from '../domain/catalogue.ts';
import type {Key, Kid} from '../domain/key.ts';
import type {Lease, SkipReason} from '../domain/lease.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Secret} from '../secret.ts';
import type {StrategyName} from '../strategies/strategy.ts';

export type AcquireRequest = {
	/** A name of the catalogue. */
	readonly model: string;
	/** Go on along the model's chain when its own pool cannot serve. @default false */
	readonly fallback?: boolean;
	/** Requests of one session carry the same id, so that `sticky` keeps them on one key. */
	readonly affinity?: string;
	/** Tokens the call is expected to use, for token limits. @default 1 */
	readonly tokens?: number;
	/** Wait at most this long for a key that comes back. @default 0 */
	readonly waitMs?: number;
	/** Order the keys by this strategy instead of the model's own. */
	readonly strategy?: StrategyName;
	/** Keys that have just failed this caller: another one is wanted. What was judged against a key need not be avoided: its bench keeps it out of what it cannot serve. */
	readonly avoid?: readonly Kid[];
	/** Models to fall back to, in order, instead of the chain the catalogue has; unknown names are passed over. */
	readonly chain?: readonly string[];
	readonly signal?: AbortSignal;
};

/** A lease and what is needed to make the call. */
export type Acquired = {
	readonly granted: true;
	readonly lease: Lease;
	readonly key: Key;
	readonly secret: Secret;
	/** Entry that serves: the asked model's own, or a later link's. */
	readonly entry: CatalogueEntry;
	readonly why: string;
	/** Said when the name is an alias, retires soon, or a later link serves. */
	readonly warning?: string;
};

export type Refused = {
	readonly granted: false;
	readonly code: 'UNKNOWN_MODEL' | 'NO_KEY' | 'NO_CANDIDATE';
	readonly skipped: readonly SkipReason[];
	/** Earliest time one comes back by itself; absent when none will. */
	readonly retryAt?: number;
};

/** A lease by its id or, for callers that know none, the oldest one of a key: of one model or of any. */
export type OpenLeaseQuery = {readonly leaseId: string} | {readonly kid: Kid; readonly model?: string};

/**
 * Hands out keys and takes them back: an engine in this process, or one reached over its control
 * socket. Refusals are values.
 */
export interface Leasing {
	/** A lease on the best key for a model, or why there is none. */
	acquire(request: AcquireRequest): Promise<Acquired | Refused>;
	/**
	 * Ends a lease with the raw outcome of the call (or `unused`); `usage` where the outcome does not tell it.
	 * False when it had ended before.
	 */
	release(leaseId: string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean>;
	/** The lease while it is open. */
	openLease(which: OpenLeaseQuery): Promise<Lease | undefined>;
	/**
	 * Judges a call that was made with a key without a lease, or after its lease was over. False when the key
	 * or the model is not known, or the key's vendor does not serve that model.
	 */
	report(kid: Kid, model: string, outcome: Outcome, usage?: Usage): Promise<boolean>;
	/** Requests granted to a key in the last minute; 0 for a key that is not known. */
	usedThisMinute(kid: Kid): Promise<number>;
}
