import type {Headers} from './answer.ts';
import {baseOf} from './base-url.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import type {LimitHeaders} from './limit-headers.ts';
import {objectAt, present, textAt} from './payload.ts';
import type {Provider, UpstreamRequest} from './provider.ts';
import {bearer, get, post, shortestPrompt} from './request.ts';
import {
	callerFault,
	exhausted,
	type Fault,
	forbiddenAltogether,
	modelMissing,
	overloaded,
	type Refusal,
	type Rule,
	type Ruling,
	rejected,
	throttled,
} from './ruling.ts';
import {openaiUsage} from './usage.ts';

/**
 * The error of OpenAI's envelope: `{error: {message, type, param, code}}`, on Chat Completions also
 * inside a stream; the Responses API sends `{type: "error", code, message}` or `response.failed`.
 */
export function openaiFault(payload: unknown): Fault | undefined {
	const bare = textAt(payload, 'type') === 'error' ? objectAt(payload) : undefined;
	const error = objectAt(payload, 'error') ?? objectAt(payload, 'response', 'error') ?? bare;
	// Some servers that speak like OpenAI send the error as a bare sentence.
	const sentence = textAt(payload, 'error');
	if (error === undefined) return sentence === undefined ? undefined : {message: sentence, error: payload};
	return present<Fault>({
		code: textAt(error, 'code'),
		type: error === bare ? undefined : textAt(error, 'type'),
		message: textAt(error, 'message'),
		error,
	});
}

/**
 * Error table of OpenAI's API (developers.openai.com, "Error codes", and recorded answers): the
 * structured code decides, the text only where the vendor sends none.
 */
export const openaiRules: readonly Rule[] = [
	{code: 'invalid_api_key', means: rejected('key', {words: ''})},
	{code: 'account_deactivated', means: rejected('account')},
	{status: 401, says: /^You must be a member of an organization/, means: rejected('account')},
	// The key is good, but not from this address or country: it rests, it is not dead.
	{code: ['ip_not_authorized', 'unsupported_country_region_territory'], means: forbiddenAltogether},
	{status: 401, says: /\bIP\b.*\b(?:allow ?list|not authorized)/i, means: forbiddenAltogether},
	{status: 403, says: /^Country, region, or territory not supported/i, means: forbiddenAltogether},
	{status: [401, 403], says: /\bMissing scopes?: /, means: missingScope},
	{code: 'model_not_found', means: modelMissing},
	{
		code: [
			'credit_balance_exhausted',
			'organization_spend_limit_exceeded',
			'project_spend_limit_exceeded',
			'organization_usage_limit_exceeded',
			'insufficient_quota',
			'billing_hard_limit_reached',
			'billing_not_active',
		],
		means: exhausted,
	},
	{type: 'insufficient_quota', means: exhausted},
	{status: 429, says: /^You exceeded your current quota/, means: exhausted},
	{code: 'slow_down', means: throttled('account')},
	{status: [413, 429], says: /^Request too large for/, means: callerFault},
	{status: 429, when: asksForMoreThanTheLimit, means: callerFault},
	{code: 'rate_limit_exceeded', means: rateLimit},
	{status: 429, type: ['requests', 'tokens'], means: rateLimit},
	{code: 'server_is_overloaded', means: overloaded('provider')},
	{type: 'service_unavailable_error', means: overloaded('provider')},
	{
		code: [
			'context_length_exceeded',
			'content_policy_violation',
			'invalid_prompt',
			'bio_policy',
			'misalignment_policy_violation',
			'image_content_policy_violation',
		],
		means: callerFault,
	},
	// A reasoning model used up the few tokens of our probe: it ran, which is all we asked.
	{
		status: 400,
		says: /model output limit was reached/,
		when: ({asked}) => asked.by === 'deep-probe',
		means: () => ({verdict: {kind: 'ok'}, proof: 'call', words: 'output limit reached'}),
	},
];

/** A restricted key proves itself by naming what it lacks; listing models is nothing a call needs. */
function missingScope({message, asked}: Refusal): Ruling {
	const scope = /\bMissing scopes?: ([\w.]+(?:, ?[\w.]+)*)/.exec(message)?.[1]?.replace(/\.$/, '') ?? 'unknown';
	const restriction = `missing scope ${scope}`;
	if (asked.by === 'probe') return {verdict: {kind: 'ok'}, proof: 'key', restriction, words: restriction};
	const harmless = scope === 'api.model.read';
	return {verdict: {kind: harmless ? 'caller-fault' : 'forbidden'}, restriction, words: restriction};
}

/** One request larger than the whole window never fits: waiting is no cure. */
function asksForMoreThanTheLimit({message}: Refusal): boolean {
	const [, limit, requested] = /\bLimit:? (\d+),.{0,40}\bRequested:? (\d+)/.exec(message) ?? [];
	return limit !== undefined && Number(requested) > Number(limit);
}

/** "Rate limit reached for … on tokens per min (TPM): Limit …": the window is what a person needs to know. */
function rateLimit(refusal: Refusal): Ruling {
	const window = / on ([a-z][\w ()]{3,60}): Limit\b/i.exec(refusal.message)?.[1];
	return {...throttled('model')(refusal), ...(window !== undefined && {words: window})};
}

/** The limit headers of OpenAI and of those who copied them. Small accounts get daily requests by the same name. */
export const openaiLimits: readonly LimitHeaders[] = [
	{
		kind: 'requests-minute',
		limit: 'x-ratelimit-limit-requests',
		remaining: 'x-ratelimit-remaining-requests',
		reset: 'x-ratelimit-reset-requests',
		daily: 'requests-day',
	},
	{
		kind: 'tokens-minute',
		limit: 'x-ratelimit-limit-tokens',
		remaining: 'x-ratelimit-remaining-tokens',
		reset: 'x-ratelimit-reset-tokens',
	},
];

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault: openaiFault,
	rules: openaiRules,
	limits: openaiLimits,
	usage: openaiUsage,
	requestIdHeader: 'x-request-id',
	account: organisationAndProject,
};

/** Limits and money are per project of an organisation; a plain organisation stands for all its projects. */
function organisationAndProject(headers: Headers): string | undefined {
	const organisation = headers['openai-organization'];
	const project = headers['openai-project'];
	return organisation !== undefined && project !== undefined ? `${organisation}/${project}` : organisation;
}

/**
 * Reasoning models refuse `max_tokens`, need room to think and stop at once with effort "none",
 * which gpt-6.1-sol and those before 5.1 do not know; models without reasoning refuse any effort.
 */
function deepProbe(model: string): UpstreamRequest {
	const reasons = /^(?:gpt-[5-9]|o\d)/.test(model);
	const canSkipReasoning = /^gpt-(?:5\.\d|[6-9])/.test(model) && !model.startsWith('gpt-6.1-sol');
	return post('/chat/completions', {
		model,
		max_completion_tokens: reasons ? 16 : 1,
		...(canSkipReasoning && {reasoning_effort: 'none'}),
		messages: shortestPrompt,
	});
}

/** OpenAI's API. @default baseUrl https://api.openai.com/v1 */
export function openai(baseUrl = 'https://api.openai.com/v1'): Provider {
	return {
		name: 'openai',
		title: 'OpenAI',
		verified: true,
		baseUrl: baseOf(baseUrl),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'gpt-6-luna',
		advice: {
			keysPage: 'https://platform.openai.com/api-keys',
			billingPage: 'https://platform.openai.com/settings/organization/billing',
			statusPage: 'https://status.openai.com',
		},
		shape: keyShapes.openai,
		authorize: bearer,
		freeProbe: () => get('/models'),
		deepProbe,
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
