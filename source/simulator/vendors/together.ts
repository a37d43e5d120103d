import {vendorModels} from '../models.ts';
import type {Endpoint, Refusals, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {chatDialect} from './chat.ts';
import {modelCard} from './model-list.ts';
import {openaiError, openaiRefusals} from './openai-words.ts';

const rejected = () => openaiError(401, {message: 'Invalid API key provided.', code: 'invalid_api_key'});
const spent = () => openaiError(402, {message: 'Spending limit reached.', type: 'credit_limit'});

const refusals: Refusals = {
	...openaiRefusals,
	rejected,
	leaked: rejected,
	blocked: rejected,
	// Its 403 is taken: it means a prompt that is too long.
	restricted: () => openaiError(401, {message: 'Missing permission for this endpoint.'}),
	'no-credit': spent,
	'spend-limit': spent,
	throttled: () => openaiError(429, {message: 'Rate limit reached.', type: 'rate_limit'}),
	overloaded: () => openaiError(503, {message: 'The server is overloaded.', type: 'service_unavailable'}),
	'too-long': ({tokens, most}) =>
		openaiError(403, {message: `Input of ${tokens} tokens and max_tokens exceed the context of ${most} tokens.`}),
};

/** A bare array, without the envelope of a list. */
const models: Endpoint = {
	name: 'GET /v1/models',
	cost: 'free',
	answer: (request) =>
		json(
			200,
			request.models.map((id) => modelCard(id, 'together')),
		),
};

/** Together: its page on error codes. */
export const together: Vendor = {
	name: 'together',
	basePath: '/v1',
	needsKey: true,
	models: vendorModels.together,
	limits: {requestsPerMinute: 600},
	contextTokens: 131_072,
	route: routesOf([
		models,
		{
			name: 'POST /v1/chat/completions',
			cost: 'completion',
			dialect: chatDialect({idPrefix: '', usageAt: 'finish'}),
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'x-request-id': id}),
	limitHeaders: () => ({}),
};
