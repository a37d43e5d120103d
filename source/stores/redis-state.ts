import type {Alert} from '../domain/alert.ts';
import type {Bench} from '../domain/bench.ts';
import type {Book} from './book.ts';
import {fresh, idOf, isHeavier, keptBench, writtenChange} from './redis-changes.ts';
import {clockAheadMs, pairs, type RedisContext, shiftedBench, strings} from './redis-context.ts';
import {RedisAway} from './redis-link.ts';
import type {SaveResult, StateChange} from './store.ts';

/** As Redis keeps it: a bench behind its version. */
type Kept = {
	readonly benches: ReadonlyMap<string, Bench>;
	readonly alerts: ReadonlyMap<string, Alert>;
	readonly strategies: ReadonlyMap<string, string>;
	/** Absent when there is nothing, not even a beginning. */
	readonly epoch: string | undefined;
};

type Parts = {
	readonly book: Book;
	/** Fingerprint that tells peppers apart. */
	readonly pepper: string;
	readonly told: (changes: readonly StateChange[]) => void;
};

const mergeAttempts = 5;
/** The stream of changes is cut to no fewer. */
const keptEntries = 10_000;
const alertKeptMs = 90 * 86_400_000;

/** States, alerts and chosen strategies: in Redis, with a mirror here that serves while Redis is away. */
export class RedisState {
	readonly #context: RedisContext;
	readonly #book: Book;
	readonly #pepper: string;
	readonly #told: Parts['told'];
	/** Benches changed while Redis was away, with the version Redis had of each; 0 = none. */
	readonly #unsavedBenches = new Map<string, number>();
	readonly #unsavedAlerts = new Set<string>();
	readonly #unsavedStrategies = new Set<string>();
	/** Grows with each change of the mirror: a picture of Redis that was begun before is of the past. */
	#changes = 0;
	/** Of the books that were last read. */
	#epoch: string | undefined;
	/** The last entry of the stream of changes this replica knows of. */
	#lastEntry: string | undefined;

	/** `told` hears of what others changed. */
	constructor(context: RedisContext, {book, pepper, told}: Parts) {
		this.#context = context;
		this.#book = book;
		this.#pepper = pepper;
		this.#told = told;
	}

	/** Something was saved here that Redis does not know. */
	get isOwing(): boolean {
		return this.#unsavedBenches.size + this.#unsavedAlerts.size + this.#unsavedStrategies.size > 0;
	}

	async save(changes: readonly StateChange[], fence: number | undefined): Promise<SaveResult> {
		if (changes.length === 0) return {stale: []};
		try {
			let answer = await this.#write(changes, {fence});
			if (answer[0] === 'LOST') {
				await this.restore();
				answer = await this.#write(changes, {fence});
			}
			if (answer[0] === 'FENCED') return {stale: changes.map((change) => ({id: idOf(change)}))};
			if (answer[0] !== 'SAVED') return {stale: (answer[2] as readonly string[]).map((id) => ({id}))};
			this.mirror(changes);
			return {stale: []};
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			return this.#keepHere(changes);
		}
	}

	/** Takes over what is known to be in Redis. */
	mirror(changes: readonly StateChange[]): void {
		this.#changes += 1;
		const {benches, alerts, strategies} = this.#book;
		for (const change of changes) {
			if (change.kind === 'bench-put') benches.set(change.bench.id, change.bench);
			else if (change.kind === 'bench-lift') benches.delete(change.id);
			else if (change.kind === 'alert-put') alerts.set(change.alert.id, change.alert);
			else strategies.set(change.model, change.strategy);
		}
	}

