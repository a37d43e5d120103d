import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {type Blame, blameOf, countsAs, type Verdict, verdictKinds} from '../../source/domain/verdict.ts';

const rows: readonly [Verdict, Blame, ReturnType<typeof countsAs>][] = [
	[{kind: 'ok'}, 'nobody', 'success'],
	[{kind: 'throttled', scope: 'key'}, 'key', 'failure'],
	[{kind: 'throttled', scope: 'account'}, 'account', 'failure'],
	[{kind: 'throttled', scope: 'model'}, 'account', 'failure'],
	[{kind: 'throttled', scope: 'model', retryAt: 1}, 'account', 'neither'],
	[{kind: 'exhausted', scope: 'account'}, 'account', 'failure'],
	[{kind: 'exhausted', scope: 'model', until: 1}, 'account', 'failure'],
	[{kind: 'rejected', scope: 'key', leaked: false}, 'key', 'failure'],
	[{kind: 'rejected', scope: 'account', leaked: false}, 'account', 'failure'],
	[{kind: 'forbidden', model: 'gpt-4o'}, 'key', 'failure'],
	[{kind: 'overloaded', scope: 'provider'}, 'provider', 'failure'],
	[{kind: 'upstream-failed'}, 'provider', 'failure'],
	[{kind: 'timeout'}, 'provider', 'failure'],
	[{kind: 'unreachable'}, 'our network', 'neither'],
	[{kind: 'caller-fault'}, 'caller', 'neither'],
	[{kind: 'cancelled'}, 'caller', 'neither'],
];

describe('a verdict', () => {
	for (const [verdict, blame, counted] of rows) {
		test(`${JSON.stringify(verdict)} blames ${blame} and counts as ${counted}`, () => {
			assert.equal(blameOf(verdict), blame);
			assert.equal(countsAs(verdict), counted);
		});
	}

	test('of each kind is in the table', () => {
		assert.deepEqual([...new Set(rows.map(([{kind}]) => kind))].sort(), [...verdictKinds].sort());
	});
});
