import type {Clock} from '../clock.ts';
import type {CatalogueEntry} from '../domain/catalogue.ts';
import {linksOf} from '../domain/chain.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease, SkipReason} from '../domain/lease.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Reading} from '../domain/reading.ts';
import type {EventHub} from '../events.ts';
import type {Provider} from '../providers/provider.ts';
import type {Store} from '../stores/store.ts';
import type {PickContext, StrategyName} from '../strategies/strategy.ts';
import type {Assessor} from './assessor.ts';
import {readingOf} from './call-reading.ts';
import {GrantNews} from './grant-news.ts';
import {GrantWarnings} from './grant-warnings.ts';
import type {Acquired, AcquireRequest, OpenLeaseQuery, Refused} from './leasing.ts';
import {type OpenLease, OpenLeases} from './open-leases.ts';
import type {EngineSettings} from './options.ts';
import type {Ask, Pool, Pools} from './pools.ts';
import type {Member, Roster} from './roster.ts';
import {type FullWindows, skipReasons} from './skip-reasons.ts';
import type {PickView} from './snapshot.ts';

const leaseMs = 60_000;

type Parts = {
	readonly settings: () => EngineSettings;
	readonly roster: Roster;
	readonly pools: Pools;
	readonly store: Store;
	readonly events: EventHub;
	readonly assessor: Assessor;
	readonly clock: Clock;
	readonly random: () => number;
	readonly newId: () => string;
	readonly strategyOf: (model: string) => StrategyName;
	readonly passDeadlines: () => Promise<void> | undefined;
	/** Ask the vendor about a key a call was refused with. */
	readonly confirm: (kid: Kid) => void;
	readonly changed: () => void;
};

