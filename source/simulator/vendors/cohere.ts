import {readMessages} from '../completion.ts';
import {vendorModels} from '../models.ts';
import type {Reading} from '../quota.ts';
import type {Answer, Completion, Endpoint, Refusals, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';

function cohereError(status: number, message: string, id: string): Answer {
	return json(status, {id, message});
}

const rejected = (id: string) =>
	cohereError(
		401,
		'Incorrect API key provided: ***. You can find your API key at https://dashboard.cohere.com/api-keys.',
		id,
	);

const refusals: Refusals = {
	'no-credential': (_, id) => cohereError(401, 'no api key supplied', id),
	'two-credentials': (_, id) => cohereError(400, 'only one api key may be supplied', id),
	rejected: (_, id) => rejected(id),
	leaked: (_, id) => rejected(id),
	blocked: (_, id) => cohereError(401, 'invalid api token', id),
	restricted: (_, id) => cohereError(403, 'this key may not use this endpoint', id),
	'no-credit': (_, id) => cohereError(402, 'Please add or update your payment method to continue.', id),
	'spend-limit': (_, id) => cohereError(402, 'Maximum billing reached for this API key as set in your dashboard.', id),
	'model-unknown': ({model}, id) => noModel(model, id),
	'model-forbidden': ({model}, id) => noModel(model, id),
	throttled({full}, id) {
		if (full.kind.includes('tokens')) {
			return cohereError(429, `trial token rate limit exceeded, limit is ${full.limit} tokens per minute`, id);
		}
		const span = full.kind === 'requests-month' ? 'month' : 'minute';
		return cohereError(429, `You are using a Trial key, which is limited to ${full.limit} API calls / ${span}.`, id);
	},
	overloaded: (_, id) => cohereError(503, 'service unavailable', id),
	failing: (_, id) => cohereError(500, 'internal server error', id),
	'too-long': ({tokens, most}, id) =>
		json(400, {
			error_type: 'TOO_MANY_TOKENS',
			id,
			message: `too many tokens: size limit exceeded by ${tokens - most} tokens.`,
		}),
	'bad-request': ({message}, id) => cohereError(400, `invalid request: ${message}`, id),
	'no-route': (_, id) => cohereError(404, 'page not found', id),
};

function noModel(model: string, id: string): Answer {
	const message = `model '${model}' not found, make sure the correct model ID was used and that you have access to the model.`;
	return cohereError(404, message, id);
}

const checkKey: Endpoint = {
	name: 'POST /v1/check-api-key',
	cost: 'free',
	answer: ({key}) => json(200, {valid: true, organization_id: key.account.id, owner_id: key.account.id.slice(0, 16)}),
};

const models: Endpoint = {
	name: 'GET /v1/models',
	cost: 'free',
	answer: (request) => json(200, {models: request.models.map((name) => ({name, endpoints: ['chat']}))}),
};

function usageOf({inputTokens, outputTokens}: Completion) {
	return {
		billed_units: {input_tokens: inputTokens, output_tokens: outputTokens},
		// The vendor's own preamble comes on top of what is billed.
		tokens: {input_tokens: inputTokens + 495, output_tokens: outputTokens + 3},
		cached_tokens: 0,
	};
}

function finishOf(completion: Completion): string {
	return completion.finish === 'stop' ? 'COMPLETE' : 'MAX_TOKENS';
}

function whole(completion: Completion): string {
	return JSON.stringify({
		id: completion.id,
		message: {role: 'assistant', content: [{type: 'text', text: completion.words.join('')}]},
		finish_reason: finishOf(completion),
		usage: usageOf(completion),
	});
}

function pieces(completion: Completion): readonly string[] {
	const end = {finish_reason: finishOf(completion), usage: usageOf(completion)};
	return [
		event('message-start', {id: completion.id, delta: {message: {role: 'assistant', content: []}}}),
		event('content-start', {index: 0, delta: {message: {content: {type: 'text', text: ''}}}}),
		...completion.words.map((text) => event('content-delta', {index: 0, delta: {message: {content: {text}}}})),
		event('content-end', {index: 0}),
		event('message-end', {delta: end}),
		'data: [DONE]\n\n',
	];
}

function event(type: string, fields: object): string {
	return `event: ${type}\ndata: ${JSON.stringify({type, ...fields})}\n\n`;
}

/** Trial keys alone are told their limits: those that have a monthly one. */
function limitHeaders(readings: readonly Reading[]): Readonly<Record<string, string>> {
	const month = readings.find(({kind}) => kind === 'requests-month');
	if (month === undefined) return {};
	const minute = readings.find(({kind}) => kind === 'requests-minute');
	return {
		'x-endpoint-monthly-call-limit': String(month.limit),
		...(minute && {
			'x-trial-endpoint-call-limit': String(minute.limit),
			'x-trial-endpoint-call-remaining': String(minute.remaining),
		}),
	};
}

/** Cohere v2: API reference, its error page and recorded answers. */
export const cohere: Vendor = {
	name: 'cohere',
	basePath: '',
	needsKey: true,
	models: vendorModels.cohere,
	limits: {requestsPerMinute: 20, requestsPerMonth: 1000},
	contextTokens: 256_000,
	route: routesOf([
		checkKey,
		models,
		{
			name: 'POST /v2/chat',
			cost: 'completion',
			dialect: {
				streamType: 'text/event-stream',
				read: readMessages,
				whole,
				pieces,
				broken: () => event('message-end', {delta: {finish_reason: 'ERROR', error: 'internal server error'}}),
			},
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'x-debug-trace-id': id}),
	limitHeaders,
};
