import * as z from 'zod';
import {strategyNames} from '../strategies/strategy.ts';
import {baseUrlRule, readBaseUrl} from './base-url.ts';
import {defaults} from './defaults.ts';
import {isModelName, modelNameRule} from './model-name.ts';
import {redisAddressFault, redisUrlRule} from './redis-address.ts';

/** What people read about one setting: in problems (`rule`) and in the documentation. */
export type About = {readonly rule: string; readonly default?: string; readonly text: string};

function optional<Schema extends z.ZodType>(schema: Schema, about: About) {
	return schema.meta(about).exactOptional();
}

function whole(least: number, most: number, text: string, preset?: number) {
	const rule = `must be an integer from ${least} to ${most}`;
	return optional(z.int().min(least).max(most), {
		rule,
		text,
		...(preset === undefined ? {} : {default: String(preset)}),
	});
}

function flag(text: string, preset: boolean) {
	return optional(z.boolean(), {rule: 'must be true or false', text, default: String(preset)});
}

function text(rule: string, check: (value: string) => boolean) {
	return z.string().refine(check).meta({rule, text: ''});
}

const labelRule = 'must be a name of at most 60 letters, digits, spaces and . _ : @ / + # -';
const isLabel = (value: string) => /^[\p{L}\p{N}][\p{L}\p{N} ._:@/+#-]{0,59}$/u.test(value);
const isHost = (value: string) => /^[A-Za-z0-9.:[\]_-]{1,255}$/.test(value);
const isWebUrl = (value: string) => /^https?:\/\//.test(value) && URL.canParse(value);
const redisUrl = z.string().check(({value, issues}) => {
	const fault = redisAddressFault(value);
	if (fault !== undefined) issues.push({code: 'custom', input: value, params: fault});
});

const modelName = text(modelNameRule, isModelName);
const host = text('must be a host name or address, with a port if need be', isHost);
const aDay = 86_400_000;

const limits = z
	.strictObject({
		requestsPerMinute: whole(1, 10_000_000, 'Calls a minute, spread evenly after `burst`.'),
		burst: whole(1, 10_000_000, 'Calls admitted at once; the whole minute unless given.'),
		tokensPerMinute: whole(1, 10_000_000_000, 'Tokens a minute, input and output.'),
		requestsPerDay: whole(1, 10_000_000_000, 'Calls a day.'),
		concurrency: whole(1, 1_000_000, 'Calls in flight at the same time.'),
	})
	.exactOptional();

const strategy = (about: string, preset?: string) =>
	optional(z.enum(strategyNames), {
		rule: `must be one of ${strategyNames.join(', ')}`,
		text: about,
		...(preset === undefined ? {} : {default: preset}),
	});

const attributes = {
	label: optional(z.string().refine(isLabel), {rule: labelRule, text: 'Name people see instead of the place.'}),
	account: optional(z.string().refine(isLabel), {
		rule: labelRule,
		text: 'Keys of one account share its quota and rest together.',
	}),
	weight: optional(z.number().positive().max(1_000_000), {
		rule: 'must be a number above 0',
		text: 'Share of the picks under the strategy `weighted`.',
		default: '1',
	}),
	limits,
	disabled: flag('Keeps the key listed but unused.', false),
};

const keyText = z
	.string()
	.meta({rule: 'must be a key or a reference', text: 'The key, or `env:NAME`, `file:/path`, `exec:["cmd","arg"]`.'});

/** An element of the token pool that says more than the key. */
export const poolElementSchema = z.strictObject({key: keyText, ...attributes});

const provider = z.strictObject({
	type: optional(z.literal('openai-compatible'), {
		rule: 'must be "openai-compatible"',
		text: 'Declares a provider of your own that speaks the OpenAI wire format.',
	}),
	baseUrl: optional(
		z.string().refine((value) => readBaseUrl(value) !== undefined),
		{
			rule: baseUrlRule,
			text: "Where calls and probes go, in the form of the vendor's own base URL.",
		},
	),
	models: optional(z.array(modelName), {
		rule: 'must be a list of model names',
		text: 'Models the provider serves under their own names.',
	}),
	keyless: flag('The provider asks for no key.', false),
	probe: z.strictObject({deep: flag('Probe this provider with one paid token per key.', false)}).exactOptional(),
	limits,
});

const price = (about: string) => z.number().min(0).meta({rule: 'must be a number of at least 0', text: about});

const model = z.strictObject({
	provider: optional(z.string(), {rule: 'must be a provider', text: 'Who serves the model.'}),
	upstream: optional(z.string().refine(isModelName), {
		rule: modelNameRule,
		text: 'Id sent to the vendor; the name itself unless given.',
	}),
	strategy: strategy('Order of the keys for this model.'),
	chain: optional(z.array(modelName), {
		rule: 'must be a list of model names',
		text: 'Models to fall back to, in order.',
	}),
	limits,
	price: z
		.strictObject({
			input: price('USD per million input tokens.'),
			output: price('USD per million output tokens.'),
			cachedInput: price('USD per million cached input tokens.').exactOptional(),
		})
		.exactOptional(),
});

const notifier = z.strictObject({
	type: z
		.enum(['webhook', 'slack', 'discord', 'email'])
		.meta({rule: 'must be one of webhook, slack, discord, email', text: 'Channel.'}),
	url: optional(z.string().refine(isWebUrl), {rule: 'must be an http or https URL', text: 'Where to send.'}),
	secret: optional(z.string().min(1), {rule: 'must be a secret or a reference', text: 'Signs what is sent.'}),
	allowPrivate: flag('Allows an address inside the own network.', false),
	minSeverity: optional(z.enum(['low', 'medium', 'high', 'critical']), {
		rule: 'must be one of low, medium, high, critical',
		text: 'Leaves out lesser alerts.',
		default: 'low',
	}),
});

const hosts = (about: string) =>
	optional(z.array(host), {rule: 'must be a list of hosts', text: about, default: 'none'});

const server = z.strictObject({
	host: optional(z.string().refine(isHost), {
		rule: 'must be a host name or address',
		text: 'Address both ports are opened on.',
		default: defaults.server.host,
	}),
	keyPort: whole(0, 65_535, 'Port of the key service; 0 takes any free one.', defaults.server.keyPort),
	healthPort: whole(0, 65_535, 'Port of the health service; 0 takes any free one.', defaults.server.healthPort),
	allowedHosts: hosts('Further names the services may be called by.'),
	allowedOrigins: optional(
		z.array(z.string().refine(isWebUrl).meta({rule: 'must be an origin such as https://example.org', text: ''})),
		{
			rule: 'must be a list of origins',
			text: 'Web pages that may use the services.',
			default: 'none',
		},
	),
	tls: z
		.strictObject({
			cert: optional(z.string(), {rule: 'must be a path', text: 'File of the certificate.'}),
			key: optional(z.string(), {rule: 'must be a path', text: 'File of its private key.'}),
		})
		.exactOptional(),
});

/** The configuration file: every part is optional, unknown names are refused. */
export const configSchema = z.strictObject({
	strategy: strategy('Order of the keys, unless a model says otherwise.', defaults.strategy),
	providers: z.record(z.string(), provider).exactOptional(),
	models: z.record(z.string(), model).exactOptional(),
	keys: z
		.array(
			z.strictObject({
				provider: z.string().meta({rule: 'must be a provider', text: 'Whose key it is.'}),
				key: keyText,
				...attributes,
			}),
		)
		.exactOptional(),
	probe: z
		.strictObject({
			intervalMs: whole(500, aDay, 'Time between two probes of a key.', defaults.probe.intervalMs),
			timeoutMs: whole(100, 600_000, 'How long a probe may take.', defaults.probe.timeoutMs),
			deep: flag('Spend one token per key and interval, within the budget.', defaults.probe.deep),
			dailyBudgetUsd: optional(z.number().min(0).max(1_000_000), {
				rule: 'must be a number of at least 0',
				text: 'Paid probes stop for the day beyond this.',
				default: String(defaults.probe.dailyBudgetUsd),
			}),
		})
		.exactOptional(),
	alerts: z
		.strictObject({
			consecutiveFailures: whole(1, 1000, 'Failures in a row that fire an alert.', defaults.alerts.consecutiveFailures),
			errorRate: optional(z.number().gt(0).max(1), {
				rule: 'must be a number above 0 and at most 1',
				text: 'Share of failed calls above which an alert fires.',
				default: String(defaults.alerts.errorRate),
			}),
			minSamples: whole(1, 1_000_000, 'Calls in the window before the rate counts.', defaults.alerts.minSamples),
			latencyMs: whole(1, aDay, 'Latency above which an alert fires.', defaults.alerts.latencyMs),
			groupWaitMs: whole(0, aDay, 'Wait for related alerts before telling.', defaults.alerts.groupWaitMs),
			repeatMs: whole(60_000, 30 * aDay, 'Time after which a firing alert is told again.', defaults.alerts.repeatMs),
		})
		.exactOptional(),
	notifiers: z.array(notifier).exactOptional(),
	server: server.exactOptional(),
	store: z
		.strictObject({
			redisUrl: optional(redisUrl, {
				rule: redisUrlRule,
				text: 'Shared store.',
			}),
			prefix: optional(z.string().regex(/^[A-Za-z0-9:_-]{1,40}$/), {
				rule: 'must be at most 40 letters, digits and : _ -',
				text: 'Begins every name in the shared store.',
				default: defaults.store.prefix,
			}),
		})
		.exactOptional(),
	dashboard: z
		.strictObject({
			theme: optional(z.enum(['dark', 'light']), {
				rule: 'must be dark or light',
				text: 'Colours.',
				default: defaults.dashboard.theme,
			}),
			intervalMs: whole(100, 60_000, 'Time between two frames that only move clocks.', defaults.dashboard.intervalMs),
			mouse: flag('Mouse wheel and clicks.', defaults.dashboard.mouse),
			readOnly: flag('Keys that change something do nothing.', defaults.dashboard.readOnly),
		})
		.exactOptional(),
});

/** The configuration file, checked. */
export type ConfigFile = z.output<typeof configSchema>;
