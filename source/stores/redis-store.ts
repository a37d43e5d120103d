import {randomUUID} from 'node:crypto';
import type {Clock, Stoppable} from '../clock.ts';
import {sortedAlerts} from '../domain/alert-rules.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {KeydeckError} from '../errors.ts';
import {duration} from '../format.ts';
import {Book} from './book.ts';
import {createRedisClient} from './redis-client.ts';
import {clockAheadMs, type RedisContext} from './redis-context.ts';
import {RedisFleet} from './redis-fleet.ts';
import {RedisFollower, type Told} from './redis-follower.ts';
import {RedisHistory} from './redis-history.ts';
import {redisKeys} from './redis-keys.ts';
import {RedisLeases} from './redis-leases.ts';
import {RedisAway, RedisLink, repeat} from './redis-link.ts';
import {takeIn} from './redis-news.ts';
import {RedisState} from './redis-state.ts';
import type {
	Fleet,
	ForeignChange,
	HistoryQuery,
	Knowledge,
	Reservation,
	ReserveRequest,
	RollUpQuery,
	SaveResult,
	StateChange,
	Store,
	StoreCondition,
	StoredState,
} from './store.ts';

const beatMs = 2000;
/** While it is away it is asked this often. */
const retryMs = 250;
/** History and knowledge wait this long, so that a burst is one write. */
const groupMs = 200;
/** Longest wait for Redis at the start. */
const openingMs = 1500;

export type RedisStoreOptions = {
	/** `redis://`, `rediss://` or `unix://`; see `createRedisClient` for sentinels and clusters. */
	readonly url: string;
	/** Begins every name. */
	readonly prefix: string;
	/** Tells peppers apart without telling the pepper; replicas of one deck have the same. */
	readonly pepper: string;
	readonly clock: Clock;
	readonly random: () => number;
	/** Whose instants count. `caller`: simulated time. @default 'server' */
	readonly time?: 'server' | 'caller';
	/** A call that takes longer has failed; what is left of it in a queue is refused by its own deadline. @default 100 */
	readonly timeoutMs?: number;
};

