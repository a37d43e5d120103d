import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createProviders} from '../../source/providers/index.ts';
import type {Provider} from '../../source/providers/provider.ts';
import {Secret} from '../../source/secret.ts';
import {
	at,
	callerFault,
	exhausted,
	freeProbe,
	ok,
	overloaded,
	readingOf,
	rejectedAccount,
	rejectedKey,
	testRows,
	upstreamFailed,
} from './rows.ts';

const providers = createProviders(
	new Map([
		['vllm', {type: 'openai-compatible', baseUrl: 'http://10.1.2.3:8000/v1', models: ['llama-3.3-70b'], keyless: true}],
	]),
);

function provider(name: string): Provider {
	const found = providers.get(name);
	assert.ok(found, name);
	return found;
}

function envelope(message: string, type: string | null, code: string | null): object {
	return {error: {message, type, code}};
}

testRows('Groq', provider('groq'), [
	{
		name: 'a rate limit rests by retry-after',
		status: 429,
		headers: {'retry-after': '6'},
		body: '{"error":{"message":"Rate limit reached for model `x` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s. Need more tokens?","type":"tokens","code":"rate_limit_exceeded"}}',
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 6000},
		also: {evidence: '429 rate_limit_exceeded: tokens per minute (TPM)'},
	},
	{
		name: 'a rate limit rests by its words when there is no header',
		status: 429,
		body: envelope('Rate limit reached. Please try again in 5.289s. Bye.', 'tokens', 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 5289},
	},
	{
		name: 'a restricted organisation rejects the account, on the free probe too',
		status: 400,
		body: envelope(
			'Organization has been restricted. Please reach out to support.',
			'invalid_request_error',
			'organization_restricted',
		),
		asked: freeProbe,
		verdict: rejectedAccount,
	},
	{
		name: 'a bad key',
		status: 401,
		body: envelope('Invalid API Key', 'invalid_request_error', 'invalid_api_key'),
		verdict: rejectedKey,
	},
	{
		name: 'a request too large is passed on',
		status: 413,
		body: envelope('Please reduce your message size and try again.', 'tokens', 'rate_limit_exceeded'),
		verdict: callerFault,
	},
	{
		name: 'an unprocessable request is passed on',
		status: 422,
		body: envelope('No', 'invalid_request_error', null),
		verdict: callerFault,
	},
	{
		name: 'capacity of the flex tier is the vendor’s',
		status: 498,
		body: envelope('Flex is full', null, 'capacity_exceeded'),
		verdict: overloaded,
	},
	{name: 'overload', status: 503, body: envelope('Busy', 'service_unavailable', null), verdict: overloaded},
]);

test('Groq counts requests by the day and tokens by the minute', () => {
	const headers = {
		'x-ratelimit-limit-requests': '14400',
		'x-ratelimit-remaining-requests': '14370',
		'x-ratelimit-reset-requests': '2m59.56s',
		'x-ratelimit-limit-tokens': '18000',
		'x-ratelimit-remaining-tokens': '17997',
		'x-ratelimit-reset-tokens': '7.66s',
	};
	const {limits} = readingOf(provider('groq'), {status: 200, headers, body: {}});
	assert.deepEqual(
		limits.map(({kind, resetAt}) => [kind, resetAt]),
		[
			['requests-day', at + 179_560],
			['tokens-minute', at + 7660],
		],
	);
});

testRows('Together', provider('together'), [
	{
		name: 'a bad key',
		status: 401,
		body: envelope('Invalid API key', 'invalid_request_error', 'invalid_api_key'),
		verdict: rejectedKey,
	},
	{name: 'a spending limit', status: 402, body: envelope('Spending limit', null, null), verdict: exhausted},
	{
		name: 'prompt and answer too long are passed on',
		status: 403,
		body: envelope('Too long', null, null),
		verdict: callerFault,
	},
	{
		name: 'an unknown model',
		status: 404,
		body: envelope('No such model', 'invalid_request_error', 'model_not_found'),
		verdict: {kind: 'forbidden', model: provider('together').probeModel},
	},
	{name: 'a rate limit', status: 429, body: envelope('Slow', null, null), verdict: {kind: 'throttled', scope: 'model'}},
	{name: 'overload', status: 503, body: envelope('Busy', null, null), verdict: overloaded},
	{
		name: 'a bare list of models',
		status: 200,
		body: [{id: 'a', object: 'model'}],
		asked: freeProbe,
		verdict: ok,
		also: {proof: 'key'},
	},
]);

