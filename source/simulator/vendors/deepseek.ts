import {balanceOf} from '../keyring.ts';
import {vendorModels} from '../models.ts';
import type {Answer, Endpoint, Refusals, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {chatDialect, chatUsage} from './chat.ts';
import {modelList} from './model-list.ts';
import {openaiError, openaiRefusals} from './openai-words.ts';

/** Its `code` says nothing: it is the same for every error. */
function deepseekError(status: number, message: string, type = 'invalid_request_error'): Answer {
	return openaiError(status, {message, type, code: 'invalid_request_error'});
}

const rejected: Refusals['rejected'] = ({key}) => {
	const shown = key.length < 16 ? '****' : `****${key.slice(-4)}`;
	return deepseekError(401, `Authentication Fails, Your api key: ${shown} is invalid`, 'authentication_error');
};

const refusals: Refusals = {
	...openaiRefusals,
	'no-credential': () => deepseekError(401, 'Authentication Fails (auth header is missing)', 'authentication_error'),
	rejected,
	leaked: ({key}, id) => rejected({kind: 'rejected', key}, id),
	blocked: () => deepseekError(401, 'Authentication Fails (account is blocked)', 'authentication_error'),
	restricted: () => deepseekError(403, 'Permission denied', 'permission_error'),
	'no-credit': () => deepseekError(402, 'Insufficient Balance', 'unknown_error'),
	'spend-limit': () => deepseekError(402, 'Insufficient Balance', 'unknown_error'),
	'model-unknown': () => deepseekError(404, 'Model Not Exist'),
	'model-forbidden': () => deepseekError(404, 'Model Not Exist'),
	throttled: () => deepseekError(429, 'Rate limit reached: too many concurrent requests', 'rate_limit_error'),
	overloaded: () => deepseekError(503, 'Service is too busy. Please try again later.', 'service_unavailable_error'),
	failing: () => deepseekError(500, 'Internal server error', 'internal_error'),
	'too-long': ({tokens, most}) =>
		deepseekError(
			400,
			`This model's maximum context length is ${most} tokens. However, you requested ${tokens} tokens.`,
		),
	'bad-request': ({message}) => deepseekError(422, message),
	'no-route': () => deepseekError(404, 'Not Found'),
};

const balance: Endpoint = {
	name: 'GET /user/balance',
	cost: 'free',
	answer({key}) {
		const total = balanceOf(key).toFixed(2);
		return json(200, {
			is_available: balanceOf(key) > 0,
			balance_infos: [{currency: 'USD', total_balance: total, granted_balance: '0.00', topped_up_balance: total}],
		});
	},
};

const chat = chatDialect({
	idPrefix: '',
	usageAt: 'finish',
	usage: (completion) => ({
		...chatUsage(completion),
		prompt_cache_hit_tokens: 0,
		prompt_cache_miss_tokens: completion.inputTokens,
	}),
});

/** DeepSeek: API pages on errors, balance and limits, and recorded answers. It tells no limits in headers. */
export const deepseek: Vendor = {
	name: 'deepseek',
	basePath: '',
	needsKey: true,
	models: vendorModels.deepseek,
	limits: {concurrency: 2500},
	contextTokens: 1_048_565,
	route: routesOf([
		balance,
		modelList('GET /models', 'deepseek'),
		modelList('GET /v1/models', 'deepseek'),
		{name: 'POST /chat/completions', cost: 'completion', dialect: chat},
		{name: 'POST /v1/chat/completions', cost: 'completion', dialect: chat},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals,
	marks: (id) => ({'x-ds-trace-id': id}),
	limitHeaders: () => ({}),
};
