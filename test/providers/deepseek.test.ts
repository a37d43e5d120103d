import assert from 'node:assert/strict';
import {test} from 'node:test';
import {deepseek} from '../../source/providers/deepseek.ts';
import {at, callerFault, exhausted, ok, overloaded, rejectedKey, testRows, upstreamFailed} from './rows.ts';

const provider = deepseek();
const balanceProbe = {by: 'probe', request: 'GET /user/balance'} as const;

function envelope(message: string, type: string): object {
	return {error: {message, type, param: null, code: 'invalid_request_error'}};
}

testRows('DeepSeek says no', provider, [
	{
		name: 'a bad key is rejected although the code speaks of the request',
		status: 401,
		headers: {'x-ds-trace-id': 'abc123'},
		body: '{"error":{"message":"Authentication Fails, Your api key: ****-key is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}}',
		asked: balanceProbe,
		verdict: rejectedKey,
		also: {code: 'authentication_error', requestId: 'abc123'},
	},
	{
		name: 'no balance exhausts the account',
		status: 402,
		body: '{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}',
		verdict: exhausted,
		also: {evidence: '402 unknown_error: Insufficient Balance'},
	},
	{
		name: 'a context too long is passed on',
		status: 400,
		body: envelope(
			"This model's maximum context length is 1048565 tokens. However, you requested 2000000.",
			'invalid_request_error',
		),
		verdict: callerFault,
	},
	{
		name: 'bad parameters are passed on',
		status: 422,
		body: envelope('Invalid Parameters', 'invalid_request_error'),
		verdict: callerFault,
	},
	{
		name: 'too many calls at once rest the account without a deadline',
		status: 429,
		body: envelope('Rate limit reached', 'rate_limit_error'),
		verdict: {kind: 'throttled', scope: 'account'},
	},
	{
		name: 'a deadline is taken should there be one',
		status: 429,
		headers: {'retry-after': '2'},
		body: '',
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 2000},
	},
	{name: 'a server error', status: 500, body: envelope('Server error', 'server_error'), verdict: upstreamFailed},
	{
		name: 'overload',
		status: 503,
		body: envelope('Server overloaded', 'service_unavailable_error'),
		verdict: overloaded,
	},
]);

testRows('DeepSeek says yes', provider, [
	{
		name: 'a balance proves key and money',
		status: 200,
		body: {
			is_available: true,
			balance_infos: [
				{currency: 'USD', total_balance: '0.00', granted_balance: '0.00', topped_up_balance: '0.00'},
				{currency: 'CNY', total_balance: '110.00', granted_balance: '10.00', topped_up_balance: '100.00'},
			],
		},
		asked: balanceProbe,
		verdict: ok,
		also: {
			proof: 'money',
			balance: {amount: 110, currency: 'CNY'},
			evidence: '200 GET /user/balance: 110.00 CNY left',
			limits: [],
		},
	},
	{
		name: 'a balance that is used up exhausts the account',
		status: 200,
		body: {is_available: false, balance_infos: [{currency: 'CNY', total_balance: '0.00'}]},
		asked: balanceProbe,
		verdict: exhausted,
		also: {balance: {amount: 0, currency: 'CNY'}, evidence: '200 GET /user/balance: 0.00 CNY left'},
	},
	{
		name: 'a completion proves a call and counts cached input',
		status: 200,
		body: {
			choices: [{finish_reason: 'length'}],
			usage: {prompt_tokens: 14, completion_tokens: 1, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 10},
		},
		verdict: ok,
		also: {proof: 'call', usage: {inputTokens: 14, outputTokens: 1, cachedInputTokens: 4}},
	},
]);

test('the balance is asked for without the version a base URL may have', () => {
	assert.equal(deepseek('https://api.deepseek.com/v1').baseUrl, 'https://api.deepseek.com');
	assert.equal(provider.freeProbe().path, '/user/balance');
	assert.match(provider.deepProbe('deepseek-flash').body ?? '', /"thinking":\{"type":"disabled"\}/);
});
