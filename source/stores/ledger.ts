import {ChunkedMap} from '../chunked-map.ts';
import {
	addSpent,
	type Fit,
	fitsConcurrency,
	type Held,
	isRefilled,
	spendRate,
	type WindowFill,
} from '../domain/gcra.ts';
import type {Kid} from '../domain/key.ts';
import {dueLeases, type Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {Shelf} from './shelf.ts';
import type {PickCount, Reservation, ReserveOffer, ReserveRequest, StoredState} from './store.ts';

/** A lease and the windows it was checked against. */
export type OpenLease = {readonly lease: Lease; readonly checks: readonly LimitCheck[]};

type RecentGrant = StoredState['recentGrants'][number];
type Grant = Pick<Lease, 'kid' | 'servedBy' | 'grantedAt'>;
type RateWindow = WindowFill & {readonly refillMs: number};
type ConcurrencyWindow = {units: number; readonly held: Map<string, Held>};
type FullWindow = {readonly kid: Kid; readonly window: string; readonly retryAt: number};

const GRANT_KEPT_MS = 60_000;
/** Grants past their time are dropped in lots, so that dropping costs nothing per grant. */
const GRANT_LOT = 1024;

/** Leases, rate windows, in-flight counts and picks of the process that owns them. */
export class Ledger {
	readonly rates = new Shelf<RateWindow>('window');
	readonly picks = new Shelf<PickCount>('pick');
	readonly #concurrency = new Map<string, ConcurrencyWindow>();
	readonly #open = new ChunkedMap<Lease>();
	/** Of open leases that were checked against any. */
	readonly #checks = new ChunkedMap<readonly LimitCheck[]>();
	#grants: Grant[] = [];
	#pastGrants = 0;

	/** Reserves the first offer that fits. A lease that is open already is given again, unspent. */
	reserve(request: ReserveRequest): Reservation {
		const known = this.#open.get(request.leaseId);
		if (known !== undefined) return {granted: true, lease: known};
		const full: FullWindow[] = [];
		for (const offer of request.offers) {
			const refused = this.#spend(offer, request);
			if (refused === undefined) return {granted: true, lease: this.#grant(offer, request)};
			full.push(refused);
		}
		return {granted: false, full};
	}

	/** Ends a lease; undefined when it is not open. */
	release(leaseId: string, now: number, tokens: number): Lease | undefined {
		const ended = this.#end(leaseId);
		if (ended === undefined) return undefined;
		if (tokens !== 0) {
			for (const {id, refillMs} of ended.checks) {
				if (countsTokens(id)) this.rates.set(id, {...addSpent(this.rates.get(id), refillMs, tokens, now), refillMs});
			}
		}
		return ended.lease;
	}

	/** Ends leases whose time is over at `now`. */
	expire(now: number): Lease[] {
		const ended = [...dueLeases(this.#open.values(), now)];
		for (const {id} of ended) this.#end(id);
		return ended;
	}

	/** The windows an open lease was checked against. */
	checksOf(leaseId: string): readonly LimitCheck[] {
		return this.#checks.get(leaseId) ?? [];
	}

	openLeases(): OpenLease[] {
		return [...this.#open.values()].map((lease) => ({lease, checks: this.checksOf(lease.id)}));
	}

	/** Grants of the minute before `now`, oldest first. */
	recentGrants(now: number): RecentGrant[] {
		const recent = this.#grants.slice(this.#pastGrants).filter(({grantedAt}) => grantedAt > now - GRANT_KEPT_MS);
		return recent.map(({kid, servedBy: model, grantedAt: at}) => ({kid, model, at}));
	}

	/** Windows that are whole again need not be kept. */
	prune(now: number): void {
		this.rates.prune((window) => isRefilled(window, window.refillMs, now));
	}

	restore(leases: readonly OpenLease[], grants: readonly RecentGrant[]): void {
		for (const open of leases) this.hold(open);
		this.#grants = grants.map(({kid, model: servedBy, at: grantedAt}) => ({kid, servedBy, grantedAt}));
	}

	/** Takes over a lease that is open; a second time is harmless. */
	hold(open: OpenLease): void {
		if (this.#open.get(open.lease.id) === undefined) this.#hold(open);
	}

	/** Checks every window first and spends after, so that an offer that does not fit costs nothing. */
	#spend(offer: ReserveOffer, request: ReserveRequest): FullWindow | undefined {
		const spent: [LimitCheck, WindowFill][] = [];
		let worst: FullWindow | undefined;
		for (const check of offer.checks) {
			const fit = this.#fit(check, request.now);
			if (fit.fits) {
				if (fit.next !== undefined) spent.push([check, fit.next]);
			} else if (worst === undefined || fit.retryAt > worst.retryAt) {
				worst = {kid: offer.kid, window: check.id, retryAt: fit.retryAt};
			}
		}
		if (worst !== undefined) return worst;
		for (const [{id, refillMs}, fill] of spent) this.rates.set(id, {...fill, refillMs});
		return undefined;
	}

	/** A concurrency window has nothing to spend: the lease itself holds its units. */
	#fit(check: LimitCheck, now: number): Fit<WindowFill | undefined> {
		if (check.refillMs > 0) return spendRate(this.rates.get(check.id), check, now);
		const window = this.#concurrency.get(check.id);
		const units = (window?.units ?? 0) + check.cost;
		if (units <= check.capacity) return {fits: true, next: undefined};
		const fit = fitsConcurrency(window?.held.values() ?? [], check, now);
		return fit.fits ? {fits: true, next: undefined} : fit;
	}

	#grant({kid, checks}: ReserveOffer, request: ReserveRequest): Lease {
		const {leaseId: id, model, servedBy, now: grantedAt, expiresAt} = request;
		const lease: Lease = {id, kid, model, servedBy, grantedAt, expiresAt};
		this.#hold({lease, checks});
		const pick = `${servedBy}\n${kid}`;
		this.picks.set(pick, {model: servedBy, kid, picks: (this.picks.get(pick)?.picks ?? 0) + 1});
		this.#grants.push(lease);
		this.#dropPastGrants(grantedAt - GRANT_KEPT_MS);
		return lease;
	}

	#dropPastGrants(before: number): void {
		while ((this.#grants[this.#pastGrants]?.grantedAt ?? Infinity) <= before) this.#pastGrants += 1;
		if (this.#pastGrants < GRANT_LOT || this.#pastGrants * 2 < this.#grants.length) return;
		this.#grants = this.#grants.slice(this.#pastGrants);
		this.#pastGrants = 0;
	}

	#hold({lease, checks}: OpenLease): void {
		const {id, expiresAt} = lease;
		this.#open.add(id, lease);
		if (checks.length > 0) this.#checks.add(id, checks);
		for (const check of checks) {
			if (check.refillMs > 0) continue;
			let window = this.#concurrency.get(check.id);
			if (window === undefined) {
				window = {units: 0, held: new Map()};
				this.#concurrency.set(check.id, window);
			}
			window.held.set(id, {cost: check.cost, until: expiresAt});
			window.units += check.cost;
		}
	}

	#end(leaseId: string): OpenLease | undefined {
		const lease = this.#open.get(leaseId);
		if (lease === undefined) return undefined;
		const checks = this.checksOf(leaseId);
		this.#open.delete(leaseId);
		this.#checks.delete(leaseId);
		for (const check of checks) {
			const window = check.refillMs > 0 ? undefined : this.#concurrency.get(check.id);
			if (window === undefined) continue;
			window.held.delete(leaseId);
			window.units -= check.cost;
			if (window.held.size === 0) this.#concurrency.delete(check.id);
		}
		return {lease, checks};
	}
}

/** A window's id ends in its kind: `account openai acme gpt-4o tokens-minute`. */
export function countsTokens(windowId: string): boolean {
	return /\b(input-|output-)?tokens-(minute|month)$/.test(windowId);
}
