import type {Problem} from '../errors.ts';
import {Secret} from '../secret.ts';
import {createResolver} from '../secrets/index.ts';
import {defaults, type PlainSettings} from './defaults.ts';
import {variables} from './environment.ts';
import {environmentKeys, nameNotes} from './environment-keys.ts';
import {type EnvironmentSettings, environmentSettings, readFlag} from './environment-settings.ts';
import {openHome} from './home.ts';
import {type Intake, type KeyDraft, KeyIntake} from './key-intake.ts';
import {builtInProviders, keyNamesOf} from './key-names.ts';
import {kidOf, pepperFingerprint} from './kid.ts';
import type {RawKey} from './raw-key.ts';
import {defaultHome} from './root.ts';
import {searchedPlaces, watchedFiles} from './searched.ts';
import {leavesOf, plainSettings, type Stated, settingValues, settle} from './setting-values.ts';
import type {Loaded, Note, ProviderSettings, Settings, SettingValue} from './settings.ts';
import {shownText} from './shown-value.ts';
import {type LoadOptions, readSources, type Sources, statedPath} from './sources.ts';

export type {LoadOptions} from './sources.ts';

/** Everything read and checked before anything was written: settings whose keys have no identity yet. */
export type Configuration = Omit<Settings, 'keys' | 'identityOf' | 'pepperFingerprint'> & {
	readonly drafts: readonly KeyDraft[];
	/** Set when `KEYDECK_PEPPER` is. */
	readonly pepper?: Secret;
};

export type ReadConfiguration =
	| {readonly ok: true; readonly configuration: Configuration}
	| {readonly ok: false; readonly problems: readonly Problem[]};

/**
 * Reads the configuration, opens the home and gives every key its identity. Bad input comes back as all its
 * problems, and then nothing was written. Throws a `KeydeckError` when the home cannot be used (`openHome`).
 */
export async function loadSettings(options: LoadOptions): Promise<Loaded> {
	const read = await readConfiguration(options);
	if (!read.ok) return read;
	const {home, pepper} = read.configuration;
	return {ok: true, settings: identify(read.configuration, (await openHome(home, pepper)).pepper)};
}

/** The settings, with kid and hash for each key. */
export function identify({drafts, pepper: _, ...rest}: Configuration, pepper: Secret): Settings {
	const keys = drafts.map(({secret, ...draft}) => ({
		key: {...kidOf(pepper, draft.provider, secret), ...draft},
		secret,
	}));
	return {
		...rest,
		keys,
		identityOf: (provider, key) => kidOf(pepper, provider, key),
		pepperFingerprint: pepperFingerprint(pepper),
	};
}

/** The first half of `loadSettings`, for commands that check their own arguments before anything is written. */
export async function readConfiguration(options: LoadOptions): Promise<ReadConfiguration> {
	const sources = await readSources(options);
	const {environment, config, files} = sources;
	const providers = [...new Set([...builtInProviders, ...config.providers.keys()])];
	const fromEnvironment = environmentSettings(environment, providers);
	const inEnvironment = environmentKeys(environment, providers, files.env.writableByOthers);
	const intake = await takeKeys(inEnvironment, sources, options);
	const home = environment.find(variables.home);
	const homePath =
		home === undefined ? defaultHome(sources.root.path, options.env) : statedPath(home, options, sources.root.path);
	const stated = statedBy(sources, fromEnvironment, options, homePath);
	const plain = plainSettings(stated);
	const providersSet = providerSettings(config.providers, fromEnvironment.baseUrls);
	const problems = [
		...flagProblems(options),
		...sources.problems,
		...fromEnvironment.problems,
		...intake.problems,
		...portProblems(plain, stated),
		...(options.modelProblems?.(config.models, providersSet) ?? []),
	];
	if (problems.length > 0) return {ok: false, problems};
	const known = new Set([...fromEnvironment.names, ...providers.flatMap(keyNamesOf).map(({name}) => name)]);
	const redisUrl = fromEnvironment.redisUrl ?? config.redisUrl;
	const values = settingValues(stated);
	const configuration: Configuration = {
		root: sources.root.path,
		home: homePath,
		...plain,
		providers: providersSet,
		models: config.models,
		poolModels: sources.pool.models,
		drafts: [...intake.drafts, ...keylessDrafts(providersSet, intake.drafts, files.config.name)],
		...(fromEnvironment.pepper === undefined ? {} : {pepper: fromEnvironment.pepper}),
		...(fromEnvironment.accessToken === undefined ? {} : {accessToken: fromEnvironment.accessToken}),
		...(redisUrl === undefined ? {} : {redisUrl}),
		notes: [
			...intake.notes,
			...nameNotes(environment, known, files.env.name),
			...sources.notes,
			...laterNotes(sources),
			...destinationNotes(values, intake.drafts),
		],
		searched: searchedPlaces(sources, intake, options),
		values: [...values, ...intake.values],
		watched: watchedFiles(sources, inEnvironment, options),
	};
	return {ok: true, configuration};
}

