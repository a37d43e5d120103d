/** Limits a person configures; a missing one is unlimited. */
export type LimitSettings = {
	/** Calls a minute, spread evenly after `burst`. */
	readonly requestsPerMinute?: number;
	/** Calls admitted at once. @default requestsPerMinute, the whole minute at once */
	readonly burst?: number;
	readonly tokensPerMinute?: number;
	readonly requestsPerDay?: number;
	/** Leases open at the same time. */
	readonly concurrency?: number;
};

export type LimitKind =
	| 'requests-minute'
	| 'requests-day'
	| 'requests-month'
	| 'tokens-minute'
	| 'input-tokens-minute'
	| 'output-tokens-minute'
	| 'tokens-month'
	| 'concurrency';

/** A window in words: `60 of 60 requests a minute`. */
export const limitNames: Readonly<Record<LimitKind, string>> = {
	'requests-minute': 'requests a minute',
	'requests-day': 'requests a day',
	'requests-month': 'requests a month',
	'tokens-minute': 'tokens a minute',
	'input-tokens-minute': 'input tokens a minute',
	'output-tokens-minute': 'output tokens a minute',
	'tokens-month': 'tokens a month',
	concurrency: 'calls at once',
};

/** A vendor's window as its answer told it. */
export type LimitReading = {
	readonly kind: LimitKind;
	readonly limit: number;
	/** Absent when the vendor names the limit only. */
	readonly remaining?: number;
	/** Epoch ms; absent when not told. */
	readonly resetAt?: number;
	/** When the answer came. */
	readonly at: number;
	/** Header it was read from, for people. */
	readonly from: string;
};

/** One window a lease must fit into. The store checks and spends all of a lease's, atomically. */
export type LimitCheck = {
	/** Which window: subject and kind, e.g. `account openai acme gpt-4o requests-minute`. */
	readonly id: string;
	/** Rate windows: `capacity` at once (burst), refilled one unit per `refillMs`. Concurrency: `refillMs` 0. */
	readonly capacity: number;
	readonly refillMs: number;
	/** Units this lease spends. */
	readonly cost: number;
};
