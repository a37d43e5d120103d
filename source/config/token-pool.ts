import type {Problem} from '../errors.ts';
import {Secret} from '../secret.ts';
import {parseJson} from './json-text.ts';
import {isModelName, modelNameRule} from './model-name.ts';
import type {KeyAttributes, RawKey} from './raw-key.ts';
import type {Site} from './schema-problems.ts';
import {shownText, shownValue} from './shown-value.ts';

export type TokenPool = {
	/** Models named, in the order of the file. */
	readonly models: readonly string[];
	readonly keys: readonly RawKey[];
	readonly problems: readonly Problem[];
};

export type TokenPoolFile = {
	readonly text: string;
	/** As people call it: `shared/tokenpool.json`. */
	readonly name: string;
	readonly writableByOthers: boolean;
	/** Provider of a model; undefined for a name nobody knows. */
	readonly providerOf: (model: string) => string | undefined;
};

/** Reads `{model: [key or object, …]}`. Nothing is written; a damaged file makes one problem. */
export async function readTokenPool(file: TokenPoolFile): Promise<TokenPool> {
	const problems: Problem[] = [];
	const empty = {models: [], keys: [], problems};
	const parsed = parseJson(file.text);
	if (!parsed.ok) {
		const {line, column, rule, hint} = parsed;
		problems.push({source: `${file.name} line ${line} column ${column}`, path: '', rule, hint});
		return empty;
	}
	const site: Site = {source: file.name, base: [], lineOf: parsed.lineOf};
	const {value} = parsed;
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		const rule = 'must be an object of models, each with a list of keys';
		problems.push({source: file.name, path: '', rule, value: shownValue(value)});
		return empty;
	}
	const models: string[] = [];
	const keys: RawKey[] = [];
	for (const [model, list] of Object.entries(value)) {
		const provider = file.providerOf(model);
		const fault = modelFault(model, provider, list);
		const line = site.lineOf(model);
		if (fault !== undefined || provider === undefined) {
			problems.push({source: `${file.name} line ${line}`, path: shownText(model), rule: 'is not known', ...fault});
			continue;
		}
		models.push(model);
		for (const [index, element] of (list as readonly unknown[]).entries()) {
			const read = await readElement(element, {...site, base: [model, index]});
			if (read.ok) keys.push(rawKey(read, {file, model, index, provider, line: site.lineOf(`${model}[${index}]`)}));
			else problems.push(...read.problems);
		}
	}
	return {models, keys, problems};
}

function modelFault(
	model: string,
	provider: string | undefined,
	list: unknown,
): {readonly rule: string; readonly value?: string; readonly hint?: string} | undefined {
	if (!isModelName(model)) return {rule: modelNameRule};
	if (provider === undefined) {
		return {rule: 'is an unknown model', hint: 'Declare it in keydeck.config.json under models, or take it out'};
	}
	return Array.isArray(list) ? undefined : {rule: 'must be a list of keys', value: shownValue(list)};
}

type Element =
	| {readonly ok: true; readonly key: string; readonly entry?: KeyAttributes}
	| {readonly ok: false; readonly problems: readonly Problem[]};

async function readElement(element: unknown, site: Site): Promise<Element> {
	if (typeof element === 'string') return {ok: true, key: element};
	// The schema library costs more than the whole rest of the start; plain pools do without.
	const [{poolElementSchema}, {problemsOf}] = await Promise.all([
		import('./schema.ts'),
		import('./schema-problems.ts'),
	]);
	const checked = poolElementSchema.safeParse(element);
	if (!checked.success) return {ok: false, problems: problemsOf(poolElementSchema, element, checked.error, site)};
	const {key, ...entry} = checked.data;
	return {ok: true, key, entry};
}

type Position = {
	readonly file: TokenPoolFile;
	readonly model: string;
	readonly index: number;
	readonly provider: string;
	readonly line: number | undefined;
};

function rawKey(element: Element & {ok: true}, {file, model, index, provider, line}: Position): RawKey {
	return {
		provider,
		text: new Secret(element.key.trim()),
		label: `tokenpool:${model}[${index}]`,
		source: {kind: 'token-pool', file: file.name, ...(line === undefined ? {} : {line})},
		origin: 'shared/tokenpool.json',
		place: line === undefined ? file.name : `${file.name} line ${line}`,
		holder: `${model} in ${file.name}`,
		writableByOthers: file.writableByOthers,
		...(element.entry === undefined ? {} : {entry: element.entry}),
	};
}