/** Hands out leases and takes them back. */
export class Dispatcher {
	readonly #parts: Parts;
	readonly #news: GrantNews;
	readonly #open = new OpenLeases();
	readonly #warnings = new GrantWarnings();
	readonly #stopping = new AbortController();

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#news = new GrantNews(parts);
	}

	/** Names callers have been served under since the start. */
	askedModels(): Iterable<string> {
		return this.#news.askedModels();
	}

	/** Newest first, at most 20. */
	lastPicks(model: string): readonly PickView[] {
		return this.#news.lastPicks(model);
	}

	pool(entry: CatalogueEntry): Pool {
		const {pools, strategyOf, clock} = this.#parts;
		return pools.of(entry, strategyOf(entry.name), clock.now());
	}

	/** The pool of a model of the catalogue. */
	poolNamed(model: string): Pool | undefined {
		const entry = this.#parts.settings().catalogue.get(model);
		return entry === undefined ? undefined : this.pool(entry);
	}

	/** A lease on the best key that fits, or every reason why there is none. */
	async acquire(request: AcquireRequest): Promise<Acquired | Refused> {
		const {settings} = this.#parts;
		const entry = settings().catalogue.get(request.model);
		if (entry === undefined) return {granted: false, code: 'UNKNOWN_MODEL', skipped: []};
		const links = request.fallback === true ? linksOf(request.model, settings().catalogue, request.chain) : [entry];
		const first = await this.#tryLinks(links, request);
		if (first.granted) return first;
		return this.#wait(links, request, first);
	}

	/** Tries again when a key comes back, as long as the caller wants to wait. */
	async #wait(links: readonly CatalogueEntry[], request: AcquireRequest, first: Refused): Promise<Acquired | Refused> {
		const {clock} = this.#parts;
		const giveUpAt = clock.now() + (request.waitMs ?? 0);
		const ended = AbortSignal.any([this.#stopping.signal, ...(request.signal === undefined ? [] : [request.signal])]);
		let answer: Acquired | Refused = first;
		for (;;) {
			if (answer.granted) return answer;
			const refused = answer;
			const {retryAt} = refused;
			if (retryAt === undefined || retryAt > giveUpAt || ended.aborted) return this.#news.tellRefusal(request, refused);
			await clock.sleep(Math.max(1, retryAt - clock.now()), ended);
			answer = await this.#tryLinks(links, request);
		}
	}

	/** Calls that wait for a key are refused. */
	stop(): void {
		this.#stopping.abort();
	}

	/** Takes over leases that were open when the last engine closed. */
	async adoptLeases(): Promise<void> {
		const {store, roster} = this.#parts;
		// Those of a fleet belong to replicas that are alive; one that is given back here is looked up then.
		if (store.fleet !== undefined) return;
		for (const lease of await store.openLeases()) {
			const member = roster.get(lease.kid);
			if (member !== undefined) member.inFlight += 1;
			this.#open.add({lease});
		}
	}

	/** A lease of another replica is known by its id alone. */
	async openLease(which: OpenLeaseQuery): Promise<Lease | undefined> {
		const own = this.#open.find(which);
		return own ?? ('leaseId' in which ? this.#parts.store.fleet?.lease(which.leaseId) : undefined);
	}

	/** Ends a lease with what came of the call; `usage` where the outcome does not tell it. False when it had ended already. */
	async release(leaseId: string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean> {
		const open = this.#open.take(leaseId);
		if (open === undefined) return this.#settleAnothers(leaseId, outcome, usage);
		try {
			return await this.#settle(open.lease, outcome, usage);
		} finally {
			// A trial lasts until it has been judged: else a second one could begin in between.
			this.#giveBack(open);
		}
	}

	/** Judges a call nobody holds a lease for; false when there is nothing to judge it by. */
	async report(kid: Kid, model: string, outcome: Outcome, usage?: Usage): Promise<boolean> {
		const entry = this.#parts.settings().catalogue.get(model);
		const member = this.#parts.roster.get(kid);
		const provider = this.#providerOf(entry);
		if (member === undefined || provider === undefined || member.key.provider !== entry?.provider) return false;
		await this.#assess(member, entry, readingOf(provider, entry, outcome, usage));
		return true;
	}

	/** Another replica was given this lease back and has judged the call. */
	endedElsewhere(leaseId: string): void {
		const open = this.#open.take(leaseId);
		if (open !== undefined) this.#giveBack(open);
	}

	/** Gives back leases nobody has released in time. */
	async expireLeases(): Promise<void> {
		const {store, clock, events, roster} = this.#parts;
		const now = clock.now();
		for (const lease of await store.expire(now)) {
			const open = this.#open.take(lease.id);
			if (open === undefined) continue;
			this.#giveBack(open);
			const label = roster.get(lease.kid)?.key.label ?? 'a removed key';
			const {id: leaseId, kid, model} = lease;
			events.publish({type: 'lease.expired', leaseId, kid, label, model}, now);
		}
		// What is past its time and was not told has ended at another replica, and word of it was lost.
		if (store.fleet !== undefined) for (const id of this.#open.past(now)) this.endedElsewhere(id);
	}

	async #settle(lease: Lease, outcome: Outcome | 'unused', usage: Usage | undefined): Promise<boolean> {
		const {store, roster, clock, settings, events} = this.#parts;
		const entry = settings().catalogue.get(lease.servedBy);
		const provider = this.#providerOf(entry);
		const member = roster.get(lease.kid);
		if (member === undefined || entry === undefined || provider === undefined || outcome === 'unused') {
			return (await store.release(lease.id, clock.now())) !== undefined;
		}
		const reading = readingOf(provider, entry, outcome, usage);
		const tokens = (reading.usage?.inputTokens ?? 0) + (reading.usage?.outputTokens ?? 0);
		await store.release(lease.id, clock.now(), tokens);
		const told = await this.#assess(member, entry, reading);
		events.publish({type: 'lease.released', leaseId: lease.id, model: lease.model, ...told}, clock.now());
		return true;
	}

	/** Judges a reading of a call, has a refused key asked again, and gives what events tell of it. */
	async #assess(member: Member, entry: CatalogueEntry, reading: Reading) {
		const {confirm} = await this.#parts.assessor.assess(member, reading, {from: 'call', model: entry.upstream});
		const {kid, label} = member.key;
		if (confirm) this.#parts.confirm(kid);
		const {latencyMs, firstByteMs, verdict} = reading;
		return {kid, label, verdict: verdict.kind, latencyMs, ...(firstByteMs === undefined ? {} : {firstByteMs})};
	}

	/** A lease another replica has granted: agents may give it back to any of them. */
	async #settleAnothers(leaseId: string, outcome: Outcome | 'unused', usage: Usage | undefined): Promise<boolean> {
		const lease = await this.#parts.store.fleet?.lease(leaseId);
		return lease !== undefined && this.#settle(lease, outcome, usage);
	}

	#providerOf(entry: CatalogueEntry | undefined): Provider | undefined {
		return this.#parts.settings().providers.get(entry?.provider ?? '');
	}

	#giveBack({lease, aside}: OpenLease): void {
		const {roster, pools, clock, changed} = this.#parts;
		const member = roster.get(lease.kid);
		if (member !== undefined) member.inFlight = Math.max(0, member.inFlight - 1);
		const pool = aside ?? this.poolNamed(lease.servedBy);
		pool?.strategy.released(lease.kid, clock.now());
		pools.endTrial(lease.id);
		changed();
	}

	async #tryLinks(links: readonly CatalogueEntry[], request: AcquireRequest): Promise<Acquired | Refused> {
		const {passDeadlines, roster, clock} = this.#parts;
		await passDeadlines();
		const avoid = new Set(request.avoid);
		let skipped: SkipReason[] = [];
		// First a pool that recovers gives part of its traffic to other links; when none can serve it takes all.
		for (const hasElsewhere of links.length > 1 ? [true, false] : [false]) {
			skipped = [];
			for (const [place, entry] of links.entries()) {
				const tried = await this.#tryLink(entry, place, request, {hasElsewhere, avoid});
				if ('granted' in tried) return tried;
				skipped.push(...skipReasons(entry, roster, clock.now(), {full: tried.full, avoid}));
			}
		}
		const times = skipped.map((skip) => skip.until).filter((until) => until !== undefined);
		return {
			granted: false,
			code: skipped.length === 0 ? 'NO_KEY' : 'NO_CANDIDATE',
			skipped,
			...(times.length === 0 ? {} : {retryAt: Math.min(...times)}),
		};
	}

	async #tryLink(
		entry: CatalogueEntry,
		place: number,
		request: AcquireRequest,
		wish: Pick<Ask, 'hasElsewhere' | 'avoid'>,
	): Promise<Acquired | {readonly full: FullWindows}> {
		const {store, pools, clock, random, newId, roster} = this.#parts;
		const now = clock.now();
		const own = this.pool(entry);
		const pool =
			request.strategy === undefined || request.strategy === own.strategy.name
				? own
				: pools.aside(entry, request.strategy, now);
		if (pool.strategy.size === 0) return {full: new Map()};
		const context: PickContext = {now, random, ...(request.affinity === undefined ? {} : {affinity: request.affinity})};
		const leaseId = newId();
		const ask: Ask = {leaseId, context, tokens: request.tokens ?? 1, ...wish};
		const reservation = await store.reserve({
			leaseId,
			provider: entry.provider,
			model: request.model,
			servedBy: entry.name,
			now,
			expiresAt: now + leaseMs,
			offers: pools.offers(pool, ask),
		});
		if (!reservation.granted) return {full: new Map(reservation.full.map((window) => [window.kid, window]))};
		const {lease} = reservation;
		pools.taken(pool, ask, lease.kid);
		const member = roster.get(lease.kid);
		const open = pool === own ? {lease} : {lease, aside: pool};
		if (member === undefined) {
			// Its key has left while the store was asked.
			await store.release(leaseId, clock.now());
			this.#giveBack(open);
			return {full: new Map()};
		}
		this.#open.add(open);
		member.inFlight += 1;
		member.minute.add(now);
		member.lastUsedAt = now;
		const why = pools.why(pool, leaseId, lease.kid, context);
		this.#news.tellGrant(own, lease, member.key, why);
		const warning = this.#warnings.of(entry, {place, asked: request.model, now});
		return {
			granted: true,
			lease,
			key: member.key,
			secret: member.secret,
			entry,
			why,
			...(warning === undefined ? {} : {warning}),
		};
	}
}
