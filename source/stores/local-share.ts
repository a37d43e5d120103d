import {addSpent, type WindowFill} from '../domain/gcra.ts';
import type {Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {countsTokens, Ledger} from './ledger.ts';
import type {Reservation, ReserveRequest} from './store.ts';

/** Part of each limit that is handed out while replicas cannot ask each other. */
const sharedPart = 0.9;

/** A rate window as it was last seen in the shared store, on our clock. */
export type SeenWindow = WindowFill & {
	readonly provider: string;
	readonly refillMs: number;
	/** Units of refill nobody could use so far; absent where it is as it was. */
	readonly unused?: number;
};

/** What one window was spent while the store was away. */
export type Debt = {
	readonly window: string;
	readonly refillMs: number;
	/** Units granted that the shared books do not know. */
	readonly granted: number;
	/** Unused refill as it was before: what was unused since may have been used here. */
	readonly unused: number;
	/** Units owed in any case: those of them that are not refilled yet. */
	readonly least: number;
	/** All units this replica knows to be spent, for books that were lost. */
	readonly allUnits: number;
};

type Begun = {
	readonly provider: string;
	readonly seed: WindowFill;
	readonly refillMs: number;
	readonly sharedRefillMs: number;
	granted: number;
};

/** How many replicas share a limit, and which of them this is, from 0. */
export type Share = {readonly replicas: number; readonly place: number};

/**
 * Grants from this replica's part of each limit. Together the parts are less than the limit, and each begins as full
 * as the window was last seen, so that an outage never makes room that was used before.
 */
export class LocalShare {
	readonly #seen = new Map<string, SeenWindow>();
	#ledger = new Ledger();
	readonly #begun = new Map<string, Begun>();

	/** A window as the store has just told it. */
	see(window: string, seen: SeenWindow): void {
		this.#seen.set(window, {...seen, unused: seen.unused ?? this.#seen.get(window)?.unused ?? 0});
	}

	/** Whether anything was granted that the store does not know. */
	get hasDebts(): boolean {
		return this.#begun.size > 0;
	}

	reserve(request: ReserveRequest, share: Share): Reservation {
		const scaled = function* (this: LocalShare) {
			for (const {kid, checks} of request.offers) {
				yield {kid, checks: checks.map((check) => this.#begin(check, request, share))};
			}
		};
		const reservation = this.#ledger.reserve({...request, offers: scaled.call(this)});
		if (reservation.granted) this.#spend(request.leaseId);
		return reservation;
	}

	/** A lease of before the outage holds its part of what may run at once. */
	hold(lease: Lease, checks: readonly LimitCheck[]): void {
		const holding = checks.filter(({refillMs}) => refillMs === 0);
		if (holding.length > 0) this.#ledger.hold({lease, checks: holding});
	}

	release(leaseId: string, now: number, tokens: number): void {
		const checks = tokens === 0 ? [] : this.#ledger.checksOf(leaseId);
		this.#ledger.release(leaseId, now, tokens);
		for (const {id} of checks) {
			const begun = countsTokens(id) ? this.#begun.get(id) : undefined;
			if (begun !== undefined) begun.granted += tokens;
		}
	}

	/** A lease granted here turns out to be one the store has made: it is spent there already. */
	giveBack(checks: readonly LimitCheck[], now: number): void {
		for (const {id, cost} of checks) {
			const begun = this.#begun.get(id);
			if (begun === undefined) continue;
			begun.granted -= cost;
			const {refillMs} = begun;
			this.#ledger.rates.set(id, {...addSpent(this.#ledger.rates.get(id), refillMs, -cost, now), refillMs});
		}
	}

	/** What a provider's windows owe at `now`. */
	debts(provider: string, now: number): Debt[] {
		const debts: Debt[] = [];
		for (const [window, seen] of this.#seen) {
			if (seen.provider !== provider) continue;
			const begun = this.#begun.get(window);
			const least = begun === undefined ? 0 : this.#ownUnits(window, begun, now);
			const known = addSpent(seen, seen.refillMs, 0, now).level;
			const {refillMs, unused = 0} = seen;
			debts.push({window, refillMs, granted: begun?.granted ?? 0, unused, least, allUnits: known + least});
		}
		for (const [window, begun] of this.#begun) {
			if (begun.provider !== provider || this.#seen.has(window)) continue;
			const least = this.#ownUnits(window, begun, now);
			const {granted, sharedRefillMs: refillMs} = begun;
			debts.push({window, refillMs, granted, unused: 0, least, allUnits: least});
		}
		return debts;
	}

	/** The store is told all of a provider's debts at `now`. It may forget them: this replica does not. */
	settled(provider: string, now: number): void {
		for (const [window, begun] of this.#begun) {
			if (begun.provider !== provider) continue;
			const {refillMs, ...seen} = this.#seen.get(window) ?? {refillMs: begun.sharedRefillMs, level: 0, at: now};
			const known = addSpent(seen, refillMs, this.#ownUnits(window, begun, now), now);
			this.#seen.set(window, {unused: 0, ...seen, ...known, provider, refillMs});
			this.#begun.delete(window);
			this.#ledger.rates.delete(window);
		}
		if (this.#begun.size > 0) return;
		const open = this.#ledger.openLeases();
		this.#ledger = new Ledger();
		// The store may be gone again before it has answered.
		for (const {lease, checks} of open) this.hold(lease, checks);
	}

	/** Windows nothing is left of need not be remembered. */
	prune(now: number): void {
		for (const [window, seen] of this.#seen) {
			if (addSpent(seen, seen.refillMs, 0, now).level === 0) this.#seen.delete(window);
		}
	}

	/** What was spent here beyond the seed; a share refills more slowly than the whole, and counts for more of it. */
	#ownUnits(window: string, {seed, refillMs}: Begun, now: number): number {
		const level = addSpent(this.#ledger.rates.get(window), refillMs, 0, now).level;
		return Math.max(0, level - addSpent(seed, refillMs, 0, now).level) / sharedPart;
	}

	#spend(leaseId: string): void {
		for (const {id, cost} of this.#ledger.checksOf(leaseId)) {
			const begun = this.#begun.get(id);
			if (begun !== undefined) begun.granted += cost;
		}
	}

	#begin(check: LimitCheck, {provider, now}: ReserveRequest, share: Share): LimitCheck {
		const part = sharedPart / share.replicas;
		const scaled = {...check, capacity: partOf(check, share)};
		if (check.refillMs === 0) return {...scaled, capacity: Math.floor(scaled.capacity)};
		const refillMs = check.refillMs / part;
		if (!this.#begun.has(check.id)) {
			const seen = this.#seen.get(check.id);
			const known = seen === undefined ? {level: 0, at: now} : addSpent(seen, seen.refillMs, 0, now);
			const seed = {level: known.level * part, at: known.at};
			this.#begun.set(check.id, {provider, seed, refillMs, sharedRefillMs: check.refillMs, granted: 0});
			this.#ledger.rates.set(check.id, {...seed, refillMs});
		}
		return {...scaled, refillMs};
	}
}

/** A share too small for one call goes whole to as many replicas as there are calls. */
function partOf({capacity, cost}: LimitCheck, {replicas, place}: Share): number {
	const part = (capacity * sharedPart) / replicas;
	if (part >= cost) return part;
	return place < Math.floor(capacity / cost) ? cost : 0;
}

/** The window a refusal tells of: full, with room for the check at `retryAt`. */
export function fullWindow({capacity, refillMs, cost}: LimitCheck, retryAt: number, now: number): WindowFill {
	return {level: Number.isFinite(retryAt) ? capacity - cost + (retryAt - now) / refillMs : capacity, at: now};
}
