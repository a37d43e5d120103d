import type {Clock, Stoppable} from '../clock.ts';
import {subjectId} from '../domain/bench.ts';
import type {Kid} from '../domain/key.ts';
import type {Reading} from '../domain/reading.ts';
import type {EventHub} from '../events.ts';
import {isoTime} from '../format.ts';
import type {Provider, Transport} from '../providers/provider.ts';
import type {Store} from '../stores/store.ts';
import type {Assessor} from './assessor.ts';
import type {TestRequest} from './deck.ts';
import type {EngineSettings} from './options.ts';
import {blocks} from './pools.ts';
import {probeCost, probePrice} from './probe-price.ts';
import type {Member, Roster} from './roster.ts';

const dayMs = 86_400_000;
/** Probes at once in a sweep. */
const parallel = 32;
/** How long a refused key waits for its second, independent probe. */
const confirmAfterMs = 1500;
/** Dead and empty keys are asked this many intervals apart. */
const patience = 10;

type Parts = {
	readonly settings: () => EngineSettings;
	readonly roster: Roster;
	readonly store: Store;
	readonly transport: Transport;
	readonly events: EventHub;
	readonly assessor: Assessor;
	readonly clock: Clock;
	readonly random: () => number;
	readonly changed: () => void;
};

type Asking = {readonly deep: boolean; readonly upstream?: string; readonly fence?: number | undefined};

