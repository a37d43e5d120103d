import {defaults, type PlainSettings} from './defaults.ts';
import {pathOf} from './json-text.ts';
import type {Origin, SettingValue} from './settings.ts';
import {shownPath, shownText, shownUrl} from './shown-value.ts';

/** A value as one place states it. */
export type Stated = {
	readonly path: string;
	readonly value: unknown;
	readonly origin: Origin;
	readonly where?: string;
};

/** Leaves of a nested value; a list of plain values is one leaf. */
export function leavesOf(value: unknown, path: readonly PropertyKey[] = []): {path: string; value: unknown}[] {
	if (Array.isArray(value) && value.some((item) => typeof item === 'object')) {
		return value.flatMap((item, index) => leavesOf(item, [...path, index]));
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{path: pathOf(path), value}];
	return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

/** Each path once, in the order given, with what lost to it. `stated`: best first. */
export function settle(stated: readonly Stated[]): readonly (Stated & {readonly lost: readonly Stated[]})[] {
	const paths = Map.groupBy(stated, ({path}) => path);
	return [...paths.values()].flatMap(([winner, ...lost]) => (winner === undefined ? [] : [{...winner, lost}]));
}

/** The settings of the winning values; paths that are no plain setting are left out. */
export function plainSettings(stated: readonly Stated[]): PlainSettings {
	const settings: Record<string, unknown> = structuredClone({...defaults});
	const known = new Set(leavesOf(defaults).map(({path}) => path));
	for (const {path, value} of settle(stated)) {
		if (!known.has(path)) continue;
		put(settings, path.split('.'), value);
	}
	// Each value was checked where it was read: by the schema, or by the reader of its variable.
	return settings as PlainSettings;
}

function put(into: Record<string, unknown>, [name = '', ...inner]: readonly string[], value: unknown): void {
	if (inner.length === 0) into[name] = value;
	else put(into[name] as Record<string, unknown>, inner, value);
}

/** For `keydeck config`: the winning values as text, with the places that lost. */
export function settingValues(stated: readonly Stated[]): readonly SettingValue[] {
	return settle(stated).map(({path, value, origin, where, lost}) => {
		const shadows = lost
			.filter((other) => other.origin !== 'default')
			.map((other) => `${other.where ?? other.origin}: ${textOf(other.value)}`);
		return {
			path,
			value: textOf(value),
			origin,
			...(where === undefined ? {} : {where}),
			...(shadows.length === 0 ? {} : {shadows}),
		};
	});
}

function textOf(value: unknown): string {
	if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(textOf).join(', ');
	if (typeof value !== 'string') return String(value);
	if (value.startsWith('/')) return shownPath(value);
	return value.includes('://') ? shownUrl(value) : shownText(value);
}