/** A folder one has only just come into must not send the keys of one's shell elsewhere in silence. */
function destinationNotes(values: readonly SettingValue[], keys: readonly KeyDraft[]): readonly Note[] {
	const carried = new Set(keys.filter(({source}) => source.kind === 'environment').map(({provider}) => provider));
	return values.flatMap(({path, value, origin, where}): Note[] => {
		const provider = /^providers\.(.+)\.baseUrl$/.exec(path)?.[1];
		const isOfFile = origin === '.env' || origin === 'keydeck.config.json';
		if (provider === undefined || !isOfFile || !carried.has(provider) || isLoopback(value)) return [];
		const text = `${provider} keys of the environment are sent to ${value}, because ${where ?? origin} says so.`;
		return [{kind: 'destination', text}];
	});
}

function isLoopback(url: string): boolean {
	const host = URL.parse(url)?.hostname ?? '';
	return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** A server that asks for no key takes part in its pool like one key. */
function keylessDrafts(providers: Settings['providers'], keyed: readonly KeyDraft[], file: string): KeyDraft[] {
	const names = [...providers].filter(
		([name, {keyless}]) => keyless && !keyed.some((draft) => draft.provider === name),
	);
	return names.map(([provider]) => ({
		provider,
		label: provider,
		mask: 'no key',
		source: {kind: 'config', file},
		index: 0,
		weight: 1,
		disabled: false,
		secret: new Secret(''),
	}));
}

/** Every setting as each place states it, best place first. */
function statedBy(
	sources: Sources,
	environment: EnvironmentSettings,
	options: LoadOptions,
	home: string,
): readonly Stated[] {
	return [
		...flagsStated(options),
		...placesStated(sources, options, home),
		...environment.stated,
		...sources.config.stated,
		...leavesOf(defaults).map((leaf): Stated => ({...leaf, origin: 'default'})),
	];
}

async function takeKeys(
	inEnvironment: readonly RawKey[],
	{root, environment, config, pool}: Sources,
	options: LoadOptions,
): Promise<Intake> {
	const resolve = createResolver({root: root.path, env: options.env, variable: (name) => environment.find(name)?.text});
	const intake = new KeyIntake(resolve, options.signal ?? new AbortController().signal);
	await intake.take(inEnvironment);
	const shadowing = intake.providers();
	await intake.take(pool.keys, shadowing);
	await intake.take(config.keys);
	return intake.finish();
}

/** Settings that a command's options may state, as they are typed. */
const settingFlags = [
	{path: 'strategy', flag: '--strategy'},
	{path: 'server.host', flag: '--host'},
	{path: 'server.keyPort', flag: '--port'},
	{path: 'server.healthPort', flag: '--health-port'},
] as const;

function flagsStated({flags = {}}: LoadOptions): readonly Stated[] {
	return settingFlags.flatMap(({path, flag}): Stated[] => {
		const text = flags[path];
		return text === undefined ? [] : [{path, value: readFlag(path, text).value, origin: 'flag', where: flag}];
	});
}

function flagProblems({flags = {}}: LoadOptions): readonly Problem[] {
	return settingFlags.flatMap(({path, flag}): Problem[] => {
		const text = flags[path];
		if (text === undefined) return [];
		const {value, rule} = readFlag(path, text);
		return value === undefined ? [{source: flag, path: '', rule, value: `"${shownText(text)}"`}] : [];
	});
}

function portProblems({server}: PlainSettings, stated: readonly Stated[]): readonly Problem[] {
	if (server.keyPort !== server.healthPort || server.keyPort === 0) return [];
	const {where, origin} = settle(stated).find(({path}) => path === 'server.healthPort') ?? {origin: 'default'};
	return [
		{
			source: where ?? origin,
			path: 'server.healthPort',
			rule: 'must differ from server.keyPort',
			value: String(server.healthPort),
		},
	];
}

function placesStated(
	{root, files, tokenPoolFrom, environment}: Sources,
	{flags}: LoadOptions,
	home: string,
): readonly Stated[] {
	const homeFrom = environment.find(variables.home);
	const from = (found: typeof homeFrom) =>
		found === undefined ? {origin: 'default' as const} : {origin: found.origin, where: found.where};
	return [
		{
			path: 'root',
			value: root.path,
			...(flags?.root === undefined ? {origin: 'default'} : {origin: 'flag', where: '--root'}),
		},
		{path: 'home', value: home, ...from(homeFrom)},
		{path: 'tokenPool', value: files.tokenPool.path, ...from(tokenPoolFrom)},
	];
}

function providerSettings(
	configured: ReadonlyMap<string, ProviderSettings>,
	baseUrls: ReadonlyMap<string, string>,
): ReadonlyMap<string, ProviderSettings> {
	const settings = new Map(configured);
	for (const [name, baseUrl] of baseUrls) settings.set(name, {...settings.get(name), baseUrl});
	return settings;
}

function laterNotes({config}: Sources): readonly Note[] {
	if (!config.notifiers) return [];
	return [{kind: 'not-yet', text: 'notifiers are configured, but sending alerts comes with a later release'}];
}
