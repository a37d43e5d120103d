import {subjectId} from '../domain/bench.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {RollUp} from '../domain/reading.ts';
import {type EngineEvent, EventHub} from '../events.ts';
import type {StoredState} from '../stores/store.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import {Alerter} from './alerter.ts';
import {Assessor} from './assessor.ts';
import {
	type Deck,
	type DryRun,
	type HistorySpan,
	type KeyHistory,
	type TestRequest,
	type TestResult,
	unknownKey,
	unknownModel,
	type WhyAnswer,
} from './deck.ts';
import {Dispatcher} from './dispatcher.ts';
import {dryRun} from './dry-run.ts';
import {Elsewhere} from './elsewhere.ts';
import {takeOver} from './following.ts';
import {Housekeeping} from './housekeeping.ts';
import type {Acquired, AcquireRequest, Leasing, OpenLeaseQuery, Refused} from './leasing.ts';
import {LivePicture} from './live-picture.ts';
import type {EngineParts, EngineSettings} from './options.ts';
import {listedUpstreams, takeSnapshot} from './picture.ts';
import {type Pool, Pools} from './pools.ts';
import {type Asked, Prober} from './prober.ts';
import {resume} from './resume.ts';
import {Roster} from './roster.ts';
import {tellRosterChange} from './roster-news.ts';
import type {Snapshot} from './snapshot.ts';
import {benchesFromConfig, type Duty, dutyChange} from './switched-off.ts';
import {testResult} from './test-result.ts';
import {whyAnswer} from './why.ts';

/** The deck's engine: keeps keys, hands out leases, probes, judges, remembers. */
export class Engine implements Deck, Leasing {
	readonly attachment = 'local';
	readonly #parts: EngineParts;
	readonly #roster: Roster;
	readonly #events = new EventHub();
	readonly #pools: Pools;
	readonly #assessor: Assessor;
	readonly #prober: Prober;
	readonly #dispatcher: Dispatcher;
	readonly #alerter: Alerter;
	readonly #elsewhere: Elsewhere;
	readonly #strategies: Map<string, string>;
	readonly #startedAt: number;
	#settings: EngineSettings;
	readonly #picture: LivePicture;
	readonly #housekeeping: Housekeeping;
	#closing: Promise<void> | undefined;

