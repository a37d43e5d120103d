import type {Clock} from '../clock.ts';
import {backoffMs, ejectionBackoff} from '../domain/backoff.ts';
import {type Bench, subjectId} from '../domain/bench.ts';
import {commonCause} from '../domain/common-cause.ts';
import {ejectionPolicy, isSuspect, outlierReason, type Peer} from '../domain/ejection.ts';
import {type BenchChange, type Case, judge} from '../domain/judgement.ts';
import type {Kid} from '../domain/key.ts';
import type {Reading} from '../domain/reading.ts';
import {afterDeadline} from '../domain/recovery.ts';
import {blameOf, type Verdict} from '../domain/verdict.ts';
import type {EventHub} from '../events.ts';
import type {StateChange, Store} from '../stores/store.ts';
import {historyEntry} from './history-entry.ts';
import {blocks, type Pools} from './pools.ts';
import {knowledgeOf, learnFrom, type Member, ownAccount, type Roster} from './roster.ts';
import {VendorLines} from './vendor-lines.ts';

/** The longest rest and ten minutes of good health after it: then an ejection is forgotten. */
const ejectionMemoryMs = ejectionBackoff.capMs + 600_000;

/** Where a reading came from. */
export type Occasion = {
	readonly from: 'probe' | 'deep-probe' | 'call';
	/** Upstream model, when the request had one. */
	readonly model?: string;
	readonly costUsd?: number;
	/** Proof of the replica that probes for all: without it what follows is not written. */
	readonly fence?: number | undefined;
};

export type Assessment = {
	/** The key was refused once and must be asked again. */
	readonly confirm: boolean;
};

type Parts = {
	readonly roster: Roster;
	readonly pools: Pools;
	readonly store: Store;
	readonly events: EventHub;
	readonly clock: Clock;
	readonly random: () => number;
	/** Told after anything changed. */
	readonly changed: () => void;
};

