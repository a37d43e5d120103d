import type {TestResult} from '../engine/deck.ts';
import {isoTime} from '../format.ts';

/** What `keydeck test --json` and `keydeck check --json` print. */
type TestReport = {
	readonly timestamp: string;
	/** Every key is ok. */
	readonly ok: boolean;
	readonly results: readonly Omit<TestResult, 'kid'>[];
};

/** The results of one test run; kids stay inside. */
export function testReport(results: readonly TestResult[], now: number): TestReport {
	return {
		timestamp: isoTime(now),
		ok: results.every((result) => result.ok),
		results: results.map(({kid: _, ...result}) => result),
	};
}
