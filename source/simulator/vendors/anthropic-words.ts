import type {Reading} from '../quota.ts';
import type {Answer, Refusals, Throttle} from '../vendor.ts';
import {json} from '../vendor.ts';
import {rfc3339, secondsLeft} from './limit-headers.ts';

type ErrorParts = {
	readonly id: string;
	readonly type: string;
	readonly message: string;
	/** Becomes `error.details.error_code`. */
	readonly code?: string;
	readonly headers?: Readonly<Record<string, string>>;
};

function anthropicError(status: number, {id, type, message, code, headers}: ErrorParts): Answer {
	const details = code === undefined ? {} : {details: {error_code: code}};
	const retry = status === 429 || status >= 500;
	return json(
		status,
		{type: 'error', error: {type, message, ...details}, request_id: `req_${id}`},
		{'x-should-retry': String(retry), ...headers},
	);
}

const invalid = 'invalid_request_error';

const rejected = (id: string) => anthropicError(401, {id, type: 'authentication_error', message: 'invalid x-api-key'});

/** Anthropic's refusals: its error reference and recorded answers. */
export const anthropicRefusals: Refusals = {
	'no-credential': (_, id) =>
		anthropicError(401, {id, type: 'authentication_error', message: 'x-api-key header is required'}),
	'two-credentials': (_, id) =>
		anthropicError(401, {
			id,
			type: 'authentication_error',
			message: 'Only one of x-api-key and Authorization may be sent.',
		}),
	rejected: (_, id) => rejected(id),
	leaked: (_, id) => rejected(id),
	blocked: (_, id) =>
		anthropicError(400, {
			id,
			type: invalid,
			message: 'This organization has been disabled.',
			code: 'organization_on_hold',
		}),
	restricted: (_, id) => noPermission(id, 'the specified resource'),
	'no-credit': (_, id) =>
		anthropicError(400, {
			id,
			type: invalid,
			message:
				'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
		}),
	'spend-limit': ({until}, id) =>
		anthropicError(400, {
			id,
			type: invalid,
			message: `You have reached your specified API usage limits. You will regain access on ${until} at 00:00 UTC.`,
		}),
	'model-unknown': ({model}, id) => anthropicError(404, {id, type: 'not_found_error', message: `model: ${model}`}),
	'model-forbidden': ({model}, id) => noPermission(id, `the model ${model}`),
	throttled: (throttle, id) => throttled(throttle, id),
	overloaded: (_, id) => anthropicError(529, {id, type: 'overloaded_error', message: 'Overloaded'}),
	failing: (_, id) => anthropicError(500, {id, type: 'api_error', message: 'Internal server error'}),
	'too-long': ({tokens, most}, id) =>
		anthropicError(400, {id, type: invalid, message: `prompt is too long: ${tokens} tokens > ${most} maximum`}),
	'bad-request': ({message}, id) => anthropicError(400, {id, type: invalid, message}),
	'no-route': (_, id) => anthropicError(404, {id, type: 'not_found_error', message: 'Not Found'}),
};

function noPermission(id: string, thing: string): Answer {
	const message = `Your API key does not have permission to use ${thing}.`;
	return anthropicError(403, {id, type: 'permission_error', message});
}

function throttled({full, model, readings, now}: Throttle, id: string): Answer {
	const unit = full.kind.replace('-minute', '').replaceAll('-', ' ');
	return anthropicError(429, {
		id,
		type: 'rate_limit_error',
		message: `This request would exceed your organization's rate limit of ${full.limit} ${unit} per minute for ${model}.`,
		headers: {...anthropicLimitHeaders(readings), 'retry-after': secondsLeft(full.resetAt, now)},
	});
}

/** `anthropic-ratelimit-*`; `tokens` is the limit on both kinds together, or their sum where there is none. */
export function anthropicLimitHeaders(readings: readonly Reading[]): Readonly<Record<string, string>> {
	const find = (kind: Reading['kind']) => readings.find((reading) => reading.kind === kind);
	const input = find('input-tokens-minute');
	const output = find('output-tokens-minute');
	const windows = {
		requests: find('requests-minute'),
		'input-tokens': input,
		'output-tokens': output,
		tokens: find('tokens-minute') ?? (input && output && sum(input, output)),
	};
	const headers: Record<string, string> = {};
	for (const [name, reading] of Object.entries(windows)) {
		if (reading === undefined) continue;
		headers[`anthropic-ratelimit-${name}-limit`] = String(reading.limit);
		headers[`anthropic-ratelimit-${name}-remaining`] = String(reading.remaining);
		headers[`anthropic-ratelimit-${name}-reset`] = rfc3339(reading.resetAt);
	}
	return headers;
}

function sum(input: Reading, output: Reading): Reading {
	return {
		kind: 'tokens-minute',
		limit: input.limit + output.limit,
		remaining: input.remaining + output.remaining,
		resetAt: Math.max(input.resetAt, output.resetAt),
	};
}
