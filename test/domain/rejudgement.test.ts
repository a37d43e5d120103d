import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {judge} from '../../source/domain/judgement.ts';
import type {Reason} from '../../source/domain/key.ts';
import type {LimitReading} from '../../source/domain/limit.ts';
import type {Verdict} from '../../source/domain/verdict.ts';
import {because, benchOf, caseOf, now, readingOf, subjects} from './cases.ts';
import {gist, gists} from './gist.ts';

describe('a refused key', () => {
	const refused: Verdict = {kind: 'rejected', scope: 'key', leaked: false};
	const suspicion = benchOf('key', 'cooling', {
		because: because('rejected', {at: now - 1500}),
		since: now - 1500,
		until: now + 28_500,
	});

	test('asks for a second, independent opinion', () => {
		assert.equal(judge(caseOf(refused)).confirm, true);
	});

	test('is invalid once refused again, since the first refusal', () => {
		const {changes, confirm} = judge(caseOf(refused, [suspicion]));
		assert.deepEqual(changes.map(gist), [{rests: 'key', kind: 'invalid', stated: false, times: 1}]);
		assert.equal(changes[0]?.bench.since, suspicion.since);
		assert.equal(confirm, false);
	});

	test('is not confirmed by a call that was under way at the first refusal, and no further probe is asked for', () => {
		const late = caseOf(refused, [suspicion], {reading: readingOf(refused, {latencyMs: 5000})});
		assert.deepEqual(judge(late), {changes: [], confirm: false});
	});

	test('stays invalid as it is when refused once more', () => {
		assert.deepEqual(judge(caseOf(refused, [benchOf('key', 'invalid')])), {changes: [], confirm: false});
	});

	test('is not asked again while a person has switched it off', () => {
		assert.deepEqual(judge(caseOf(refused, [benchOf('key', 'disabled')])), {changes: [], confirm: false});
	});

	test('carries no rule of a backoff, for its rest is the wait for the second opinion', () => {
		assert.equal(judge(caseOf(refused)).changes[0]?.bench.because.rule, undefined);
	});
});

describe('a bench that is there already', () => {
	const throttled: Verdict = {kind: 'throttled', scope: 'key', retryAt: now + 20_000};
	for (const kind of ['disabled', 'draining', 'invalid', 'exhausted', 'forbidden'] as const) {
		test(`${kind} is not overwritten by a throttle`, () => {
			assert.deepEqual(gists(caseOf(throttled, [benchOf('key', kind)])), []);
		});
	}

	test('an ejection is overwritten by a throttle, for that one is a fact', () => {
		const changes = gists(caseOf(throttled, [benchOf('key', 'ejected')]));
		assert.deepEqual(changes, [{rests: 'key', kind: 'cooling', for: 20_000, stated: true, times: 1}]);
	});

	test('exhausted beats cooling on the same account', () => {
		const cooling = benchOf('account', 'cooling', {until: now + 5000});
		assert.deepEqual(gists(caseOf({kind: 'exhausted', scope: 'account'}, [cooling])), [
			{rests: 'account', kind: 'exhausted', stated: false, times: 1},
		]);
	});

	test('a throttle after its rest is the second in a row', () => {
		const before = benchOf('account-model', 'cooling', {recovery: {stage: 'trial', goodCalls: 0}, until: now - 100});
		assert.deepEqual(gists(caseOf({kind: 'throttled', scope: 'model'}, [before])), [
			{rests: 'account-model', kind: 'cooling', for: 6000, stated: false, times: 2},
		]);
	});

	test('a call that was under way when the rest began is no second throttle', () => {
		const before = benchOf('account-model', 'cooling', {since: now - 100, until: now + 20_000});
		const late: Verdict = {kind: 'throttled', scope: 'model', retryAt: now + 10_000};
		assert.deepEqual(gists(caseOf(late, [before])), []);
	});

	test('but it may tell of a later deadline', () => {
		const before = benchOf('account-model', 'cooling', {since: now - 100, until: now + 20_000});
		const late: Verdict = {kind: 'throttled', scope: 'model', retryAt: now + 25_000};
		assert.deepEqual(gists(caseOf(late, [before])), [
			{rests: 'account-model', kind: 'cooling', for: 25_000, stated: true, times: 1},
		]);
	});

	test('a throttle without a deadline does not end a rest before the time the vendor named', () => {
		const before = benchOf('account-model', 'cooling', {since: now - 100, until: now + 40_000, stated: true});
		assert.deepEqual(gists(caseOf({kind: 'throttled', scope: 'model'}, [before])), []);
		const guessed = {...before, stated: false, until: now + 1000};
		assert.equal(judge(caseOf({kind: 'throttled', scope: 'model'}, [guessed])).changes.length, 1);
	});

	test('a change carries the next version and keeps the beginning of the same trouble', () => {
		const before = benchOf('account', 'exhausted');
		const [change] = judge(caseOf({kind: 'exhausted', scope: 'account'}, [before])).changes;
		assert.equal(change?.bench.version, 4);
		assert.equal(change?.bench.since, before.since);
	});
});

