import type * as z from 'zod';
import {type About, configSchema} from './schema.ts';

/** One step inside a schema. */
type Part = z.core.$ZodType;

/** What lies behind `optional`. */
function bare(schema: Part): z.core.$ZodTypes['_zod']['def'] {
	const {def} = (schema as z.core.$ZodTypes)._zod;
	return def.type === 'optional' ? bare(def.innerType) : def;
}

/** What is written about a schema, also when it is optional. */
function aboutOf(schema: Part): About | undefined {
	const {def} = (schema as z.core.$ZodTypes)._zod;
	const about = (schema as z.ZodType).meta?.() as About | undefined;
	return about ?? (def.type === 'optional' ? aboutOf(def.innerType) : undefined);
}

/** The schema at a path of a value; undefined where the path leaves the schema. */
function schemaAt(schema: Part, path: readonly PropertyKey[]): Part | undefined {
	const [step, ...rest] = path;
	if (step === undefined) return schema;
	const def = bare(schema);
	const next =
		def.type === 'object'
			? def.shape[String(step)]
			: def.type === 'array'
				? def.element
				: def.type === 'record'
					? def.valueType
					: undefined;
	return next === undefined ? undefined : schemaAt(next, rest);
}

/** The rule a value at this path must keep, in words. */
export function ruleAt(schema: Part, path: readonly PropertyKey[]): string {
	const found = schemaAt(schema, path);
	if (found === undefined) return 'is not valid';
	const rule = aboutOf(found)?.rule;
	if (rule !== undefined) return rule;
	return bare(found).type === 'array' ? 'must be a list' : 'must be an object';
}

/** Names an object of the schema may have at this path. */
export function namesAt(schema: Part, path: readonly PropertyKey[]): readonly string[] {
	const found = schemaAt(schema, path);
	if (found === undefined) return [];
	const def = bare(found);
	return def.type === 'object' ? Object.keys(def.shape) : [];
}

/** One setting of the configuration file, as the documentation lists it. */
export type ConfigReferenceRow = {
	/** `providers.<name>.baseUrl`, `keys[].weight`. */
	readonly path: string;
	readonly rule: string;
	/** Absent when there is none. */
	readonly default?: string;
	readonly text: string;
};

/** Every setting of the configuration file, in its order. */
export const configReference: readonly ConfigReferenceRow[] = rowsOf(configSchema, '');

function rowsOf(schema: Part, path: string): ConfigReferenceRow[] {
	const about = aboutOf(schema);
	if (about !== undefined) {
		const {rule, text} = about;
		return [{path, rule, ...(about.default === undefined ? {} : {default: about.default}), text}];
	}
	const def = bare(schema);
	if (def.type === 'array') return rowsOf(def.element, `${path}[]`);
	if (def.type === 'record') return rowsOf(def.valueType, `${path}.<name>`);
	if (def.type !== 'object') return [];
	return Object.entries(def.shape).flatMap(([name, inner]) => rowsOf(inner, path === '' ? name : `${path}.${name}`));
}
