import type {LimitSettings} from './limit.ts';
import type {VerdictKind} from './verdict.ts';

/** Identity of a key: `k1_` + 26 base32 characters of an HMAC; never the key itself. */
export type Kid = string;

/** Where a key was read from. `line` counts from 1. */
export type KeySource = {
	readonly kind: 'environment' | 'env-file' | 'token-pool' | 'config' | 'demo';
	/** File it stands in; absent for the process environment. */
	readonly file?: string;
	readonly line?: number;
};

/** One upstream credential as everything but a provider sees it: no secret inside. */
export type Key = {
	readonly kid: Kid;
	/** First 8 hex characters of the kid's HMAC, for display only. */
	readonly hash: string;
	readonly provider: string;
	/** What people see: `CLAUDE_API_KEY2`, `DEEPSEEK_API_KEYS[0]`, `tokenpool:gpt-4o[1]` or a chosen name. */
	readonly label: string;
	/** At most the first 10 characters and a third of the key, then `…`. */
	readonly mask: string;
	readonly source: KeySource;
	/** Place in the provider's pool, from 0; stays put while the configuration does. */
	readonly index: number;
	/** @default 1 */
	readonly weight: number;
	/** Configured account; absent = learned from answers, else the key is its own account. */
	readonly account?: string;
	readonly limits?: LimitSettings;
	/** Switched off in the configuration. */
	readonly disabled: boolean;
};

/** Why something happened: the fact a person can check. */
export type Reason = {
	/** Verdict that caused it, or who did it. */
	readonly cause: VerdictKind | 'person' | 'config' | 'outlier';
	/** The vendor's words, short: `429 rate_limit_exceeded: requests per minute`. Sanitised. */
	readonly evidence: string;
	/** What set the deadline: `retry-after: 90`, `step 2 of backoff`. */
	readonly rule?: string;
	readonly status?: number;
	readonly code?: string;
	readonly requestId?: string;
	/** Who asked: a free probe, a paid probe or an agent's call. */
	readonly from: 'probe' | 'deep-probe' | 'call' | 'person' | 'config';
	readonly at: number;
	/** Model of the call, when it had one. */
	readonly model?: string;
};

/** State of a key as a whole, or for one model. Fields live only where they make sense. */
export type KeyState =
	| {readonly kind: 'unknown'}
	| {readonly kind: 'active'}
	/** On trial after a rest: one call, then 10 %, 50 %, all. */
	| {readonly kind: 'recovering'; readonly stage: RecoveryStage; readonly because: Reason}
	| {readonly kind: 'cooling'; readonly until: number; readonly because: Reason}
	| {readonly kind: 'exhausted'; readonly until?: number; readonly because: Reason}
	| {readonly kind: 'ejected'; readonly until: number; readonly times: number; readonly because: Reason}
	| {readonly kind: 'invalid'; readonly because: Reason}
	| {readonly kind: 'forbidden'; readonly because: Reason}
	| {readonly kind: 'draining'; readonly because: Reason}
	| {readonly kind: 'disabled'; readonly because: Reason};

/** `trial`: one call in flight at a time; then a share of the traffic; then all (no bench). */
export type RecoveryStage = 'trial' | 'tenth' | 'half';
