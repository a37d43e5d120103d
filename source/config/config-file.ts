import type {Problem} from '../errors.ts';
import {Secret} from '../secret.ts';
import {readBaseUrl} from './base-url.ts';
import {type ConfigReading, noConfig} from './config-reading.ts';
import {parseJson} from './json-text.ts';
import {builtInProviders} from './key-names.ts';
import {isModelName, modelNameRule} from './model-name.ts';
import type {RawKey} from './raw-key.ts';
import {type ConfigFile, configSchema} from './schema.ts';
import {place, problemsOf, type Site} from './schema-problems.ts';
import {leavesOf} from './setting-values.ts';
import type {ProviderSettings} from './settings.ts';
import {shownText, shownValue} from './shown-value.ts';
import {nearest} from './suggestion.ts';

export type ConfigText = {
	readonly text: string;
	/** As people call it: `keydeck.config.json`. */
	readonly name: string;
	readonly writableByOthers: boolean;
	/** Provider of a built-in model. */
	readonly providerOf: (model: string) => string | undefined;
	/** Providers whose base URL the environment gives. */
	readonly hasBaseUrl: (provider: string) => boolean;
};

/** Reads and checks the file in itself; its keys are looked at later, with all others. */
export function readConfigText(file: ConfigText): ConfigReading {
	const parsed = parseJson(file.text);
	if (!parsed.ok) {
		const {line, column, rule, hint} = parsed;
		return {...noConfig, problems: [{source: `${file.name} line ${line} column ${column}`, path: '', rule, hint}]};
	}
	const site: Site = {source: file.name, base: [], lineOf: parsed.lineOf};
	const checked = configSchema.safeParse(parsed.value);
	if (!checked.success) return {...noConfig, problems: problemsOf(configSchema, parsed.value, checked.error, site)};
	const config = checked.data;
	const problems = [
		...providerProblems(config, file, site),
		...modelProblems(config, file, site),
		...keyProblems(config, site),
	];
	const {keys, notifiers = [], ...settings} = config;
	return {
		providers: new Map(Object.entries(config.providers ?? {}).map(([name, given]) => [name, providerSettings(given)])),
		models: new Map(Object.entries(config.models ?? {})),
		keys: (keys ?? []).map((entry, index) => rawKey(entry, index, file, site)),
		stated: leavesOf(settings)
			.filter(({value}) => typeof value !== 'object' || Array.isArray(value))
			.map((leaf) => ({...leaf, origin: 'keydeck.config.json', where: place(site, [leaf.path]).source})),
		...(config.store?.redisUrl === undefined ? {} : {redisUrl: config.store.redisUrl}),
		notifiers: notifiers.length > 0,
		problems,
	};
}

function providerSettings({probe, baseUrl, ...given}: NonNullable<ConfigFile['providers']>[string]): ProviderSettings {
	const url = baseUrl === undefined ? undefined : readBaseUrl(baseUrl);
	return {
		...given,
		...(url === undefined ? {} : {baseUrl: url}),
		...(probe?.deep === undefined ? {} : {deepProbe: probe.deep}),
	};
}

function providerProblems(config: ConfigFile, file: ConfigText, site: Site): Problem[] {
	const problems: Problem[] = [];
	for (const [name, {type, baseUrl}] of Object.entries(config.providers ?? {})) {
		const where = place(site, ['providers', name]);
		if (builtInProviders.includes(name)) {
			if (type !== undefined)
				problems.push({...where, rule: 'is built in', hint: 'Take out its type, or choose another name'});
		} else if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
			problems.push({...where, rule: 'must be a name of at most 40 small letters, digits and -'});
		} else if (type === undefined) {
			const meant = nearest(name, builtInProviders);
			const hint = `${meant === undefined ? '' : `Did you mean ${meant}? `}A provider of your own needs "type": "openai-compatible"`;
			problems.push({...where, rule: 'is an unknown provider', hint});
		} else if (baseUrl === undefined && !file.hasBaseUrl(name)) {
			problems.push({...where, rule: 'has no base URL', hint: 'Add "baseUrl": "http://…/v1"'});
		}
	}
	return problems;
}

function modelProblems(config: ConfigFile, file: ConfigText, site: Site): Problem[] {
	const problems: Problem[] = [];
	const models = new Map(Object.entries(config.models ?? {}));
	const served = new Set(Object.values(config.providers ?? {}).flatMap((provider) => provider.models ?? []));
	const isKnown = (name: string) => models.has(name) || served.has(name) || file.providerOf(name) !== undefined;
	for (const [name, {provider, chain = []}] of models) {
		const where = place(site, ['models', name]);
		if (!isModelName(name)) problems.push({...where, rule: modelNameRule});
		else if (provider === undefined && !served.has(name) && file.providerOf(name) === undefined) {
			problems.push({...where, rule: 'has no provider', hint: 'It is not built in: add "provider": "…"'});
		}
		if (provider !== undefined)
			problems.push(...unknownProvider(provider, config, place(site, ['models', name, 'provider'])));
		for (const [index, link] of chain.entries()) {
			const at = {...place(site, ['models', name, 'chain', index]), value: shownValue(link)};
			if (link === name) problems.push({...at, rule: 'falls back to itself', hint: 'Take it out'});
			else if (!isKnown(link)) {
				const meant = nearest(link, models.keys());
				const hint = meant === undefined ? 'Declare it under models, or take it out' : `Did you mean ${meant}?`;
				problems.push({...at, rule: 'is an unknown model', hint});
			}
		}
	}
	return problems;
}

function keyProblems(config: ConfigFile, site: Site): Problem[] {
	return (config.keys ?? []).flatMap(({provider}, index) =>
		unknownProvider(provider, config, place(site, ['keys', index, 'provider'])),
	);
}

function unknownProvider(name: string, config: ConfigFile, where: {source: string; path: string}): Problem[] {
	const known = [...builtInProviders, ...Object.keys(config.providers ?? {})];
	if (known.includes(name)) return [];
	const meant = nearest(name, known);
	const hint = meant === undefined ? `Known are ${known.map(shownText).join(', ')}` : `Did you mean ${meant}?`;
	return [{...where, rule: 'is an unknown provider', value: shownValue(name), hint}];
}

function rawKey(
	{provider, key, ...entry}: NonNullable<ConfigFile['keys']>[number],
	index: number,
	file: ConfigText,
	site: Site,
): RawKey {
	const {source} = place(site, ['keys', index]);
	const line = site.lineOf(`keys[${index}]`);
	return {
		provider,
		text: new Secret(key.trim()),
		label: `config:keys[${index}]`,
		source: {kind: 'config', file: file.name, ...(line === undefined ? {} : {line})},
		origin: 'keydeck.config.json',
		place: source,
		holder: `keys[${index}] in ${file.name}`,
		writableByOthers: file.writableByOthers,
		entry,
	};
}