	private constructor(parts: EngineParts, stored: StoredState) {
		this.#parts = parts;
		this.#settings = parts.settings;
		this.#startedAt = parts.clock.now();
		this.#picture = new LivePicture(() => this.#takePicture(), parts.clock);
		this.#strategies = new Map(Object.entries(stored.strategies));
		const {store, clock, random, transport, newId} = parts;
		this.#roster = new Roster(stored.knowledge);
		this.#pools = new Pools(this.#roster, {
			ofProvider: (provider) => this.#settings.providerLimits.get(provider),
			ofModel: (model) => this.#settings.modelLimits.get(model),
		});
		const shared = {
			settings: (): EngineSettings => this.#settings,
			roster: this.#roster,
			pools: this.#pools,
			events: this.#events,
			store,
			clock,
			random,
			changed: (): void => this.#changed(),
		};
		const assessor = new Assessor(shared);
		this.#assessor = assessor;
		this.#prober = new Prober({...shared, transport, assessor});
		this.#dispatcher = new Dispatcher({
			...shared,
			assessor,
			newId,
			strategyOf: (model) => this.#strategyOf(model),
			passDeadlines: () => assessor.passDeadlines(),
			confirm: (kid) => this.#prober.confirm(kid),
		});
		this.#alerter = new Alerter(shared, stored.alerts);
		const strategies = this.#strategies;
		const elsewhere = new Elsewhere({...shared, dispatcher: this.#dispatcher});
		this.#elsewhere = elsewhere;
		const others = {...shared, assessor, alerter: this.#alerter, prober: this.#prober, elsewhere, strategies};
		store.fleet?.follow((changes) => takeOver(changes, others));
		const [dispatcher, alerter, picture] = [this.#dispatcher, this.#alerter, this.#picture];
		this.#housekeeping = new Housekeeping({...shared, assessor, dispatcher, alerter, picture});
	}

	/** Reads what was kept and takes over; probing starts with `start()`. */
	static async open(parts: EngineParts): Promise<Engine> {
		const now = parts.clock.now();
		const stored = await parts.store.load(now);
		const engine = new Engine(parts, stored);
		await resume(stored, now, {
			settings: parts.settings,
			store: parts.store,
			roster: engine.#roster,
			events: engine.#events,
			dispatcher: engine.#dispatcher,
			assessor: engine.#assessor,
			prober: engine.#prober,
		});
		return engine;
	}

	/** Begins housekeeping and, unless that waits for `startProbing`, sweeps. */
	start({probing = true}: {readonly probing?: boolean} = {}): void {
		this.#housekeeping.start();
		if (probing) this.startProbing();
	}

	/** Sweeps now and then once per interval. Idempotent. */
	startProbing(): void {
		this.#prober.start();
	}

	/** The configuration in force. */
	get settings(): EngineSettings {
		return this.#settings;
	}

	snapshot(): Snapshot {
		return this.#picture.current();
	}

	subscribe(listener: () => void): () => void {
		return this.#picture.subscribe(listener);
	}

	onEvent(listener: (event: EngineEvent) => void): () => void {
		return this.#events.subscribe(listener);
	}

	acquire(request: AcquireRequest): Promise<Acquired | Refused> {
		return this.#dispatcher.acquire(request);
	}

	release(leaseId: string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean> {
		return this.#dispatcher.release(leaseId, outcome, usage);
	}

	openLease(which: OpenLeaseQuery): Promise<Lease | undefined> {
		return this.#dispatcher.openLease(which);
	}

	report(kid: Kid, model: string, outcome: Outcome, usage?: Usage): Promise<boolean> {
		return this.#dispatcher.report(kid, model, outcome, usage);
	}

	async usedThisMinute(kid: Kid): Promise<number> {
		return this.#roster.get(kid)?.minute.count(this.#parts.clock.now()) ?? 0;
	}

	async test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]> {
		const asked: readonly Asked[] = await this.#prober.test(request, progress);
		this.#changed();
		const place = {settings: this.#settings, roster: this.#roster, now: this.#parts.clock.now()};
		const upstreams = listedUpstreams({settings: this.#settings, dispatcher: this.#dispatcher});
		return asked.map((one) => testResult(one, place, upstreams.get(one.member.key.provider) ?? []));
	}

	async deepTestPrice(request: TestRequest): Promise<number | undefined> {
		return this.#prober.deepPrice(request);
	}

	async keyHistory(kid: Kid, limit: number): Promise<KeyHistory> {
		const entries = await this.#parts.store.history({kid, limit: limit + 100});
		return {kid, entries: entries.slice(0, limit), more: Math.max(0, entries.length - limit)};
	}

	async setDuty(kid: Kid, duty: Duty, by: string): Promise<void> {
		if (this.#roster.get(kid) === undefined) throw unknownKey(kid);
		const before = this.#roster.bench(subjectId({level: 'key', kid}));
		const change = dutyChange(kid, duty, before, {by, now: this.#parts.clock.now()});
		if (change !== undefined) await this.#assessor.carryOut([change]);
	}

	async setStrategy(model: string, strategy: StrategyName, by: string): Promise<void> {
		const pool = this.#poolOf(model);
		await this.#parts.store.save([{kind: 'strategy-set', model, strategy}]);
		this.#strategies.set(model, strategy);
		const now = this.#parts.clock.now();
		this.#pools.setStrategy(pool, strategy, now);
		this.#events.publish({type: 'strategy.changed', model, strategy, by}, now);
		this.#changed();
	}

	acknowledgeAlert(id: string, by: string): Promise<void> {
		return this.#alerter.acknowledge(id, by);
	}

	silenceAlert(id: string, until: number): Promise<void> {
		return this.#alerter.silence(id, until);
	}

	async dryRun(model: string, strategy: StrategyName | undefined, count: number): Promise<DryRun> {
		const pool = this.#poolOf(model);
		await this.#assessor.passDeadlines();
		return dryRun(pool, strategy ?? this.#strategyOf(model), count, this.#roster, this.#parts);
	}

	history(span: HistorySpan, since: number): Promise<readonly RollUp[]> {
		return this.#parts.store.rollUps({span, since});
	}

	async why(model: string): Promise<WhyAnswer> {
		if (!this.#settings.catalogue.has(model)) throw unknownModel(model);
		await this.#assessor.passDeadlines();
		const {clock, random} = this.#parts;
		const {catalogue} = this.#settings;
		const parts = {catalogue, dispatcher: this.#dispatcher, pools: this.#pools, roster: this.#roster};
		return whyAnswer(model, parts, {now: clock.now(), random});
	}

	/** Takes over a changed configuration; what was learned of keys that stay is kept. */
	async apply(settings: EngineSettings): Promise<void> {
		const now = this.#parts.clock.now();
		this.#settings = settings;
		const change = this.#roster.replace(settings.keys, now);
		tellRosterChange(change, now, {events: this.#events, store: this.#parts.store});
		await this.#assessor.carryOut(benchesFromConfig(this.#roster, now));
		this.#pools.reconcile(settings.catalogue, (model) => this.#strategyOf(model), now);
		this.#events.publish({type: 'config.applied', added: change.added.length, removed: change.removed.length}, now);
		this.#changed();
		if (change.added.length > 0) void this.test({kids: change.added.map((member) => member.key.kid)});
	}

	/** A changed configuration was bad: the old one stays. */
	refuseSettings(problems: readonly string[]): void {
		this.#settings = {...this.#settings, refused: problems};
		this.#events.publish({type: 'config.refused', problems}, this.#parts.clock.now());
		this.#changed();
	}

	/** Stops probing, waits for what runs, makes everything durable, alerts too. Idempotent. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		this.#picture.stop();
		this.#dispatcher.stop();
		await this.#prober.stop();
		await this.#housekeeping.stop();
		// What a short command has found out is an alert too.
		if (this.#housekeeping.hasNews) await this.#housekeeping.evaluateAlerts();
		this.#events.publish({type: 'engine.closed'}, this.#parts.clock.now());
		await this.#parts.transport.close();
		await this.#parts.store.close();
	}

	#poolOf(model: string): Pool {
		const pool = this.#dispatcher.poolNamed(model);
		if (pool === undefined) throw unknownModel(model);
		return pool;
	}

	#strategyOf(model: string): StrategyName {
		const chosen = this.#strategies.get(model) as StrategyName | undefined;
		return chosen ?? this.#settings.modelStrategies.get(model) ?? this.#settings.strategy;
	}

	#takePicture(): Snapshot {
		return takeSnapshot({
			settings: this.#settings,
			roster: this.#roster,
			pools: this.#pools,
			dispatcher: this.#dispatcher,
			prober: this.#prober,
			elsewhere: this.#elsewhere,
			store: this.#parts.store,
			alerts: this.#alerter.alerts,
			events: this.#events.recent(),
			startedAt: this.#startedAt,
			mode: this.#parts.mode,
			now: this.#parts.clock.now(),
		});
	}

	#changed(): void {
		this.#housekeeping.noteChange();
		this.#picture.outdate();
	}
}
