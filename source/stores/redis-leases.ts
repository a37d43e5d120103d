import type {Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {countsTokens} from './ledger.ts';
import {fullWindow, LocalShare, type SeenWindow, type Share} from './local-share.ts';
import {clockAheadMs, type RedisContext, strings} from './redis-context.ts';
import {grantCounts} from './redis-counts.ts';
import {RedisDebts} from './redis-debts.ts';
import type {PoolKeys} from './redis-keys.ts';
import {type LeaseBody, type OpenLease, RedisLeaseBooks} from './redis-lease-books.ts';
import {RedisAway, type ScriptAnswer} from './redis-link.ts';
import {Offers, offerText} from './redis-offers.ts';
import type {Reservation, ReserveOffer, ReserveRequest, StoredState} from './store.ts';

/** Offers sent at once: mostly the first fits, and later ones are not to be made in vain. */
const batchSizes = [1, 16, 64] as const;
/** A lease nobody has ended, so long past its time, belonged to a replica that is no more. */
const abandonedMs = 5000;
/** A second try is short: both together must not keep a caller waiting. */
const againMs = 40;
const abandonedAtOnce = 200;
const unusedMs = 40 * 86_400_000;

type Full = Extract<Reservation, {granted: false}>['full'];
/** `checks` are absent where it is not known which offer was taken, if any. */
type Ending = {
	readonly id: string;
	readonly provider: string;
	readonly checks?: readonly LimitCheck[];
	readonly tokens: number;
};

/** Leases and the windows they spend: decided by Redis, and from this replica's share while Redis is away. */
export class RedisLeases {
	readonly #context: RedisContext;
	readonly #shareOf: () => Share;
	readonly #share = new LocalShare();
	readonly #debts: RedisDebts;
	readonly #books: RedisLeaseBooks;
	/** Granted by this replica, here or there. */
	readonly #open = new Map<string, OpenLease>();
	/** Providers whose books have been begun. */
	readonly #providers = new Set<string>();
	/** Ends Redis was not told of, and reservations it may have made for nobody. */
	#endings: Ending[] = [];
	/** Reservations Redis may have made although nobody heard of it, with the key granted here instead, if any. */
	readonly #doubtful = new Map<string, {readonly provider: string; kid?: string}>();

	constructor(context: RedisContext, shareOf: () => Share) {
		this.#context = context;
		this.#shareOf = shareOf;
		this.#books = new RedisLeaseBooks(context, this.#providers);
		this.#debts = new RedisDebts(context, this.#share, this.#providers);
	}

	async reserve(request: ReserveRequest): Promise<Reservation> {
		const known = this.#open.get(request.leaseId);
		if (known !== undefined) return {granted: true, lease: known.lease};
		const offers = new Offers(request.offers);
		const full: Full[number][] = [];
		for (let round = 0; ; round++) {
			const batch = offers.take(batchSizes[Math.min(round, batchSizes.length - 1)] ?? 1);
			if (batch.length === 0) return {granted: false, full};
			const answer = await this.#ask(request, batch);
			if (answer === undefined) {
				const local = this.#reserveHere({...request, offers: offers.from(batch)});
				return local.granted ? local : {granted: false, full: [...full, ...local.full]};
			}
			if (answer.granted) {
				offers.close();
				return answer;
			}
			full.push(...answer.full);
		}
	}

	/** Ends a lease of this replica or another's; undefined when it has ended. */
	async release(id: string, now: number, tokens: number): Promise<Lease | undefined> {
		const own = this.#open.get(id);
		this.#open.delete(id);
		this.#share.release(id, now, tokens);
		const open = own ?? (await this.#books.find(id));
		if (open === undefined) return undefined;
		const ended = await this.#end({id, provider: open.provider, checks: open.checks, tokens}, now);
		return own !== undefined || ended ? open.lease : undefined;
	}

	async expire(now: number): Promise<Lease[]> {
		const past = [...this.#open.values()].filter(({lease}) => lease.expiresAt <= now);
		return (await Promise.all(past.map(({lease}) => this.release(lease.id, now, 0)))).filter(
			(ended) => ended !== undefined,
		);
	}

	async openLeases(): Promise<Lease[]> {
		try {
			return await this.#books.all();
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			return [...this.#open.values()].map(({lease}) => lease);
		}
	}

	async lease(id: string): Promise<Lease | undefined> {
		return (this.#open.get(id) ?? (await this.#books.find(id)))?.lease;
	}

	/** Picks since ever and the grants of the minute before `now`, of all replicas. */
	counts(now: number): Promise<Pick<StoredState, 'picks' | 'recentGrants'>> {
		return grantCounts(this.#context, [...this.#providers], now);
	}

	/** Redis is away: what runs holds its part of what may run at once. */
	goneAway(): void {
		for (const {lease, checks} of this.#open.values()) this.#share.hold(lease, checks);
	}

	/** Tells Redis what it missed; books that are gone are begun again. */
	async reconcile(now: number): Promise<void> {
		await this.#books.reachPools();
		await this.#resolveDoubts(now);
		for (const provider of this.#providers) await this.#debts.settle(provider, now);
		const endings = this.#endings;
		this.#endings = [];
		for (const ending of endings) await this.#end(ending, now, {anyway: true});
	}

	/** Drops leases of replicas that are no more; the sets of holders forget them by themselves. */
	async sweepAbandoned(now: number): Promise<void> {
		const {link, clock} = this.#context;
		for (const provider of this.#providers) {
			const {due} = this.#keysOf(provider);
			const before = clock.now() + clockAheadMs(this.#context) - abandonedMs;
			const ids = strings(await link.command('ZRANGEBYSCORE', [due, '-inf', before, 'LIMIT', 0, abandonedAtOnce]));
			for (const id of ids) {
				const open = await this.#books.find(id);
				if (open !== undefined) await this.#end({id, ...open, tokens: 0}, now, {overdueMs: abandonedMs});
			}
		}
	}

	async prune(now: number): Promise<void> {
		this.#share.prune(now);
		for (const provider of this.#providers) {
			const {windows, leases, due, debts} = this.#keysOf(provider);
			for (const key of [windows, leases, due, debts]) await this.#context.link.command('PEXPIRE', [key, unusedMs]);
		}
	}

	async #ask(request: ReserveRequest, batch: readonly ReserveOffer[]): Promise<Reservation | undefined> {
		try {
			if (this.#debts.isOwing && this.#context.link.isUp) {
				await this.#resolveDoubts(request.now);
				await this.#debts.settle(request.provider, request.now);
			}
			const answer = await this.#runTwice(request, batch);
			if (answer[0] !== 'LOST') return this.#reservation(answer, request, batch);
			await this.#debts.settle(request.provider, request.now);
			return this.#reservation(await this.#run(request, batch), request, batch);
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			// It may have been reserved for nobody: that is taken back when Redis can be asked again.
			if (error.mayHaveRun) this.#doubtful.set(request.leaseId, {provider: request.provider});
			return undefined;
		}
	}

	/** One answer that is late is no outage: asked again under the same id it cannot be granted twice. */
	async #runTwice(request: ReserveRequest, batch: readonly ReserveOffer[]): Promise<ScriptAnswer> {
		const first = await this.#run(request, batch).catch((error: unknown) => error as Error);
		if (!(first instanceof Error)) return first;
		if (!(first instanceof RedisAway) || !this.#context.link.isUp) throw first;
		return this.#run(request, batch, againMs).catch((second: unknown) => {
			// What the first try may have done is not undone by a second that did not even leave.
			throw second instanceof RedisAway && first.mayHaveRun ? new RedisAway(second.message, true) : second;
		});
	}

	/** What Redis did without telling counts once: for the lease granted here, or for nobody and is taken back. */
	async #resolveDoubts(now: number): Promise<void> {
		for (const [id, {provider, kid}] of this.#doubtful) {
			this.#doubtful.delete(id);
			const found = await this.#books.find(id, true);
			if (found !== undefined && found.lease.kid === kid) this.#share.giveBack(found.checks, now);
			if (found !== undefined && !this.#open.has(id))
				this.#endings.push({id, provider, checks: found.checks, tokens: 0});
		}
	}

	#run(request: ReserveRequest, batch: readonly ReserveOffer[], withinMs?: number): Promise<ScriptAnswer> {
		const {link, replica} = this.#context;
		const {leaseId, provider, model, servedBy, now, expiresAt} = request;
		const pool = this.#keysOf(provider);
		const keys: string[] = [pool.windows, pool.leases, pool.due, pool.picks, ...pool.grants];
		const offers = batch.map(({kid, checks}) => offerText(kid, checks, pool, keys));
		const head = JSON.stringify({replica, provider, model, servedBy}).slice(0, -1);
		return link.run('reserve', keys, [leaseId, Math.max(1, expiresAt - now), servedBy, head, ...offers], {
			...this.#at(now),
			...(withinMs === undefined ? {} : {withinMs}),
		});
	}

	#reservation(answer: ScriptAnswer, request: ReserveRequest, batch: readonly ReserveOffer[]): Reservation {
		const [word, server, ...rest] = answer;
		const since = this.#context.time === 'caller' ? request.now : server;
		const local = (at: number): number => (at < 0 ? Number.POSITIVE_INFINITY : request.now + (at - since));
		if (word === 'GRANTED') return {granted: true, lease: this.#granted(rest, request, batch)};
		const full = (rest[0] as readonly (readonly [number, number])[]).map(([place, at], index) => {
			const offer = batch[index];
			const check = offer?.checks[place - 1];
			if (offer === undefined || check === undefined) throw new RedisAway('an answer that fits no offer', false);
			const retryAt = local(at);
			if (check.refillMs > 0) this.#see(check, request, fullWindow(check, retryAt, request.now));
			return {kid: offer.kid, window: check.id, retryAt};
		});
		return {granted: false, full};
	}

	#granted(rest: readonly unknown[], request: ReserveRequest, batch: readonly ReserveOffer[]): Lease {
		const [place, body, ...fills] = rest;
		const offer = batch[Number(place) - 1];
		const {leaseId: id, provider} = request;
		if (offer === undefined) {
			const known = JSON.parse(String(body)) as LeaseBody;
			const lease = this.#books.leaseOf(id, known);
			this.#open.set(id, {lease, provider, checks: known.offer.checks});
			return lease;
		}
		const rates = offer.checks.filter(({refillMs}) => refillMs > 0);
		for (const [index, check] of rates.entries()) {
			const [level, , unused] = String(fills[index]).split(' ').map(Number);
			this.#see(check, request, {level: level ?? 0, at: request.now, unused: unused ?? 0});
		}
		return this.#opened(offer, request);
	}

	#opened({kid, checks}: ReserveOffer, request: ReserveRequest): Lease {
		const {leaseId: id, provider, model, servedBy, now: grantedAt, expiresAt} = request;
		const lease: Lease = {id, kid, model, servedBy, grantedAt, expiresAt};
		this.#open.set(id, {lease, provider, checks});
		return lease;
	}

	#see({id, refillMs}: LimitCheck, {provider}: ReserveRequest, fill: Omit<SeenWindow, 'provider' | 'refillMs'>): void {
		this.#share.see(id, {...fill, provider, refillMs});
	}

	#reserveHere(request: ReserveRequest): Reservation {
		const checksOf = new Map<string, readonly LimitCheck[]>();
		const noted = function* () {
			for (const offer of request.offers) {
				checksOf.set(offer.kid, offer.checks);
				yield offer;
			}
		};
		this.#providers.add(request.provider);
		const reservation = this.#share.reserve({...request, offers: noted()}, this.#shareOf());
		if (reservation.granted) {
			const {kid} = reservation.lease;
			const doubtful = this.#doubtful.get(request.leaseId);
			if (doubtful !== undefined) doubtful.kid = kid;
			this.#opened({kid, checks: checksOf.get(kid) ?? []}, request);
		}
		return reservation;
	}

	/** Ends a lease in Redis; what cannot be told now is told later. */
	async #end(
		ending: Ending,
		now: number,
		{overdueMs, anyway = false}: {readonly overdueMs?: number; readonly anyway?: boolean} = {},
	): Promise<boolean> {
		const {id, provider, tokens} = ending;
		const pool = this.#keysOf(provider);
		const checks = ending.checks ?? (await this.#books.find(id))?.checks;
		if (checks === undefined) return false;
		const held = checks.filter(({refillMs}) => refillMs === 0).map((check) => pool.held(check.id));
		const windows = tokens === 0 ? [] : checks.filter((check) => countsTokens(check.id) && check.refillMs > 0);
		const args = [id, tokens, overdueMs ?? '', ...windows.flatMap((check) => [check.id, check.refillMs])];
		try {
			const [word] = await this.#context.link.run('release', [pool.windows, pool.leases, pool.due, ...held], args, {
				...this.#at(now),
				anyway,
			});
			return word === 'ENDED';
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			this.#endings.push(ending);
			return false;
		}
	}

	#keysOf(provider: string): PoolKeys {
		return this.#context.keys.pool(provider);
	}

	#at(now: number): {readonly at?: number} {
		return this.#context.time === 'caller' ? {at: now} : {};
	}
}
