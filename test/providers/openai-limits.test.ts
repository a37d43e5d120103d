import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openai} from '../../source/providers/openai.ts';
import {at, exhausted, freeProbe, type Row, readingOf, testRows} from './rows.ts';

const provider = openai();

function envelope(message: string, type: string | null, code: string | null): object {
	return {error: {message, type, param: null, code}};
}

const quotaText = 'You exceeded your current quota, please check your plan and billing details.';

testRows('OpenAI says the account is out of money', provider, [
	...[
		'insufficient_quota',
		'credit_balance_exhausted',
		'organization_spend_limit_exceeded',
		'project_spend_limit_exceeded',
		'organization_usage_limit_exceeded',
	].map(
		(code): Row => ({
			name: code,
			status: 429,
			body: envelope(quotaText, 'insufficient_quota', code),
			verdict: exhausted,
			also: {code, evidence: `429 ${code}: ${quotaText.slice(0, -1)}`},
		}),
	),
	{
		name: 'billing_hard_limit_reached',
		status: 429,
		body: envelope('Billing hard limit has been reached', 'invalid_request_error', 'billing_hard_limit_reached'),
		verdict: exhausted,
	},
	{
		name: 'billing_not_active',
		status: 429,
		body: envelope(
			'Your account is not active, please check your billing details on our website.',
			'billing_not_active',
			'billing_not_active',
		),
		verdict: exhausted,
	},
	{
		name: 'the type says it when the code is null',
		status: 429,
		headers: {'retry-after': '5'},
		body: envelope(quotaText, 'insufficient_quota', null),
		verdict: exhausted,
	},
	{
		name: 'the type says it when the code is a new one',
		status: 429,
		body: envelope('Something about money.', 'insufficient_quota', 'next_years_code'),
		verdict: exhausted,
	},
	{
		name: 'the text says it when code and type are null',
		status: 429,
		body: envelope(quotaText, null, null),
		verdict: exhausted,
	},
]);

const tokensPerMinute =
	'Rate limit reached for gpt-4o in organization org-a on tokens per min (TPM): Limit 30000, Used 29001, Requested 2450. Please try again in 2.9s. Visit https://platform.openai.com/account/rate-limits to learn more.';

testRows('OpenAI says slow down', provider, [
	{
		name: 'retry-after-ms is the most exact deadline',
		status: 429,
		headers: {'retry-after-ms': '2902', 'retry-after': '3', 'x-ratelimit-reset-tokens': '6m0s'},
		body: envelope(tokensPerMinute, 'tokens', 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 2902},
		also: {rule: 'retry-after-ms: 2902', evidence: '429 rate_limit_exceeded: tokens per min (TPM)'},
	},
	{
		name: 'retry-after in seconds',
		status: 429,
		headers: {'retry-after': '90'},
		body: envelope(
			'Rate limit reached for gpt-4o on requests per min (RPM): Limit 60, Used 60, Requested 1. Please try again in 1s.',
			'requests',
			'rate_limit_exceeded',
		),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 90_000},
		also: {rule: 'retry-after: 90', evidence: '429 rate_limit_exceeded: requests per min (RPM)'},
	},
	{
		name: 'the reset of the full window',
		status: 429,
		headers: {
			'x-ratelimit-limit-requests': '500',
			'x-ratelimit-remaining-requests': '0',
			'x-ratelimit-reset-requests': '6m0s',
			'x-ratelimit-limit-tokens': '30000',
			'x-ratelimit-remaining-tokens': '29000',
			'x-ratelimit-reset-tokens': '120ms',
		},
		body: envelope('Rate limit reached.', 'requests', 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 360_000},
		also: {rule: 'x-ratelimit-reset-requests: 6m0s'},
	},
	{
		name: 'the words of the body',
		status: 429,
		body: envelope(tokensPerMinute, 'tokens', 'rate_limit_exceeded'),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 2900},
		also: {rule: '"try again in 2.9s"'},
	},
	{
		name: 'the type says it when the code is null',
		status: 429,
		body: envelope(tokensPerMinute, 'tokens', null),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 2900},
		also: {evidence: '429 tokens: tokens per min (TPM)'},
	},
	{
		name: 'no deadline at all',
		status: 429,
		body: envelope('Rate limit reached.', 'requests', null),
		verdict: {kind: 'throttled', scope: 'model'},
	},
	{
		name: 'a bare 429 without a body',
		status: 429,
		body: '',
		asked: freeProbe,
		verdict: {kind: 'throttled', scope: 'account'},
		also: {evidence: '429 GET /v1/models'},
	},
	{
		name: 'traffic that grew too fast rests the account',
		status: 429,
		headers: {'retry-after': '30'},
		body: envelope('Slow down.', 'rate_limit_error', 'slow_down'),
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 30_000},
	},
]);

test('limits and the account are learned from a good answer', () => {
	const headers = {
		'x-ratelimit-limit-requests': '500',
		'x-ratelimit-remaining-requests': '499',
		'x-ratelimit-reset-requests': '120ms',
		'x-ratelimit-limit-tokens': '30000',
		'x-ratelimit-remaining-tokens': '29981',
		'x-ratelimit-reset-tokens': '23m16.298s',
		'openai-organization': 'org-abc',
		'openai-project': 'proj_x',
	};
	const reading = readingOf(provider, {status: 200, headers, body: {choices: []}});
	assert.equal(reading.account, 'org-abc/proj_x');
	assert.deepEqual(reading.limits, [
		{
			kind: 'requests-minute',
			limit: 500,
			remaining: 499,
			resetAt: at + 120,
			at,
			from: 'x-ratelimit-reset-requests: 120ms',
		},
		{
			kind: 'tokens-minute',
			limit: 30_000,
			remaining: 29_981,
			resetAt: at + 1_396_298,
			at,
			from: 'x-ratelimit-reset-tokens: 23m16.298s',
		},
	]);
});

test('a window whose spent request takes minutes to come back is a daily one', () => {
	const headers = {
		'x-ratelimit-limit-requests': '200',
		'x-ratelimit-remaining-requests': '199',
		'x-ratelimit-reset-requests': '7m12s',
	};
	assert.equal(readingOf(provider, {status: 200, headers, body: {}}).limits[0]?.kind, 'requests-day');
});

test('an organisation without a project stands for itself', () => {
	const headers = {'openai-organization': 'org-abc'};
	assert.equal(readingOf(provider, {status: 200, headers, body: {}}).account, 'org-abc');
});
