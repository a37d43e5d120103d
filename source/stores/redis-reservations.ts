import {setImmediate as nextTurn} from 'node:timers/promises';
import type {RedisContext} from './redis-context.ts';
import {RedisAway, type ScriptAnswer} from './redis-link.ts';
import {type Call, type Decision, decisionOf, ReserveCall, type SpentWindow} from './redis-reserve-call.ts';
import type {ReserveOffer, ReserveRequest} from './store.ts';

/** Calls one script decides at most: while it does, the answers of the one before are read here. */
const mostCalls = 8;
/** A second try is short: both together must not keep a caller waiting. */
const againMs = 40;

type Decided = {readonly decision: Decision; readonly server: number};
type WaitingCall = Call & {readonly decided: PromiseWithResolvers<Decided>};

type Parts = {
	readonly context: RedisContext;
	/** Begins the books of a provider anew: they are gone. */
	readonly begin: (provider: string, now: number) => Promise<void>;
	readonly see: (provider: string, now: number, windows: readonly SpentWindow[]) => void;
};

/** Asks Redis for leases; calls that come in one turn of the event loop share one script. */
export class RedisReservations {
	readonly #parts: Parts;
	readonly #waiting = new Map<string, WaitingCall[]>();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Decides one call and tells the server's time; throws `RedisAway`. */
	ask(request: ReserveRequest, offers: readonly ReserveOffer[]): Promise<Decided> {
		const call: WaitingCall = {request, offers, decided: Promise.withResolvers()};
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

	async #decide(calls: readonly WaitingCall[]): Promise<void> {
		const {context, begin, see} = this.#parts;
		const {provider, now} = calls[0]?.request ?? {provider: '', now: 0};
		const told = new ReserveCall(calls, {pool: context.keys.pool(provider), replica: context.replica});
		let answer = await this.#runTwice(told, now);
		if (answer[0] === 'LOST') {
			await begin(provider, now);
			answer = await this.#run(told, now);
		}
		const [, server, decisions, fills] = answer as [string, number, readonly unknown[], readonly (string | number)[]];
		see(provider, now, told.spent(fills));
		for (const [place, {offers, decided}] of calls.entries()) {
			const decision = decisionOf(decisions[place], offers);
			if (decision === undefined) decided.reject(new RedisAway('an answer that fits no offer', false));
			else decided.resolve({decision, server});
		}
	}

	/** One answer that is late is no outage: asked again under the same ids nothing can be granted twice. */
	async #runTwice(told: ReserveCall, now: number): Promise<ScriptAnswer> {
		const first = await this.#run(told, now).catch((error: unknown) => error as Error);
		if (!(first instanceof Error)) return first;
		if (!(first instanceof RedisAway) || !this.#parts.context.link.isUp) throw first;
		return this.#run(told, now, {again: true}).catch((second: unknown) => {
			// What the first try may have done is not undone by a second that did not even leave.
			throw second instanceof RedisAway && first.mayHaveRun ? new RedisAway(second.message, true) : second;
		});
	}

	#run({keys, args}: ReserveCall, now: number, {again = false} = {}): Promise<ScriptAnswer> {
		const {link, time} = this.#parts.context;
		return link.run('reserve', keys, [again ? 'again' : '', ...args], {
			...(time === 'caller' ? {at: now} : {}),
			...(again ? {withinMs: againMs} : {}),
		});
	}
}
