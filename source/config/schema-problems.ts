import type * as z from 'zod';
import type {Problem} from '../errors.ts';
import {pathOf} from './json-text.ts';
import {namesAt, ruleAt} from './schema-walk.ts';
import {shownText, shownValue} from './shown-value.ts';
import {nearest} from './suggestion.ts';

/** Where a checked value stands. */
export type Site = {
	/** File as people call it. */
	readonly source: string;
	/** Path of the checked value inside the file. */
	readonly base: readonly PropertyKey[];
	/** Line of a path of the file. */
	readonly lineOf: (path: string) => number | undefined;
};

/** Says what is wrong in our words; the schema's own messages are not for people. */
export function problemsOf(schema: z.ZodType, value: unknown, error: z.ZodError, site: Site): readonly Problem[] {
	return error.issues.flatMap((issue): readonly Problem[] => {
		if (issue.code !== 'unrecognized_keys') {
			// Where a check can tell faults apart it says which it found.
			const fault: Partial<Problem> | undefined = issue.code === 'custom' ? issue.params : undefined;
			const told = {rule: ruleAt(schema, issue.path), value: shownValue(at(value, issue.path))};
			return [{...place(site, issue.path), ...told, ...fault}];
		}
		const known = namesAt(schema, issue.path);
		return issue.keys.map((name) => {
			const meant = nearest(name, known);
			const hint = meant === undefined ? `Known are ${known.join(', ')}` : `Did you mean ${meant}?`;
			return {...place(site, [...issue.path, name]), rule: 'is not a known setting', hint};
		});
	});
}

/** Source and path of a problem; a part of the path that looks like a key is masked. */
export function place(site: Site, path: readonly PropertyKey[]): {readonly source: string; readonly path: string} {
	const whole = [...site.base, ...path];
	const line = site.lineOf(pathOf(whole)) ?? site.lineOf(pathOf(whole.slice(0, -1)));
	return {
		source: line === undefined ? site.source : `${site.source} line ${line}`,
		path: pathOf(whole.map((part) => (typeof part === 'string' ? shownText(part) : part))),
	};
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>(
		(inner, part) =>
			typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
		value,
	);
}
