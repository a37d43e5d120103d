import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Limits} from '../../source/simulator/quota.ts';
import type {VendorName} from '../../source/simulator/vendor-name.ts';
import {arrived, limitHeadersOf, startVendor} from './simulated-vendor.ts';

test('openai counts down honestly, refuses exactly when nothing is left, and serves again after the reset', async (t) => {
	const {clock, complete} = await startVendor(t, 'openai', {limits: {requestsPerMinute: 2, tokensPerMinute: 1000}});
	const first = await complete();
	const second = await complete();
	assert.equal(first.headers.get('x-ratelimit-limit-requests'), '2');
	assert.equal(first.headers.get('x-ratelimit-remaining-requests'), '1');
	assert.equal(second.headers.get('x-ratelimit-remaining-requests'), '0');
	assert.equal(second.headers.get('x-ratelimit-reset-requests'), '1m0s');
	const {usage} = (await first.json()) as {usage: {total_tokens: number}};
	assert.equal(second.headers.get('x-ratelimit-remaining-tokens'), String(1000 - 2 * usage.total_tokens));
	await clock.advance(15_500);
	const third = await complete();
	assert.equal(third.status, 429);
	assert.deepEqual(limitHeadersOf(third), {
		'retry-after': '45',
		'retry-after-ms': '44500',
		'x-ratelimit-limit-requests': '2',
		'x-ratelimit-remaining-requests': '0',
		'x-ratelimit-reset-requests': '44.5s',
		'x-ratelimit-limit-tokens': '1000',
		'x-ratelimit-remaining-tokens': String(1000 - 2 * usage.total_tokens),
		'x-ratelimit-reset-tokens': '44.5s',
	});
	assert.match(
		await third.text(),
		/on requests per min \(RPM\): Limit 2, Used 2, Requested 1\. Please try again in 44\.5s\./,
	);
	await clock.advance(44_500);
	const fourth = await complete();
	assert.equal(fourth.status, 200);
	assert.equal(fourth.headers.get('x-ratelimit-remaining-requests'), '1');
});

test('windows belong to account and model: a second key adds nothing, another model or account has its own', async (t) => {
	const {simulator, complete} = await startVendor(t, 'openai', {account: 'acme', limits: {requestsPerMinute: 1}});
	const limits = {requestsPerMinute: 1};
	simulator.change({
		vendor: 'openai',
		add: [
			{key: 'sk-second', account: 'acme', limits},
			{key: 'sk-other', account: 'beta', limits},
		],
	});
	assert.equal((await complete()).status, 200);
	assert.equal((await complete({key: 'sk-second'})).status, 429);
	assert.equal((await complete({model: 'gpt-4o'})).status, 200);
	assert.equal((await complete({key: 'sk-other'})).status, 200);
});

test('tokens are a window of their own, and a request larger than all of it is told so', async (t) => {
	const {complete} = await startVendor(t, 'openai', {limits: {tokensPerMinute: 10}});
	const large = await complete({more: {messages: [{role: 'user', content: 'x'.repeat(400)}]}});
	assert.equal(large.status, 429);
	const {error} = (await large.json()) as {error: {type: string; message: string}};
	assert.equal(error.type, 'tokens');
	assert.match(error.message, /on tokens per min \(TPM\): Limit 10, Used 0, Requested 104\./);
});

/** What a granted completion tells, and what the refused one after it tells. */
type HeaderRow = {
	readonly vendor: VendorName;
	readonly limits: Limits;
	readonly granted: Record<string, string>;
	readonly refused: Record<string, string>;
	readonly says: RegExp;
};

