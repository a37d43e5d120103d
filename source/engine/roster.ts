import {type Bench, type Subject, subjectId} from '../domain/bench.ts';
import type {Key, Kid} from '../domain/key.ts';
import type {LimitReading} from '../domain/limit.ts';
import {MinuteCount} from '../domain/minute-count.ts';
import {type Proof, withProof} from '../domain/proof.ts';
import type {Balance, HistoryEntry, Reading} from '../domain/reading.ts';
import {Vitals} from '../domain/vitals.ts';
import {unreachable} from '../errors.ts';
import type {KeyEntry, Secret} from '../secret.ts';
import type {Knowledge} from '../stores/store.ts';

/** Everything the engine knows of one key. */
export type Member = {
	key: Key;
	secret: Secret;
	readonly vitals: Vitals;
	readonly minute: MinuteCount;
	readonly firstSeenAt: number;
	proof: Proof;
	learnedAccount: string | undefined;
	balance: (Balance & {readonly at: number}) | undefined;
	restriction: string | undefined;
	/** Newest reading per kind and model. */
	readonly limits: Map<string, LimitReading & {readonly model?: string}>;
	lastEntry: HistoryEntry | undefined;
	lastErrorEntry: HistoryEntry | undefined;
	lastUsedAt: number | undefined;
	inFlight: number;
};

type KeyLevel = 'key' | 'account' | 'provider';
type ModelLevel = 'key-model' | 'account-model' | 'provider-model';

const keyLevels: readonly KeyLevel[] = ['key', 'account', 'provider'];
const allLevels: readonly (KeyLevel | ModelLevel)[] = [...keyLevels, 'key-model', 'account-model', 'provider-model'];

/** The keys of the deck, their accounts and what rests. */
export class Roster {
	/** What was known of keys when they left, or when the last engine closed. */
	readonly #stored: Map<Kid, Knowledge>;
	readonly #members = new Map<Kid, Member>();
	readonly #byProvider = new Map<string, Member[]>();
	readonly #benches = new Map<string, Bench>();
	/** How many benches each level has: where there are none, nobody need be looked up. */
	readonly #benchCounts = new Map<Subject['level'], number>();
	readonly #byAccount = new Map<string, Map<string, Set<Member>>>();

	/** Members in provider order, then pool order. */
	all(): Iterable<Member> {
		return this.#members.values();
	}

	get size(): number {
		return this.#members.size;
	}

	get(kid: Kid): Member | undefined {
		return this.#members.get(kid);
	}

	ofProvider(provider: string): readonly Member[] {
		return this.#byProvider.get(provider) ?? [];
	}

	providers(): Iterable<string> {
		return this.#byProvider.keys();
	}

	constructor(stored: readonly Knowledge[]) {
		this.#stored = new Map(stored.map((knowledge) => [knowledge.kid, knowledge]));
	}

