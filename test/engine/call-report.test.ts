import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {type CallReport, reportedOutcome} from '../../source/engine/call-report.ts';

const cases: readonly {readonly says: string; readonly report: CallReport; readonly gives: string}[] = [
	{says: 'nothing', report: {}, gives: '200'},
	{says: 'only tokens', report: {tokens: 5}, gives: '200'},
	{says: 'a status of 429', report: {status: 429}, gives: '429'},
	{says: 'a status of 204', report: {status: 204}, gives: '204'},
	{says: 'that it went wrong', report: {ok: false}, gives: 'unexplained'},
	{says: 'an error that begins with its status', report: {error: '401 Incorrect API key provided'}, gives: '401'},
	{says: 'an error that ends in its status', report: {error: 'Request failed with status code 529'}, gives: '529'},
	{says: "the vendor's own error body", report: {status: 400, error: {error: {code: 'x'}}}, gives: '400'},
	{says: 'a refused connection', report: {error: 'connect ECONNREFUSED 127.0.0.1:443'}, gives: 'unreachable'},
	{says: 'a timeout', report: {error: 'Request timed out.'}, gives: 'timeout'},
	{says: 'a broken connection', report: {error: 'socket hang up'}, gives: 'closed'},
	{says: 'an abort', report: {error: 'AbortError: This operation was aborted'}, gives: 'cancelled'},
	{says: 'an error of no known kind', report: {error: 'boom'}, gives: 'unexplained'},
	{says: 'a number that is no status', report: {error: 'retry after 500 ms'}, gives: 'unexplained'},
	{says: 'success in spite of words', report: {ok: true, error: 'a warning'}, gives: '200'},
];

describe('a caller that reports', () => {
	for (const {says, report, gives} of cases) {
		test(`${says} tells ${gives}`, () => {
			const {outcome} = reportedOutcome(report, 1000);
			assert.equal(outcome.kind === 'answered' ? String(outcome.status) : outcome.failure, gives);
			assert.equal(outcome.timing.at, 1000);
		});
	}

	test("the vendor's headers has them read, whatever their spelling", () => {
		const {outcome} = reportedOutcome({status: 429, headers: {'Retry-After': '90'}}, 0);
		assert.deepEqual(outcome.kind === 'answered' && {...outcome.headers}, {'retry-after': '90'});
	});

	test('tokens has them counted, as a sum or apart', () => {
		assert.equal(reportedOutcome({tokens: 7}, 0).usage?.inputTokens, 7);
		const apart = reportedOutcome({tokens: {input: 2, output: 3}}, 0).usage;
		assert.deepEqual([apart?.inputTokens, apart?.outputTokens], [2, 3]);
		assert.equal(reportedOutcome({}, 0).usage, undefined);
	});
});
