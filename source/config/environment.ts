import type {KeySource} from '../domain/key.ts';
import type {EnvLine} from './env-file.ts';

/** Variables keydeck reads beside keys and base URLs; each is spelled here only. */
export const variables = {
	strategy: 'ROTATION_STRATEGY',
	keyPort: 'API_KEY_MANAGER_PORT',
	healthPort: 'HEALTH_DASHBOARD_PORT',
	host: 'KEYDECK_HOST',
	allowedHosts: 'KEYDECK_ALLOWED_HOSTS',
	tokenPool: 'TOKENPOOL_PATH',
	home: 'KEYDECK_HOME',
	pepper: 'KEYDECK_PEPPER',
	accessToken: 'KEYDECK_TOKEN',
	redisUrl: 'REDIS_URL',
} as const;

/** One place where a variable is set. */
export type Found = {
	readonly name: string;
	/** Without the white space around it. */
	readonly text: string;
	readonly origin: 'environment' | '.env';
	/** `.env line 5`, or the name of the variable. */
	readonly where: string;
	/** Where a problem stands: `.env line 5` or `the environment`. */
	readonly place: string;
	readonly source: KeySource;
};

/** The environment of the process over the `.env` of the root. */
export class Environment {
	readonly #process: Readonly<Record<string, string | undefined>>;
	readonly #file: ReadonlyMap<string, EnvLine>;
	readonly #fileName: string;

	constructor(
		process: Readonly<Record<string, string | undefined>>,
		file: ReadonlyMap<string, EnvLine> = new Map(),
		fileName = '.env',
	) {
		this.#process = process;
		this.#file = file;
		this.#fileName = fileName;
	}

	/** Places that set a variable, the winning one first. An empty variable of the process counts as unset. */
	all(name: string): readonly Found[] {
		const found: Found[] = [];
		const set = Object.hasOwn(this.#process, name) ? this.#process[name]?.trim() : undefined;
		if (set !== undefined && set !== '') {
			const source = {kind: 'environment'} as const;
			found.push({name, text: set, origin: 'environment', where: name, place: 'the environment', source});
		}
		const line = this.#file.get(name);
		if (line !== undefined) {
			const where = `${this.#fileName} line ${line.line}`;
			const source = {kind: 'env-file', file: this.#fileName, line: line.line} as const;
			found.push({name, text: line.value.trim(), origin: '.env', where, place: where, source});
		}
		return found;
	}

	/** The value that counts; undefined when it is set nowhere or empty. */
	find(name: string): Found | undefined {
		return this.all(name).find(({text}) => text !== '');
	}

	/** Names of variables of the process that begin with `prefix`. */
	processNames(prefix: string): readonly string[] {
		return Object.keys(this.#process).filter((name) => name.startsWith(prefix));
	}

	/** Every variable of the `.env`. */
	fileLines(): Iterable<EnvLine> {
		return this.#file.values();
	}
}
