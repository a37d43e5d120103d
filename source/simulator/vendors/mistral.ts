import {vendorModels} from '../models.ts';
import type {Reading} from '../quota.ts';
import type {Answer, Endpoint, Refusals, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {chatDialect} from './chat.ts';
import {openaiRefusals} from './openai-words.ts';

type ErrorParts = {readonly message: string; readonly type: string; readonly code: string; readonly param?: string};

function mistralError(
	status: number,
	{message, type, code, param}: ErrorParts,
	headers: Readonly<Record<string, string>> = {},
): Answer {
	return json(status, {object: 'error', message, type, param: param ?? null, code}, headers);
}

const detail = (status: number, text: string) => json(status, {detail: text});

const refusals: Refusals = {
	...openaiRefusals,
	'no-credential': () => detail(401, 'Unauthorized'),
	rejected: () => detail(401, 'Invalid API Key'),
	leaked: () => detail(401, 'Invalid API Key'),
	blocked: () => detail(401, 'Unauthorized'),
	restricted: () => detail(403, 'Forbidden'),
	'no-credit': () => detail(402, 'Payment required'),
	'spend-limit': () => detail(402, 'Payment required'),
	'model-unknown': ({model}) =>
		mistralError(404, {
			message: `Invalid model: ${model}`,
			type: 'invalid_request_error',
			param: 'model',
			code: 'unknown_model',
		}),
	'model-forbidden': ({model}) => detail(403, `The model ${model} is not available in your tier`),
	throttled: ({readings}) =>
		mistralError(429, {message: 'Rate limit exceeded', type: 'rate_limited', code: '1300'}, limitHeaders(readings)),
	// Too much load is told per model; what serves no model has only the status to say it.
	overloaded: ({cost}) =>
		cost === 'completion'
			? mistralError(429, {
					message: 'Service tier capacity exceeded for this model.',
					type: 'service_tier_capacity_exceeded',
					code: '3505',
				})
			: detail(503, 'Service unavailable'),
	failing: () => mistralError(500, {message: 'Internal server error', type: 'internal_server_error', code: '1000'}),
	'too-long': ({tokens, most}) =>
		mistralError(400, {
			message: `Prompt contains ${tokens} tokens, too large for model with ${most} maximum context length`,
			type: 'invalid_request_error',
			code: '3051',
		}),
	'bad-request': ({message, param}) =>
		json(422, {detail: [{type: 'missing', loc: ['body', param ?? ''], msg: message}]}),
	'no-route': () => detail(404, 'Not Found'),
};

const names: Partial<Record<Reading['kind'], string>> = {
	'requests-minute': 'req-minute',
	'tokens-minute': 'tokens-minute',
	'tokens-month': 'tokens-month',
};

/** Limits and what is left; never when they come back. */
function limitHeaders(readings: readonly Reading[]): Readonly<Record<string, string>> {
	const headers: Record<string, string> = {};
	for (const {kind, limit, remaining} of readings) {
		const name = names[kind];
		if (name === undefined) continue;
		headers[`x-ratelimit-limit-${name}`] = String(limit);
		headers[`x-ratelimit-remaining-${name}`] = String(remaining);
	}
	return headers;
}

const models: Endpoint = {
	name: 'GET /v1/models',
	cost: 'free',
	answer: (request) => json(200, {object: 'list', data: request.models.map(card)}),
};

function card(id: string): object {
	return {
		id,
		object: 'model',
		created: 1_780_000_000,
		owned_by: 'mistralai',
		capabilities: {completion_chat: true, completion_fim: id.startsWith('codestral'), function_calling: true},
		aliases: [],
		deprecation: null,
		deprecation_replacement_model: null,
		max_context_length: 262_144,
		type: 'base',
	};
}

/** Mistral: platform documentation and recorded answers. */
export const mistral: Vendor = {
	name: 'mistral',
	basePath: '',
	needsKey: true,
	models: vendorModels.mistral,
	limits: {requestsPerMinute: 60, tokensPerMinute: 500_000, tokensPerMonth: 4_000_000},
	contextTokens: 262_144,
	route: routesOf([
		models,
		{
			name: 'POST /v1/chat/completions',
			cost: 'completion',
			dialect: chatDialect({
				idPrefix: '',
				usageAt: 'finish',
				// Random-length filler, so that the size of a chunk tells nothing of its content.
				padding: (piece) => ({p: 'abcdefghijklmnopqrstuvwxyz'.slice(0, 5 + ((piece * 7) % 20))}),
			}),
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'mistral-correlation-id': id}),
	limitHeaders: (readings) => limitHeaders(readings),
};
