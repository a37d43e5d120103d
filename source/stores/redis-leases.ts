import {dueLeases, type Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {fullWindow, LocalShare, type SeenWindow, type Share} from './local-share.ts';
import {RedisAdoption} from './redis-adoption.ts';
import {RedisCalls} from './redis-calls.ts';
import {clockAheadMs, type RedisContext, strings} from './redis-context.ts';
import {RedisCounts} from './redis-counts.ts';
import {RedisDebts} from './redis-debts.ts';
import {RedisEndings} from './redis-endings.ts';
import type {PoolKeys} from './redis-keys.ts';
import {type LeaseBody, type OpenLease, RedisLeaseBooks} from './redis-lease-books.ts';
import {RedisAway} from './redis-link.ts';
import {Offers} from './redis-offers.ts';
import {RedisOpenLeases} from './redis-open-leases.ts';
import {RedisReservations} from './redis-reservations.ts';
import type {Decision} from './redis-reserve-call.ts';
import type {Reservation, ReserveOffer, ReserveRequest, StoredState} from './store.ts';

/** Offers sent at once: mostly the first fits, and later ones are not to be made in vain. */
const batchSizes = [1, 16, 64] as const;
/** A lease nobody has ended, so long past its time, belonged to a replica that is no more. */
const abandonedMs = 5000;
const abandonedAtOnce = 200;
const unusedMs = 40 * 86_400_000;

type Full = Extract<Reservation, {granted: false}>['full'];

/** Leases and the windows they spend: decided by Redis, and from this replica's share while Redis is away. */
export class RedisLeases {
	readonly #context: RedisContext;
	readonly #shareOf: () => Share;
	readonly #share = new LocalShare();
	readonly #debts: RedisDebts;
	readonly #adoption: RedisAdoption;
	readonly #books: RedisLeaseBooks;
	readonly #reservations: RedisReservations;
	readonly #counts: RedisCounts;
	readonly #calls: RedisCalls;
	readonly #open: RedisOpenLeases;
	/** Providers whose books have been begun. */
	readonly #providers = new Set<string>();
	readonly #endings: RedisEndings;
	/** Reservations Redis may have made although nobody heard of it, with the key granted here instead, if any. */
	readonly #doubtful = new Map<string, {readonly provider: string; kid?: string}>();

	constructor(context: RedisContext, shareOf: () => Share) {
		this.#context = context;
		this.#shareOf = shareOf;
		this.#counts = new RedisCounts(context);
		this.#calls = new RedisCalls(context, this.#counts);
		this.#open = new RedisOpenLeases(this.#calls);
		this.#books = new RedisLeaseBooks(context, this.#providers);
		this.#endings = new RedisEndings(context);
		this.#adoption = new RedisAdoption(context, this.#open);
		this.#debts = new RedisDebts(context, this.#share, this.#adoption, this.#providers);
		this.#reservations = new RedisReservations({
			context,
			begin: (provider, now) => this.#debts.settle(provider, now),
			see: (provider, at, windows) => {
				for (const {check, level, unused} of windows) this.#see(provider, check, {level, at, unused});
			},
		});
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
		const ended = await this.#endings.end({id, provider: open.provider, checks: open.checks, tokens}, now);
		if (own === undefined && ended === 'ended') this.#calls.endedForAnother(id);
		// Gone from Redis is what another replica ended; what was granted here may never have been there.
		return ended === 'ended' || (own !== undefined && (ended === 'untold' || own.here)) ? open.lease : undefined;
	}

	/** Other replicas ended these leases of ours. */
	endedElsewhere(ids: readonly string[]): void {
		for (const id of ids) if (this.#open.delete(id)) this.#share.release(id, this.#context.clock.now(), 0);
	}

	stop(): void {
		this.#calls.stop();
	}

	async expire(now: number): Promise<Lease[]> {
		const leases = this.#open.values().map(({lease}) => lease);
		const ending = [...dueLeases(leases, now)].map(({id}) => this.release(id, now, 0));
		return (await Promise.all(ending)).filter((ended) => ended !== undefined);
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
		return this.#counts.all([...this.#providers], now);
	}

	/** Tells Redis the counts. */
	flush(): Promise<void> {
		return this.#counts.flush();
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
		await this.#endings.tellMissed(now);
	}

	/** One call that failed makes no outage, but a lease Redis does not know of, or one it takes for open. */
	async tellLate(now: number): Promise<void> {
		for (const provider of this.#adoption.due()) await this.#debts.settle(provider, now);
		await this.#endings.tellMissed(now);
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
				if (open !== undefined) await this.#endings.end({id, ...open, tokens: 0}, now, {overdueMs: abandonedMs});
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
			return this.#reservation(await this.#reservations.ask(request, batch), request);
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			// It may have been reserved for nobody: that is taken back when Redis can be asked again.
			if (error.mayHaveRun) this.#doubtful.set(request.leaseId, {provider: request.provider});
			return undefined;
		}
	}

	/** What Redis did without telling counts once: for the lease granted here, or for nobody and is taken back. */
	async #resolveDoubts(now: number): Promise<void> {
		for (const [id, {provider, kid}] of this.#doubtful) {
			this.#doubtful.delete(id);
			const found = await this.#books.find(id, true);
			if (found === undefined) continue;
			const isOurs = found.lease.kid === kid;
			if (isOurs) this.#share.giveBack(found.checks, now);
			if (isOurs && this.#open.has(id)) continue;
			await this.#endings.end({id, provider, checks: found.checks, tokens: 0}, now, {anyway: true});
		}
	}

	#reservation(
		{decision, server}: {readonly decision: Decision; readonly server: number},
		request: ReserveRequest,
	): Reservation {
		if ('granted' in decision) return {granted: true, lease: this.#opened(decision.granted, request, {here: false})};
		if ('known' in decision) return {granted: true, lease: this.#known(decision.known, request)};
		const since = this.#context.time === 'caller' ? request.now : server;
		const full = decision.full.map(({offer: {kid}, check, retryAt: at}) => {
			const retryAt = request.now + (at - since);
			if (check.refillMs > 0) this.#see(request.provider, check, fullWindow(check, retryAt, request.now));
			return {kid, window: check.id, retryAt};
		});
		return {granted: false, full};
	}

	#known(body: LeaseBody, {leaseId: id, provider}: ReserveRequest): Lease {
		const lease = this.#books.leaseOf(id, body);
		this.#open.set(id, {lease, provider, checks: body.offer.checks, here: false});
		this.#counts.add(provider, lease);
		return lease;
	}

	#opened({kid, checks}: ReserveOffer, request: ReserveRequest, {here}: Pick<OpenLease, 'here'>): Lease {
		const {leaseId: id, provider, model, servedBy, now: grantedAt, expiresAt} = request;
		const lease: Lease = {id, kid, model, servedBy, grantedAt, expiresAt};
		this.#open.set(id, {lease, provider, checks, here});
		this.#providers.add(provider);
		this.#counts.add(provider, lease);
		return lease;
	}

	#see(provider: string, {id, refillMs}: LimitCheck, fill: Omit<SeenWindow, 'provider' | 'refillMs'>): void {
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
			this.#opened({kid, checks: checksOf.get(kid) ?? []}, request, {here: true});
			this.#adoption.granted(request.leaseId, request.provider);
		}
		return reservation;
	}

	#keysOf(provider: string): PoolKeys {
		return this.#context.keys.pool(provider);
	}
}
