import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mistral} from '../../source/providers/mistral.ts';
import {
	at,
	callerFault,
	exhausted,
	freeProbe,
	ok,
	overloaded,
	type Row,
	readingOf,
	rejectedKey,
	testRows,
	upstreamFailed,
} from './rows.ts';

const provider = mistral();
const model = provider.probeModel;

testRows('Mistral says no', provider, [
	{
		name: 'a bad key is rejected',
		status: 401,
		headers: {'mistral-correlation-id': '0190-abc'},
		body: '{"detail":"Invalid API Key"}',
		asked: freeProbe,
		verdict: rejectedKey,
		also: {evidence: '401 Invalid API Key', requestId: '0190-abc'},
	},
	{name: 'the older words do the same', status: 401, body: '{"detail":"Unauthorized"}', verdict: rejectedKey},
	{
		name: 'the oldest words too',
		status: 401,
		body: '{"message":"Unauthorized","request_id":"x"}',
		verdict: rejectedKey,
		also: {evidence: '401 Unauthorized'},
	},
	{
		name: 'a wrong field is passed on',
		status: 422,
		body: {detail: [{loc: ['body', 'messages'], msg: 'Field required', type: 'missing'}]},
		verdict: callerFault,
		also: {evidence: '422 Field required'},
	},
	{
		name: 'the other shape of a wrong request is passed on',
		status: 422,
		body: {object: 'error', message: 'Extra inputs', type: 'invalid_request_error', param: null, code: null},
		verdict: callerFault,
	},
	{
		name: 'an unknown model is skipped',
		status: 400,
		body: {
			object: 'error',
			message: 'Invalid model',
			type: 'invalid_request_error',
			param: 'model',
			code: 'unknown_model',
		},
		verdict: {kind: 'forbidden', model},
	},
	{
		name: 'a context too long is passed on',
		status: 400,
		body: {object: 'error', message: 'Prompt contains too many tokens', type: 'invalid_request_error', code: '3051'},
		verdict: callerFault,
	},
	{
		name: 'capacity of the vendor is not held against the key',
		status: 429,
		body: '{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","code":"3505"}',
		verdict: {kind: 'overloaded', scope: 'model'},
		also: {code: '3505'},
	},
	{
		name: 'a rate limit rests the account',
		status: 429,
		body: '{"object":"error","type":"rate_limited","message":"Rate limit exceeded","code":"1300"}',
		verdict: {kind: 'throttled', scope: 'account'},
	},
	...['{"object":"error","code":"3505"}', '{"object":"error","type":"service_tier_capacity_exceeded"}'].map(
		(body): Row => ({
			name: 'either word for it will do',
			status: 429,
			body,
			verdict: {kind: 'overloaded', scope: 'model'},
		}),
	),
	...['{"object":"error","code":"1300"}', '{"object":"error","type":"rate_limited"}'].map(
		(body): Row => ({
			name: 'either word for it will do',
			status: 429,
			body,
			verdict: {kind: 'throttled', scope: 'account'},
		}),
	),
	{
		name: 'a rate limit with a number for a code too',
		status: 429,
		headers: {'retry-after': '4', 'x-ratelimit-limit-req-minute': '60'},
		body: '{"object":"error","type":"rate_limited","message":"Rate limit exceeded","code":1300}',
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 4000},
	},
	{
		name: 'an allowance of nothing exhausts the account without a date',
		status: 429,
		headers: {'x-ratelimit-limit-req-minute': '0', 'retry-after': '60'},
		body: '{"object":"error","type":"rate_limited","message":"Rate limit exceeded","code":"1300"}',
		verdict: exhausted,
		also: {
			rule: 'x-ratelimit-limit-req-minute: 0',
			evidence: '429 rate_limited: this key may make 0 requests per minute',
		},
	},
	{name: 'no payment', status: 402, body: {detail: 'Payment required'}, verdict: exhausted},
	{name: 'a model outside the tier', status: 403, body: {detail: 'Forbidden'}, verdict: {kind: 'forbidden', model}},
	...[500, 502, 504].map(
		(status): Row => ({name: 'the vendor fails', status, body: 'Bad gateway', verdict: upstreamFailed}),
	),
	{name: 'overload', status: 503, body: '<html>503</html>', verdict: overloaded},
]);

testRows('Mistral says yes', provider, [
	{
		name: 'an error inside a stream tells of the vendor',
		status: 200,
		body: 'data: {"choices":[]}\n\ndata: {"object":"error","message":"Internal","type":"internal_server_error"}\n\n',
		verdict: upstreamFailed,
		also: {evidence: '200, then internal_server_error: Internal'},
	},
	{
		name: 'a list of models proves the key',
		status: 200,
		body: {object: 'list', data: [{id: 'codestral-2508', object: 'model', deprecation: null, type: 'base'}]},
		asked: freeProbe,
		verdict: ok,
		also: {proof: 'key'},
	},
]);

test('minute and month windows are learned, without a reset', () => {
	const headers = {
		'x-ratelimit-limit-req-minute': '60',
		'x-ratelimit-remaining-req-minute': '59',
		'x-ratelimit-limit-tokens-minute': '500000',
		'x-ratelimit-remaining-tokens-minute': '497196',
		'x-ratelimit-limit-tokens-month': '4000000',
		'x-ratelimit-remaining-tokens-month': '3997196',
		'x-ratelimit-tokens-query-cost': '2804',
	};
	assert.deepEqual(readingOf(provider, {status: 200, headers, body: {choices: []}}).limits, [
		{kind: 'requests-minute', limit: 60, remaining: 59, at, from: 'x-ratelimit-limit-req-minute: 60'},
		{kind: 'tokens-minute', limit: 500_000, remaining: 497_196, at, from: 'x-ratelimit-limit-tokens-minute: 500000'},
		{kind: 'tokens-month', limit: 4_000_000, remaining: 3_997_196, at, from: 'x-ratelimit-limit-tokens-month: 4000000'},
	]);
});

test('embeddings tell of requests only', () => {
	const headers = {'x-ratelimit-limit-req-minute': '60', 'x-ratelimit-remaining-req-minute': '59'};
	assert.equal(readingOf(provider, {status: 200, headers, body: {}}).limits.length, 1);
});

test('a base URL with and without the version is the same place', () => {
	assert.equal(mistral('http://127.0.0.1:9104/v1').baseUrl, mistral('http://127.0.0.1:9104/').baseUrl);
});