describe('a good answer that says the window is used up', () => {
	const limit: LimitReading = {
		kind: 'requests-minute',
		limit: 60,
		remaining: 0,
		resetAt: now + 15_000,
		at: now,
		from: 'x-ratelimit-remaining-requests',
	};
	const used = (...limits: LimitReading[]) => caseOf({kind: 'ok'}, [], {reading: readingOf({kind: 'ok'}, {limits})});

	test('rests the group before a call fails, until the reset', () => {
		const [change] = judge(used(limit)).changes;
		assert.deepEqual(gist(change), {rests: 'account-model', kind: 'cooling', for: 15_000, stated: true, times: 1});
		const expected: Partial<Reason> = {
			cause: 'ok',
			evidence: 'all 60 requests a minute are used',
			rule: 'x-ratelimit-remaining-requests',
		};
		assert.deepEqual({...change?.bench.because, ...expected}, change?.bench.because);
	});

	test('takes the latest reset of several', () => {
		const later = {...limit, kind: 'tokens-minute', limit: 9000, resetAt: now + 40_000} as const;
		assert.deepEqual(gists(used(limit, later)), [
			{rests: 'account-model', kind: 'cooling', for: 40_000, stated: true, times: 1},
		]);
	});

	const harmless: readonly [string, Partial<LimitReading>][] = [
		['with something left', {remaining: 1}],
		['reset already', {resetAt: now - 1}],
		['without a reset time', {resetAt: undefined as never}],
		['that has a limit of 0, which is a window the account has not', {limit: 0}],
	];
	for (const [name, more] of harmless) {
		test(`a window ${name} rests nobody`, () => assert.deepEqual(gists(used({...limit, ...more})), []));
	}
});

describe('a reason', () => {
	test('keeps the fact a person can check', () => {
		const verdict: Verdict = {kind: 'throttled', scope: 'model', retryAt: now + 90_000};
		const reading = readingOf(verdict, {
			status: 429,
			code: 'rate_limit_exceeded',
			requestId: 'req_1',
			rule: 'retry-after: 90',
		});
		const [change] = judge(caseOf(verdict, [], {reading})).changes;
		assert.deepEqual(change?.bench.because, {
			cause: 'throttled',
			evidence: 'words of throttled',
			rule: 'retry-after: 90',
			status: 429,
			code: 'rate_limit_exceeded',
			requestId: 'req_1',
			model: 'gpt-4o',
			from: 'call',
			at: now,
		});
	});

	test('names the step of the backoff when the vendor gave no deadline', () => {
		const [change] = judge(caseOf({kind: 'throttled', scope: 'model'})).changes;
		assert.equal(change?.bench.because.rule, 'no deadline given, step 1 of backoff');
	});

	test('is about the subject of the call', () => {
		const [change] = judge(caseOf({kind: 'throttled', scope: 'model'})).changes;
		assert.deepEqual(change?.bench.subject, subjects['account-model']);
	});
});
