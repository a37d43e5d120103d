import {vendorModels} from '../models.ts';
import type {Refusals, Throttle, Vendor} from '../vendor.ts';
import {bearer, routesOf} from '../vendor.ts';
import {chatDialect, chatUsage} from './chat.ts';
import {ratelimitHeaders, secondsLeft} from './limit-headers.ts';
import {modelList} from './model-list.ts';
import {limitWords, openaiError, openaiRefusals, throttleWords} from './openai-words.ts';

const refusals: Refusals = {
	...openaiRefusals,
	rejected: () => openaiError(401, {message: 'Invalid API Key', code: 'invalid_api_key'}),
	leaked: () => openaiError(401, {message: 'Invalid API Key', code: 'invalid_api_key'}),
	blocked: () =>
		openaiError(400, {
			message: 'Organization has been restricted. Please reach out to support if you believe this was in error.',
			code: 'organization_restricted',
		}),
	restricted: () => openaiError(403, {message: 'This key may not use this endpoint.', type: 'permissions_error'}),
	'no-credit': () => openaiError(402, {message: 'Payment required.', type: 'billing_error'}),
	'spend-limit': ({until}) =>
		openaiError(402, {message: `Spend limit reached. It resets on ${until}.`, type: 'billing_error'}),
	throttled,
	overloaded: () =>
		openaiError(503, {message: 'Service Unavailable', type: 'service_unavailable_error', code: 'service_unavailable'}),
	failing: () => openaiError(500, {message: 'Internal Server Error', type: 'internal_server_error'}),
};

function throttled(throttle: Throttle) {
	const {type, per} = limitWords(throttle);
	const message = `Rate limit reached for model \`${throttle.model}\` in organization \`org_${throttle.account}\` service tier \`on_demand\` on ${per.replace(' min ', ' minute ')}: ${throttleWords(throttle)}`;
	const headers = {
		...ratelimitHeaders(throttle.readings, throttle.now, 'requests-day'),
		'retry-after': secondsLeft(throttle.full.resetAt, throttle.now),
	};
	return openaiError(429, {message, type, code: 'rate_limit_exceeded'}, headers);
}

/** Groq: console documentation. Requests are counted by the day, tokens by the minute. */
export const groq: Vendor = {
	name: 'groq',
	basePath: '/openai/v1',
	needsKey: true,
	models: vendorModels.groq,
	limits: {requestsPerDay: 14_400, tokensPerMinute: 15_000},
	contextTokens: 131_072,
	route: routesOf([
		modelList('GET /openai/v1/models', 'Groq'),
		{
			name: 'POST /openai/v1/chat/completions',
			cost: 'completion',
			dialect: chatDialect({
				idPrefix: 'chatcmpl-',
				usageAt: 'own-chunk-if-asked',
				frame: (completion, end) => ({
					x_groq: {id: `req_${completion.id}`, ...(end && {usage: chatUsage(completion)})},
				}),
			}),
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'x-request-id': `req_${id}`}),
	limitHeaders: (readings, now) => ratelimitHeaders(readings, now, 'requests-day'),
};
