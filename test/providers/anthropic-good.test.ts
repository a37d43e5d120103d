import assert from 'node:assert/strict';
import {test} from 'node:test';
import {anthropic} from '../../source/providers/anthropic.ts';
import {Secret} from '../../source/secret.ts';
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
	stream,
	testRows,
	upstreamFailed,
} from './rows.ts';

const provider = anthropic();
const model = provider.probeModel;

testRows('Anthropic says yes', provider, [
	{
		name: 'a list of models proves the key and no more',
		status: 200,
		body: {data: [{type: 'model', id: 'claude-opus-5-5', lifecycle: 'active'}], has_more: true},
		asked: freeProbe,
		verdict: ok,
		also: {proof: 'key', evidence: '200 GET /v1/models', limits: []},
	},
	{
		name: 'an empty completion of one token proves a call',
		status: 200,
		body: {type: 'message', content: [], stop_reason: 'max_tokens', usage: {input_tokens: 8, output_tokens: 1}},
		asked: {by: 'deep-probe', model, request: 'POST /v1/messages'},
		verdict: ok,
		also: {proof: 'call', usage: {inputTokens: 8, outputTokens: 1, cachedInputTokens: 0}},
	},
	{
		name: 'a refusal of the content is the caller’s',
		status: 200,
		body: {type: 'message', content: [], stop_reason: 'refusal', usage: {input_tokens: 20, output_tokens: 1}},
		verdict: callerFault,
		also: {usage: {inputTokens: 20, outputTokens: 1, cachedInputTokens: 0}},
	},
	{
		name: 'a full context window is the caller’s',
		status: 200,
		body: {type: 'message', content: [], stop_reason: 'model_context_window_exceeded'},
		verdict: callerFault,
	},
	{
		name: 'a stream that breaks off tells of the vendor',
		status: 200,
		headers: {'content-type': 'text/event-stream'},
		body: stream(
			'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":20,"output_tokens":1}}}   ',
			'event: ping\ndata: {"type": "ping"}',
			'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
		),
		verdict: overloaded,
		also: {evidence: '200, then overloaded_error: Overloaded'},
	},
	...(
		[
			['authentication_error', rejectedKey],
			['billing_error', exhausted],
			['permission_error', {kind: 'forbidden', model}],
			['not_found_error', {kind: 'forbidden', model}],
			['rate_limit_error', {kind: 'throttled', scope: 'model'}],
			['api_error', upstreamFailed],
			['timeout_error', upstreamFailed],
			['invalid_request_error', callerFault],
			['conflict_error', callerFault],
		] as const
	).map(
		([type, verdict]): Row => ({
			name: `a stream that breaks off with ${type}`,
			status: 200,
			body: stream(`event: error\ndata: {"type":"error","error":{"type":"${type}","message":"No"}}`),
			verdict,
		}),
	),
]);

test('the limits of all four families and the organisation are learned from a good answer', () => {
	const reset = '2026-11-22T14:00:16Z';
	const headers = Object.fromEntries(
		['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((name, index) => [
			[`anthropic-ratelimit-${name}-limit`, '10000'],
			[`anthropic-ratelimit-${name}-remaining`, String(9999 - index)],
			[`anthropic-ratelimit-${name}-reset`, reset],
		]),
	);
	const body = {type: 'message', usage: {input_tokens: 20, output_tokens: 13}};
	const reading = readingOf(provider, {status: 200, headers: {...headers, 'anthropic-organization-id': 'org-1'}, body});
	assert.equal(reading.account, 'org-1');
	assert.deepEqual(
		reading.limits.map(({kind, limit, remaining, resetAt}) => ({kind, limit, remaining, resetAt})),
		[
			{kind: 'requests-minute', limit: 10_000, remaining: 9999, resetAt: at + 16_000},
			{kind: 'tokens-minute', limit: 10_000, remaining: 9998, resetAt: at + 16_000},
			{kind: 'input-tokens-minute', limit: 10_000, remaining: 9997, resetAt: at + 16_000},
			{kind: 'output-tokens-minute', limit: 10_000, remaining: 9996, resetAt: at + 16_000},
		],
	);
	assert.equal(reading.limits[0]?.from, `anthropic-ratelimit-requests-reset: ${reset}`);
});

test('exactly one credential header is sent, and the version with it', () => {
	assert.deepEqual(provider.authorize(new Secret('sk-ant-x')), {'x-api-key': 'sk-ant-x'});
	assert.deepEqual(provider.freeProbe(), {
		method: 'GET',
		path: '/v1/models?limit=1',
		headers: {'anthropic-version': '2023-06-01'},
	});
	const probe = provider.deepProbe('claude-haiku-4-5');
	assert.equal(probe.path, '/v1/messages');
	assert.equal(probe.body, '{"model":"claude-haiku-4-5","max_tokens":1,"messages":[{"role":"user","content":"."}]}');
});

test('a base URL with the version at its end is the same place', () => {
	assert.equal(anthropic('http://127.0.0.1:9101/v1/').baseUrl, 'http://127.0.0.1:9101');
});