/** Asks vendors how the keys are: in sweeps, when a key was refused, and when a person wants to know. */
export class Prober {
	readonly #parts: Parts;
	readonly #stopping = new AbortController();
	readonly #running = new Set<Promise<unknown>>();
	#timer: Stoppable | undefined;
	#sweep: {done: number; total: number} | undefined;
	#probesToday = {day: 0, count: 0, spentUsd: 0};
	/** Price of the paid probes of sweeps that are under way, USD: parallel ones must not all take the last of the budget. */
	#promisedUsd = 0;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	get sweep(): {readonly done: number; readonly total: number} | undefined {
		return this.#sweep;
	}

	today(now: number): {readonly count: number; readonly spentUsd: number} {
		return this.#probesToday.day === Math.floor(now / dayMs) ? this.#probesToday : {count: 0, spentUsd: 0};
	}

	/** Goes on with the day's figures where the last engine stopped. */
	async resume(now: number): Promise<void> {
		const {store} = this.#parts;
		const sums = await store.rollUps({span: 'hour', since: now - (now % dayMs)});
		const count = sums.reduce((total, {probes}) => total + probes, 0);
		this.#probesToday = {day: Math.floor(now / dayMs), count, spentUsd: await store.spend(dayOf(now), 0)};
	}

	/** Sweeps now and then once per interval. Idempotent. */
	start(): void {
		if (this.#timer !== undefined) return;
		const {clock, settings, random, store} = this.#parts;
		store.fleet?.stand();
		const again = (): void => {
			const jitter = 0.9 + 0.2 * random();
			this.#timer = clock.after(settings().probe.intervalMs * jitter, again);
			void this.#track(this.#sweepAll());
		};
		this.#timer = clock.after(0, again);
	}

	/** Stops timers, aborts what runs and waits for it. */
	async stop(): Promise<void> {
		this.#timer?.stop();
		this.#stopping.abort();
		await Promise.allSettled(this.#running);
	}

	/** A call was refused: asks the vendor independently, once. */
	confirm(kid: Kid): void {
		const member = this.#parts.roster.get(kid);
		if (member !== undefined)
			void this.#track(
				this.#parts.clock.sleep(confirmAfterMs, this.#stopping.signal).then(() => this.#ask(member, {deep: false})),
			);
	}

	/** Probes the named keys (or all) now; results in the order of the roster. */
	async test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly Asked[]> {
		const members = this.#named(request.kids);
		let done = 0;
		return this.#inParallel(members, async (member) => {
			const asking = {deep: request.deep === true, ...this.#upstreamFor(member, request.model)};
			const reading = await this.#askUntilSure(member, asking);
			done += 1;
			progress?.(done, members.length);
			return {member, ...reading};
		});
	}

	/** The most a deep test of these keys can cost, USD; undefined when a price is not known. */
	deepPrice(request: TestRequest): number | undefined {
		let sum = 0;
		for (const member of this.#named(request.kids)) {
			const provider = this.#providerOf(member);
			const price = probePrice(
				this.#parts.settings().catalogue,
				member.key.provider,
				this.#upstreamFor(member, request.model).upstream ?? provider?.probeModel,
			);
			if (price === undefined) return undefined;
			sum += price;
		}
		return sum;
	}

	/** This replica probes for all from now on: what nobody has asked lately is asked at once. */
	takeOver(): void {
		if (this.#timer !== undefined && this.#parts.store.fleet?.fence() !== undefined) void this.#track(this.#sweepAll());
	}

	async #sweepAll(): Promise<void> {
		const {roster, store, clock, changed} = this.#parts;
		const fence = store.fleet?.fence();
		const isAnothers = store.fleet !== undefined && fence === undefined && store.condition().state === 'ok';
		if (this.#sweep !== undefined || isAnothers) return;
		this.#sweep = {done: 0, total: 0};
		try {
			const now = clock.now();
			const due: Member[] = [];
			for (const member of roster.all()) {
				if (this.#spared(member)) continue;
				if (await store.claimProbe(member.key.kid, now, this.#intervalOf(member) * 0.8, fence)) due.push(member);
			}
			this.#sweep = {done: 0, total: due.length};
			changed();
			await this.#inParallel(due, async (member) => {
				if (!this.#stopping.signal.aborted) await this.#askWithinBudget(member, fence);
				if (this.#sweep !== undefined) this.#sweep = {done: this.#sweep.done + 1, total: due.length};
				changed();
			});
		} finally {
			this.#sweep = undefined;
			changed();
		}
	}

	/** Switched-off keys are left alone; until a vendor that was down has answered once, only its first key is asked. */
	#spared(member: Member): boolean {
		const {roster} = this.#parts;
		const {provider} = member.key;
		if (this.#isOff(member)) return true;
		const down = roster.bench(subjectId({level: 'provider', provider}));
		if (down === undefined || !(blocks(down) || down.recovery?.stage === 'trial')) return false;
		return roster.ofProvider(provider).find((other) => !this.#isOff(other)) !== member;
	}

	#isOff({key}: Member): boolean {
		const kind = this.#parts.roster.bench(subjectId({level: 'key', kid: key.kid}))?.kind;
		return kind === 'disabled' || kind === 'draining';
	}

	#intervalOf(member: Member): number {
		const {settings, roster} = this.#parts;
		const slow = roster
			.benchesOn(member)
			.some(
				(bench) =>
					bench.kind === 'invalid' ||
					(bench.kind === 'exhausted' && this.#providerOf(member)?.freeProbeProves !== 'money'),
			);
		return settings().probe.intervalMs * (slow ? patience : 1);
	}

	async #askUntilSure(
		member: Member,
		asking: Asking,
	): Promise<{reading: Reading; costUsd: number} | {reading: undefined; costUsd: number}> {
		const first = await this.#ask(member, asking);
		if (first === undefined) return {reading: undefined, costUsd: 0};
		if (!first.confirm) return first;
		await this.#parts.clock.sleep(confirmAfterMs, this.#stopping.signal);
		if (this.#stopping.signal.aborted) return first;
		const second = await this.#ask(member, {deep: false, fence: asking.fence});
		return {reading: second?.reading ?? first.reading, costUsd: first.costUsd + (second?.costUsd ?? 0)};
	}

	async #ask(
		member: Member,
		asking: Asking,
	): Promise<{reading: Reading; confirm: boolean; costUsd: number} | undefined> {
		const {transport, settings, assessor, events, clock, store} = this.#parts;
		const provider = this.#providerOf(member);
		if (provider === undefined) return undefined;
		const model = asking.deep ? (asking.upstream ?? provider.probeModel) : undefined;
		const request = model === undefined ? provider.freeProbe() : provider.deepProbe(model);
		const outcome = await transport.send(provider, request, {
			credentials: provider.authorize(member.secret),
			timeoutMs: settings().probe.timeoutMs,
			signal: this.#stopping.signal,
		});
		// Whoever was stopped for a while may find that another one probes: its answer is of the past.
		if (asking.fence !== undefined && store.fleet?.fence() !== asking.fence) return undefined;
		const from = model === undefined ? 'probe' : 'deep-probe';
		const reading = provider.read(outcome, {
			by: from,
			request: `${request.method} ${request.path.split('?')[0]}`,
			...(model === undefined ? {} : {model}),
		});
		const costUsd =
			model === undefined ? 0 : probeCost(this.#parts.settings().catalogue, member.key.provider, model, reading);
		await this.#countProbe(costUsd);
		const {confirm} = await assessor.assess(member, reading, {
			from,
			costUsd,
			fence: asking.fence,
			...(model === undefined ? {} : {model}),
		});
		const {kid, label} = member.key;
		events.publish(
			{type: 'key.probed', kid, label, verdict: reading.verdict.kind, latencyMs: reading.latencyMs},
			clock.now(),
		);
		return {reading, confirm, costUsd};
	}

	/** A sweep's probe: paid for while the settings ask for that and the day's budget lasts, else free. */
	async #askWithinBudget(member: Member, fence: number | undefined): Promise<void> {
		const {settings, store, clock} = this.#parts;
		const {probe, deepProbes} = settings();
		const deep = deepProbes.get(member.key.provider) ?? probe.deep;
		const price = deep
			? probePrice(this.#parts.settings().catalogue, member.key.provider, this.#providerOf(member)?.probeModel)
			: undefined;
		if (price === undefined) return void (await this.#askUntilSure(member, {deep: false, fence}));
		const spent = await store.spend(dayOf(clock.now()), 0);
		const affordable = spent + this.#promisedUsd + price <= probe.dailyBudgetUsd;
		if (affordable) this.#promisedUsd += price;
		await this.#askUntilSure(member, {deep: affordable, fence});
		if (affordable) this.#promisedUsd -= price;
	}

	async #countProbe(costUsd: number): Promise<void> {
		const {clock, store} = this.#parts;
		const now = clock.now();
		const day = Math.floor(now / dayMs);
		if (this.#probesToday.day !== day) this.#probesToday = {day, count: 0, spentUsd: 0};
		this.#probesToday.count += 1;
		if (costUsd > 0) this.#probesToday.spentUsd = await store.spend(dayOf(now), costUsd);
	}

	#named(kids: readonly Kid[] | undefined): Member[] {
		const {roster} = this.#parts;
		if (kids === undefined) return [...roster.all()];
		return kids.map((kid) => roster.get(kid)).filter((member) => member !== undefined);
	}

	#upstreamFor(member: Member, model: string | undefined): {readonly upstream?: string} {
		const entry = model === undefined ? undefined : this.#parts.settings().catalogue.get(model);
		return entry === undefined || entry.provider !== member.key.provider ? {} : {upstream: entry.upstream};
	}

	#providerOf(member: Member): Provider | undefined {
		return this.#parts.settings().providers.get(member.key.provider);
	}

	async #inParallel<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
		const results: Result[] = [];
		let next = 0;
		const worker = async (): Promise<void> => {
			for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item);
		};
		await this.#track(Promise.all(Array.from({length: Math.min(parallel, items.length)}, worker)));
		return results;
	}

	#track<Result>(work: Promise<Result>): Promise<Result> {
		this.#running.add(work);
		const forget = (): unknown => this.#running.delete(work);
		work.then(forget, forget);
		return work;
	}
}

export type Asked = {readonly member: Member; readonly reading: Reading | undefined; readonly costUsd: number};

/** UTC day of an instant: `2026-11-22`. */
function dayOf(now: number): string {
	return isoTime(now).slice(0, 10);
}
