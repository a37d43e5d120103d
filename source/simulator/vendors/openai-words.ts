import type {Answer, Refusals, Throttle} from '../vendor.ts';
import {json} from '../vendor.ts';
import {goDuration, ratelimitHeaders, secondsLeft} from './limit-headers.ts';

type ErrorParts = {
	readonly message: string;
	readonly type?: string;
	readonly param?: string | null;
	readonly code?: string | null;
};

/** An error in OpenAI's envelope, which many vendors share. */
export function openaiError(status: number, parts: ErrorParts, headers: Readonly<Record<string, string>> = {}): Answer {
	const {message, type = 'invalid_request_error', param = null, code = null} = parts;
	return json(status, {error: {message, type, param, code}}, headers);
}

/** What is left of a key in an error: its beginning and its last four characters. */
function starred(key: string): string {
	if (key.length < 16) return '*'.repeat(key.length);
	return `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}

/** `Limit 60, Used 60, Requested 1. Please try again in 12s.` */
export function throttleWords({full, requested, now}: Throttle): string {
	const used = full.limit - full.remaining;
	return `Limit ${full.limit}, Used ${used}, Requested ${requested}. Please try again in ${goDuration(full.resetAt - now)}.`;
}

/** Which of OpenAI's two kinds of limit is full, in its words. */
export function limitWords({full}: Throttle): {readonly type: 'tokens' | 'requests'; readonly per: string} {
	const type = full.kind.includes('tokens') ? 'tokens' : 'requests';
	const day = full.kind.endsWith('day');
	return {
		type,
		per: `${type} per ${day ? 'day' : 'min'} (${type === 'tokens' ? 'T' : 'R'}P${day ? 'D' : 'M'})`,
	};
}

const rejected: Refusals['rejected'] = ({key}) =>
	openaiError(401, {
		message: `Incorrect API key provided: ${starred(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
		code: 'invalid_api_key',
	});

/** OpenAI's refusals: its error reference and recorded answers. Compatible vendors change a few. */
export const openaiRefusals: Refusals = {
	'no-credential': () =>
		openaiError(401, {
			message:
				"You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
		}),
	'two-credentials': () => openaiError(400, {message: 'Only one credential may be sent.'}),
	rejected,
	leaked: ({key}, id) => rejected({kind: 'rejected', key}, id),
	blocked: () =>
		openaiError(401, {
			message: 'The OpenAI account associated with this API key has been deactivated.',
			code: 'account_deactivated',
		}),
	restricted: () =>
		openaiError(403, {
			message: 'You have insufficient permissions for this operation. Missing scopes: api.model.read.',
		}),
	'no-credit': () =>
		openaiError(429, {
			message: 'You exceeded your current quota, please check your plan and billing details.',
			type: 'insufficient_quota',
			code: 'insufficient_quota',
		}),
	'spend-limit': ({until}) =>
		openaiError(429, {
			message: `Your organization has reached its spend limit. It resets on ${until}.`,
			type: 'insufficient_quota',
			code: 'organization_spend_limit_exceeded',
		}),
	'model-unknown': ({model}) => noModel(model),
	'model-forbidden': ({model}) => noModel(model),
	throttled: (throttle) => {
		const {type, per} = limitWords(throttle);
		const message = `Rate limit reached for ${throttle.model} in organization ${throttle.account} on ${per}: ${throttleWords(throttle)}`;
		return openaiError(429, {message, type, code: 'rate_limit_exceeded'}, throttleHeaders(throttle));
	},
	overloaded: () =>
		openaiError(503, {
			message: 'The server is currently overloaded with other requests. Please retry your request later.',
			type: 'service_unavailable_error',
			code: 'server_is_overloaded',
		}),
	failing: () =>
		openaiError(500, {
			message: 'The server had an error while processing your request. Sorry about that!',
			type: 'server_error',
			code: 'server_error',
		}),
	'too-long': () =>
		openaiError(400, {
			message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
			param: 'input',
			code: 'context_length_exceeded',
		}),
	'bad-request': ({message, param}) => openaiError(400, {message, param: param ?? null}),
	'no-route': ({method, path}) => openaiError(404, {message: `Invalid URL (${method} ${path})`}),
};

/** The windows, and when to come back in both of OpenAI's headers. */
function throttleHeaders({full, readings, now}: Throttle): Readonly<Record<string, string>> {
	return {
		...ratelimitHeaders(readings, now, 'requests-minute'),
		'retry-after': secondsLeft(full.resetAt, now),
		'retry-after-ms': String(Math.max(0, full.resetAt - now)),
	};
}

function noModel(model: string): Answer {
	const message = `The model \`${model}\` does not exist or you do not have access to it.`;
	return openaiError(404, {message, code: 'model_not_found'});
}