const headerTable: readonly HeaderRow[] = [
	{
		vendor: 'anthropic',
		limits: {requestsPerMinute: 1},
		granted: {
			'anthropic-ratelimit-requests-limit': '1',
			'anthropic-ratelimit-requests-remaining': '0',
			'anthropic-ratelimit-requests-reset': '2026-11-22T03:01:00Z',
		},
		refused: {
			'anthropic-ratelimit-requests-limit': '1',
			'anthropic-ratelimit-requests-remaining': '0',
			'anthropic-ratelimit-requests-reset': '2026-11-22T03:01:00Z',
			'retry-after': '60',
			'x-should-retry': 'true',
		},
		says: /"type":"rate_limit_error"/,
	},
	{
		vendor: 'groq',
		limits: {requestsPerDay: 1, tokensPerMinute: 1000},
		granted: {
			'x-ratelimit-limit-requests': '1',
			'x-ratelimit-remaining-requests': '0',
			'x-ratelimit-reset-requests': '24h0m0s',
			'x-ratelimit-limit-tokens': '1000',
			'x-ratelimit-remaining-tokens': '992',
			'x-ratelimit-reset-tokens': '1m0s',
		},
		refused: {
			'x-ratelimit-limit-requests': '1',
			'x-ratelimit-remaining-requests': '0',
			'x-ratelimit-reset-requests': '24h0m0s',
			'x-ratelimit-limit-tokens': '1000',
			'x-ratelimit-remaining-tokens': '992',
			'x-ratelimit-reset-tokens': '1m0s',
			'retry-after': '86400',
		},
		says: /on requests per day \(RPD\): Limit 1, Used 1, Requested 1\. Please try again in 24h0m0s\./,
	},
	{
		vendor: 'mistral',
		limits: {requestsPerMinute: 1, tokensPerMonth: 4000},
		granted: {
			'x-ratelimit-limit-req-minute': '1',
			'x-ratelimit-remaining-req-minute': '0',
			'x-ratelimit-limit-tokens-month': '4000',
			'x-ratelimit-remaining-tokens-month': '3992',
		},
		refused: {
			'x-ratelimit-limit-req-minute': '1',
			'x-ratelimit-remaining-req-minute': '0',
			'x-ratelimit-limit-tokens-month': '4000',
			'x-ratelimit-remaining-tokens-month': '3992',
		},
		says: /"type":"rate_limited","param":null,"code":"1300"/,
	},
	{
		vendor: 'cohere',
		limits: {requestsPerMinute: 1, requestsPerMonth: 1000},
		granted: {
			'x-endpoint-monthly-call-limit': '1000',
			'x-trial-endpoint-call-limit': '1',
			'x-trial-endpoint-call-remaining': '0',
		},
		refused: {},
		says: /You are using a Trial key, which is limited to 1 API calls \/ minute\./,
	},
	{
		vendor: 'gemini',
		limits: {requestsPerMinute: 1},
		granted: {},
		refused: {},
		says: /"quotaId": "GenerateRequestsPerMinutePerProjectPerModel".*"retryDelay": "60s"/s,
	},
	{
		vendor: 'gemini',
		limits: {requestsPerDay: 1},
		granted: {},
		refused: {},
		says: /"quotaId": "GenerateRequestsPerDayPerProjectPerModel".*"retryDelay": "86400s"/s,
	},
	{
		vendor: 'openrouter',
		limits: {requestsPerMinute: 1},
		granted: {},
		refused: {
			'retry-after': '60',
			'x-ratelimit-limit': '1',
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': String(Date.UTC(2026, 10, 22, 3, 1)),
		},
		says: /"error_type":"rate_limit_exceeded"/,
	},
	{vendor: 'together', limits: {requestsPerMinute: 1}, granted: {}, refused: {}, says: /Rate limit/},
];

for (const {vendor, limits, granted, refused, says} of headerTable) {
	test(`${vendor} tells ${Object.keys(limits).join(' and ')} in its own way`, async (t) => {
		const {complete} = await startVendor(t, vendor, {limits});
		const first = await complete();
		assert.equal(first.status, 200);
		assert.deepEqual(limitHeadersOf(first), granted);
		const second = await complete();
		assert.equal(second.status, 429);
		assert.deepEqual(limitHeadersOf(second), refused);
		assert.match(await second.text(), says);
	});
}

test('anthropic tells both kinds of tokens, and their sum as tokens', async (t) => {
	const {complete} = await startVendor(t, 'anthropic', {
		limits: {inputTokensPerMinute: 100, outputTokensPerMinute: 50},
	});
	const {headers} = await complete();
	assert.equal(headers.get('anthropic-ratelimit-input-tokens-remaining'), '95');
	assert.equal(headers.get('anthropic-ratelimit-output-tokens-remaining'), '47');
	assert.equal(headers.get('anthropic-ratelimit-tokens-remaining'), '142');
});

test('a mistral key without any allowance shows a limit of 0 and never works', async (t) => {
	const {clock, complete} = await startVendor(t, 'mistral', {limits: {requestsPerMinute: 0}});
	for (let minute = 0; minute < 2; minute++) {
		const answer = await complete();
		assert.equal(answer.status, 429);
		assert.equal(answer.headers.get('x-ratelimit-limit-req-minute'), '0');
		await clock.advance(60_000);
	}
});

test('deepseek limits how many calls run at once, and says no deadline', async (t) => {
	const vendor = await startVendor(t, 'deepseek', {limits: {concurrency: 1}, latencyMs: 1000}, () => 0.5);
	const {clock, complete} = vendor;
	const running = complete();
	await arrived(vendor, 1);
	const crowded = complete();
	await arrived(vendor, 2);
	await clock.advance(1000);
	assert.equal((await running).status, 200);
	assert.equal((await crowded).status, 429);
	assert.deepEqual(limitHeadersOf(await crowded), {});
	const later = complete();
	await arrived(vendor, 3);
	await clock.advance(1000);
	assert.equal((await later).status, 200);
});

test('a throttled key throttles its account for the time given, for the models given, and then works again', async (t) => {
	const {simulator, clock, complete} = await startVendor(t, 'openai', {
		account: 'acme',
		limits: {requestsPerMinute: 60},
	});
	simulator.change({vendor: 'openai', add: [{key: 'sk-second', account: 'acme', limits: {requestsPerMinute: 60}}]});
	simulator.change({
		vendor: 'openai',
		keys: {label: 'it'},
		behaviour: {kind: 'throttled', forMs: 90_000, models: ['gpt-4o']},
	});
	const answer = await complete({model: 'gpt-4o'});
	assert.equal(answer.status, 429);
	assert.equal(answer.headers.get('retry-after'), '90');
	assert.equal((await complete({model: 'gpt-4o', key: 'sk-second'})).status, 429);
	assert.equal((await complete()).status, 200);
	await clock.advance(90_000);
	assert.equal((await complete({model: 'gpt-4o'})).status, 200);
});

test('a throttle is over when the key is made valid', async (t) => {
	const {simulator, complete} = await startVendor(t, 'gemini', {behaviour: 'throttled'});
	assert.equal((await complete()).status, 429);
	simulator.change({vendor: 'gemini', keys: {label: 'it'}, behaviour: 'valid'});
	assert.equal((await complete()).status, 200);
});