testRows('Ollama', provider('ollama'), [
	{
		name: 'a model that is not pulled is skipped',
		status: 404,
		body: envelope("model 'codellama:70b' not found, try pulling it first", 'api_error', null),
		verdict: {kind: 'forbidden', model: 'codellama:70b'},
	},
	{
		name: 'an error as a bare sentence',
		status: 500,
		body: {error: 'llama runner has stopped'},
		verdict: upstreamFailed,
		also: {evidence: '500 llama runner has stopped'},
	},
]);

// What any server may say where no row of its own knows better.
testRows('A server of one’s own', provider('vllm'), [
	{name: 'a key it does not know', status: 401, body: '', verdict: rejectedKey},
	{name: 'no payment', status: 402, body: '', verdict: exhausted},
	{name: 'no permission', status: 403, body: '', verdict: {kind: 'forbidden', model: 'llama-3.3-70b'}},
	{name: 'no such model', status: 404, body: '', verdict: {kind: 'forbidden', model: 'llama-3.3-70b'}},
	{name: 'no such path', status: 404, body: '', asked: freeProbe, verdict: callerFault},
	{name: 'our proxy wants a credential', status: 407, body: '', verdict: {kind: 'unreachable'}},
	...[408, 409, 425].map((status) => ({name: 'try again', status, body: '', verdict: upstreamFailed})),
	...[400, 405, 413, 415, 422, 431].map((status) => ({name: 'a bad request', status, body: '', verdict: callerFault})),
	{
		name: 'slow down',
		status: 429,
		body: 'Try again in 20 seconds',
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 20_000},
	},
	...[500, 502, 504, 520].map((status) => ({name: 'failure', status, body: 'oops', verdict: upstreamFailed})),
	...[503, 529].map((status) => ({name: 'overload', status, body: '', verdict: overloaded})),
	...[301, 302, 307, 308].map((status) => ({
		name: 'a redirect is a failure',
		status,
		headers: {location: 'http://evil.example/'},
		body: '',
		verdict: upstreamFailed,
		also: {evidence: `${status} redirect, not followed`},
	})),
	{
		name: 'limits by xAI’s headers, which know no reset',
		status: 200,
		headers: {'x-ratelimit-limit-requests': '480', 'x-ratelimit-remaining-requests': '479'},
		body: {},
		verdict: ok,
		also: {
			limits: [{kind: 'requests-minute', limit: 480, remaining: 479, at, from: 'x-ratelimit-limit-requests: 480'}],
		},
	},
]);

test('a server without keys is asked without a credential', () => {
	assert.equal(provider('vllm').keyless, true);
	assert.deepEqual(provider('vllm').authorize(new Secret('')), {});
	assert.deepEqual(provider('vllm').authorize(new Secret('x')), {authorization: 'Bearer x'});
});

test('every built-in provider is there, with the base URL the configuration gives', () => {
	assert.deepEqual(
		[...providers.keys()],
		[
			'anthropic',
			'openai',
			'gemini',
			'deepseek',
			'mistral',
			'cohere',
			'openrouter',
			'groq',
			'together',
			'ollama',
			'vllm',
		],
	);
	const baseUrl = 'http://127.0.0.1:9999/x/';
	const moved = createProviders(new Map([...providers.keys()].map((name) => [name, {baseUrl}])));
	for (const {name, baseUrl: base} of moved.values()) assert.equal(base, 'http://127.0.0.1:9999/x', name);
	assert.equal(moved.has('vllm'), false, 'a name that is not built in needs its type');
});

test('tables that rest on no recorded answer say so', () => {
	const unverified = [...providers.values()].filter(({verified}) => !verified).map(({name}) => name);
	assert.deepEqual(unverified, ['openrouter', 'together', 'ollama', 'vllm']);
});
