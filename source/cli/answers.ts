import type {TestResult, WhyAnswer} from '../engine/deck.ts';
import {isoOrNull} from '../engine/reports.ts';
import {isoTime} from '../format.ts';

/** What `keydeck test --json` and `keydeck check --json` print. */
type TestReport = {
	readonly timestamp: string;
	/** Every key is ok. */
	readonly ok: boolean;
	readonly results: readonly Omit<TestResult, 'kid'>[];
};

/** What `keydeck why <model> --json` prints. */
type WhyReport = {
	readonly model: string;
	/** Null when no key can serve now. */
	readonly pick: WhyAnswer['pick'];
	readonly skipped: readonly {readonly label: string; readonly reason: string; readonly until: string | null}[];
};

/** The results of one test run; kids stay inside. */
export function testReport(results: readonly TestResult[], now: number): TestReport {
	return {
		timestamp: isoTime(now),
		ok: results.every((result) => result.ok),
		results: results.map(({kid: _, ...result}) => result),
	};
}

/** Who would serve a model now, and why the others would not. */
export function whyReport(answer: WhyAnswer): WhyReport {
	return {
		model: answer.model,
		pick: answer.pick,
		skipped: answer.skipped.map(({label, reason, until}) => ({label, reason, until: isoOrNull(until)})),
	};
}
