import type {LimitCheck} from '../domain/limit.ts';
import type {PoolKeys} from './redis-keys.ts';
import type {LeaseBody} from './redis-lease-books.ts';
import type {ReserveOffer, ReserveRequest} from './store.ts';

/** Windows, leases, due. */
const keysBeforeHolders = 3;

/** One call and the offers it makes now. */
export type Call = {readonly request: ReserveRequest; readonly offers: readonly ReserveOffer[]};

/** What Redis says to one call's offers; instants are those Redis counts with. */
export type Decision =
	| {readonly granted: ReserveOffer}
	/** Granted before, under the same id. */
	| {readonly known: LeaseBody}
	/** Per offer the check that has room last, and when; Infinity = never. */
	| {readonly full: readonly {readonly offer: ReserveOffer; readonly check: LimitCheck; readonly retryAt: number}[]};

/** A rate window that was spent, as it is now. */
export type SpentWindow = {readonly check: LimitCheck; readonly level: number; readonly unused: number};

/** What the reserving script is told for several calls of one provider: what they have in common once. */
export class ReserveCall {
	readonly keys: readonly string[];
	readonly args: readonly (string | number)[];
	readonly #pool: PoolKeys;
	readonly #checks = new Texts();
	readonly #checkAt: LimitCheck[] = [];
	/** Places of checks. */
	readonly #sets = new Texts();
	/** Names of the sets of holders. */
	readonly #holders = new Texts();
	/** How long a lease lasts and the begin of its JSON. */
	readonly #kinds = new Texts();

	constructor(calls: readonly Call[], {pool, replica}: {readonly pool: PoolKeys; readonly replica: string}) {
		this.#pool = pool;
		const told = calls.map(({request, offers}) => {
			const begin = `${request.leaseId}\t${this.#kindOf(request, replica)}`;
			return offers.reduce((text, {kid, checks}) => `${text}\t${JSON.stringify(kid)}\t${this.#setOf(checks)}`, begin);
		});
		const lists = [this.#checks, this.#sets, this.#kinds].flatMap(({list}) => [list.length, ...list]);
		this.keys = [pool.windows, pool.leases, pool.due, ...this.#holders.list];
		this.args = [...lists, ...told];
	}

	/** Place of a check and fill of its window, in turn, as the script gives them. */
	spent(fills: readonly (string | number)[]): SpentWindow[] {
		const windows: SpentWindow[] = [];
		for (let index = 0; index < fills.length; index += 2) {
			const check = this.#checkAt[Number(fills[index]) - 1];
			const [level = 0, , unused = 0] = String(fills[index + 1])
				.split(' ')
				.map(Number);
			if (check !== undefined) windows.push({check, level, unused});
		}
		return windows;
	}

	#kindOf({provider, model, servedBy, now, expiresAt}: ReserveRequest, replica: string): number {
		const lasts = Math.max(1, Math.ceil(expiresAt - now));
		return this.#kinds.placeOf(
			`${lasts}\t${model}\t${servedBy}`,
			() => `${lasts} ${JSON.stringify({replica, provider, model, servedBy}).slice(0, -1)}`,
		);
	}

	#setOf(checks: readonly LimitCheck[]): number {
		const set = checks.map((check) => this.#placeOf(check)).join(' ');
		return this.#sets.placeOf(set, () => set);
	}

	#placeOf(check: LimitCheck): number {
		const {id, capacity, refillMs, cost} = check;
		return this.#checks.placeOf(`${id}\t${capacity}\t${refillMs}\t${cost}`, () => {
			this.#checkAt.push(check);
			return JSON.stringify({id, capacity, refillMs, cost, ...(refillMs > 0 ? {} : {held: this.#heldAt(id)})});
		});
	}

	#heldAt(id: string): number {
		const key = this.#pool.held(id);
		return keysBeforeHolders + this.#holders.placeOf(key, () => key);
	}
}

/** Each text once, in the order they came. */
class Texts {
	readonly list: string[] = [];
	readonly #places = new Map<string, number>();

	/** From 1; `write` makes the text of an id that is new. */
	placeOf(id: string, write: () => string): number {
		const known = this.#places.get(id);
		if (known !== undefined) return known;
		const place = this.list.push(write());
		this.#places.set(id, place);
		return place;
	}
}

/** The answer of the script to a call; undefined when it fits none of its offers. */
export function decisionOf(answer: unknown, offers: readonly ReserveOffer[]): Decision | undefined {
	if (typeof answer === 'string') return {known: JSON.parse(answer) as LeaseBody};
	if (typeof answer === 'number') {
		const granted = offers[answer - 1];
		return granted === undefined ? undefined : {granted};
	}
	const full = (answer as readonly (readonly [number, number])[]).flatMap(([place, at], index) => {
		const offer = offers[index];
		const check = offer?.checks[place - 1];
		return offer === undefined || check === undefined ? [] : [{offer, check, retryAt: at < 0 ? Infinity : at}];
	});
	return full.length === offers.length ? {full} : undefined;
}
