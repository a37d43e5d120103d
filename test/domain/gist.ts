import {type BenchChange, type Case, judge} from '../../source/domain/judgement.ts';
import {now} from './cases.ts';

/** What a table looks at: who rests, how, until how many ms from now, for the how-manieth time. */
export function gist(change: BenchChange | undefined): unknown {
	if (change === undefined) return 'nothing';
	const {subject, kind, until, stated, times, recovery} = change.bench;
	if (change.kind === 'lift') return {lifted: subject.level};
	const rest = until === undefined ? {} : {for: until - now};
	return {
		rests: subject.level,
		kind,
		...rest,
		stated,
		times,
		...(recovery === undefined ? {} : {stage: recovery.stage}),
	};
}

/** The gist of every change that follows from a case. */
export function gists(judged: Case): unknown[] {
	return judge(judged).changes.map(gist);
}