	/** Takes over a new list of keys: known kids, departed ones too, keep what was learned; others start fresh. */
	replace(entries: readonly KeyEntry[], now: number): RosterChange {
		const before = new Map(this.#members);
		const change: RosterChange = {added: [], removed: [], replaced: []};
		this.#members.clear();
		this.#byProvider.clear();
		for (const entry of entries) {
			const known = before.get(entry.key.kid);
			const member = known ?? newMember(entry, this.#stored.get(entry.key.kid), now);
			member.key = entry.key;
			member.secret = entry.secret;
			if (known === undefined) change.added.push(member);
			before.delete(entry.key.kid);
			this.#members.set(entry.key.kid, member);
			const pool = this.#byProvider.get(entry.key.provider);
			if (pool === undefined) this.#byProvider.set(entry.key.provider, [member]);
			else pool.push(member);
		}
		for (const gone of before.values()) {
			this.#stored.set(gone.key.kid, knowledgeOf(gone));
			const successor = change.added.find((member) => member.key.label === gone.key.label);
			if (successor === undefined) change.removed.push(gone);
			else change.replaced.push({gone, successor});
		}
		this.#byAccount.clear();
		for (const member of this.#members.values()) this.#joinAccount(member);
		return change;
	}

	bench(id: string): Bench | undefined {
		return this.#benches.get(id);
	}

	get benchCount(): number {
		return this.#benches.size;
	}

	benches(): Iterable<Bench> {
		return this.#benches.values();
	}

	place(bench: Bench): void {
		if (!this.#benches.has(bench.id)) this.#countBench(bench, 1);
		this.#benches.set(bench.id, bench);
	}

	lift(id: string): void {
		const bench = this.#benches.get(id);
		if (bench !== undefined) this.#countBench(bench, -1);
		this.#benches.delete(id);
	}

	/** The account a key draws on: configured, learned from an answer, or its own. */
	accountOf(member: Member): string {
		return member.key.account ?? member.learnedAccount ?? ownAccount(member.key);
	}

	/** Keys that draw on the same account, this one included. */
	ofAccount(member: Member): ReadonlySet<Member> {
		return this.#byAccount.get(member.key.provider)?.get(this.accountOf(member)) ?? new Set([member]);
	}

	/** How many accounts the keys of a provider draw on. */
	accountsOf(provider: string): number {
		return this.#byAccount.get(provider)?.size ?? 0;
	}

	/** Remembers an account an answer has named. True when it is news. */
	learnAccount(member: Member, account: string): boolean {
		if (member.learnedAccount === account) return false;
		this.#leaveAccount(member);
		member.learnedAccount = account;
		this.#joinAccount(member);
		return true;
	}

	/** Benches that stand between this key and a call of `upstream` (or any call, when absent). */
	benchesOn(member: Member, upstream?: string): Bench[] {
		const found: Bench[] = [];
		for (const level of upstream === undefined ? keyLevels : allLevels) {
			if ((this.#benchCounts.get(level) ?? 0) === 0) continue;
			const bench = this.#benches.get(subjectId(this.#subjectAt(level, member, upstream ?? '')));
			if (bench !== undefined) found.push(bench);
		}
		return found;
	}

	/** Keys a bench stands in the way of. */
	concerned(bench: Bench): Iterable<Member> {
		const {subject} = bench;
		switch (subject.level) {
			case 'key':
			case 'key-model': {
				const member = this.#members.get(subject.kid);
				return member === undefined ? [] : [member];
			}
			case 'account':
			case 'account-model':
				return this.#byAccount.get(subject.provider)?.get(subject.account) ?? [];
			case 'provider':
			case 'provider-model':
				return this.ofProvider(subject.provider);
			case 'network':
				return [];
		}
	}

	#subjectAt(level: KeyLevel | ModelLevel, member: Member, model: string): Subject {
		const {kid, provider} = member.key;
		switch (level) {
			case 'key':
				return {level, kid};
			case 'account':
				return {level, provider, account: this.accountOf(member)};
			case 'provider':
				return {level, provider};
			case 'key-model':
				return {level, kid, model};
			case 'account-model':
				return {level, provider, account: this.accountOf(member), model};
			case 'provider-model':
				return {level, provider, model};
			default:
				return unreachable(level);
		}
	}

	#countBench({subject}: Bench, change: 1 | -1): void {
		this.#benchCounts.set(subject.level, (this.#benchCounts.get(subject.level) ?? 0) + change);
	}

	#joinAccount(member: Member): void {
		const {provider} = member.key;
		const accounts = this.#byAccount.get(provider) ?? new Map<string, Set<Member>>();
		this.#byAccount.set(provider, accounts);
		const account = this.accountOf(member);
		const members = accounts.get(account);
		if (members === undefined) accounts.set(account, new Set([member]));
		else members.add(member);
	}

	#leaveAccount(member: Member): void {
		const accounts = this.#byAccount.get(member.key.provider);
		const account = this.accountOf(member);
		const members = accounts?.get(account);
		members?.delete(member);
		if (members?.size === 0) accounts?.delete(account);
	}
}

export type RosterChange = {
	readonly added: Member[];
	readonly removed: Member[];
	/** Same label, another key: someone put a new one in its place. */
	readonly replaced: {readonly gone: Member; readonly successor: Member}[];
};

/** A key is its own account until one is configured or learned. */
export function ownAccount(key: Key): string {
	return `own ${key.hash}`;
}

/** What a store keeps of a member. */
export function knowledgeOf(member: Member): Knowledge {
	const {key, vitals} = member;
	return {
		kid: key.kid,
		provider: key.provider,
		label: key.label,
		firstSeenAt: member.firstSeenAt,
		proof: member.proof,
		...(member.learnedAccount === undefined ? {} : {account: member.learnedAccount}),
		...(member.balance === undefined
			? {}
			: {balance: {amount: member.balance.amount, currency: member.balance.currency}, balanceAt: member.balance.at}),
		...(member.restriction === undefined ? {} : {restriction: member.restriction}),
		limits: [...member.limits.values()],
		consecutiveFailures: vitals.consecutiveFailures,
		successes: vitals.successes,
		failures: vitals.failures,
		...(vitals.successRate === undefined ? {} : {successRate: vitals.successRate}),
		...(vitals.latencyMs === undefined ? {} : {latencyMs: vitals.latencyMs}),
		...(member.lastEntry === undefined ? {} : {lastEntry: member.lastEntry}),
		...(member.lastErrorEntry === undefined ? {} : {lastErrorEntry: member.lastErrorEntry}),
		...(member.lastUsedAt === undefined ? {} : {lastUsedAt: member.lastUsedAt}),
	};
}

/** Takes over what another replica has learned of a key; what it has counted comes with its history. */
export function learnFromAnother(member: Member, known: Knowledge): void {
	member.proof = known.proof;
	if (known.balance !== undefined) member.balance = {...known.balance, at: known.balanceAt ?? known.firstSeenAt};
	for (const limit of known.limits) {
		const id = `${limit.kind} ${limit.model ?? ''}`;
		if ((member.limits.get(id)?.at ?? 0) < limit.at) member.limits.set(id, limit);
	}
	member.lastUsedAt = Math.max(member.lastUsedAt ?? 0, known.lastUsedAt ?? 0) || undefined;
}

/** Takes from a reading what it says of the key itself. */
export function learnFrom(member: Member, reading: Reading, model: string | undefined): void {
	if (reading.proof !== 'none') member.proof = withProof(member.proof, reading.proof, reading.at);
	if (reading.balance !== undefined) member.balance = {...reading.balance, at: reading.at};
	if (reading.verdict.kind === 'ok') member.restriction = reading.restriction ?? member.restriction;
	for (const limit of reading.limits) {
		member.limits.set(`${limit.kind} ${model ?? ''}`, model === undefined ? limit : {...limit, model});
	}
}

function newMember({key, secret}: KeyEntry, known: Knowledge | undefined, now: number): Member {
	return {
		key,
		secret,
		vitals: new Vitals(known),
		minute: new MinuteCount(),
		firstSeenAt: known?.firstSeenAt ?? now,
		proof: known?.proof ?? {},
		learnedAccount: known?.account,
		balance: known?.balance === undefined ? undefined : {...known.balance, at: known.balanceAt ?? now},
		restriction: known?.restriction,
		limits: new Map((known?.limits ?? []).map((limit) => [`${limit.kind} ${limit.model ?? ''}`, limit])),
		lastEntry: known?.lastEntry,
		lastErrorEntry: known?.lastErrorEntry,
		lastUsedAt: known?.lastUsedAt,
		inFlight: 0,
	};
}
