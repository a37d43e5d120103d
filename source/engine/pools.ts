import type {Bench} from '../domain/bench.ts';
import type {Catalogue, CatalogueEntry} from '../domain/catalogue.ts';
import {inPanic} from '../domain/ejection.ts';
import type {Kid} from '../domain/key.ts';
import type {LimitCheck, LimitSettings} from '../domain/limit.ts';
import {limitChecks} from '../domain/limit-checks.ts';
import {stageShare} from '../domain/recovery.ts';
import type {ReserveOffer} from '../stores/store.ts';
import {createStrategy} from '../strategies/index.ts';
import type {PickContext, Strategy, StrategyName} from '../strategies/strategy.ts';
import {candidateOf} from './candidate.ts';
import {learnedLimits} from './headroom.ts';
import type {Member, Roster} from './roster.ts';

/** A model's pool: its provider's keys, ordered by the model's own strategy. */
export type Pool = {
	entry: CatalogueEntry;
	strategy: Strategy;
	/** A caller asked for this strategy instead of the model's own. */
	readonly aside: boolean;
	/** Candidates that are not on trial. */
	readonly steady: Set<Kid>;
	readonly recovering: Map<Kid, readonly Bench[]>;
	/** Keys that only an ejection keeps out; in a panic they serve all the same. */
	readonly ejected: Set<Kid>;
	panic: boolean;
	readonly picks: Map<Kid, number>;
	picked: number;
};

/** One call that wants a key. */
export type Ask = {
	readonly leaseId: string;
	readonly context: PickContext;
	/** Tokens it is expected to use. */
	readonly tokens: number;
	/** It may go to another link of its chain: a pool that recovers need not take all of the traffic. */
	readonly hasElsewhere: boolean;
	/** Keys the caller does not want, because they have just failed it. */
	readonly avoid?: ReadonlySet<Kid>;
	/** The newest offer made. */
	last?: Kid;
};

export type PoolLimits = {
	readonly ofProvider: (provider: string) => LimitSettings | undefined;
	readonly ofModel: (model: string) => LimitSettings | undefined;
};

const trialWhy = 'its trial call after a rest';

/** Keeps each pool's candidates as benches and measurements change, so that a pick has nothing to search. */
export class Pools {
	readonly #roster: Roster;
	readonly #limits: PoolLimits;
	readonly #pools = new Map<string, Pool>();
	/** Benches whose single trial call is under way, with the lease that makes it. */
	readonly #trials = new Map<string, string>();

	constructor(roster: Roster, limits: PoolLimits) {
		this.#roster = roster;
		this.#limits = limits;
	}

	all(): Iterable<Pool> {
		return this.#pools.values();
	}

	/** The pool of a model, made at its first use. */
	of(entry: CatalogueEntry, strategy: StrategyName, now: number): Pool {
		return this.#pools.get(entry.name) ?? this.#make(entry.name, entry, {strategy, aside: false}, now);
	}

	/** The same keys in the order of another strategy: turns are taken there apart from the model's own. */
	aside(entry: CatalogueEntry, strategy: StrategyName, now: number): Pool {
		// A space is in no model's name.
		const id = `${entry.name} by ${strategy}`;
		return this.#pools.get(id) ?? this.#make(id, entry, {strategy, aside: true}, now);
	}

