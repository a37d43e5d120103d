import type {Kid} from './key.ts';
import type {LimitReading} from './limit.ts';
import type {Usage} from './outcome.ts';
import type {ProofGrade} from './proof.ts';
import type {Verdict} from './verdict.ts';

/** Credit left, as the vendor states it. */
export type Balance = {readonly amount: number; readonly currency: string};

/** A provider's reading of one outcome: the verdict and everything it learned on the way. */
export type Reading = {
	readonly verdict: Verdict;
	/** Highest grade this answer shows; `none` unless it was good. */
	readonly proof: ProofGrade;
	/** The vendor's words, short and sanitised: `401 invalid_api_key`, `200 GET /v1/models`. */
	readonly evidence: string;
	/** What set a deadline: `retry-after: 90`. */
	readonly rule?: string;
	readonly status?: number;
	/** The vendor's structured code. */
	readonly code?: string;
	readonly requestId?: string;
	/** Account learned from the answer, e.g. `org-abc/proj_x`. */
	readonly account?: string;
	readonly limits: readonly LimitReading[];
	readonly balance?: Balance;
	readonly usage?: Usage;
	/** The key works, but is restricted: `missing scope api.model.read`. */
	readonly restriction?: string;
	readonly latencyMs: number;
	readonly firstByteMs?: number;
	readonly at: number;
};

/** A reading as history keeps it. */
export type HistoryEntry = {
	readonly at: number;
	readonly kid: Kid;
	readonly from: 'probe' | 'deep-probe' | 'call' | 'person' | 'config';
	readonly verdict: Verdict['kind'] | 'changed';
	/** Whether it counted as a failure (see `countsAs`). */
	readonly counted: 'success' | 'failure' | 'neither';
	readonly evidence: string;
	/** What followed: `rests 90s`, `not held against the key`. */
	readonly effect?: string;
	readonly model?: string;
	readonly status?: number;
	readonly code?: string;
	readonly latencyMs?: number;
	readonly firstByteMs?: number;
	readonly costUsd?: number;
	readonly inputTokens?: number;
	readonly outputTokens?: number;
};

/** Sums over one minute or hour of one key; latency is probe time or time to first byte. */
export type RollUp = {
	readonly kid: Kid;
	/** Start of the span, epoch ms, a multiple of its length. */
	readonly at: number;
	readonly successes: number;
	readonly failures: number;
	readonly throttled: number;
	readonly calls: number;
	readonly probes: number;
	readonly latencySumMs: number;
	readonly latencyCount: number;
	readonly latencyMaxMs: number;
	readonly tokens: number;
	readonly costUsd: number;
};
