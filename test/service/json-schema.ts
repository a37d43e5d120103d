type Schema = Readonly<Record<string, unknown>>;

/** What says nothing about a value. */
const silent = new Set(['description', 'title', 'default', 'examples', '$schema']);

/** Every way a value differs from a schema, by path. A keyword the check does not know is a fault too. */
export function faultsOf(value: unknown, schema: Schema, root: Schema, path = '$'): string[] {
	return Object.entries(schema).flatMap(([keyword, told]) => {
		if (silent.has(keyword)) return [];
		const check = keywords[keyword];
		if (check === undefined) return [`${path}: unknown keyword ${keyword}`];
		return check(told as never, {value, schema, root, path});
	});
}

type Place = {readonly value: unknown; readonly schema: Schema; readonly root: Schema; readonly path: string};

const keywords: Readonly<Record<string, (told: never, place: Place) => string[]>> = {
	$ref: (ref: string, {value, root, path}) => faultsOf(value, resolved(ref, root), root, path),
	type: (type: string | string[], {value, path}) =>
		[type].flat().some((each) => isOf(value, each)) ? [] : [`${path}: is no ${String(type)}`],
	enum: (allowed: unknown[], {value, path}) => (allowed.includes(value) ? [] : [`${path}: is none of ${allowed}`]),
	const: (only: unknown, {value, path}) => (value === only ? [] : [`${path}: is not ${only}`]),
	anyOf: (ways: Schema[], {value, root, path}) =>
		ways.some((way) => faultsOf(value, way, root).length === 0) ? [] : [`${path}: fits none of ${ways.length} ways`],
	properties: (properties: Record<string, Schema>, {value, root, path}) =>
		Object.entries(properties).flatMap(([name, schema]) =>
			isRecord(value) && Object.hasOwn(value, name) ? faultsOf(value[name], schema, root, `${path}.${name}`) : [],
		),
	required: (names: string[], {value, path}) =>
		names.filter((name) => isRecord(value) && !Object.hasOwn(value, name)).map((name) => `${path}: lacks ${name}`),
	additionalProperties: (rest: Schema | false, {value, schema, root, path}) => {
		const {properties = {}} = schema;
		const others = isRecord(value)
			? Object.keys(value).filter((name) => !Object.hasOwn(properties as object, name))
			: [];
		if (rest === false) return others.map((name) => `${path}: has ${name} too`);
		return others.flatMap((name) => faultsOf((value as Schema)[name], rest, root, `${path}.${name}`));
	},
	propertyNames: (names: Schema, {value, root, path}) =>
		isRecord(value) ? Object.keys(value).flatMap((name) => faultsOf(name, names, root, `${path} name`)) : [],
	items: (items: Schema, {value, root, path}) =>
		Array.isArray(value) ? value.flatMap((item, place) => faultsOf(item, items, root, `${path}[${place}]`)) : [],
	maxItems: (most: number, {value, path}) =>
		Array.isArray(value) && value.length > most ? [`${path}: more than ${most}`] : [],
	minimum: (least: number, {value, path}) =>
		typeof value === 'number' && value < least ? [`${path}: < ${least}`] : [],
	maximum: (most: number, {value, path}) => (typeof value === 'number' && value > most ? [`${path}: > ${most}`] : []),
	minLength: (least: number, {value, path}) =>
		typeof value === 'string' && value.length < least ? [`${path}: too short`] : [],
	maxLength: (most: number, {value, path}) =>
		typeof value === 'string' && value.length > most ? [`${path}: too long`] : [],
	pattern: (form: string, {value, path}) =>
		typeof value === 'string' && !new RegExp(form).test(value) ? [`${path}: not of the form ${form}`] : [],
};

/** The part of a document a reference points at; fails when there is none. */
export function resolved(ref: string, root: Schema): Schema {
	const steps = ref.replace(/^#\//, '').split('/');
	const found = steps.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), root);
	if (!ref.startsWith('#/') || !isRecord(found)) throw new Error(`nothing at ${ref}`);
	return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOf(value: unknown, type: string): boolean {
	switch (type) {
		case 'null':
			return value === null;
		case 'array':
			return Array.isArray(value);
		case 'object':
			return isRecord(value);
		case 'integer':
			return Number.isInteger(value);
		default:
			return typeof value === type;
	}
}