	#make(
		id: string,
		entry: CatalogueEntry,
		{strategy, aside}: {readonly strategy: StrategyName; readonly aside: boolean},
		now: number,
	): Pool {
		const pool: Pool = {
			entry,
			strategy: createStrategy(strategy),
			aside,
			steady: new Set(),
			recovering: new Map(),
			ejected: new Set(),
			panic: false,
			picks: new Map(),
			picked: 0,
		};
		this.#pools.set(id, pool);
		this.#refreshPool(pool, now);
		return pool;
	}

	setStrategy(pool: Pool, strategy: StrategyName, now: number): void {
		pool.strategy = createStrategy(strategy);
		this.#refreshPool(pool, now);
	}

	/** Keys, models or strategies have changed: each pool goes on with what still holds. */
	reconcile(catalogue: Catalogue, strategyOf: (model: string) => StrategyName, now: number): void {
		for (const [id, pool] of this.#pools) {
			const {name} = pool.entry;
			const entry = catalogue.get(name);
			if (entry === undefined) {
				this.#pools.delete(id);
				continue;
			}
			const strategy = pool.aside ? pool.strategy.name : strategyOf(name);
			const stays = entry.provider === pool.entry.provider && strategy === pool.strategy.name;
			pool.entry = entry;
			const members = new Set(this.#roster.ofProvider(entry.provider).map(({key}) => key.kid));
			for (const kid of [...pool.steady, ...pool.recovering.keys(), ...pool.ejected]) {
				if (!members.has(kid)) this.#forget(pool, kid);
			}
			if (!stays) pool.strategy = createStrategy(strategy);
			this.#refreshPool(pool, now);
		}
	}

	/** Something about these keys has changed. */
	refresh(members: Iterable<Member>, now: number): void {
		const byProvider = Map.groupBy(members, ({key}) => key.provider);
		for (const pool of this.#pools.values()) {
			const concerned = byProvider.get(pool.entry.provider);
			if (concerned === undefined) continue;
			for (const member of concerned) this.#refreshMember(pool, member, now);
			this.#reckonPanic(pool, now);
		}
	}

	/**
	 * Best first, lazily; each is counted as picked while it is on offer, and given back when the next
	 * one is asked for. A key whose rest is over is tried first, for no strategy would come to it
	 * while better keys are free.
	 */
	*offers(pool: Pool, ask: Ask): Generator<ReserveOffer> {
		const onTrial = this.#dueTrial(pool);
		const admitted = new Map<string, boolean>();
		if (onTrial !== undefined) yield* this.#offer(pool, onTrial, ask, admitted);
		const order = pool.strategy.offer(ask.context);
		for (let candidate = order.next(); candidate !== undefined; candidate = order.next()) {
			if (candidate.kid !== onTrial) yield* this.#offer(pool, candidate.kid, ask, admitted);
		}
	}

	/** Whom the next call would get were every window open, and why; picks nothing. */
	next(pool: Pool, context: PickContext): {readonly kid: Kid; readonly why: string} | undefined {
		const {strategy} = pool;
		const onTrial = this.#dueTrial(pool);
		if (onTrial !== undefined) return {kid: onTrial, why: `${strategy.name}: ${trialWhy}`};
		const candidate = strategy.offer(context).next();
		return candidate === undefined
			? undefined
			: {kid: candidate.kid, why: `${strategy.name}: ${strategy.why(candidate.kid, context)}`};
	}

	/** Why a lease got its key. */
	why(pool: Pool, leaseId: string, kid: Kid, context: PickContext): string {
		const isTrial = this.#trials.size > 0 && [...this.#trials.values()].includes(leaseId);
		return `${pool.strategy.name}: ${isTrial ? trialWhy : pool.strategy.why(kid, context)}`;
	}

	/** Every window a call of this key must fit into, configured or told by the vendor; the tightest wins. */
	checks(member: Member, entry: CatalogueEntry, tokens: number): LimitCheck[] {
		const {kid, provider, limits} = member.key;
		const ofProvider = this.#limits.ofProvider(provider);
		const ofModel = this.#limits.ofModel(entry.name);
		const learned = learnedLimits(member, entry.upstream);
		if ((limits ?? ofProvider ?? ofModel ?? learned) === undefined) return [];
		const account = `account ${provider} ${this.#roster.accountOf(member)}`;
		return [
			...limitChecks(`key ${kid}`, limits, tokens),
			...limitChecks(account, ofProvider, tokens),
			...limitChecks(`model ${entry.name}`, ofModel, tokens),
			...limitChecks(`${account} ${entry.upstream}`, learned, tokens),
		];
	}

	/** The lease that was a trial is over. */
	endTrial(leaseId: string): void {
		for (const [bench, lease] of this.#trials) if (lease === leaseId) this.#trials.delete(bench);
	}

	/** The store took an offer of a batch that was not the last one made: that one counts, and not the last. */
	taken(pool: Pool, {leaseId, context, last = ''}: Ask, kid: Kid): void {
		if (last === kid) return;
		pool.strategy.released(last, context.now);
		this.endTrial(leaseId);
		for (const bench of pool.recovering.get(kid) ?? []) if (isTrial(bench)) this.#trials.set(bench.id, leaseId);
		pool.strategy.picked(kid, context);
	}

	*#offer(pool: Pool, kid: Kid, ask: Ask, admitted: Map<string, boolean>): Generator<ReserveOffer> {
		const {leaseId, context, tokens, avoid} = ask;
		const member = this.#roster.get(kid);
		if (member === undefined || avoid?.has(kid) === true || !this.#passes(pool, kid, ask, admitted)) return;
		const trials = (pool.recovering.get(kid) ?? []).filter(isTrial);
		for (const bench of trials) this.#trials.set(bench.id, leaseId);
		pool.strategy.picked(kid, context);
		ask.last = kid;
		// Of all replicas too one makes the trial call.
		const alone = trials.map(({id}) => ({id: `trial ${id}`, capacity: 1, refillMs: 0, cost: 1}));
		yield {kid, checks: [...this.checks(member, pool.entry, tokens), ...alone]};
		pool.strategy.released(kid, context.now);
		this.endTrial(leaseId);
	}

	/** The first key whose trial call nobody makes yet. */
	#dueTrial({recovering}: Pool): Kid | undefined {
		for (const [kid, benches] of recovering) {
			if (benches.some(isTrial) && benches.every(({id}) => !this.#trials.has(id))) return kid;
		}
		return undefined;
	}

	/**
	 * A key on trial takes one call at a time, then a share of the traffic while others can serve. A bench that
	 * many keys share admits a call or does not, whichever key it would get.
	 */
	#passes(pool: Pool, kid: Kid, {context, hasElsewhere}: Ask, admitted: Map<string, boolean>): boolean {
		const benches = pool.recovering.get(kid) ?? [];
		return benches.every((bench) => {
			if (isTrial(bench)) return !this.#trials.has(bench.id);
			if (pool.steady.size === 0 && !hasElsewhere) return true;
			const known = admitted.get(bench.id);
			if (known !== undefined) return known;
			const admits = context.random() < stageShare[bench.recovery?.stage ?? 'trial'];
			admitted.set(bench.id, admits);
			return admits;
		});
	}

	#refreshPool(pool: Pool, now: number): void {
		for (const member of this.#roster.ofProvider(pool.entry.provider)) this.#refreshMember(pool, member, now);
		this.#reckonPanic(pool, now);
	}

	#refreshMember(pool: Pool, member: Member, now: number): void {
		const {kid} = member.key;
		const benches = this.#roster.benchesOn(member, pool.entry.upstream);
		const blocking = benches.filter(blocks);
		const onlyEjected = blocking.length > 0 && blocking.every((bench) => bench.kind === 'ejected');
		if (onlyEjected) pool.ejected.add(kid);
		else pool.ejected.delete(kid);
		pool.steady.delete(kid);
		pool.recovering.delete(kid);
		if (blocking.length > 0 && !(onlyEjected && pool.panic)) {
			pool.strategy.delete(kid);
			return;
		}
		const recovering = benches.filter((bench) => bench.recovery !== undefined);
		if (recovering.length === 0) pool.steady.add(kid);
		else pool.recovering.set(kid, recovering);
		pool.strategy.set(candidateOf(member, recovering, pool.entry.upstream, now));
	}

	/** With too few keys in service the ejected ones serve too; with enough again they go back to rest. */
	#reckonPanic(pool: Pool, now: number): void {
		if (pool.ejected.size === 0 && !pool.panic) return;
		const inService = pool.strategy.size - (pool.panic ? pool.ejected.size : 0);
		const panic = inPanic(inService, inService + pool.ejected.size);
		if (panic === pool.panic) return;
		pool.panic = panic;
		for (const kid of [...pool.ejected]) {
			const member = this.#roster.get(kid);
			if (member !== undefined) this.#refreshMember(pool, member, now);
		}
	}

	#forget(pool: Pool, kid: Kid): void {
		pool.ejected.delete(kid);
		pool.recovering.delete(kid);
		pool.steady.delete(kid);
		pool.strategy.delete(kid);
	}
}

/** A bench on trial lets calls through; any other keeps its keys out. */
export function blocks(bench: Bench): boolean {
	return bench.recovery === undefined;
}

function isTrial(bench: Bench): boolean {
	return bench.recovery?.stage === 'trial';
}
