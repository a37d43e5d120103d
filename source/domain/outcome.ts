/** Raw result of one call upstream, before anyone judges it. */
export type Outcome = OutcomeAnswered | OutcomeFailed;

export type OutcomeAnswered = {
	readonly kind: 'answered';
	readonly status: number;
	/** Names in lower case; a doubled header is joined by `, `. */
	readonly headers: Readonly<Record<string, string>>;
	/** First 64 KB of the body as text. */
	readonly body: string;
	readonly timing: OutcomeTiming;
};

export type OutcomeFailed = {
	readonly kind: 'failed';
	/**
	 * `timeout`: no answer in time, or cut off after bytes were sent. `unreachable`: DNS, TLS or refused before a byte
	 * was sent. `unexplained`: its caller reports that it failed, and not how.
	 */
	readonly failure: 'timeout' | 'unreachable' | 'cancelled' | 'closed' | 'unexplained';
	/** System code or short words: `ECONNREFUSED`, `headers timeout after 10000 ms`. Never a header value. */
	readonly detail: string;
	readonly timing: OutcomeTiming;
};

export type OutcomeTiming = {
	/** Epoch ms when the answer (or failure) was there. */
	readonly at: number;
	/** Whole duration in ms. */
	readonly latencyMs: number;
	/** Time to the first byte of the answer in ms, when there was one. */
	readonly firstByteMs?: number;
};

/** Tokens a call used. */
export type Usage = {
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly cachedInputTokens: number;
	/** Price the vendor itself stated, USD. */
	readonly costUsd?: number;
};
