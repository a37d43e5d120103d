import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {OutcomeFailed} from '../../source/domain/outcome.ts';
import {verdictKinds} from '../../source/domain/verdict.ts';
import {createProviders} from '../../source/providers/index.ts';
import type {Asked} from '../../source/providers/provider.ts';
import {at} from './rows.ts';

const providers = [...createProviders(new Map()).values()];
const asked: Asked = {by: 'call', model: 'm', request: 'POST /x'};

test('a call without an answer is never the key’s fault, whatever the vendor', () => {
	const expected = {
		timeout: ['timeout', 'no answer in time: headers timeout after 10000 ms'],
		unreachable: ['unreachable', 'not reached: headers timeout after 10000 ms'],
		cancelled: ['cancelled', 'cancelled: headers timeout after 10000 ms'],
		closed: ['upstream-failed', 'connection closed before the answer was whole: headers timeout after 10000 ms'],
		unexplained: ['upstream-failed', 'reported as failed, without a status: headers timeout after 10000 ms'],
	} as const;
	for (const provider of providers) {
		for (const [failure, [verdict, evidence]] of Object.entries(expected)) {
			const reading = provider.read(
				{
					kind: 'failed',
					failure: failure as OutcomeFailed['failure'],
					detail: 'headers timeout after 10000 ms',
					timing: {at, latencyMs: 10_000},
				},
				asked,
			);
			assert.deepEqual(reading, {verdict: {kind: verdict}, proof: 'none', evidence, limits: [], latencyMs: 10_000, at});
		}
	}
});

test('thousands of random answers throw nothing and always give a known verdict', () => {
	const random = dice(20261122);
	const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
	const before = Object.keys(Object.prototype);
	for (let round = 0; round < 3000; round += 1) {
		const status = random() < 0.9 ? pick(statuses) : Math.floor(random() * 1000);
		const headers = Object.fromEntries(Array.from({length: 5}, () => [pick(headerNames), pick(headerValues)]));
		const body = pick(bodyForms)(JSON.stringify(randomValue(random, 4)) ?? '', random);
		const by = pick(['probe', 'deep-probe', 'call'] as const);
		const question: Asked = {by, request: 'GET /x', ...(by !== 'probe' && random() < 0.8 && {model: 'm'})};
		const provider = pick(providers);
		const timing = {at, latencyMs: 5};
		const reading = provider.read({kind: 'answered', status, headers, body, timing}, question);
		const context = `${provider.name} ${status} ${JSON.stringify(headers)} ${body.slice(0, 300)}`;
		assert.ok(verdictKinds.includes(reading.verdict.kind), context);
		assert.ok([...reading.evidence].length <= 160 && !/\p{Cc}/u.test(reading.evidence), context);
		assert.equal(reading.verdict.kind !== 'ok' && reading.proof !== 'none', false, context);
		for (const limit of reading.limits) assert.ok(Number.isFinite(limit.limit) && limit.limit >= 0, context);
		if (reading.verdict.kind === 'throttled' && reading.verdict.retryAt !== undefined) {
			const waitMs = reading.verdict.retryAt - at;
			assert.ok(waitMs >= 1000 && waitMs <= 3_600_000, context);
		}
	}
	assert.deepEqual(Object.keys(Object.prototype), before);
});

test('a body of nothing but brackets, longer than anyone looks, is survived', () => {
	for (const provider of providers) {
		const body = '['.repeat(200_000);
		const reading = provider.read(
			{kind: 'answered', status: 400, headers: {}, body, timing: {at, latencyMs: 5}},
			asked,
		);
		assert.equal(reading.verdict.kind, 'caller-fault');
		assert.equal(reading.evidence, '400 POST /x');
	}
});

test('the status an SDK puts before its words is told once', () => {
	for (const provider of providers) {
		for (const [body, evidence] of [
			['429 slow down', '429 slow down'],
			['Error: 429 Slow down. Later.', '429 Slow down'],
			['4291 things', '429 4291 things'],
		] as const) {
			const outcome = {kind: 'answered', status: 429, headers: {}, body, timing: {at, latencyMs: 5}} as const;
			assert.equal(provider.read(outcome, asked).evidence, evidence);
		}
	}
});

/** Random numbers from 0 to 1 that are the same on every run. */
function dice(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

const statuses = [
	200, 200, 204, 301, 400, 401, 402, 403, 404, 407, 408, 409, 413, 422, 429, 429, 498, 499, 500, 503, 504, 529,
];
const headerNames = [
	'retry-after',
	'retry-after-ms',
	'x-ratelimit-limit-requests',
	'x-ratelimit-remaining-requests',
	'x-ratelimit-reset-requests',
	'x-ratelimit-limit-req-minute',
	'anthropic-ratelimit-tokens-limit',
	'anthropic-ratelimit-tokens-reset',
	'x-ratelimit-reset',
	'date',
	'openai-organization',
	'__proto__',
];
const headerValues = [
	'',
	'0',
	'-1',
	'5',
	'1e9',
	'6m0s',
	'9'.repeat(40),
	'NaN',
	'Infinity',
	'2026-11-22T15:00:00Z',
	'x',
	'\u001b[31m',
];
const words = [
	'error',
	'message',
	'type',
	'code',
	'details',
	'error_code',
	'status',
	'detail',
	'object',
	'metadata',
	'error_type',
	'usage',
	'data',
	'response',
	'delta',
	'finish_reason',
	'choices',
	'@type',
	'violations',
	'quotaId',
	'retryDelay',
	'is_available',
	'balance_infos',
	'limit_remaining',
	'valid',
	'__proto__',
	'constructor',
	'toString',
];
const values = [
	'error',
	'authentication_error',
	'invalid_request_error',
	'rate_limit_exceeded',
	'type.googleapis.com/google.rpc.QuotaFailure',
	'PerDay',
	'Please try again in 9s',
	'sk-abc',
	'',
	'\u0000',
	'48s',
	'ERROR',
	'You have reached your specified API usage limits. You will regain access on 2026-99-99',
	0,
	-1,
	1e308,
	429,
	true,
	false,
	null,
];
const bodyForms: readonly ((json: string, random: () => number) => string)[] = [
	(json) => json,
	(json) => `{"error":${json}}`,
	(json) => `{"type":"error","error":${json}}`,
	(json) => `data: ${json}\n\nevent: error\ndata: ${json}\r\n\r\n`,
	(json, random) => json.slice(0, Math.floor(random() * json.length)),
	(json) => `<html>${json}`,
	() => '',
	() => '['.repeat(5000),
];

function randomValue(random: () => number, depth: number): unknown {
	const choice = random();
	if (depth === 0 || choice < 0.3) return values[Math.floor(random() * values.length)];
	if (choice < 0.4) return Array.from({length: 3}, () => randomValue(random, depth - 1));
	const entries = Array.from({length: 5}, () => [
		words[Math.floor(random() * words.length)],
		randomValue(random, depth - 1),
	]);
	return Object.fromEntries(entries);
}
