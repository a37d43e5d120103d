import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openai} from '../../source/providers/openai.ts';
import {Secret} from '../../source/secret.ts';
import {callerFault, freeProbe, ok, overloaded, type Row, stream, testRows, upstreamFailed} from './rows.ts';

const provider = openai();
const model = provider.probeModel;

function envelope(message: string, type: string | null, code: string | null): object {
	return {error: {message, type, param: null, code}};
}

testRows('OpenAI fails', provider, [
	{
		name: 'overload',
		status: 503,
		body: envelope('The server is overloaded.', 'service_unavailable_error', 'server_is_overloaded'),
		verdict: overloaded,
		also: {evidence: '503 server_is_overloaded: The server is overloaded'},
	},
	{
		name: 'a server error',
		status: 500,
		body: envelope('The server had an error.', 'server_error', null),
		verdict: upstreamFailed,
	},
	...['server_is_overloaded', 'service_unavailable_error'].map(
		(word): Row => ({
			name: `overload inside a stream, as code or type: ${word}`,
			status: 200,
			body: stream(`data: {"error":{"message":"Busy","${word.endsWith('error') ? 'type' : 'code'}":"${word}"}}`),
			verdict: overloaded,
		}),
	),
	{
		name: 'a model that is not there, inside a stream',
		status: 200,
		body: stream('event: error\ndata: {"type":"error","code":"model_not_found","message":"No such model"}'),
		verdict: {kind: 'forbidden', model},
	},
	{
		name: 'an error object inside a stream',
		status: 200,
		body: stream(
			'data: {"choices":[{"delta":{"content":"Hel"}}],"usage":null}',
			'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}',
		),
		verdict: upstreamFailed,
		also: {evidence: '200, then server_error: The server had an error'},
	},
	{
		name: 'an event named error',
		status: 200,
		body: stream('event: error\ndata: {"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}'),
		verdict: {kind: 'throttled', scope: 'model'},
	},
	{
		name: 'an error event of the Responses API',
		status: 200,
		body: stream(
			'event: error\ndata: {"type":"error","code":"server_error","message":"Something broke","param":null,"sequence_number":3}',
		),
		verdict: upstreamFailed,
	},
	{
		name: 'response.failed',
		status: 200,
		body: stream(
			'event: response.failed\ndata: {"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Slow"}}}',
		),
		verdict: {kind: 'throttled', scope: 'model'},
	},
	{
		name: 'response.failed by policy is the caller’s',
		status: 200,
		body: stream(
			'event: response.failed\ndata: {"type":"response.failed","response":{"error":{"code":"bio_policy","message":"No"}}}',
		),
		verdict: callerFault,
	},
]);

testRows('OpenAI says yes', provider, [
	{
		name: 'a list of models proves the key and no more, credit or not',
		status: 200,
		body: {
			object: 'list',
			data: [{id: 'gpt-6-luna', object: 'model', created: 1, owned_by: 'openai', shutdown_date: null}],
		},
		asked: {by: 'probe', request: 'GET /models'},
		verdict: ok,
		also: {proof: 'key', evidence: '200 GET /models', limits: []},
	},
	{
		name: 'a list cut off at 64 KB is still a list',
		status: 200,
		body: `{"object":"list","data":[${'{"id":"gpt-6-luna","object":"model"},'.repeat(3000)}`,
		asked: freeProbe,
		verdict: ok,
		also: {proof: 'key'},
	},
	{
		name: 'a page of HTML proves nothing',
		status: 200,
		body: '<html><body>Please log in to the hotel wifi</body></html>',
		asked: freeProbe,
		verdict: upstreamFailed,
		also: {evidence: '200 GET /v1/models: the answer is not JSON'},
	},
	{
		name: 'an empty completion that hit the length proves a call',
		status: 200,
		body: {
			choices: [{message: {content: ''}, finish_reason: 'length'}],
			usage: {prompt_tokens: 7, completion_tokens: 16},
			error: null,
		},
		asked: {by: 'deep-probe', model, request: 'POST /chat/completions'},
		verdict: ok,
		also: {proof: 'call', usage: {inputTokens: 7, outputTokens: 16, cachedInputTokens: 0}},
	},
]);

test('one credential header is sent', () => {
	assert.deepEqual(provider.authorize(new Secret('sk-proj-x')), {authorization: 'Bearer sk-proj-x'});
	assert.equal(provider.freeProbe().path, '/models');
	assert.equal(provider.baseUrl, 'https://api.openai.com/v1');
});

test('a one-token probe suits the model', () => {
	const body = (name: string): unknown => JSON.parse(provider.deepProbe(name).body ?? '');
	const messages = [{role: 'user', content: '.'}];
	assert.deepEqual(body('gpt-6-luna'), {
		model: 'gpt-6-luna',
		max_completion_tokens: 16,
		reasoning_effort: 'none',
		messages,
	});
	assert.deepEqual(body('gpt-6.1-sol'), {model: 'gpt-6.1-sol', max_completion_tokens: 16, messages});
	assert.deepEqual(body('o3'), {model: 'o3', max_completion_tokens: 16, messages});
	assert.deepEqual(body('gpt-4o'), {model: 'gpt-4o', max_completion_tokens: 1, messages});
});
