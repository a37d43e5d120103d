import type {Clock} from '../clock.ts';
import type {Kid} from '../domain/key.ts';
import type {CallsElsewhere, PickCount, Store} from '../stores/store.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {Pool} from './pools.ts';
import type {Roster} from './roster.ts';

/** Word of a call takes some 50 ms: above this rate the next call is mostly made before it comes. */
const mostTurnsPerSecond = 12;
/** The rate is that of the last second, roughly. */
const rateSpanMs = 1000;
/** A lease lasts a minute: what was open longer ago has ended, whether that was told or not. */
const openMs = 65_000;

type Parts = {
	readonly roster: Roster;
	readonly dispatcher: Dispatcher;
	readonly store: Store;
	readonly clock: Clock;
};

/** How fast a pool's picks come, here and elsewhere. */
type Rate = {readonly at: number; readonly picked: number; readonly perSecond: number};

/** What the calls of other replicas mean here: whose turn it is, how much a key is used, what is in flight. */
export class Elsewhere {
	readonly #parts: Parts;
	/** By replica, then key. */
	readonly #open = new Map<string, Map<Kid, {readonly at: number; readonly count: number}>>();
	readonly #rates = new WeakMap<Pool, Rate>();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	follow({replica, picks, open, ended}: CallsElsewhere): void {
		const {dispatcher, clock} = this.#parts;
		const at = clock.now();
		for (const [model, ofModel] of Map.groupBy(picks, (pick) => pick.model)) this.#picked(model, ofModel, at);
		const known = this.#open.get(replica) ?? new Map();
		this.#open.set(replica, known);
		for (const {kid, count} of open) {
			if (count === 0) known.delete(kid);
			else known.set(kid, {at, count});
		}
		for (const leaseId of ended) dispatcher.endedElsewhere(leaseId);
	}

	/** Calls in flight at the replicas that live, by key. */
	inFlight(): ReadonlyMap<Kid, number> {
		const {store, clock} = this.#parts;
		const living = new Set(store.fleet?.replicas().map(({id}) => id));
		const since = clock.now() - openMs;
		const sums = new Map<Kid, number>();
		for (const [replica, known] of this.#open) {
			for (const [kid, {at, count}] of known) {
				if (at <= since) known.delete(kid);
				else if (living.has(replica)) sums.set(kid, (sums.get(kid) ?? 0) + count);
			}
			if (known.size === 0) this.#open.delete(replica);
		}
		return sums;
	}

	#picked(model: string, picks: readonly PickCount[], now: number): void {
		const {dispatcher, roster, store} = this.#parts;
		const pool = dispatcher.poolNamed(model);
		if (pool === undefined) return;
		const known = picks.filter(({kid}) => roster.get(kid) !== undefined);
		for (const {kid, picks: count} of known) {
			const member = roster.get(kid);
			member?.minute.add(now, count);
			if (member !== undefined) member.lastUsedAt = now;
			pool.picks.set(kid, (pool.picks.get(kid) ?? 0) + count);
			pool.picked += count;
		}
		const inTurn = this.#rate(pool, now) <= mostTurnsPerSecond;
		const replicas = store.fleet?.replicas().length ?? 1;
		pool.strategy.observed({picks: known.map(({kid, picks: count}) => ({kid, count})), now, inTurn, replicas});
	}

	#rate(pool: Pool, now: number): number {
		const before = this.#rates.get(pool) ?? {at: now - rateSpanMs, picked: pool.picked, perSecond: 0};
		const passedMs = Math.max(1, now - before.at);
		const perSecond = ((pool.picked - before.picked) * 1000) / passedMs;
		const old = Math.exp(-passedMs / rateSpanMs);
		const rate = {at: now, picked: pool.picked, perSecond: before.perSecond * old + perSecond * (1 - old)};
		this.#rates.set(pool, rate);
		return rate.perSecond;
	}
}
