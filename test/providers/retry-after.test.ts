import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {nextDay, nextMidnight, nextMonday, nextMonth} from '../../source/providers/calendar.ts';
import {resetsIn} from '../../source/providers/limit-headers.ts';
import {openaiLimits} from '../../source/providers/openai.ts';
import {deadlineOf, durationMs, instantOf} from '../../source/providers/retry-after.ts';
import {at} from './rows.ts';

const hour = 3_600_000;

describe('the deadline of a refusal', () => {
	const rows: readonly {
		name: string;
		headers?: Record<string, string>;
		stated?: {wait: string; rule: string};
		message?: string;
		waitMs: number | undefined;
		rule?: string;
	}[] = [
		{name: 'nothing is said', waitMs: undefined},
		{name: 'seconds', headers: {'retry-after': '90'}, waitMs: 90_000, rule: 'retry-after: 90'},
		{name: 'seconds with a fraction', headers: {'retry-after': '2.5'}, waitMs: 2500},
		{name: 'milliseconds win over seconds', headers: {'retry-after-ms': '2902.4', 'retry-after': '3'}, waitMs: 2903},
		{name: 'a date', headers: {'retry-after': 'Sun, 22 Nov 2026 14:01:30 GMT'}, waitMs: 90_000},
		{
			name: 'a date counts from the vendor’s own clock',
			headers: {'retry-after': 'Sun, 22 Nov 2026 15:00:20 GMT', date: 'Sun, 22 Nov 2026 15:00:00 GMT'},
			waitMs: 20_000,
		},
		{name: 'a date that is over', headers: {'retry-after': 'Sun, 22 Nov 2026 13:00:00 GMT'}, waitMs: undefined},
		{name: 'zero', headers: {'retry-after': '0'}, waitMs: undefined},
		{name: 'a negative wait', headers: {'retry-after': '-5'}, waitMs: undefined},
		{name: 'more than a timer can hold', headers: {'retry-after': '2147484'}, waitMs: undefined},
		{name: 'words', headers: {'retry-after': 'soon'}, waitMs: undefined},
		{name: 'a lax date is no date', headers: {'retry-after': 'sk-secret 2030'}, waitMs: undefined},
		{name: 'a doubled header', headers: {'retry-after': '5, 7'}, waitMs: undefined},
		{
			name: 'longer than an hour is asked again after an hour',
			headers: {'retry-after': '7200'},
			waitMs: hour,
			rule: 'retry-after: 7200, asked again after 1 h',
		},
		{name: 'shorter than a second is a second', headers: {'retry-after-ms': '40'}, waitMs: 1000},
		{
			name: 'a useless retry-after gives way to the reset of the full window',
			headers: {'retry-after': '0', 'x-ratelimit-reset-requests': '6m0s'},
			waitMs: 360_000,
			rule: 'x-ratelimit-reset-requests: 6m0s',
		},
		{
			name: 'of two full windows the later counts',
			headers: {
				'x-ratelimit-remaining-requests': '0',
				'x-ratelimit-reset-requests': '2s',
				'x-ratelimit-remaining-tokens': '0',
				'x-ratelimit-reset-tokens': '30s',
			},
			waitMs: 30_000,
		},
		{
			name: 'a window with room does not count while the body says better',
			headers: {'x-ratelimit-remaining-tokens': '500', 'x-ratelimit-reset-tokens': '50s'},
			message: 'Please try again in 2.9s.',
			waitMs: 2900,
			rule: '"try again in 2.9s"',
		},
		{
			name: 'when no window is full and nothing else is said, the first to reset',
			headers: {
				'x-ratelimit-remaining-requests': '5',
				'x-ratelimit-reset-requests': '2s',
				'x-ratelimit-remaining-tokens': '500',
				'x-ratelimit-reset-tokens': '50s',
			},
			waitMs: 2000,
		},
		{
			name: 'a field of the body',
			stated: {wait: '48s', rule: 'retryDelay 48s'},
			waitMs: 48_000,
			rule: 'retryDelay 48s',
		},
		{name: 'Gemini’s words', message: 'Please retry in 48.939935699s.', waitMs: 48_940},
		{name: 'a Go duration in words', message: 'Please try again in 1h0m0.5s', waitMs: hour},
		{name: 'milliseconds in words', message: 'Please try again in 1250ms. Bye', waitMs: 1250},
		{name: 'spelled out seconds', message: 'Please try again in 20 seconds.', waitMs: 20_000},
		{name: 'words without a number', message: 'Please try again in a while.', waitMs: undefined},
	];
	for (const {name, headers = {}, stated, message = '', waitMs, rule} of rows) {
		test(name, () => {
			const resets = resetsIn(headers, openaiLimits, at);
			const deadline = deadlineOf({headers, resets, message, now: at, ...(stated && {stated})});
			assert.equal(deadline === undefined ? undefined : deadline.at - at, waitMs);
			if (rule !== undefined) assert.equal(deadline?.rule, rule);
		});
	}
});