	/** What a change of another replica means on our clock. */
	received(text: string): StateChange[] {
		const ahead = clockAheadMs(this.#context);
		return (JSON.parse(text) as StateChange[]).map((change) =>
			change.kind === 'bench-put' ? {...change, bench: shiftedBench(change.bench, -ahead)} : change,
		);
	}

	/** An entry stands in the stream of changes. */
	noteEntry(id: string): void {
		if (this.#lastEntry === undefined || isLater(id, this.#lastEntry)) this.#lastEntry = id;
	}

	/** Everything this replica knows goes where nothing is left. */
	async restore(): Promise<void> {
		this.#lastEntry = undefined;
		const {link, keys} = this.#context;
		const kept = await this.#read();
		await link.command('SET', [keys.pepper, this.#pepper, 'NX'], {anyway: true});
		await link.command('SET', [keys.epoch, Math.round(this.#context.clock.now()), 'NX'], {anyway: true});
		const {benches, alerts, strategies} = this.#book;
		const changes: StateChange[] = [
			...benches
				.values()
				.filter(({id}) => !kept.benches.has(id))
				.map(fresh),
			...alerts
				.values()
				.filter(({id}) => !kept.alerts.has(id))
				.map((alert): StateChange => ({kind: 'alert-put', alert})),
			...strategies
				.entries()
				.filter(([model]) => !kept.strategies.has(model))
				.map(([model, strategy]): StateChange => ({kind: 'strategy-set', model, strategy})),
		];
		if (changes.length > 0) await this.#write(changes, {anyway: true});
	}

	/** After an outage: both sides learn what the other did meanwhile. Nothing that rests rests shorter for it. */
	async reconcile(): Promise<void> {
		for (let attempt = 1; attempt <= mergeAttempts; attempt++) {
			const before = this.#changes;
			const kept = await this.#read();
			// What is empty has been lost, not lifted: nothing may come back to life by it.
			if (kept.epoch === undefined) return;
			if (kept.epoch !== this.#epoch) {
				await this.restore();
				this.#epoch = kept.epoch;
				continue;
			}
			if (await this.#isForgetful()) this.#remindOf(kept);
			const changes = this.#unsaved(kept);
			if (changes.length > 0) {
				const [word] = await this.#write(changes, {anyway: true});
				if (word !== 'SAVED') continue;
				if (this.#changes !== before) {
					this.#rebase(changes);
					continue;
				}
				this.#unsavedBenches.clear();
				this.#unsavedAlerts.clear();
				this.#unsavedStrategies.clear();
			}
			const now = changes.length > 0 ? await this.#read() : kept;
			if (this.#changes !== before) continue;
			this.#adopt(now);
			return;
		}
		throw new RedisAway('states change faster than they can be compared', false);
	}

	/** Alerts that are long over. */
	async prune(now: number): Promise<void> {
		const {link, keys} = this.#context;
		const kept = await this.#read();
		const past = [...kept.alerts.values()].filter(({resolvedAt = now}) => resolvedAt < now - alertKeptMs);
		if (past.length > 0) await link.command('HDEL', [keys.alerts, ...past.map(({id}) => id)]);
		this.#changes += 1;
		this.#book.prune(now);
	}

	/** Redis answers as it was before: who took a master's place had not heard of its last writes. */
	async #isForgetful(): Promise<boolean> {
		const {link, keys} = this.#context;
		const last = this.#lastEntry;
		if (last === undefined) return false;
		const found = strings(await link.command('XRANGE', [keys.changes, last, last], {anyway: true}));
		if (found.length > 0) return false;
		// A long stream has dropped the entry by itself.
		return Number(await link.command('XLEN', [keys.changes], {anyway: true})) < keptEntries;
	}

	/** What Redis has forgotten is to be written anew. A lift it has forgotten is not: nothing rests shorter for it. */
	#remindOf(kept: Kept): void {
		this.#lastEntry = undefined;
		const {benches, alerts, strategies} = this.#book;
		for (const {id, version} of benches.values()) {
			const found = kept.benches.get(id)?.version ?? 0;
			if (found < version && !this.#unsavedBenches.has(id)) this.#unsavedBenches.set(id, found);
		}
		for (const {id} of alerts.values()) if (!kept.alerts.has(id)) this.#unsavedAlerts.add(id);
		for (const [model] of strategies.entries()) if (!kept.strategies.has(model)) this.#unsavedStrategies.add(model);
	}

	/** Redis has these changes, and this replica has gone on meanwhile: what it has now is to be written over them. */
	#rebase(written: readonly StateChange[]): void {
		for (const change of written) {
			if (change.kind === 'bench-put') this.#unsavedBenches.set(change.bench.id, change.bench.version);
			if (change.kind === 'bench-lift') this.#unsavedBenches.set(change.id, 0);
		}
	}

	/** What Redis has that this replica does not: others did it. */
	#adopt(kept: Kept): void {
		const {benches, alerts, strategies} = this.#book;
		const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
		const changes: StateChange[] = [];
		for (const bench of benches.values()) {
			if (!kept.benches.has(bench.id)) changes.push({kind: 'bench-lift', id: bench.id, version: bench.version});
		}
		for (const bench of kept.benches.values()) {
			if (differs(bench, benches.get(bench.id))) changes.push({kind: 'bench-put', bench});
		}
		for (const alert of kept.alerts.values()) {
			if (differs(alert, alerts.get(alert.id))) changes.push({kind: 'alert-put', alert});
		}
		for (const [model, strategy] of kept.strategies) {
			if (strategy !== strategies.get(model)) changes.push({kind: 'strategy-set', model, strategy});
		}
		this.mirror(changes);
		if (changes.length > 0) this.#told(changes);
	}

	#keepHere(changes: readonly StateChange[]): SaveResult {
		const versions = new Map(this.#book.benches.values().map(({id, version}) => [id, version]));
		this.#changes += 1;
		const result = this.#book.apply(changes);
		if (result.stale.length > 0) return result;
		for (const change of changes) {
			const id = idOf(change);
			if (change.kind === 'alert-put') this.#unsavedAlerts.add(id);
			else if (change.kind === 'strategy-set') this.#unsavedStrategies.add(id);
			else if (!this.#unsavedBenches.has(id)) this.#unsavedBenches.set(id, versions.get(id) ?? 0);
		}
		return result;
	}

	/** What has to be written so that Redis has the heavier of both sides' changes. */
	#unsaved(kept: Kept): StateChange[] {
		const changes: StateChange[] = [];
		for (const [id, base] of this.#unsavedBenches) {
			const mine = this.#book.benches.get(id);
			const theirs = kept.benches.get(id);
			const untouched = (theirs?.version ?? 0) === base;
			if (mine === undefined) {
				if (theirs !== undefined && untouched) changes.push({kind: 'bench-lift', id, version: theirs.version});
			} else if (untouched || theirs === undefined || isHeavier(mine, theirs)) {
				changes.push({kind: 'bench-put', bench: {...mine, version: (theirs?.version ?? 0) + 1}});
			}
		}
		for (const id of this.#unsavedAlerts) {
			const alert = this.#book.alerts.get(id);
			if (alert !== undefined) changes.push({kind: 'alert-put', alert});
		}
		for (const model of this.#unsavedStrategies) {
			const strategy = this.#book.strategies.get(model);
			if (strategy !== undefined) changes.push({kind: 'strategy-set', model, strategy});
		}
		return changes;
	}

	async #write(changes: readonly StateChange[], how: {readonly fence?: number | undefined; readonly anyway?: boolean}) {
		const {link, keys, replica} = this.#context;
		const ahead = clockAheadMs(this.#context);
		const told = changes.map((change) =>
			change.kind === 'bench-put' ? {...change, bench: shiftedBench(change.bench, ahead)} : change,
		);
		const where = [keys.benches, keys.alerts, keys.strategies, keys.changes, keys.fence, keys.pepper];
		const args = [replica, how.fence ?? '', JSON.stringify(told), ...told.flatMap(writtenChange)];
		const answer = await link.run('save', where, args, {anyway: how.anyway ?? false});
		if (answer[0] === 'SAVED') this.noteEntry(String(answer[2]));
		return answer;
	}

	async #read(): Promise<Kept> {
		const {link, keys} = this.#context;
		const all = async (key: string) => pairs(await link.command('HGETALL', [key], {anyway: true}));
		const [benches, alerts, strategies] = await Promise.all([keys.benches, keys.alerts, keys.strategies].map(all));
		const epoch = await link.command('GET', [keys.epoch], {anyway: true});
		const ahead = clockAheadMs(this.#context);
		return {
			benches: new Map(benches?.map(([id, body]) => [id, shiftedBench(keptBench(body), -ahead)])),
			alerts: new Map(alerts?.map(([id, body]) => [id, JSON.parse(body) as Alert])),
			strategies: new Map(strategies),
			epoch: epoch === null ? undefined : String(epoch),
		};
	}
}

/** Ids of a stream are told as "milliseconds-number". */
function isLater(id: string, than: string): boolean {
	const [ms = 0, number = 0] = id.split('-').map(Number);
	const [thanMs = 0, thanNumber = 0] = than.split('-').map(Number);
	return ms === thanMs ? number > thanNumber : ms > thanMs;
}
