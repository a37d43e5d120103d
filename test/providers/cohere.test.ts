import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cohere} from '../../source/providers/cohere.ts';
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

const provider = cohere();
const model = provider.probeModel;
const monthEnd = Date.UTC(2026, 11, 1);
const keyCheck = {by: 'probe', request: 'POST /v1/check-api-key'} as const;

function envelope(message: string, extra: object = {}): object {
	return {id: '2d46aaaa-0000-1111-2222-333344445555', message, ...extra};
}

testRows('Cohere says no', provider, [
	...[
		'Incorrect API key provided: ***. You can find your API key at https://dashboard.cohere.com/api-keys.',
		'no api key supplied',
		'invalid api token',
		'Your API key has expired, please create a new one.',
	].map(
		(message): Row => ({name: message, status: 401, body: envelope(message), asked: keyCheck, verdict: rejectedKey}),
	),
	{
		name: 'no payment method exhausts the account',
		status: 402,
		body: envelope(
			'Please add or update your payment method at https://dashboard.cohere.com/billing?tab=payment to continue',
		),
		verdict: exhausted,
	},
	{
		name: 'a billing maximum exhausts it until the month ends',
		status: 402,
		body: envelope('Maximum billing reached for this API key as set in your dashboard, please go to the dashboard.'),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
	},
	{
		name: 'too many tokens are passed on',
		status: 400,
		body: envelope('too many tokens: size limit exceeded by 25836 tokens. Try using shorter or fewer inputs.', {
			error_type: 'TOO_MANY_TOKENS',
		}),
		verdict: callerFault,
		also: {code: 'TOO_MANY_TOKENS'},
	},
	{
		name: 'an unknown model is skipped',
		status: 404,
		body: envelope(
			"model 'xyz' not found, make sure the correct model ID was used and that you have access to the model.",
		),
		verdict: {kind: 'forbidden', model},
	},
	...[
		'You are using a Trial key, which is limited to 40 API calls / minute. You can continue to use the Trial key for free.',
		'trial token rate limit exceeded, limit is 100000 tokens per minute',
		'Please wait and try again later',
	].map(
		(message): Row => ({
			name: message,
			status: 429,
			body: envelope(message),
			verdict: {kind: 'throttled', scope: 'account'},
		}),
	),
	{
		name: 'the calls of a trial month are used up',
		status: 429,
		body: envelope('You are using a Trial key, which is limited to 1000 API calls / month.'),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
	},
	{
		name: 'a deny-listed word is the caller’s',
		status: 498,
		body: envelope('invalid token in request'),
		verdict: callerFault,
	},
	{name: 'a caller who left', status: 499, body: envelope('request cancelled'), verdict: {kind: 'cancelled'}},
	{name: 'bad input', status: 422, body: envelope('invalid field'), verdict: callerFault},
	{name: 'a server error', status: 500, body: envelope('internal error'), verdict: upstreamFailed},
	{name: 'overload', status: 503, body: envelope('unavailable'), verdict: overloaded},
	{name: 'a timeout inside the vendor', status: 504, body: envelope('timeout'), verdict: upstreamFailed},
]);

testRows('Cohere says yes', provider, [
	{
		name: 'the key check proves the key',
		status: 200,
		body: {valid: true, organization_id: 'o', owner_id: 'p'},
		asked: keyCheck,
		verdict: ok,
		also: {proof: 'key'},
	},
	{name: 'the key check may say no in a 200', status: 200, body: {valid: false}, asked: keyCheck, verdict: rejectedKey},
	...['ERROR', 'TIMEOUT'].map(
		(reason): Row => ({
			name: `a stream that ends in ${reason} is the vendor’s fault`,
			status: 200,
			body: stream(
				'event: message-start\ndata: {"type":"message-start"}',
				`event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"${reason}","error":"broke off"}}`,
				'data: [DONE]',
			),
			verdict: upstreamFailed,
			also: {evidence: `200, then ${reason}: broke off`},
		}),
	),
]);

test('trial keys are known by their headers', () => {
	const headers = {
		'x-endpoint-monthly-call-limit': '1000',
		'x-trial-endpoint-call-limit': '20',
		'x-trial-endpoint-call-remaining': '19',
	};
	const reading = readingOf(provider, {status: 200, headers, body: {finish_reason: 'MAX_TOKENS'}});
	assert.equal(reading.restriction, 'trial key');
	assert.deepEqual(reading.limits, [
		{kind: 'requests-month', limit: 1000, at, from: 'x-endpoint-monthly-call-limit: 1000'},
		{kind: 'requests-minute', limit: 20, remaining: 19, at, from: 'x-trial-endpoint-call-limit: 20'},
	]);
	assert.equal(readingOf(provider, {status: 200, body: {}}).restriction, undefined);
});

test('the free probe is the key check, a POST without a body', () => {
	assert.deepEqual(provider.freeProbe(), {method: 'POST', path: '/v1/check-api-key', headers: {}});
});