/**
 * Opens the store many replicas share. When Redis cannot be reached it opens all the same, degraded, and goes on
 * from this replica's share. Throws KeydeckError `PEPPER_DIFFERS` when the deck there belongs to another pepper.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
	const store = new RedisStore(options);
	await store.open();
	return store;
}

class RedisStore implements Store {
	readonly kind = 'redis';
	readonly fleet: Fleet;
	readonly #clock: Clock;
	readonly #context: RedisContext;
	readonly #book = new Book();
	readonly #state: RedisState;
	readonly #leases: RedisLeases;
	readonly #history: RedisHistory;
	readonly #fleet: RedisFleet;
	readonly #follower: RedisFollower;
	readonly #listeners = new Set<(changes: readonly ForeignChange[]) => void>();
	readonly #timers: Stoppable[] = [];
	#otherPepper = false;
	#beatAt = 0;
	#closing: Promise<void> | undefined;

	constructor({url, prefix, pepper, clock, random, time = 'server', timeoutMs = 100}: RedisStoreOptions) {
		const keys = redisKeys(prefix);
		const link = new RedisLink(createRedisClient(url, {timeoutMs, random}), {
			clock,
			timeoutMs,
			onDown: () => this.#leases.goneAway(),
		});
		this.#clock = clock;
		this.#context = {link, keys, clock, random, replica: randomUUID(), time};
		this.#state = new RedisState(this.#context, {book: this.#book, pepper, told: (changes) => this.#tell(changes)});
		this.#fleet = new RedisFleet(this.#context, pepper, () => this.#tell([{kind: 'role'}]));
		this.#leases = new RedisLeases(this.#context, () => this.#fleet.share());
		this.#history = new RedisHistory(this.#context);
		this.#follower = new RedisFollower(createRedisClient(url, {random}), [keys.changes, keys.calls], clock);
		this.fleet = {
			follow: (listener) => this.#follow(listener),
			stand: () => {
				this.#fleet.stand();
				void this.#beat();
			},
			fence: () => this.#fleet.fence(),
			raisesAlerts: () => this.#fleet.raisesAlerts(),
			replicas: () => this.#fleet.replicas(),
			lease: (id) => this.#leases.lease(id),
		};
	}

	async open(): Promise<void> {
		const {link, random} = this.#context;
		const giveUpAt = this.#clock.now() + openingMs;
		await link.connect(openingMs);
		for (;;) {
			await this.#beat();
			if (this.#otherPepper) {
				await this.close();
				throw new KeydeckError('PEPPER_DIFFERS', 'the deck in this Redis belongs to another pepper', {
					hint: 'Copy the file "pepper" of the first replica\'s home here or set KEYDECK_PEPPER to its text; a deck of its own needs another store.prefix',
				});
			}
			if (link.isUp || this.#clock.now() >= giveUpAt) break;
			await this.#clock.sleep(50);
		}
		const lookPause = (): number => retryMs * (1 + random() / 3);
		const flushPause = (): number => groupMs;
		this.#timers.push(repeat(this.#clock, lookPause, () => this.#beatIfDue()));
		this.#timers.push(repeat(this.#clock, flushPause, () => this.flush()));
		const heard = (told: readonly Told[]): void => this.#heard(told);
		this.#follower.start(heard, () => this.#catchUp());
	}

	condition(): StoreCondition {
		const {outage} = this.#context.link;
		if (outage === undefined) return {state: 'ok'};
		const {replicas} = this.#fleet.share();
		const forMs = Math.max(0, this.#clock.now() - outage.since);
		const part = replicas === 1 ? '90 %' : `90 % / ${replicas}`;
		const detail = `Redis is away for ${duration(forMs)} (${outage.why}); keydeck goes on with ${part} of each limit`;
		return {state: 'degraded', detail};
	}

	async load(now: number): Promise<StoredState> {
		await this.#history.flush();
		const mirrored = {
			benches: this.#book.benches.values(),
			alerts: sortedAlerts(this.#book.alerts.values()),
			strategies: Object.fromEntries(this.#book.strategies.entries()),
		};
		try {
			return {...mirrored, knowledge: await this.#history.knowledge(), ...(await this.#leases.counts(now))};
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			return {...mirrored, knowledge: [], picks: [], recentGrants: []};
		}
	}

	save(changes: readonly StateChange[], fence?: number): Promise<SaveResult> {
		return this.#state.save(changes, fence);
	}

	learn(knowledge: Knowledge): void {
		this.#history.learn(knowledge);
	}

	record(entry: HistoryEntry): void {
		this.#history.record(entry);
	}

	history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
		return this.#history.history(query);
	}

	rollUps(query: RollUpQuery): Promise<readonly RollUp[]> {
		return this.#history.rollUps(query);
	}

	reserve(request: ReserveRequest): Promise<Reservation> {
		return this.#leases.reserve(request);
	}

	release(leaseId: string, now: number, tokens = 0): Promise<Lease | undefined> {
		return this.#leases.release(leaseId, now, tokens);
	}

	expire(now: number): Promise<readonly Lease[]> {
		return this.#leases.expire(now);
	}

	openLeases(): Promise<readonly Lease[]> {
		return this.#leases.openLeases();
	}

	spend(day: string, amount: number): Promise<number> {
		return this.#history.spend(day, amount);
	}

	async claimProbe(kid: Kid, now: number, intervalMs: number, fence?: number): Promise<boolean> {
		const claimed = await this.#fleet.claimProbe(kid, now, {intervalMs, fence});
		// While nobody knows who else asks, each asks as much less often as there are replicas.
		return claimed ?? this.#book.claimProbe(kid, now, intervalMs * this.#fleet.share().replicas);
	}

	async prune(now: number): Promise<void> {
		const {link, keys} = this.#context;
		try {
			await this.#history.flush();
			await this.#history.prune(now);
			await this.#leases.prune(now);
			const at = now + clockAheadMs(this.#context);
			await this.#state.prune(now);
			await link.command('ZREMRANGEBYSCORE', [keys.replicas, '-inf', at - 86_400_000]);
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
		}
	}

	async flush(): Promise<void> {
		await Promise.all([this.#history.flush(), this.#leases.flush()]);
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		for (const timer of this.#timers) timer.stop();
		this.#leases.stop();
		await this.flush();
		await this.#follower.stop();
		await this.#fleet.leave().catch(() => undefined);
		this.#context.link.disconnect();
	}

	/** An outage may begin at any time: whether it is over is asked sooner than a beat is due. */
	async #beatIfDue(): Promise<void> {
		const now = this.#clock.now();
		if (this.#context.link.isUp && Math.abs(now - this.#beatAt) < beatMs) return;
		this.#beatAt = now;
		await this.#beat();
	}

	/** Says that we live; when Redis was away and answers, both sides learn what the other did. */
	async #beat(): Promise<void> {
		const {link} = this.#context;
		try {
			const beat = await this.#fleet.beat();
			this.#otherPepper = beat === 'other-pepper';
			if (this.#otherPepper) return;
			if (!link.isUp || beat === 'new') return await this.#return();
			if (this.#state.isOwing) await this.#state.reconcile();
			await this.#leases.tellLate(this.#clock.now());
			if (this.#fleet.fence() !== undefined) await this.#leases.sweepAbandoned(this.#clock.now());
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
		}
	}

	async #return(): Promise<void> {
		await this.#state.reconcile();
		await this.#leases.reconcile(this.#clock.now());
		await this.#history.reconcile();
		this.#context.link.up();
	}

	/** What was told while this replica did not listen. */
	async #catchUp(): Promise<void> {
		await this.#state.reconcile();
		// Ours is newer than what it would be told of itself.
		await this.#history.flush();
		this.#tell((await this.#history.knowledge()).map((knowledge) => ({kind: 'knowledge', knowledge})));
	}

	#follow(listener: (changes: readonly ForeignChange[]) => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	#heard(told: readonly Told[]): void {
		const parts = {state: this.#state, history: this.#history, leases: this.#leases};
		const changes = takeIn(told, {...parts, replica: this.#context.replica});
		if (changes.length > 0) this.#tell(changes);
	}

	#tell(changes: readonly ForeignChange[]): void {
		for (const listener of this.#listeners) listener(changes);
	}
}
