import {z} from 'zod';
import {InvalidInputError} from '../errors.ts';
import type {CheckedScenario, Scenario} from './scenario.ts';
import {behaviourSchema, checkScenario, conditionSchema, keySchema, keySettings} from './scenario.ts';
import {problemsOf} from './scenario-problem.ts';
import {vendorNames} from './vendor-name.ts';

const vendor = z.enum(vendorNames);

const vendorChange = z.strictObject({
	vendor,
	condition: conditionSchema.optional(),
	latencyMs: keySettings.latencyMs,
});

const keysChange = z.strictObject({
	vendor,
	/** Which keys: all that fit every field given; `{}` = all of the vendor. */
	keys: z.strictObject({
		key: z.string().optional(),
		label: z.string().optional(),
		account: z.string().optional(),
	}),
	behaviour: behaviourSchema.optional(),
	...keySettings,
});

const addition = z.strictObject({vendor, add: z.array(keySchema)});

/**
 * One change to a running simulator, as plain JSON: a vendor's condition, some of its keys, new
 * keys, or another scenario in place of the present one.
 */
export type Change =
	| z.input<typeof vendorChange>
	| z.input<typeof keysChange>
	| z.input<typeof addition>
	| {readonly scenario: Scenario};

export type KeysChange = z.output<typeof keysChange>;

type CheckedChange =
	| z.output<typeof vendorChange>
	| KeysChange
	| z.output<typeof addition>
	| {readonly scenario: CheckedScenario};

/** @throws InvalidInputError with every problem; no problem shows a key. */
export function checkChange(change: unknown): CheckedChange {
	if (hasField(change, 'scenario')) return {scenario: checkScenario(change.scenario, 'change: scenario')};
	const checked = schemaFor(change).safeParse(change);
	if (checked.success) return checked.data;
	throw new InvalidInputError(problemsOf(checked.error, change, 'change'));
}

/** The field that only one kind has tells which kind is meant, so that problems fit it. */
function schemaFor(change: unknown) {
	if (hasField(change, 'add')) return addition;
	return hasField(change, 'keys') ? keysChange : vendorChange;
}

function hasField<Field extends string>(value: unknown, field: Field): value is Record<Field, unknown> {
	return typeof value === 'object' && value !== null && field in value;
}
