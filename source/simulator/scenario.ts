import {z} from 'zod';
import type {Problem} from '../errors.ts';
import {InvalidInputError} from '../errors.ts';
import {problemsOf} from './scenario-problem.ts';
import {vendorNames} from './vendor-name.ts';

/** Kinds that need no other field, and so may be written as their name alone. */
type Bare<Kinds> = Kinds extends {kind: infer Name extends string}
	? Record<string, never> extends Omit<Kinds, 'kind'>
		? Name
		: never
	: never;

/** `"overloaded"` is short for `{"kind": "overloaded"}`. */
function named<Schema extends z.ZodType<{kind: string}, {kind: string}>>(schema: Schema) {
	const widened = z.preprocess((value) => (typeof value === 'string' ? {kind: value} : value), schema);
	return widened as unknown as z.ZodType<z.output<Schema>, z.input<Schema> | Bare<z.input<Schema>>>;
}

const kind = <const Kind extends string>(name: Kind) => z.strictObject({kind: z.literal(name)});

const delayMs = z.int().min(0).max(600_000);
const share = z.number().min(0).max(1);
const count = z.int().min(0);
const models = z.array(z.string().min(1));

/** How a vendor is doing. */
export const conditionSchema = named(
	z.discriminatedUnion('kind', [
		kind('up'),
		/** 529, 503 or the vendor's own word for too much load. */
		kind('overloaded'),
		/** 500. */
		kind('failing'),
		/** Right answers, late. */
		z.strictObject({kind: z.literal('slow'), delayMs}),
		/** Takes the request and never answers. */
		kind('hanging'),
		/** Fails for this share of the requests. */
		z.strictObject({kind: z.literal('flaky'), share}),
		/** The socket breaks in the middle of the answer. */
		kind('closing'),
		/** Streams end with the vendor's mid-stream error; everything else is fine. */
		kind('breaking-streams'),
	]),
);

/** How a key is doing. */
export const behaviourSchema = named(
	z.discriminatedUnion('kind', [
		kind('valid'),
		kind('revoked'),
		/** Reported as leaked; only Gemini says so, elsewhere it is revoked. */
		kind('leaked'),
		/** The account is closed or on hold. */
		kind('blocked'),
		/** Others used up the windows of this key's account until `forMs` have passed. */
		z.strictObject({
			kind: z.literal('throttled'),
			forMs: z.int().min(1).max(86_400_000).default(60_000),
			models: models.optional(),
		}),
		kind('no-credit'),
		/** `until`: UTC day on which spending is allowed again. */
		z.strictObject({kind: z.literal('spend-limit'), until: z.iso.date('must be a day such as 2026-12-01')}),
		/** Calls work, the free endpoint is out of scope. */
		kind('restricted'),
		z.strictObject({kind: z.literal('model-forbidden'), models: models.min(1)}),
	]),
);

/** What applies replaces the vendor's defaults as a whole. */
const limitsSchema = z.strictObject({
	requestsPerMinute: count.optional(),
	requestsPerDay: count.optional(),
	requestsPerMonth: count.optional(),
	tokensPerMinute: count.optional(),
	inputTokensPerMinute: count.optional(),
	outputTokensPerMinute: count.optional(),
	tokensPerMonth: count.optional(),
	concurrency: count.optional(),
});

/** What may be said of a key, in a scenario and in a change. */
export const keySettings = {
	limits: limitsSchema.optional(),
	/** Answer time of this key, ms; absent = the vendor's. */
	latencyMs: delayMs.optional(),
	/** What a balance endpoint tells, USD. @default 50 */
	balanceUsd: z.number().optional(),
};

export const keySchema = z
	.strictObject({
		/** Full text of one key. */
		key: z.string().min(1).optional(),
		/** Any key of this form; `*` stands for any characters. The first form that fits wins. */
		pattern: z.string().min(1).optional(),
		/** Name to change it by and to print. @default `openai[0]` */
		label: z.string().min(1).optional(),
		behaviour: behaviourSchema.default({kind: 'valid'}),
		/** Keys of one account share its windows. @default one of its own */
		account: z
			.string()
			.regex(/^[\w.-]+$/, 'must be made of letters, digits, dot, dash and underscore')
			.optional(),
		...keySettings,
	})
	.refine((entry) => (entry.key === undefined) !== (entry.pattern === undefined), 'must have either key or pattern');

const vendorSchema = z.strictObject({
	condition: conditionSchema.default({kind: 'up'}),
	/** Answer time, ms, give or take a fifth. @default 0 */
	latencyMs: delayMs.default(0),
	/** Models beside the vendor's own. */
	models: models.default([]),
	keys: z.array(keySchema).default([]),
});

const scenarioSchema = z.strictObject({
	vendors: z.partialRecord(z.enum(vendorNames), vendorSchema).default({}),
});

/** As people write it: plain JSON. */
export type Scenario = z.input<typeof scenarioSchema>;
/** Checked, with the defaults filled in. */
export type CheckedScenario = z.output<typeof scenarioSchema>;
export type VendorEntry = z.output<typeof vendorSchema>;
export type KeyEntry = z.output<typeof keySchema>;
export type Condition = z.output<typeof conditionSchema>;
export type Behaviour = z.output<typeof behaviourSchema>;

/**
 * Checks a scenario; `source` is the file it came from.
 * @throws InvalidInputError with every problem; no problem shows a key.
 */
export function checkScenario(scenario: unknown, source = 'scenario'): CheckedScenario {
	const checked = scenarioSchema.safeParse(scenario);
	const problems = checked.success ? twins(checked.data, source) : problemsOf(checked.error, scenario, source);
	if (!checked.success || problems.length > 0) throw new InvalidInputError(problems);
	return checked.data;
}

/** Two entries for one key or one label would make a change ambiguous. */
function twins(scenario: CheckedScenario, source: string): readonly Problem[] {
	return Object.entries(scenario.vendors).flatMap(([vendor, {keys}]) =>
		(['key', 'pattern', 'label'] as const).flatMap((field) => {
			const names = keys.map((entry) => entry[field]);
			return names.flatMap((name, index) => {
				if (name === undefined || names.indexOf(name) === index) return [];
				return [{source, path: `vendors.${vendor}.keys[${index}].${field}`, rule: 'is there twice'}];
			});
		}),
	);
}