/** Carries out what the judge decides: benches, history, measurements, events. */
export class Assessor {
	readonly #parts: Parts;
	readonly #lines = new VendorLines();
	readonly #ejections = new Map<Kid, {readonly times: number; readonly at: number}>();
	/** Earliest time at which a bench changes by itself; 0 until the benches have been looked at. */
	#nextDeadline = 0;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Takes in one reading of one key. */
	async assess(member: Member, reading: Reading, occasion: Occasion): Promise<Assessment> {
		const {roster, pools, store, clock} = this.#parts;
		const now = clock.now();
		await this.#adoptAccount(member, reading.account);
		const judgement = judge(this.#caseOf(member, reading, occasion, now));
		const entry = historyEntry(member, reading, occasion, {changes: judgement.changes, now});
		member.vitals.add(entry);
		learnFrom(member, reading, occasion.model);
		member.lastEntry = entry;
		if (entry.counted === 'failure' || entry.verdict === 'throttled') member.lastErrorEntry = entry;
		store.record(entry);
		await this.carryOut(judgement.changes, occasion.fence);
		await this.#joinCommonCause(judgement.changes, member.key.provider);
		if (this.#mayBeOutlier(member, reading.verdict)) await this.#ejectOutlier(member, now);
		store.learn(knowledgeOf(member));
		pools.refresh([member], now);
		return {confirm: judgement.confirm && roster.get(member.key.kid) === member};
	}

	/** Puts changes into force at once, makes them durable, then tells; what somebody else changed meanwhile is left to them. */
	async carryOut(changes: readonly BenchChange[], fence?: number): Promise<void> {
		if (changes.length === 0) return;
		const {store, roster} = this.#parts;
		// The picture and the pools change before the first await, so that no pick in between meets a benched key.
		const before = changes.map((change) => roster.bench(change.bench.id));
		for (const change of changes) this.#apply(change);
		this.#refreshPools(changes);
		const saved = await store.save(changes.map(stateChange), fence);
		if (saved.stale.length > 0) {
			for (const [index, change] of changes.entries()) this.#restore(change, before[index]);
			this.#refreshPools(changes);
		} else {
			for (const [index, change] of changes.entries()) this.#announce(change, before[index]);
		}
		this.#parts.changed();
	}

	/** Another replica has put a change into force. */
	follow(change: Extract<StateChange, {kind: 'bench-put' | 'bench-lift'}>): void {
		const {roster, changed} = this.#parts;
		const before = roster.bench(change.kind === 'bench-put' ? change.bench.id : change.id);
		if (change.kind === 'bench-lift' && before === undefined) return;
		const followed: BenchChange | undefined =
			change.kind === 'bench-put'
				? {kind: 'place', bench: change.bench}
				: before && {kind: 'lift', bench: before, why: 'another replica knows it to be well'};
		if (followed === undefined) return;
		this.#apply(followed);
		this.#refreshPools([followed]);
		this.#announce(followed, before);
		changed();
	}

	/** Puts what has rested long enough on trial. Cheap while nothing is due: it runs before every pick. */
	passDeadlines(): Promise<void> | undefined {
		const now = this.#parts.clock.now();
		if (now < this.#nextDeadline) return undefined;
		this.#nextDeadline = Number.POSITIVE_INFINITY;
		const due: BenchChange[] = [];
		for (const bench of this.#parts.roster.benches()) {
			const change = afterDeadline(bench, now);
			if (change === undefined) this.#noteDeadline(bench);
			else due.push(change);
		}
		return this.carryOut(due);
	}

	#noteDeadline({recovery, until}: Bench): void {
		if (recovery === undefined && until !== undefined && until < this.#nextDeadline) this.#nextDeadline = until;
	}

	#caseOf(member: Member, reading: Reading, occasion: Occasion, now: number): Case {
		const {roster, random} = this.#parts;
		const {provider} = member.key;
		this.#lines.note(provider, reading.verdict, now);
		return {
			kid: member.key.kid,
			provider,
			account: roster.accountOf(member),
			...(occasion.model === undefined ? {} : {model: occasion.model}),
			from: occasion.from,
			reading,
			benchOf: (id) => roster.bench(id),
			vendorFaults: this.#lines.faultsInARow(provider),
			line: this.#lines.ownLine(provider),
			now,
			random,
		};
	}

	#apply(change: BenchChange): void {
		const {roster} = this.#parts;
		if (change.kind === 'lift') {
			roster.lift(change.bench.id);
			return;
		}
		roster.place(change.bench);
		this.#noteDeadline(change.bench);
	}

	/** Somebody else had changed one of the benches: nothing of this was written. */
	#restore({kind, bench}: BenchChange, before: Bench | undefined): void {
		const {roster} = this.#parts;
		// Their change may have come in while ours was under way: then it stands.
		if (roster.bench(bench.id) !== (kind === 'place' ? bench : undefined)) return;
		if (before === undefined) roster.lift(bench.id);
		else roster.place(before);
	}

