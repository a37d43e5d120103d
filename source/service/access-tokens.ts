import {hash, randomBytes} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {z} from 'zod';
import type {Clock, Stoppable} from '../clock.ts';
import {createFileAtomically, writeFileAtomically} from '../config/atomic-file.ts';
import {accessTokenRule, isAccessToken} from '../config/environment-settings.ts';
import {KeydeckError} from '../errors.ts';
import {ensurePrivateFile} from '../private-folder.ts';
import {Secret} from '../secret.ts';

/** What a token opens: `read` looks, `keys` takes keys and reports on them, `admin` changes things. */
export const scopes = ['read', 'keys', 'admin'] as const;

export type Scope = (typeof scopes)[number];

/** Whom a token stands for. */
export type Bearer = {readonly label: string; readonly scopes: ReadonlySet<Scope>};

/** A further token as the home keeps it: never its text. */
type Added = {
	readonly label: string;
	readonly hash: string;
	readonly scopes: readonly Scope[];
	readonly createdAt: string;
};

const addedShape: z.ZodType<readonly Added[]> = z.array(
	z.object({
		label: z.string(),
		hash: z.string().regex(/^[0-9a-f]{64}$/),
		scopes: z.array(z.enum(scopes)),
		createdAt: z.string(),
	}),
);

const everything: ReadonlySet<Scope> = new Set(scopes);
/** A rotated token must be refused within a second. */
const lookEveryMs = 400;

/** The access tokens of a home: the main one in `token`, further ones hashed in `tokens.json`, or one of the environment. */
export class AccessTokens {
	/** File of the main token; named at start-up. */
	readonly file: string;
	readonly #addedFile: string;
	readonly #given: Secret | undefined;
	#bearers: ReadonlyMap<string, Bearer> = new Map();
	#mark = '';

	/** `given`: the token of the environment, which takes the place of the main one. */
	constructor(home: string, given?: Secret) {
		this.file = join(home, 'token');
		this.#addedFile = join(home, 'tokens.json');
		this.#given = given;
	}

	/** Makes the main token at first use and reads what is there. Throws `NOT_PRIVATE`, `TOKENS_UNUSABLE`. */
	async open(): Promise<void> {
		if (this.#given === undefined) await createFileAtomically(this.file, `${newToken()}\n`);
		this.#read();
	}

	/** Whom the text stands for; undefined when it is no token. Compared by hash, so its time tells nothing. */
	bearerOf(text: string): Bearer | undefined {
		return this.#bearers.get(hashOf(text));
	}

	/** The main token, for a person of this user. Throws `TOKENS_UNUSABLE`: an empty file must not let everybody in. */
	main(): Secret {
		if (this.#given !== undefined) return this.#given;
		const text = readText(this.file).trim();
		if (isAccessToken(text)) return new Secret(text);
		throw new KeydeckError('TOKENS_UNUSABLE', `${this.file} holds no token: one is ${accessTokenRule}`, {
			hint: 'remove it, and a new one is made at the next start',
		});
	}

	/** Replaces the main token: the old one is refused within a second. */
	async rotate(): Promise<Secret> {
		if (this.#given !== undefined) {
			throw new KeydeckError('TOKEN_GIVEN', 'the token comes from KEYDECK_TOKEN and is not replaced here', {
				hint: 'change that variable, or unset it to use the one of the home',
			});
		}
		const fresh = newToken();
		await writeFileAtomically(this.file, `${fresh}\n`);
		this.#read();
		return new Secret(fresh);
	}

	/** Adds a token of fewer rights; its text is told this once. Throws `TOKEN_LABEL_TAKEN`. */
	async add(label: string, granted: readonly Scope[], now: number): Promise<Secret> {
		const added = this.#added();
		if (added.some((each) => each.label === label)) {
			throw new KeydeckError('TOKEN_LABEL_TAKEN', `there is a token called ${JSON.stringify(label)} already`, {
				hint: 'choose another name, or remove that one first: keydeck token remove',
			});
		}
		const fresh = newToken();
		const createdAt = new Date(now).toISOString();
		await this.#writeAdded([...added, {label, hash: hashOf(fresh), scopes: granted, createdAt}]);
		return new Secret(fresh);
	}

	/** Takes an added token back; false when there is none of that name. */
	async remove(label: string): Promise<boolean> {
		const added = this.#added();
		const kept = added.filter((each) => each.label !== label);
		if (kept.length === added.length) return false;
		await this.#writeAdded(kept);
		return true;
	}

	/** Added tokens without their texts. */
	list(): readonly Omit<Added, 'hash'>[] {
		return this.#added().map(({hash: _, ...rest}) => rest);
	}

	/** Tells when tokens were changed by another process. What cannot be read leaves the old ones in force. */
	watch(clock: Clock, onChange: (error?: unknown) => void): Stoppable {
		return clock.every(lookEveryMs, () => {
			if (this.#markOf() === this.#mark) return;
			try {
				this.#read();
				onChange();
			} catch (error) {
				this.#mark = this.#markOf();
				onChange(error);
			}
		});
	}

	#read(): void {
		this.#mark = this.#markOf();
		const main = this.main().reveal();
		const bearers = new Map<string, Bearer>([[hashOf(main), {label: 'main token', scopes: everything}]]);
		for (const {label, hash: id, scopes: granted} of this.#added()) bearers.set(id, {label, scopes: new Set(granted)});
		this.#bearers = bearers;
	}

	#added(): readonly Added[] {
		if (statSync(this.#addedFile, {throwIfNoEntry: false}) === undefined) return [];
		try {
			return addedShape.parse(JSON.parse(readText(this.#addedFile)));
		} catch (error) {
			if (error instanceof KeydeckError) throw error;
			throw new KeydeckError('TOKENS_UNUSABLE', `${this.#addedFile} is damaged`, {
				hint: 'put it back from a copy, or remove it and add the tokens again',
			});
		}
	}

	async #writeAdded(added: readonly Added[]): Promise<void> {
		await writeFileAtomically(this.#addedFile, `${JSON.stringify(added, undefined, '\t')}\n`);
		this.#read();
	}

	#markOf(): string {
		const marks = [this.file, this.#addedFile].map((file) => {
			const stats = statSync(file, {throwIfNoEntry: false});
			return stats === undefined ? 'none' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
		});
		return marks.join(' ');
	}
}

/** Reads a file of ours; throws when others may read it too. */
function readText(file: string): string {
	ensurePrivateFile(file);
	try {
		return readFileSync(file, 'utf8');
	} catch {
		throw new KeydeckError('TOKENS_UNUSABLE', `${file} cannot be read`, {
			hint: 'check the folder; without a token file a new one is made at the next start',
		});
	}
}

/** 256 random bits behind a prefix and before a checksum, so that scanners for leaked secrets can know it. */
function newToken(): string {
	const body = randomBytes(32).toString('base64url');
	return `kd_${body}_${crc32(body).toString(16).padStart(8, '0')}`;
}

function hashOf(text: string): string {
	return hash('sha256', text);
}