test('durations of Go, protobuf and plain seconds are read, nothing else', () => {
	const durations: readonly [string, number | undefined][] = [
		['6m0s', 360_000],
		['120ms', 120],
		['12ms', 12],
		['0s', 0],
		['23m16.298s', 1_396_298],
		['24h0m0s', 86_400_000],
		['2m59.56s', 179_560],
		['7.66s', 7660],
		['48.9s', 48_900],
		['1d', 86_400_000],
		['30', 30_000],
		['1.5', 1500],
		['', undefined],
		['s', undefined],
		['6 m', undefined],
		['-6s', undefined],
		['6m0', undefined],
		['1e3', undefined],
	];
	for (const [text, expected] of durations) {
		const found = durationMs(text);
		assert.equal(found === undefined ? undefined : Math.round(found), expected, text);
	}
});

test('a reset is a time, a duration or seconds or milliseconds since 1970', () => {
	assert.equal(instantOf('2026-11-22T14:00:16Z', at), at + 16_000);
	assert.equal(instantOf('2026-11-22T06:00:16-08:00', at), at + 16_000);
	assert.equal(instantOf('16s', at), at + 16_000);
	assert.equal(instantOf('16', at), at + 16_000);
	assert.equal(instantOf(String((at + 16_000) / 1000), at), at + 16_000);
	assert.equal(instantOf(String(at + 16_000), at), at + 16_000);
	assert.equal(instantOf('2026-13-45T99:99:99Z', at), undefined);
	assert.equal(instantOf('tomorrow', at), undefined);
	// No date can say these, and nobody could be shown them.
	for (const absurd of ['9'.repeat(20), '1'.repeat(400), '99999999999999999h', '8640000000000001'])
		assert.equal(instantOf(absurd, at), undefined, absurd);
});

test('days, weeks and months end at midnight UTC', () => {
	assert.equal(nextDay(at), Date.UTC(2026, 10, 23));
	assert.equal(nextMonday(at), Date.UTC(2026, 10, 23));
	assert.equal(nextMonday(Date.UTC(2026, 10, 23)), Date.UTC(2026, 10, 30));
	assert.equal(nextMonth(at), Date.UTC(2026, 11, 1));
	assert.equal(nextMonth(Date.UTC(2026, 11, 31, 23)), Date.UTC(2027, 0, 1));
});

test('midnight in California is found in winter, in summer and across both changes', () => {
	const zone = 'America/Los_Angeles';
	assert.equal(nextMidnight(Date.UTC(2026, 10, 22, 14), zone), Date.UTC(2026, 10, 23, 8));
	assert.equal(nextMidnight(Date.UTC(2026, 6, 1, 14), zone), Date.UTC(2026, 6, 2, 7));
	// Summer time begins on 8 March 2026 at 02:00 and ends on 1 November 2026 at 02:00.
	assert.equal(nextMidnight(Date.UTC(2026, 2, 8, 9), zone), Date.UTC(2026, 2, 9, 7));
	assert.equal(nextMidnight(Date.UTC(2026, 10, 1, 8), zone), Date.UTC(2026, 10, 2, 8));
	assert.equal(nextMidnight(Date.UTC(2026, 10, 23, 7, 59, 59, 999), zone), Date.UTC(2026, 10, 23, 8));
});
