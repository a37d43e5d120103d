import {nearest} from '../config/suggestion.ts';
import type {Catalogue} from '../domain/catalogue.ts';
import type {KeyView, Snapshot} from '../engine/snapshot.ts';
import {type StrategyName, strategyNames} from '../strategies/strategy.ts';
import {oneOf, quoted, UsageError} from './usage.ts';

/** A model asked for by any name of the catalogue: the name and who serves it. */
type ChosenModel = {readonly name: string; readonly provider: string};

/** The model with this name, or undefined when there is none. */
export function modelNamed(name: string, catalogue: Catalogue, snapshot: Snapshot): ChosenModel | undefined {
	return snapshot.models.find((model) => model.name === name) ?? catalogue.get(name);
}

/** The model with this name; an unknown one is a `UsageError` that suggests the nearest. */
export function requireModel(name: string, catalogue: Catalogue, snapshot: Snapshot): ChosenModel {
	const model = modelNamed(name, catalogue, snapshot);
	if (model !== undefined) return model;
	throw new UsageError(`there is no model ${quoted(name)}`, suggestion(name, modelNames(catalogue, snapshot)));
}

/** Every model name that can be asked for. */
export function modelNames(catalogue: Catalogue, snapshot: Snapshot): ReadonlySet<string> {
	return new Set([...snapshot.models.map((model) => model.name), ...catalogue.keys()]);
}

/** The nearest name, or the command that lists them. */
export function suggestion(name: string, names: Iterable<string>): string {
	const near = nearest(name, names);
	return near === undefined
		? 'keydeck models lists the names.'
		: `Did you mean ${near}? keydeck models lists the names.`;
}

/** The strategy with this name; an unknown one is a `UsageError` that lists them. */
export function requireStrategy(name: string): StrategyName {
	const strategy = strategyNames.find((each) => each === name);
	if (strategy !== undefined) return strategy;
	throw new UsageError(`there is no strategy ${quoted(name)}`, `Take ${oneOf(strategyNames)}.`);
}

/** Keys with this label, hash or kid; labels in any case. Mostly one, none when unknown. */
export function keysNamed(name: string, keys: readonly KeyView[]): readonly KeyView[] {
	const label = name.toLowerCase();
	return keys.filter((key) => key.label.toLowerCase() === label || key.hash === label || key.kid === name);
}

/**
 * The keys a test is about: all, those of a model's provider, or one of them by its place (`--key 1`,
 * with a model), label or hash. What cannot be found is a `UsageError`.
 */
export function chosenKeys(
	keys: readonly KeyView[],
	model: ChosenModel | undefined,
	key: string | undefined,
): readonly KeyView[] {
	const pool = model === undefined ? keys : keys.filter(({provider}) => provider === model.provider);
	if (key === undefined || pool.length === 0) return pool;
	const named = keysNamed(key, pool);
	if (named.length > 0) return named;
	if (!/^\d+$/.test(key)) {
		throw new UsageError(`there is no key ${quoted(key)}`, suggestKey(key, pool));
	}
	if (model === undefined) {
		throw new UsageError(
			`--key ${key} counts inside the pool of one model`,
			`Name the model too: keydeck test gpt-4o --key ${key}.`,
		);
	}
	const placed = pool.filter(({index}) => index === Number(key));
	if (placed.length > 0) return placed;
	const last = Math.max(...pool.map(({index}) => index));
	throw new UsageError(`${model.name} has no key ${key}`, `Its keys count from 0 to ${last}.`);
}

function suggestKey(name: string, keys: readonly KeyView[]): string {
	const near = nearest(
		name,
		keys.map(({label}) => label),
	);
	return near === undefined ? 'keydeck report lists the keys.' : `Did you mean ${near}?`;
}
