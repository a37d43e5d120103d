import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openrouter} from '../../source/providers/openrouter.ts';
import {
	at,
	callerFault,
	exhausted,
	ok,
	overloaded,
	type Row,
	readingOf,
	rejectedKey,
	stream,
	testRows,
	upstreamFailed,
} from './rows.ts';

const provider = openrouter();
const model = provider.probeModel;
const keyProbe = {by: 'probe', request: 'GET /key'} as const;

function envelope(code: number, type: string | undefined, extra: object = {}, more: object = {}): object {
	return {error: {code, message: 'Sorry.', metadata: {...(type && {error_type: type}), ...extra}, ...more}};
}

testRows('OpenRouter says no', provider, [
	{name: 'authentication', status: 401, body: envelope(401, 'authentication'), asked: keyProbe, verdict: rejectedKey},
	{name: 'payment_required', status: 402, body: envelope(402, 'payment_required'), verdict: exhausted},
	{
		name: 'permission_denied is a guardrail’s word',
		status: 403,
		body: envelope(403, 'permission_denied'),
		verdict: callerFault,
	},
	{
		name: 'a call for management keys only is passed on',
		status: 403,
		body: {error: {code: 403, message: 'Only management keys can perform this operation'}},
		verdict: callerFault,
	},
	{
		name: 'a budget of the key that is spent',
		status: 403,
		body: {
			error: {
				code: 403,
				message: 'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
			},
		},
		verdict: {kind: 'exhausted', scope: 'key'},
	},
	{
		name: 'any other 403 is the caller’s',
		status: 403,
		body: {error: {code: 403, message: 'Your input was flagged'}},
		verdict: callerFault,
	},
	{name: 'a bare 429', status: 429, body: '', verdict: {kind: 'throttled', scope: 'account'}},
	{
		name: 'a limit of its own rests the account until the reset',
		status: 429,
		headers: {
			'x-ratelimit-limit': '20',
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': String(at + 30_000),
		},
		body: envelope(429, 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 30_000},
		also: {rule: `x-ratelimit-reset: ${at + 30_000}`},
	},
	{
		name: 'retry-after comes first',
		status: 429,
		headers: {'retry-after': '7', 'x-ratelimit-reset': String(at + 30_000)},
		body: envelope(429, 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 7000},
	},
	{
		name: 'a limit of the vendor behind it is not our key’s',
		status: 429,
		headers: {'retry-after': '7'},
		body: envelope(429, 'rate_limit_exceeded', {provider_code: 'rate_limited'}),
		verdict: {kind: 'overloaded', scope: 'model', retryAt: at + 7000},
	},
	{
		name: 'capacity that is used up is the model’s',
		status: 429,
		body: envelope(
			429,
			'rate_limit_exceeded',
			{},
			{availability: {code: 'capacity_exhausted', retryable: true, retry_after: 12}},
		),
		verdict: {kind: 'overloaded', scope: 'model', retryAt: at + 12_000},
		also: {rule: 'retry_after 12'},
	},
	{
		name: 'provider_overloaded',
		status: 503,
		headers: {'retry-after': '5'},
		body: envelope(503, 'provider_overloaded'),
		verdict: {kind: 'overloaded', scope: 'provider', retryAt: at + 5000},
	},
	{name: 'provider_unavailable', status: 502, body: envelope(502, 'provider_unavailable'), verdict: upstreamFailed},
	...['context_length_exceeded', 'content_policy_violation', 'refusal', 'invalid_request'].map(
		(type): Row => ({name: type, status: 400, body: envelope(400, type), verdict: callerFault}),
	),
	{name: 'not_found', status: 404, body: envelope(404, 'not_found'), verdict: {kind: 'forbidden', model}},
	{name: 'server', status: 500, body: envelope(500, 'server'), verdict: upstreamFailed},
	{name: 'timeout', status: 504, body: envelope(504, 'timeout'), verdict: upstreamFailed},
]);

testRows('OpenRouter says no inside a yes', provider, [
	{
		name: 'an error body counts by its own code',
		status: 200,
		body: envelope(402, undefined),
		verdict: exhausted,
		also: {evidence: '200, then error: Sorry'},
	},
	{
		name: 'an error chunk after the comments of the queue',
		status: 200,
		body: stream(
			': OPENROUTER PROCESSING',
			': OPENROUTER PROCESSING',
			'data: {"choices":[{"delta":{"content":"Hi"}}]}',
			'data: {"error":{"code":503,"message":"Overloaded","metadata":{"error_type":"provider_overloaded"}},"choices":[{"finish_reason":"error"}]}',
		),
		verdict: overloaded,
	},
	{
		name: 'a limit of the vendor behind it',
		status: 200,
		body: stream('data: {"error":{"code":429,"message":"Slow","metadata":{"provider_code":429}}}'),
		verdict: {kind: 'overloaded', scope: 'model'},
	},
]);

testRows(
	'OpenRouter names the trouble where no status does',
	provider,
	(
		[
			['authentication', rejectedKey],
			['payment_required', exhausted],
			['permission_denied', callerFault],
			['rate_limit_exceeded', {kind: 'throttled', scope: 'account'}],
			['provider_overloaded', overloaded],
			['provider_unavailable', upstreamFailed],
			['context_length_exceeded', callerFault],
			['content_policy_violation', callerFault],
			['not_found', {kind: 'forbidden', model}],
			['server', upstreamFailed],
		] as const
	).map(
		([type, verdict]): Row => ({
			name: type,
			status: 200,
			body: stream(`data: {"error":{"code":"server_error","message":"No","metadata":{"error_type":"${type}"}}}`),
			verdict,
		}),
	),
);

const key = {
	label: 'sk-or-v1-au7...890',
	limit: 100,
	limit_remaining: 74.5,
	limit_reset: 'monthly',
	is_management_key: false,
};

testRows('OpenRouter says yes', provider, [
	{
		name: 'the budget of the key is known, the credit of the account is not',
		status: 200,
		body: {data: key},
		asked: keyProbe,
		verdict: ok,
		also: {proof: 'key', balance: {amount: 74.5, currency: 'USD'}},
	},
	{
		name: 'a key without a budget',
		status: 200,
		body: {data: {...key, limit: null, limit_remaining: null}},
		asked: keyProbe,
		verdict: ok,
		also: {evidence: '200 GET /key'},
	},
	...(
		[
			['daily', Date.UTC(2026, 10, 23)],
			['weekly', Date.UTC(2026, 10, 23)],
			['monthly', Date.UTC(2026, 11, 1)],
		] as const
	).map(
		([period, until]): Row => ({
			name: `a ${period} budget that is spent comes back`,
			status: 200,
			body: {data: {...key, limit_remaining: 0, limit_reset: period}},
			asked: keyProbe,
			verdict: {kind: 'exhausted', scope: 'key', until},
			also: {rule: `limit_reset ${period}`},
		}),
	),
	{
		name: 'a budget without a period does not come back',
		status: 200,
		body: {data: {...key, limit_remaining: -0.1, limit_reset: null}},
		asked: keyProbe,
		verdict: {kind: 'exhausted', scope: 'key'},
	},
	{
		name: 'a management key cannot serve',
		status: 200,
		body: {data: {...key, is_management_key: true}},
		asked: keyProbe,
		verdict: {kind: 'forbidden'},
		also: {restriction: 'management key, cannot complete calls'},
	},
]);

test('the cost it states is kept', () => {
	const body = {usage: {prompt_tokens: 9, completion_tokens: 3, cost: 0.000427, is_byok: false}};
	assert.equal(readingOf(provider, {status: 200, body}).usage?.costUsd, 0.000427);
});
