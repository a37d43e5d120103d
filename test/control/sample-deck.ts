import type {Deck, DryRun, KeyHistory, TestRequest, TestResult, WhyAnswer} from '../../source/engine/deck.ts';
import type {Leasing, Refused} from '../../source/engine/leasing.ts';
import type {KeyView, Snapshot} from '../../source/engine/snapshot.ts';
import type {Duty} from '../../source/engine/switched-off.ts';
import {InvalidInputError, KeydeckError} from '../../source/errors.ts';
import {type EngineEvent, type EngineFact, EventHub} from '../../source/events.ts';

/** A deck without an engine: it answers from what it holds and keeps what it was told to do. */
export class SampleDeck implements Deck, Leasing {
	readonly attachment = 'local';
	readonly told: unknown[] = [];
	/** How often a snapshot was asked for. */
	snapshots = 0;
	/** Adds this many bytes to each snapshot. */
	ballast = 0;
	readonly #hub = new EventHub();
	readonly #listeners = new Set<() => void>();
	#events: EngineEvent[] = [];

	get listeners(): number {
		return this.#listeners.size;
	}

	snapshot(): Snapshot {
		this.snapshots += 1;
		return sampleSnapshot(this.#events, this.ballast);
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	onEvent(listener: (event: EngineEvent) => void): () => void {
		return this.#hub.subscribe(listener);
	}

	/** Something happened: an event, and a change of the picture. */
	publish(fact: EngineFact): void {
		const event = this.#hub.publish(fact, 1000);
		this.#events = [event, ...this.#events].slice(0, 200);
		for (const listener of this.#listeners) listener();
	}

	async keyHistory(kid: string, limit: number): Promise<KeyHistory> {
		const entry = {
			at: 5,
			kid,
			from: 'probe',
			verdict: 'ok',
			counted: 'success',
			evidence: '200 GET /v1/models',
		} as const;
		return {kid, entries: [entry], more: limit};
	}

	async test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]> {
		this.told.push(request);
		if (request.model === 'hang') return new Promise(() => undefined);
		progress?.(1, 2);
		progress?.(2, 2);
		return [sampleResult];
	}

	async deepTestPrice(request: TestRequest): Promise<number | undefined> {
		return request.deep ? 0.001 : undefined;
	}

	async acquire(): Promise<Refused> {
		return {granted: false, code: 'NO_KEY', skipped: []};
	}

	async release(): Promise<boolean> {
		return false;
	}

	async openLease(): Promise<undefined> {
		return undefined;
	}

	async report(): Promise<boolean> {
		return false;
	}

	async usedThisMinute(): Promise<number> {
		return 0;
	}

	async history(): Promise<readonly []> {
		return [];
	}

	async setDuty(kid: string, duty: Duty, by: string): Promise<void> {
		this.told.push(['setDuty', kid, duty, by]);
	}

	async setStrategy(model: string, strategy: string, by: string): Promise<void> {
		if (model === 'gpt-9') throw new KeydeckError('UNKNOWN_MODEL', 'no model gpt-9', {hint: 'see keydeck models'});
		this.told.push(['setStrategy', model, strategy, by]);
	}

	async acknowledgeAlert(id: string, by: string): Promise<void> {
		if (id === 'bad') throw new InvalidInputError([{source: 'alert', path: 'id', rule: 'must be known', value: id}]);
		this.told.push(['acknowledgeAlert', id, by]);
	}

	async silenceAlert(id: string, until: number): Promise<void> {
		if (id === 'bug') throw new TypeError('sk-secret-in-a-message');
		this.told.push(['silenceAlert', id, until]);
	}

	async dryRun(model: string, strategy: DryRun['strategy'] | undefined, count: number): Promise<DryRun> {
		return {
			model,
			strategy: strategy ?? 'health-based',
			picks: [{index: count, label: 'A', mask: 's…', why: 'in turn'}],
		};
	}

	async why(model: string): Promise<WhyAnswer> {
		return {model, pick: null, skipped: [{kid: 'k1_a', label: 'A', model, reason: 'invalid'}]};
	}

	async close(): Promise<void> {}
}

export const sampleResult: TestResult = {
	kid: 'k1_a',
	provider: 'openai',
	label: 'A',
	mask: 's…',
	hash: 'aaaaaaaa',
	ok: false,
	verdict: 'unreachable',
	state: 'unknown',
	why: 'no answer',
	status: null,
	latencyMs: null,
	proof: 'none',
	costUsd: 0,
};

const sampleKey: KeyView = {
	kid: 'k1_a',
	hash: 'aaaaaaaa',
	label: 'A',
	mask: 's…',
	provider: 'openai',
	index: 0,
	source: {kind: 'environment'},
	firstSeenAt: 1,
	account: {name: 'own', from: 'own', size: 1},
	weight: 1,
	state: {kind: 'unknown'},
	trouble: 'unknown',
	usable: undefined,
	word: 'unknown',
	summary: '',
	why: '',
	blame: 'nobody',
	advice: '',
	proof: {},
	grade: 'none',
	forbiddenModels: [],
	limits: [],
	successes: 0,
	failures: 0,
	consecutiveFailures: 0,
	usedThisMinute: 0,
	inFlight: 0,
	day: [undefined, {calls: 1, probes: 2}, undefined],
};

function sampleSnapshot(events: readonly EngineEvent[], ballast: number): Snapshot {
	return {
		takenAt: 2000,
		startedAt: 1000,
		root: '/project',
		home: '/home',
		mode: 'live',
		store: {kind: 'sqlite', state: 'ok'},
		probing: {intervalMs: 60_000, deep: false, probesToday: 0, spentTodayUsd: 0, dailyBudgetUsd: 0.05},
		notes: ballast === 0 ? [] : ['x'.repeat(ballast)],
		searched: [],
		keys: [sampleKey],
		providers: [],
		models: [],
		alerts: [],
		events,
	};
}
