/** The value at a path of own properties, `undefined` when the path leaves what is there. */
export function valueAt(payload: unknown, ...path: readonly string[]): unknown {
	let current = payload;
	for (const name of path) {
		if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
		current = (current as Readonly<Record<string, unknown>>)[name];
	}
	return current;
}

/** The text at a path; numbers count as text, empty text does not. */
export function textAt(payload: unknown, ...path: readonly string[]): string | undefined {
	const value = valueAt(payload, ...path);
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The number at a path; vendors also write numbers as text (`"110.00"`). */
export function numberAt(payload: unknown, ...path: readonly string[]): number | undefined {
	const value = valueAt(payload, ...path);
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The object at a path; arrays and null are none. */
export function objectAt(payload: unknown, ...path: readonly string[]): object | undefined {
	const value = valueAt(payload, ...path);
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The list at a path, empty when there is none. */
export function listAt(payload: unknown, ...path: readonly string[]): readonly unknown[] {
	const value = valueAt(payload, ...path);
	return Array.isArray(value) ? value : [];
}

/** Drops the fields that are undefined, so that optional fields are absent instead. */
export function present<Shape extends object>(fields: {[Name in keyof Shape]: Shape[Name] | undefined}): Shape {
	const kept: Partial<Shape> = {};
	for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name];
	return kept as Shape;
}
