import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Verdict} from '../../source/domain/verdict.ts';
import {benchOf, caseOf, now} from './cases.ts';
import {gists} from './gist.ts';

describe('a verdict on a key without a bench', () => {
	const rows: readonly [string, Verdict, unknown[], 'probe'?][] = [
		['ok changes nothing', {kind: 'ok'}, []],
		[
			'a throttle of the model rests the account for that model until the stated time',
			{kind: 'throttled', scope: 'model', retryAt: now + 20_000},
			[{rests: 'account-model', kind: 'cooling', for: 20_000, stated: true, times: 1}],
		],
		[
			'a throttle of the account rests the account for every model',
			{kind: 'throttled', scope: 'account', retryAt: now + 20_000},
			[{rests: 'account', kind: 'cooling', for: 20_000, stated: true, times: 1}],
		],
		[
			'a throttled probe, which names no model, rests the account',
			{kind: 'throttled', scope: 'account', retryAt: now + 20_000},
			[{rests: 'account', kind: 'cooling', for: 20_000, stated: true, times: 1}],
			'probe',
		],
		[
			'a throttle of the key rests the key alone',
			{kind: 'throttled', scope: 'key', retryAt: now + 20_000},
			[{rests: 'key', kind: 'cooling', for: 20_000, stated: true, times: 1}],
		],
		[
			'a throttle without a deadline backs off from 4 s, with equal jitter',
			{kind: 'throttled', scope: 'model'},
			[{rests: 'account-model', kind: 'cooling', for: 3000, stated: false, times: 1}],
		],
		[
			'a deadline that has passed already still rests a second',
			{kind: 'throttled', scope: 'model', retryAt: now - 5},
			[{rests: 'account-model', kind: 'cooling', for: 1000, stated: true, times: 1}],
		],
		[
			'no credit exhausts the account with no end',
			{kind: 'exhausted', scope: 'account'},
			[{rests: 'account', kind: 'exhausted', stated: false, times: 1}],
		],
		[
			'a used up day exhausts the account for that model until its date',
			{kind: 'exhausted', scope: 'model', until: now + 3_600_000},
			[{rests: 'account-model', kind: 'exhausted', for: 3_600_000, stated: true, times: 1}],
		],
		[
			'a first refusal is only a suspicion',
			{kind: 'rejected', scope: 'key', leaked: false},
			[{rests: 'key', kind: 'cooling', for: 30_000, stated: false, times: 1}],
		],
		[
			'a leaked key is invalid at once',
			{kind: 'rejected', scope: 'key', leaked: true},
			[{rests: 'key', kind: 'invalid', stated: false, times: 1}],
		],
		[
			'a refused account is a suspicion against the account',
			{kind: 'rejected', scope: 'account', leaked: false},
			[{rests: 'account', kind: 'cooling', for: 30_000, stated: false, times: 1}],
		],
		[
			'a forbidden model skips that model only',
			{kind: 'forbidden', model: 'gpt-4o'},
			[{rests: 'key-model', kind: 'forbidden', for: 21_600_000, stated: false, times: 1}],
		],
		[
			'a forbidden thing without a model rests the key when no model was asked for',
			{kind: 'forbidden'},
			[{rests: 'key', kind: 'forbidden', for: 21_600_000, stated: false, times: 1}],
			'probe',
		],
		['one overloaded answer is bad luck', {kind: 'overloaded', scope: 'provider'}, []],
		[
			'an overloaded model rests for everyone',
			{kind: 'overloaded', scope: 'model', retryAt: now + 9000},
			[{rests: 'provider-model', kind: 'cooling', for: 9000, stated: true, times: 1}],
		],
		['one failure of the vendor is bad luck', {kind: 'upstream-failed'}, []],
		['one timeout is bad luck', {kind: 'timeout'}, []],
		['not reaching the vendor is held against nobody', {kind: 'unreachable'}, []],
		['a fault of the caller changes nothing', {kind: 'caller-fault'}, []],
		['a cancelled call changes nothing', {kind: 'cancelled'}, []],
	];
	for (const [name, verdict, expected, from] of rows) {
		test(name, () => {
			const judged = caseOf(verdict);
			const {model: _, ...probe} = judged;
			assert.deepEqual(gists(from === undefined ? judged : {...probe, from}), expected);
		});
	}
});

describe('a vendor that fails', () => {
	const faults: readonly Verdict[] = [
		{kind: 'overloaded', scope: 'provider'},
		{kind: 'upstream-failed'},
		{kind: 'timeout'},
		{kind: 'unreachable'},
	];
	for (const verdict of faults) {
		test(`${verdict.kind} three times in a row rests the provider, not the key`, () => {
			const changes = gists(caseOf(verdict, [], {vendorFaults: 3, line: 'up'}));
			assert.deepEqual(changes, [{rests: 'provider', kind: 'cooling', for: 22_500, stated: false, times: 1}]);
		});
	}

	test('its own deadline is taken', () => {
		const verdict: Verdict = {kind: 'overloaded', scope: 'provider', retryAt: now + 7000};
		assert.deepEqual(gists(caseOf(verdict, [], {vendorFaults: 3})), [
			{rests: 'provider', kind: 'cooling', for: 7000, stated: true, times: 1},
		]);
	});

	test('one failure while on trial rests it again, longer', () => {
		const onTrial = benchOf('provider', 'cooling', {recovery: {stage: 'trial', goodCalls: 0}});
		assert.deepEqual(gists(caseOf({kind: 'timeout'}, [onTrial])), [
			{rests: 'provider', kind: 'cooling', for: 45_000, stated: false, times: 2},
		]);
	});

	test('when no vendor can be reached it is our own line that rests', () => {
		const changes = gists(caseOf({kind: 'unreachable'}, [], {vendorFaults: 9, line: 'down'}));
		assert.deepEqual(changes, [{rests: 'network', kind: 'cooling', for: 3000, stated: false, times: 1}]);
	});

	test('unreachable alone, with no other vendor to compare, is held against nobody however often', () => {
		assert.deepEqual(gists(caseOf({kind: 'unreachable'}, [], {vendorFaults: 50, line: 'unknown'})), []);
	});
});
