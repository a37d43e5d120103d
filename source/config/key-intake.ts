import type {Key} from '../domain/key.ts';
import {type Problem, unreachable} from '../errors.ts';
import {maskOf, Secret} from '../secret.ts';
import {isReference} from '../secrets/index.ts';
import type {Resolved} from '../secrets/secret-source.ts';
import {judgeKey} from './key-judgement.ts';
import {isPlaceholder} from './placeholder.ts';
import type {KeyAttributes, RawKey} from './raw-key.ts';
import type {Note, SettingValue} from './settings.ts';

/** A usable key before it has its identity, which takes the pepper. */
export type KeyDraft = Omit<Key, 'kid' | 'hash'> & {readonly secret: Secret};

export type Intake = {
	readonly drafts: readonly KeyDraft[];
	readonly notes: readonly Note[];
	readonly problems: readonly Problem[];
	readonly values: readonly SettingValue[];
};

export type ResolveReference = (reference: string, signal: AbortSignal) => Promise<Resolved>;

type Accepted = {readonly raw: RawKey; readonly secret: Secret; entry: KeyAttributes};

/**
 * Looks at every text that stands where a key belongs, best place first: resolves references, leaves out
 * placeholders and misplaced keys, collapses doubled ones, and numbers what is left per provider.
 */
export class KeyIntake {
	readonly #resolve: ResolveReference;
	readonly #signal: AbortSignal;
	readonly #accepted = new Map<string, Accepted>();
	readonly #remarks = new Map<string, {kind: Note['kind']; count: number; say: (count: number) => string}>();
	readonly #problems: Problem[] = [];
	readonly #shadowedValues: SettingValue[] = [];

	constructor(resolve: ResolveReference, signal: AbortSignal) {
		this.#resolve = resolve;
		this.#signal = signal;
	}

	/** Keys of one place. Where `shadowing` names the provider, plain texts are left out. */
	async take(keys: readonly RawKey[], shadowing: ReadonlySet<string> = new Set()): Promise<void> {
		const awaited = keys.filter((raw) => !isPlaceholder(raw.text.reveal()) && !this.#isShadowed(raw, shadowing));
		// Commands run side by side: one slow vault must not add up over ten keys.
		const secrets = new Map(await Promise.all(awaited.map(async (raw) => [raw, await this.#secretOf(raw)] as const)));
		for (const raw of keys) {
			if (isPlaceholder(raw.text.reveal())) this.#placeholder(raw);
			else if (this.#isShadowed(raw, shadowing)) this.#shadowed(raw);
			else {
				const secret = secrets.get(raw);
				if (secret !== undefined) this.#judge(raw, secret);
			}
		}
	}

	/** Providers that have a usable key so far. */
	providers(): ReadonlySet<string> {
		return new Set([...this.#accepted.values()].map(({raw}) => raw.provider));
	}

	finish(): Intake {
		const counts = new Map<string, number>();
		const drafts = [...this.#accepted.values()].map(({raw, secret, entry}): KeyDraft => {
			const index = counts.get(raw.provider) ?? 0;
			counts.set(raw.provider, index + 1);
			const {label = raw.label, weight = 1, disabled = false, account, limits} = entry;
			return {
				provider: raw.provider,
				label,
				mask: maskOf(secret.reveal()),
				source: raw.source,
				index,
				weight,
				...(account === undefined ? {} : {account}),
				...(limits === undefined ? {} : {limits}),
				disabled,
				secret,
			};
		});
		this.#refuseDoubledLabels(drafts);
		return {
			drafts,
			notes: [...this.#remarks.values()].map(({kind, count, say}) => ({kind, text: say(count)})),
			problems: this.#problems,
			values: [...[...this.#accepted.values()].map(settingOf), ...this.#shadowedValues],
		};
	}

	async #secretOf(raw: RawKey): Promise<Secret | undefined> {
		const text = raw.text.reveal();
		if (!isReference(text)) return raw.text;
		if (raw.writableByOthers && text.startsWith('exec:')) {
			this.#refuse(
				raw,
				'runs a command, but other users may change the file',
				`Run: chmod go-w ${raw.source.file ?? raw.place}`,
			);
			return undefined;
		}
		const resolved = await this.#resolve(text, this.#signal);
		if (resolved.ok) return new Secret(resolved.secret.reveal().trim());
		this.#refuse(raw, resolved.rule, resolved.hint);
		return undefined;
	}

	#judge(raw: RawKey, secret: Secret): void {
		const judgement = judgeKey(secret.reveal(), raw.provider);
		const name = `${raw.label} in ${raw.place}`;
		switch (judgement.kind) {
			case 'placeholder':
				this.#placeholder(raw);
				break;
			case 'refused':
				this.#refuse(raw, judgement.rule, 'Copy the key again, without spaces or line breaks');
				break;
			case 'misplaced':
				this.#remark('misplaced', name, () => `${name} ${judgement.sentence}`);
				break;
			case 'usable':
				if (judgement.doubt !== undefined) this.#remark('shape', name, () => `${name} ${judgement.doubt}`);
				this.#accept(raw, secret);
				break;
			default:
				unreachable(judgement);
		}
	}

	#accept(raw: RawKey, secret: Secret): void {
		const identity = JSON.stringify([raw.provider, secret.reveal()]);
		const first = this.#accepted.get(identity);
		if (first === undefined) {
			this.#accepted.set(identity, {raw, secret, entry: raw.entry ?? {}});
			return;
		}
		// An entry that describes a key found before it adds what it says.
		first.entry = {...raw.entry, ...first.entry};
		// The token pool lists one key under each model it serves: that is its format, not a mistake.
		if (raw.source.kind === 'token-pool' && first.raw.source.kind === 'token-pool' && raw.holder !== first.raw.holder)
			return;
		const name = first.raw.label;
		this.#remark(
			'duplicate',
			`${raw.holder} ${name}`,
			() => `${raw.label} in ${raw.place} is the same key as ${name}; it counts once.`,
		);
	}

	#isShadowed(raw: RawKey, shadowing: ReadonlySet<string>): boolean {
		return raw.entry === undefined && shadowing.has(raw.provider);
	}

	#shadowed(raw: RawKey): void {
		const text = raw.text.reveal();
		const {holder, provider} = raw;
		if (this.#accepted.has(JSON.stringify([provider, text]))) {
			this.#remark(
				'duplicate',
				`${holder} same`,
				(count) => `${holder}: ${keys(count)} also in the environment; each counts once.`,
			);
			return;
		}
		const why = `the environment has keys of ${provider}`;
		this.#remark('shadowed', holder, (count) => `${holder}: ${keys(count)} not used, because ${why}.`);
		const shown = isReference(text) ? 'a reference' : maskOf(text);
		this.#shadowedValues.push({
			path: `keys.${raw.label}`,
			value: `${shown} (shadowed: ${why})`,
			origin: raw.origin,
			where: raw.place,
		});
	}

