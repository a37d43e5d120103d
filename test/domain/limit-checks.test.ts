import assert from 'node:assert/strict';
import {test} from 'node:test';
import {limitChecks} from '../../source/domain/limit-checks.ts';

test('no limits are no checks', () => {
	assert.deepEqual(limitChecks('key a', undefined, 10), []);
	assert.deepEqual(limitChecks('key a', {}, 10), []);
});

test('60 a minute with a burst of 10 admits 10 at once and then one a second', () => {
	assert.deepEqual(limitChecks('key a', {requestsPerMinute: 60, burst: 10}, 500), [
		{id: 'key a requests-minute', capacity: 10, refillMs: 1000, cost: 1},
	]);
});

test('without a burst the whole minute is admitted at once', () => {
	assert.deepEqual(limitChecks('key a', {requestsPerMinute: 30}, 1), [
		{id: 'key a requests-minute', capacity: 30, refillMs: 2000, cost: 1},
	]);
});

test('tokens cost what the call is expected to use', () => {
	assert.deepEqual(limitChecks('account openai acme', {tokensPerMinute: 90_000}, 1200), [
		{id: 'account openai acme tokens-minute', capacity: 90_000, refillMs: 60_000 / 90_000, cost: 1200},
	]);
});

test('each limit is a window of its own', () => {
	const limits = {requestsPerMinute: 60, tokensPerMinute: 6000, requestsPerDay: 864, concurrency: 4};
	assert.deepEqual(limitChecks('model m', limits, 7), [
		{id: 'model m requests-minute', capacity: 60, refillMs: 1000, cost: 1},
		{id: 'model m tokens-minute', capacity: 6000, refillMs: 10, cost: 7},
		{id: 'model m requests-day', capacity: 864, refillMs: 100_000, cost: 1},
		{id: 'model m concurrency', capacity: 4, refillMs: 0, cost: 1},
	]);
});
