import {statSync} from 'node:fs';
import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import type {Problem} from '../errors.ts';
import {type ConfigReading, noConfig} from './config-reading.ts';
import {type EnvFile, readEnvText} from './env-file.ts';
import {Environment, type Found, variables} from './environment.ts';
import {baseUrlNamesOf} from './key-names.ts';
import {findRoot, type Root, rootFiles} from './root.ts';
import type {Note, Settings} from './settings.ts';
import {fileModeNote, fileName, readTextFile, type TextFile} from './text-file.ts';
import {readTokenPool, type TokenPool} from './token-pool.ts';

/** What is asked for when the configuration is read. */
export type LoadOptions = {
	/** Folder the search for the root begins in. */
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly flags?: Readonly<Record<string, string>>;
	/** Provider of a built-in model by the catalogue; undefined for a name it does not have. */
	readonly providerOf: (model: string) => string | undefined;
	/** What the catalogue has against the user's models; asked before anything is written. */
	readonly modelProblems?: (models: Settings['models'], providers: Settings['providers']) => readonly Problem[];
	/** Ends commands of `exec:` references. */
	readonly signal?: AbortSignal;
};

/** A file of the root: where it is, what people call it, what was in it. */
export type SourceFile = {
	readonly path: string;
	readonly name: string;
	readonly present: boolean;
	readonly writableByOthers: boolean;
};

/** Every place that configures keydeck, read. */
export type Sources = {
	readonly root: Root;
	readonly environment: Environment;
	readonly config: ConfigReading;
	readonly pool: TokenPool;
	readonly files: {readonly env: SourceFile; readonly tokenPool: SourceFile; readonly config: SourceFile};
	readonly tokenPoolFrom: Found | undefined;
	readonly notes: readonly Note[];
	readonly problems: readonly Problem[];
};

/** Reads root, `.env`, configuration and token pool; writes nothing. */
export async function readSources(options: LoadOptions): Promise<Sources> {
	const {cwd, env, flags = {}, providerOf} = options;
	const root = flags.root === undefined ? findRoot(cwd, env) : {path: resolve(cwd, flags.root), found: true};
	const problems: Problem[] = flags.root !== undefined && !isFolder(root.path) ? [noFolder(root.path)] : [];
	const notes: Note[] = [];
	const places = rootFiles(root.path);
	const open = (path: string) => {
		const name = fileName(path, root.path);
		const content = readTextFile(path, name);
		if (content.kind === 'unreadable') problems.push(content.problem);
		const note = content.kind === 'text' ? fileModeNote(path, name, content.mode) : undefined;
		if (note !== undefined) notes.push(note);
		return {content, file: sourceFile(path, name, content)};
	};

	const envFile = open(places.env);
	const envText: EnvFile | undefined =
		envFile.content.kind === 'text' ? readEnvText(envFile.content.text, envFile.file.name) : undefined;
	problems.push(...(envText?.problems ?? []));
	const environment = new Environment(env, envText?.variables, envFile.file.name);

	const configFile = open(places.config);
	const config = await readConfig(configFile, environment, providerOf);
	problems.push(...config.problems);

	const tokenPoolFrom = environment.find(variables.tokenPool);
	const poolFile = open(tokenPoolFrom === undefined ? places.tokenPool : statedPath(tokenPoolFrom, options, root.path));
	const pool: TokenPool =
		poolFile.content.kind === 'text'
			? await readTokenPool({
					...poolFile.file,
					text: poolFile.content.text,
					providerOf: providerLookup(config, providerOf),
				})
			: {models: [], keys: [], problems: []};
	problems.push(...pool.problems);

	const files = {env: envFile.file, tokenPool: poolFile.file, config: configFile.file};
	return {root, environment, config, pool, files, tokenPoolFrom, notes, problems};
}

/** A path from a variable: relative to where it is stated, the shell's folder or that of the `.env`. */
export function statedPath(found: Found, options: LoadOptions, root: string): string {
	if (found.text.startsWith('~/')) return join(options.env.HOME || homedir(), found.text.slice(2));
	return resolve(found.origin === 'environment' ? options.cwd : root, found.text);
}

// The schema library is loaded for a configuration file only: it costs more than the rest of the start.
async function readConfig(
	{content, file}: {content: TextFile; file: SourceFile},
	environment: Environment,
	providerOf: LoadOptions['providerOf'],
): Promise<ConfigReading> {
	if (content.kind !== 'text') return noConfig;
	const {readConfigText} = await import('./config-file.ts');
	const hasBaseUrl = (provider: string) =>
		baseUrlNamesOf(provider).some((name) => environment.find(name) !== undefined);
	return readConfigText({...file, text: content.text, providerOf, hasBaseUrl});
}

/** The user's models over the catalogue's, as far as they name a provider. */
function providerLookup(config: ConfigReading, providerOf: LoadOptions['providerOf']): LoadOptions['providerOf'] {
	const served = new Map(
		[...config.providers].flatMap(([name, {models = []}]) => models.map((model) => [model, name])),
	);
	return (model) => config.models.get(model)?.provider ?? served.get(model) ?? providerOf(model);
}

function sourceFile(path: string, name: string, content: TextFile): SourceFile {
	const writableByOthers = content.kind === 'text' && process.platform !== 'win32' && (content.mode & 0o022) !== 0;
	return {path, name, present: content.kind !== 'absent', writableByOthers};
}

function isFolder(path: string): boolean {
	return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

function noFolder(path: string): Problem {
	return {source: '--root', path: '', rule: 'must be a folder', value: path, hint: 'Name the folder of your .env'};
}