	#refreshPools(changes: readonly BenchChange[]): void {
		const {roster, pools, clock} = this.#parts;
		for (const {bench} of changes) pools.refresh(roster.concerned(bench), clock.now());
	}

	#announce(change: BenchChange, before: Bench | undefined): void {
		const {events, clock} = this.#parts;
		const {bench} = change;
		const label = this.#labelOf(bench);
		const subject = bench.id;
		if (change.kind === 'lift') {
			events.publish({type: 'bench.lifted', subject, label, why: change.why}, clock.now());
		} else if (
			bench.recovery === undefined &&
			(before?.kind !== bench.kind || before.recovery !== undefined || before.until !== bench.until)
		) {
			const until = bench.until === undefined ? {} : {until: bench.until};
			events.publish(
				{type: 'bench.placed', subject, label, kind: bench.kind, why: bench.because.evidence, ...until},
				clock.now(),
			);
		}
	}

	#labelOf(bench: Bench): string {
		const {subject} = bench;
		switch (subject.level) {
			case 'network':
				return 'our network';
			case 'provider':
				return subject.provider;
			case 'provider-model':
				return `${subject.provider} ${subject.model}`;
			default: {
				const labels = [...this.#parts.roster.concerned(bench)].map((member) => member.key.label);
				const model = subject.level === 'account-model' || subject.level === 'key-model' ? ` for ${subject.model}` : '';
				return `${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ` and ${labels.length - 3} more` : ''}${model}`;
			}
		}
	}

	/** An account learned late takes over what its key's own account has been benched for. */
	async #adoptAccount(member: Member, account: string | undefined): Promise<void> {
		const {roster} = this.#parts;
		if (account === undefined || member.key.account !== undefined) return;
		const {provider} = member.key;
		const own = subjectId({level: 'account', provider, account: ownAccount(member.key)});
		if (!roster.learnAccount(member, account)) return;
		const moved: BenchChange[] = [];
		for (const bench of roster.benches()) {
			if (bench.id !== own && !bench.id.startsWith(`${own} `)) continue;
			moved.push({kind: 'lift', bench, why: `its account is ${account}`});
			const subject = {...bench.subject, account} as Bench['subject'];
			const known = roster.bench(subjectId(subject));
			if (known === undefined)
				moved.push({kind: 'place', bench: {...bench, subject, id: subjectId(subject), version: 1}});
		}
		await this.carryOut(moved);
	}

	/** One cause, one bench: accounts that were all throttled alike rest as one. */
	async #joinCommonCause(changes: readonly BenchChange[], provider: string): Promise<void> {
		const fresh = changes.find((change) => change.kind === 'place')?.bench;
		const {roster} = this.#parts;
		const accounts = roster.accountsOf(provider);
		if (fresh === undefined || roster.benchCount < accounts) return;
		const resting = [...roster.benches()].filter(
			(bench) => 'account' in bench.subject && bench.subject.provider === provider,
		);
		const joined = commonCause(fresh, resting, accounts);
		if (joined.every((change) => change.kind === 'lift' || roster.bench(change.bench.id) === undefined))
			await this.carryOut(joined);
	}

	/** Only what the vendor failed at, or was slow at, speaks for an ejection: every other verdict has a rest of its own. */
	#mayBeOutlier({vitals, key}: Member, verdict: Verdict): boolean {
		if (verdict.kind !== 'ok') return blameOf(verdict) === 'provider' && isSuspect(vitals);
		const benched = this.#parts.roster.bench(subjectId({level: 'key', kid: key.kid})) !== undefined;
		return !benched && (vitals.latencyMs ?? 0) > ejectionPolicy.latencyFloorMs;
	}

	/** How often a key was ejected, while that is not long ago. */
	#timesLately({key}: Member, now: number): number {
		const last = this.#ejections.get(key.kid);
		return last === undefined || now - last.at > ejectionMemoryMs ? 0 : last.times;
	}

	/** Soft ejection: this key fails or lags while its peers do well. */
	async #ejectOutlier(member: Member, now: number): Promise<void> {
		const {roster, random} = this.#parts;
		const peers = roster.ofProvider(member.key.provider).map((peer) => peerOf(peer, roster, now));
		const reason = outlierReason(member.key.kid, peers);
		if (reason === undefined) return;
		const subject = {level: 'key', kid: member.key.kid} as const;
		const before = roster.bench(subjectId(subject));
		if (before !== undefined && before.kind !== 'ejected') return;
		const times = (before?.times ?? this.#timesLately(member, now)) + 1;
		this.#ejections.set(member.key.kid, {times, at: now});
		const bench: Bench = {
			id: subjectId(subject),
			subject,
			kind: 'ejected',
			since: now,
			until: now + backoffMs(times, ejectionBackoff, random),
			stated: false,
			times,
			because: {cause: 'outlier', evidence: reason, from: 'call', at: now},
			version: (before?.version ?? 0) + 1,
		};
		await this.carryOut([{kind: 'place', bench}]);
	}
}

function peerOf(member: Member, roster: Roster, now: number): Peer {
	const blocking = roster.benchesOn(member).filter(blocks);
	return {
		kid: member.key.kid,
		successRate: member.vitals.successRate,
		latencyMs: member.vitals.latencyMs,
		samples: member.vitals.recentErrors(now).samples,
		consecutiveFailures: member.vitals.consecutiveFailures,
		ejected: blocking.some((bench) => bench.kind === 'ejected'),
		standing: blocking.every((bench) => bench.kind === 'ejected'),
	};
}

function stateChange(change: BenchChange): StateChange {
	return change.kind === 'place'
		? {kind: 'bench-put', bench: change.bench}
		: {kind: 'bench-lift', id: change.bench.id, version: change.bench.version};
}
