import {createHash} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import {maskOf} from '../secret.ts';
import type {Limits} from './quota.ts';
import {Quota} from './quota.ts';
import type {Behaviour, KeyEntry} from './scenario.ts';
import {Tally} from './tally.ts';

/** Who pays: keys of one account share its windows. */
export type Account = {
	/** As configured, else made from the key's label; fit for a header. */
	readonly name: string;
	/** 32 hex characters, always the same for the name; vendors' ids are made of it. */
	readonly id: string;
	readonly quota: Quota;
};

/** One key as the vendor knows it. */
export type KeyRecord = {
	readonly label: string;
	readonly mask: string;
	readonly account: Account;
	readonly tally: Tally;
} & Settings;

type Settings = {
	behaviour: Behaviour;
	/** Undefined = the vendor's defaults. */
	limits?: Limits | undefined;
	/** Undefined = the vendor's. */
	latencyMs?: number | undefined;
	/** USD; undefined = enough. */
	balanceUsd?: number | undefined;
};

/** What a person changes about keys; absent = stays. */
type KeySettings = {
	readonly [Field in keyof Settings]?: Settings[Field] | undefined;
};

/** Which keys: all that fit every field given. */
type KeySelection = {
	readonly key?: string | undefined;
	readonly label?: string | undefined;
	readonly account?: string | undefined;
};

/** `origin`: label of the entry that made it a member, which may be a pattern. */
type Member = {readonly record: KeyRecord; readonly origin: string};

type Joining = {readonly text: string; readonly entry: KeyEntry; readonly label: string; readonly origin: string};

type Pattern = {entry: KeyEntry; readonly form: RegExp; readonly label: string; met: number};

const defaultBalanceUsd = 50;

/** The keys of one vendor. Looking one up is a map access. */
export class Keyring {
	readonly #name: string;
	/** By full text. */
	#members = new Map<string, Member>();
	/** Members before the last load, for what they leave behind. */
	#former: ReadonlyMap<string, Member> = new Map();
	#patterns: Pattern[] = [];
	readonly #accounts = new Map<string, Account>();
	/** Requests with no key, or with one that nobody knows. */
	readonly stranger: KeyRecord;

	constructor(name: string) {
		this.#name = name;
		this.stranger = this.#record({}, 'unknown', '');
	}

	/** Puts these keys in place of the present ones; who stays keeps counts and windows. */
	load(entries: readonly KeyEntry[], now: number): void {
		this.#former = this.#members;
		this.#members = new Map();
		this.#patterns = [];
		this.add(entries, now);
	}

	/** Adds keys to those there are; one that is there already is overwritten. */
	add(entries: readonly KeyEntry[], now: number): void {
		for (const entry of entries) {
			const label = entry.label ?? `${this.#name}[${this.#members.size + this.#patterns.length}]`;
			if (entry.key !== undefined) this.#join({text: entry.key, entry, label, origin: label}, now);
			if (entry.pattern !== undefined) {
				this.#patterns.push({entry, form: globForm(entry.pattern), label, met: 0});
			}
		}
	}

	/** Undefined = nobody knows this key. */
	find(text: string, now: number): KeyRecord | undefined {
		const known = this.#members.get(text);
		if (known !== undefined) return known.record;
		const pattern = this.#patterns.find(({form}) => form.test(text));
		if (pattern === undefined) return undefined;
		const {entry, label, met} = pattern;
		pattern.met += 1;
		return this.#join({text, entry, label: `${label}[${met}]`, origin: label}, now);
	}

	/** Changes every key that fits; gives how many keys and patterns that were. */
	change(selection: KeySelection, settings: KeySettings, now: number): number {
		let changed = 0;
		for (const pattern of this.#patterns) {
			if (selection.key !== undefined || !fits(selection, pattern.label, pattern.entry.account)) continue;
			pattern.entry = {...pattern.entry, ...merged(pattern.entry, settings)};
			changed += 1;
		}
		for (const [text, {record, origin}] of this.#members) {
			if (selection.key !== undefined && selection.key !== text) continue;
			const isNamed = fits(selection, record.label, record.account.name);
			if (!isNamed && !fits(selection, origin, record.account.name)) continue;
			apply(record, settings, now);
			changed += 1;
		}
		return changed;
	}

	records(): readonly KeyRecord[] {
		return [...this.#members.values()].map(({record}) => record);
	}

	#join({text, entry, label, origin}: Joining, now: number): KeyRecord {
		const before = (this.#members.get(text) ?? this.#former.get(text))?.record;
		const record = this.#record(entry, label, maskOf(text), before);
		// Reading the same file again must not begin a throttle anew.
		if (!isDeepStrictEqual(record.behaviour, entry.behaviour)) apply(record, {behaviour: entry.behaviour}, now);
		this.#members.set(text, {record, origin});
		return record;
	}

	#record(entry: Partial<KeyEntry>, label: string, mask: string, before?: KeyRecord): KeyRecord {
		return {
			label,
			mask,
			account: this.#account(entry.account, label),
			tally: before?.tally ?? new Tally(),
			behaviour: before?.behaviour ?? {kind: 'valid'},
			limits: entry.limits,
			latencyMs: entry.latencyMs,
			balanceUsd: entry.balanceUsd,
		};
	}

	#account(name: string | undefined, label: string): Account {
		const id = createHash('sha256')
			.update(`${this.#name} ${name === undefined ? 'own' : 'named'} ${name ?? label}`)
			.digest('hex')
			.slice(0, 32);
		let account = this.#accounts.get(id);
		if (account === undefined) {
			account = {name: name ?? `org-${id.slice(0, 24)}`, id, quota: new Quota()};
			this.#accounts.set(id, account);
		}
		return account;
	}
}

function fits(selection: KeySelection, label: string, account: string | undefined): boolean {
	return (
		(selection.label === undefined || selection.label === label) &&
		(selection.account === undefined || selection.account === account)
	);
}

/** A throttled key is one whose account is throttled: the vendor counts per account. */
function apply(record: KeyRecord, settings: KeySettings, now: number): void {
	const {behaviour} = settings;
	const {quota} = record.account;
	if (behaviour?.kind === 'throttled') quota.squeeze = {until: now + behaviour.forMs, models: behaviour.models};
	else if (behaviour !== undefined && record.behaviour.kind === 'throttled') quota.squeeze = undefined;
	Object.assign(record, merged(record, settings));
}

/** What is not given stays. */
function merged(kept: Settings, given: KeySettings): Settings {
	return {
		behaviour: given.behaviour ?? kept.behaviour,
		limits: given.limits ?? kept.limits,
		latencyMs: given.latencyMs ?? kept.latencyMs,
		balanceUsd: given.balanceUsd ?? kept.balanceUsd,
	};
}

/** What a balance endpoint tells, USD: nothing when the account is dry. */
export function balanceOf({behaviour, balanceUsd = defaultBalanceUsd}: KeyRecord): number {
	return behaviour.kind === 'no-credit' || behaviour.kind === 'spend-limit' ? 0 : balanceUsd;
}

function globForm(pattern: string): RegExp {
	return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
}
