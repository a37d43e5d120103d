import type {LimitKind} from '../domain/limit.ts';

/** What an account may do, per model; a missing one is unlimited. 0 = no allowance at all. */
export type Limits = {
	readonly requestsPerMinute?: number | undefined;
	readonly requestsPerDay?: number | undefined;
	/** For the account as a whole, all models together. */
	readonly requestsPerMonth?: number | undefined;
	readonly tokensPerMinute?: number | undefined;
	readonly inputTokensPerMinute?: number | undefined;
	readonly outputTokensPerMinute?: number | undefined;
	/** For the account as a whole, all models together. */
	readonly tokensPerMonth?: number | undefined;
	/** Completions open at the same time. */
	readonly concurrency?: number | undefined;
};

/** A window as it stands: `remaining` of `limit` until `resetAt` (epoch ms). */
export type Reading = {
	readonly kind: LimitKind;
	readonly limit: number;
	readonly remaining: number;
	readonly resetAt: number;
};

export type Cost = {readonly inputTokens: number; readonly outputTokens: number};

export type Taken =
	| {readonly granted: true; readonly readings: readonly Reading[]}
	| {
			readonly granted: false;
			readonly full: Reading;
			readonly requested: number;
			readonly readings: readonly Reading[];
	  };

type Rule = {
	readonly limit: keyof Limits;
	readonly kind: LimitKind;
	readonly spanMs: number;
	readonly cost: (cost: Cost) => number;
	/** Shared by all models of the account. */
	readonly allModels?: boolean;
};

const minute = 60_000;
const day = 24 * 60 * minute;
const month = 30 * day;
const oneCall = () => 1;
const allTokens = (cost: Cost) => cost.inputTokens + cost.outputTokens;

const rules: readonly Rule[] = [
	{limit: 'requestsPerMinute', kind: 'requests-minute', spanMs: minute, cost: oneCall},
	{limit: 'requestsPerDay', kind: 'requests-day', spanMs: day, cost: oneCall},
	{limit: 'requestsPerMonth', kind: 'requests-month', spanMs: month, cost: oneCall, allModels: true},
	{limit: 'tokensPerMinute', kind: 'tokens-minute', spanMs: minute, cost: allTokens},
	{limit: 'inputTokensPerMinute', kind: 'input-tokens-minute', spanMs: minute, cost: (cost) => cost.inputTokens},
	{limit: 'outputTokensPerMinute', kind: 'output-tokens-minute', spanMs: minute, cost: (cost) => cost.outputTokens},
	{limit: 'tokensPerMonth', kind: 'tokens-month', spanMs: month, cost: allTokens, allModels: true},
];

type Window = {readonly endsAt: number; used: number};

type Asked = {readonly window: Window; readonly reading: Reading; readonly requested: number};

/** Someone else used up the account's windows until a moment, for some models or for all. */
type Squeeze = {readonly until: number; readonly models: readonly string[] | undefined};

/**
 * The windows of one account, shared by its keys. A window opens with the first call and lasts its
 * span; then the whole limit is back. What it tells is what it does: a call is refused exactly when
 * `remaining` does not cover it.
 */
export class Quota {
	squeeze: Squeeze | undefined;
	readonly #windows = new Map<string, Window>();
	readonly #open = new Map<string, number>();

	/** Spends from every window, or from none when one of them is full. */
	take(model: string, limits: Limits, cost: Cost, now: number): Taken {
		const squeeze = this.#squeezed(model, now);
		const asked = this.#asked(model, limits, cost, squeeze, now);
		const full =
			asked.find(({reading, requested}) => reading.remaining < requested) ?? this.#crowded(model, limits, squeeze, now);
		if (full !== undefined) {
			const readings = asked.map(({reading}) => reading);
			return {granted: false, full: full.reading, requested: full.requested, readings};
		}
		for (const {window, requested} of asked) window.used += requested;
		return {
			granted: true,
			readings: asked.map(({reading, requested}) => ({...reading, remaining: reading.remaining - requested})),
		};
	}

	/** A completion begins; gives the function that ends it. */
	open(model: string): () => void {
		this.#open.set(model, (this.#open.get(model) ?? 0) + 1);
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			this.#open.set(model, (this.#open.get(model) ?? 1) - 1);
		};
	}

	#squeezed(model: string, now: number): Squeeze | undefined {
		const squeeze = this.squeeze;
		if (squeeze === undefined || now >= squeeze.until) return undefined;
		return squeeze.models === undefined || squeeze.models.includes(model) ? squeeze : undefined;
	}

	#asked(model: string, limits: Limits, cost: Cost, squeeze: Squeeze | undefined, now: number): readonly Asked[] {
		const asked: Asked[] = [];
		for (const rule of rules) {
			const limit = limits[rule.limit];
			if (limit === undefined) continue;
			const window = this.#window(rule.allModels ? rule.kind : `${rule.kind} ${model}`, rule.spanMs, now);
			// A squeeze fills the first window; the others stand as they are.
			const squeezed = asked.length === 0 ? squeeze : undefined;
			const remaining = squeezed ? 0 : Math.max(0, limit - window.used);
			const reading = {kind: rule.kind, limit, remaining, resetAt: squeezed?.until ?? window.endsAt};
			asked.push({window, reading, requested: rule.cost(cost)});
		}
		return asked;
	}

	/** The vendor limits how many calls run at once, or is squeezed without having a window to show. */
	#crowded(model: string, limits: Limits, squeeze: Squeeze | undefined, now: number) {
		const limit = limits.concurrency;
		const isFull = limit !== undefined && (this.#open.get(model) ?? 0) >= limit;
		if (squeeze === undefined && !isFull) return undefined;
		const reading: Reading = {kind: 'concurrency', limit: limit ?? 0, remaining: 0, resetAt: squeeze?.until ?? now};
		return {reading, requested: 1};
	}

	#window(id: string, spanMs: number, now: number): Window {
		let window = this.#windows.get(id);
		if (window === undefined || now >= window.endsAt) {
			window = {endsAt: now + spanMs, used: 0};
			this.#windows.set(id, window);
		}
		return window;
	}
}
