import {balanceOf} from '../keyring.ts';
import {vendorModels} from '../models.ts';
import type {Answer, Completion, Endpoint, Refusals, Throttle, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {chatDialect, chatUsage} from './chat.ts';
import {secondsLeft} from './limit-headers.ts';
import {modelList} from './model-list.ts';

function openrouterError(
	code: number,
	errorType: string,
	message: string,
	headers: Readonly<Record<string, string>> = {},
): Answer {
	return json(code, {error: {code, message, metadata: {error_type: errorType}}}, headers);
}

const rejected = () => openrouterError(401, 'authentication', 'User not found.');
const noModel = (model: string) => openrouterError(404, 'not_found', `No endpoints found for ${model}.`);

const refusals: Refusals = {
	'no-credential': () => openrouterError(401, 'authentication', 'No auth credentials found'),
	'two-credentials': () => openrouterError(400, 'invalid_request', 'Only one credential may be sent.'),
	rejected,
	leaked: rejected,
	blocked: () => openrouterError(401, 'authentication', 'This account is disabled.'),
	restricted: () => openrouterError(403, 'permission_denied', 'This key may not use this endpoint.'),
	'no-credit': () => openrouterError(402, 'payment_required', 'Insufficient credits. Add more credits to continue.'),
	'spend-limit': ({until}) =>
		openrouterError(402, 'payment_required', `Key limit exceeded. The limit resets on ${until}.`),
	'model-unknown': ({model}) => noModel(model),
	'model-forbidden': ({model}) => noModel(model),
	throttled,
	overloaded: () => openrouterError(503, 'provider_overloaded', 'The provider is overloaded. Please try again.'),
	failing: () => openrouterError(500, 'server', 'Internal Server Error'),
	'too-long': ({tokens, most}) =>
		openrouterError(
			400,
			'context_length_exceeded',
			`This endpoint's maximum context length is ${most} tokens. However, you requested about ${tokens} tokens.`,
		),
	'bad-request': ({message}) => openrouterError(400, 'invalid_request', message),
	'no-route': () => openrouterError(404, 'not_found', 'Not Found'),
};

/** Only its own 429 tells a limit. */
function throttled({full, now}: Throttle): Answer {
	return openrouterError(429, 'rate_limit_exceeded', 'Rate limit exceeded: requests-per-min.', {
		'x-ratelimit-limit': String(full.limit),
		'x-ratelimit-remaining': String(full.remaining),
		'x-ratelimit-reset': String(full.resetAt),
		'retry-after': secondsLeft(full.resetAt, now),
	});
}

/** What is spent of the limit of a simulated key. */
const usedUsd = 25.5;

const keyCard: Endpoint = {
	name: 'GET /api/v1/key',
	cost: 'free',
	answer({key}) {
		const left = balanceOf(key);
		return json(200, {
			data: {
				label: key.label,
				limit: left + usedUsd,
				limit_remaining: left,
				limit_reset: 'monthly',
				usage: usedUsd,
				usage_daily: usedUsd,
				is_free_tier: false,
				is_management_key: false,
				expires_at: null,
				rate_limit: {requests: -1, interval: '10s'},
			},
		});
	},
};

function usageOf(completion: Completion): object {
	const cost = (completion.inputTokens + completion.outputTokens) / 1_000_000;
	return {...chatUsage(completion), cost, is_byok: false, cost_details: {upstream_inference_cost: cost}};
}

/** OpenRouter: API reference. Its list of models is public. */
export const openrouter: Vendor = {
	name: 'openrouter',
	basePath: '/api/v1',
	needsKey: true,
	models: vendorModels.openrouter,
	limits: {requestsPerMinute: 500},
	contextTokens: 1_000_000,
	route: routesOf([
		keyCard,
		modelList('GET /api/v1/models', 'openrouter', 'public'),
		{
			name: 'POST /api/v1/chat/completions',
			cost: 'completion',
			dialect: chatDialect({
				idPrefix: 'gen-',
				usageAt: 'own-chunk',
				usage: usageOf,
				prelude: ': OPENROUTER PROCESSING\n\n',
				failure: (completion) => ({
					id: `gen-${completion.id}`,
					object: 'chat.completion.chunk',
					model: completion.model,
					error: {code: 502, message: 'Provider disconnected', metadata: {error_type: 'provider_unavailable'}},
					choices: [{index: 0, delta: {content: ''}, finish_reason: 'error'}],
				}),
			}),
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'x-generation-id': `gen-${id}`}),
	limitHeaders: () => ({}),
};
