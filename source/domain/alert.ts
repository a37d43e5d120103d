/** The original tool's three rules, and those of pools, dead keys, credit, probes and the store. */
export type AlertType =
	| 'consecutive_failures'
	| 'high_error_rate'
	| 'high_latency'
	| 'pool_dry'
	| 'last_key'
	| 'key_invalid'
	| 'key_exhausted'
	| 'key_leaked'
	| 'provider_down'
	| 'probe_budget'
	| 'store_degraded';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** A rule's state on one subject. One alert per key and rule, not per model. */
export type Alert = {
	/** Stable over restarts and repeats: rule + subject + first firing. */
	readonly id: string;
	readonly type: AlertType;
	readonly severity: Severity;
	/** `inactive` is not kept. */
	readonly state: 'pending' | 'firing' | 'resolved';
	/** Who it is about: a kid, or a provider's pool. */
	readonly subject: {readonly kind: 'key'; readonly kid: string} | {readonly kind: 'pool'; readonly provider: string};
	readonly label: string;
	readonly provider: string;
	/** One sentence: what is wrong. */
	readonly message: string;
	/** One sentence: what to do. */
	readonly advice: string;
	readonly since: number;
	readonly resolvedAt?: number;
	readonly acknowledged?: {readonly by: string; readonly at: number};
	/** Epoch ms until which nobody is told. */
	readonly silencedUntil?: number;
};