	#placeholder(raw: RawKey): void {
		const {holder} = raw;
		const empty = raw.text.reveal() === '';
		this.#remark('placeholder', holder, (count) =>
			count > 1
				? `${holder} holds ${count} placeholders; they are ignored.`
				: empty
					? `${holder} is empty.`
					: `${holder} holds a placeholder; it is ignored.`,
		);
	}

	#refuseDoubledLabels(drafts: readonly KeyDraft[]): void {
		for (const [label, doubled] of Map.groupBy(drafts, (draft) => draft.label)) {
			if (doubled.length < 2) continue;
			const source = doubled.map((draft) => draft.source.file ?? 'environment').join(' and ');
			this.#problems.push({
				source,
				path: label,
				rule: `is the label of ${doubled.length} keys`,
				hint: 'Give each its own',
			});
		}
	}

	#refuse(raw: RawKey, rule: string, hint: string): void {
		this.#problems.push({source: raw.place, path: raw.label, rule, hint});
	}

	/** Remarks of one kind on one holder become one note. */
	#remark(kind: Note['kind'], about: string, say: (count: number) => string): void {
		const id = `${kind} ${about}`;
		this.#remarks.set(id, {kind, count: (this.#remarks.get(id)?.count ?? 0) + 1, say});
	}
}

function keys(count: number): string {
	return count === 1 ? '1 key is' : `${count} keys are`;
}

function settingOf({raw, secret, entry}: Accepted): SettingValue {
	return {
		path: `keys.${entry.label ?? raw.label}`,
		value: maskOf(secret.reveal()),
		origin: raw.origin,
		where: raw.source.kind === 'environment' ? raw.label.replace(/\[\d+\]$/, '') : raw.place,
		...(raw.shadows === undefined ? {} : {shadows: raw.shadows}),
	};
}
