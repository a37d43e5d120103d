import {baseOf} from './base-url.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import type {LimitHeaders} from './limit-headers.ts';
import {listAt, objectAt, present, textAt} from './payload.ts';
import type {Provider} from './provider.ts';
import {bearer, get, post, shortestPrompt} from './request.ts';
import {type Fault, modelMissing, overloaded, type Rule, type Ruling, throttled} from './ruling.ts';
import {openaiUsage} from './usage.ts';

const requestsLimit = 'x-ratelimit-limit-req-minute';

/** Error table of Mistral's API (docs.mistral.ai and recorded answers). */
const rules: readonly Rule[] = [
	// An allowance of nothing: seen on valid keys; it changes only when an administrator acts.
	{status: 429, when: ({headers}) => headers[requestsLimit] === '0', means: noAllowance},
	// The vendor is short of machines for this model; no key would fare better.
	{code: '3505', means: overloaded('model')},
	{type: 'service_tier_capacity_exceeded', means: overloaded('model')},
	{code: '1300', means: throttled('account')},
	{type: 'rate_limited', means: throttled('account')},
	{code: 'unknown_model', means: modelMissing},
];

function noAllowance(): Ruling {
	return {
		verdict: {kind: 'exhausted', scope: 'account'},
		rule: `${requestsLimit}: 0`,
		words: 'this key may make 0 requests per minute',
	};
}

/**
 * Three shapes: `{detail: "…"}`, `{detail: [{loc, msg, type}]}` and `{object: "error", message, type,
 * code}`; a stream and some gateways wrap the last into `error`.
 */
function fault(payload: unknown, refused: boolean): Fault | undefined {
	const wrapped = objectAt(payload, 'error');
	if (!refused && wrapped === undefined && textAt(payload, 'object') !== 'error') return undefined;
	const error = wrapped ?? objectAt(payload);
	if (error === undefined) return undefined;
	return present<Fault>({
		code: textAt(error, 'code'),
		type: textAt(error, 'type'),
		message: textAt(error, 'message') ?? textAt(error, 'detail') ?? textAt(listAt(error, 'detail')[0], 'msg'),
		error,
	});
}

/** No header tells when a window starts anew. */
const limits: readonly LimitHeaders[] = [
	{kind: 'requests-minute', limit: requestsLimit, remaining: 'x-ratelimit-remaining-req-minute'},
	{
		kind: 'tokens-minute',
		limit: 'x-ratelimit-limit-tokens-minute',
		remaining: 'x-ratelimit-remaining-tokens-minute',
	},
	{kind: 'tokens-month', limit: 'x-ratelimit-limit-tokens-month', remaining: 'x-ratelimit-remaining-tokens-month'},
];

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault,
	rules,
	limits,
	usage: openaiUsage,
	requestIdHeader: 'mistral-correlation-id',
};

/** Mistral's API. @default baseUrl https://api.mistral.ai */
export function mistral(baseUrl = 'https://api.mistral.ai'): Provider {
	return {
		name: 'mistral',
		title: 'Mistral',
		verified: true,
		baseUrl: baseOf(baseUrl, /\/v1$/),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'mistral-small-latest',
		advice: {
			keysPage: 'https://console.mistral.ai/api-keys',
			billingPage: 'https://admin.mistral.ai/organization/billing',
			statusPage: 'https://status.mistral.ai',
		},
		shape: keyShapes.mistral,
		authorize: bearer,
		freeProbe: () => get('/v1/models'),
		deepProbe: (model) => post('/v1/chat/completions', {model, max_tokens: 1, messages: shortestPrompt}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
