import {setImmediate as nextTurn} from 'node:timers/promises';
import type {LimitCheck} from '../domain/limit.ts';
import type {RedisContext} from './redis-context.ts';
import type {PoolKeys} from './redis-keys.ts';
import type {LeaseBody} from './redis-lease-books.ts';
import {type Argument, RedisAway, type ScriptAnswer} from './redis-link.ts';
import type {ReserveOffer, ReserveRequest} from './store.ts';

/** Calls one script decides at most: while it does, the answers of the one before are read here. */
const mostCalls = 8;
/** Windows, leases, due. */
const keysBeforeHolders = 3;
/** A second try is short: both together must not keep a caller waiting. */
const againMs = 40;

/** What Redis says to one call's offers; instants are those Redis counts with. */
export type Decision =
	| {readonly granted: ReserveOffer}
	/** Granted before, under the same id. */
	| {readonly known: LeaseBody}
	/** Per offer the check that has room last, and when; Infinity = never. */
	| {readonly full: readonly {readonly offer: ReserveOffer; readonly check: LimitCheck; readonly retryAt: number}[]};

/** A rate window that was spent, as it is now. */
export type SpentWindow = {
	readonly id: string;
	readonly refillMs: number;
	readonly level: number;
	readonly unused: number;
};

type Call = {
	readonly request: ReserveRequest;
	readonly offers: readonly ReserveOffer[];
	readonly decided: PromiseWithResolvers<{readonly decision: Decision; readonly server: number}>;
};

type Parts = {
	readonly context: RedisContext;
	/** Begins the books of a provider anew: they are gone. */
	readonly begin: (provider: string, now: number) => Promise<void>;
	readonly see: (provider: string, now: number, windows: readonly SpentWindow[]) => void;
};

/** Asks Redis for leases; calls that come in one turn of the event loop share one script. */
export class RedisReservations {
	readonly #parts: Parts;
	readonly #waiting = new Map<string, Call[]>();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Decides one call and tells the server's time; throws `RedisAway`. */
	ask(request: ReserveRequest, offers: readonly ReserveOffer[]): Call['decided']['promise'] {
		const call: Call = {request, offers, decided: Promise.withResolvers()};
		// A script counts with one instant.
		const id = this.#parts.context.time === 'caller' ? `${request.provider} ${request.now}` : request.provider;
		const waiting = this.#waiting.get(id);
		if (waiting === undefined) {
			this.#waiting.set(id, [call]);
			void nextTurn().then(() => this.#send(id));
		} else waiting.push(call);
		return call.decided.promise;
	}

	#send(id: string): void {
		const calls = this.#waiting.get(id) ?? [];
		this.#waiting.delete(id);
		for (let first = 0; first < calls.length; first += mostCalls) {
			const batch = calls.slice(first, first + mostCalls);
			this.#decide(batch).catch((error: unknown) => {
				for (const {decided} of batch) decided.reject(error);
			});
		}
	}

	async #decide(calls: readonly Call[]): Promise<void> {
		const {provider, now} = calls[0]?.request ?? {provider: '', now: 0};
		let answer = await this.#runTwice(calls);
		if (answer[0] === 'LOST') {
			await this.#parts.begin(provider, now);
			answer = await this.#run(calls);
		}
		const [, server, decisions, fills] = answer as [string, number, readonly unknown[], readonly string[]];
		this.#parts.see(provider, now, spentWindows(calls, fills));
		for (const [place, {offers, decided}] of calls.entries()) {
			const decision = decisionOf(decisions[place], offers);
			if (decision === undefined) decided.reject(new RedisAway('an answer that fits no offer', false));
			else decided.resolve({decision, server});
		}
	}

	/** One answer that is late is no outage: asked again under the same ids nothing can be granted twice. */
	async #runTwice(calls: readonly Call[]): Promise<ScriptAnswer> {
		const first = await this.#run(calls).catch((error: unknown) => error as Error);
		if (!(first instanceof Error)) return first;
		if (!(first instanceof RedisAway) || !this.#parts.context.link.isUp) throw first;
		return this.#run(calls, {again: true}).catch((second: unknown) => {
			// What the first try may have done is not undone by a second that did not even leave.
			throw second instanceof RedisAway && first.mayHaveRun ? new RedisAway(second.message, true) : second;
		});
	}

	#run(calls: readonly Call[], {again = false} = {}): Promise<ScriptAnswer> {
		const {link, keys, replica, time} = this.#parts.context;
		const {provider, now} = calls[0]?.request ?? {provider: '', now: 0};
		const pool = keys.pool(provider);
		const checks = new CheckSets(pool);
		const kinds = new Texts();
		const args: Argument[] = [];
		for (const {request, offers} of calls) {
			const {leaseId, model, servedBy, expiresAt} = request;
			const head = JSON.stringify({replica, provider, model, servedBy}).slice(0, -1);
			const lasts = Math.max(1, Math.ceil(expiresAt - request.now));
			args.push(leaseId, kinds.placeOf(`${lasts} ${head}`), offers.length);
			for (const offer of offers) args.push(JSON.stringify(offer.kid), checks.placeOf(offer.checks));
		}
		const lists = [checks.texts, checks.sets, kinds].flatMap(({list}) => [list.length, ...list]);
		return link.run(
			'reserve',
			[pool.windows, pool.leases, pool.due, ...checks.holders.list],
			[again ? 'again' : '', ...lists, ...args],
			{...(time === 'caller' ? {at: now} : {}), ...(again ? {withinMs: againMs} : {})},
		);
	}
}

/** Each text once, in the order they came. */
class Texts {
	readonly list: string[] = [];
	readonly #places = new Map<string, number>();

	/** From 1. */
	placeOf(text: string): number {
		const known = this.#places.get(text);
		if (known !== undefined) return known;
		this.#places.set(text, this.list.push(text));
		return this.list.length;
	}
}

/** The checks of a script and the sets of them that offers have: each is told once. */
class CheckSets {
	readonly texts = new Texts();
	/** Places of checks. */
	readonly sets = new Texts();
	/** Names of the sets of holders; they stand behind the keys every script has. */
	readonly holders = new Texts();
	readonly #pool: PoolKeys;

	constructor(pool: PoolKeys) {
		this.#pool = pool;
	}

	placeOf(checks: readonly LimitCheck[]): number {
		return this.sets.placeOf(checks.map((check) => this.#checkAt(check)).join(' '));
	}

	#checkAt({id, capacity, refillMs, cost}: LimitCheck): number {
		const held = refillMs > 0 ? {} : {held: keysBeforeHolders + this.holders.placeOf(this.#pool.held(id))};
		return this.texts.placeOf(JSON.stringify({id, capacity, refillMs, cost, ...held}));
	}
}

function decisionOf(answer: unknown, offers: readonly ReserveOffer[]): Decision | undefined {
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

function spentWindows(calls: readonly Call[], fills: readonly string[]): SpentWindow[] {
	if (fills.length === 0) return [];
	const refills = new Map<string, number>();
	for (const {offers} of calls) {
		for (const {checks} of offers) for (const {id, refillMs} of checks) refills.set(id, refillMs);
	}
	const windows: SpentWindow[] = [];
	for (let place = 0; place < fills.length; place += 2) {
		const id = fills[place] ?? '';
		const [level = 0, , unused = 0] = (fills[place + 1] ?? '').split(' ').map(Number);
		windows.push({id, refillMs: refills.get(id) ?? 0, level, unused});
	}
	return windows;
}
