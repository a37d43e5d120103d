import {type Bench, type Subject, subjectId} from './bench.ts';
import type {BenchChange, Case} from './judgement.ts';
import type {RecoveryStage} from './key.ts';

/** Good answers a stage needs before the next one. */
const goodCallsNeeded: Readonly<Record<RecoveryStage, number>> = {trial: 1, tenth: 3, half: 3};

/** Share of the traffic a stage lets through when other keys can serve; a trial is one call at a time. */
export const stageShare: Readonly<Record<RecoveryStage, number>> = {trial: 1, tenth: 0.1, half: 0.5};

/**
 * What becomes of a bench whose deadline has passed: a forbidden thing is simply asked again, a
 * window that was used up is simply fresh, everything else goes on trial. Undefined while it rests.
 */
export function afterDeadline(bench: Bench, now: number): BenchChange | undefined {
	if (bench.until === undefined || now < bench.until || bench.recovery !== undefined) return undefined;
	if (bench.kind === 'forbidden') return {kind: 'lift', bench, why: 'its time is over, it may be asked again'};
	if (bench.because.cause === 'ok') return {kind: 'lift', bench, why: 'its window has been reset'};
	return {kind: 'place', bench: {...bench, recovery: {stage: 'trial', goodCalls: 0}, version: bench.version + 1}};
}

/** What a good answer lifts or moves on, for every subject the key stands for. */
export function afterGoodAnswer(judged: Case): BenchChange[] {
	const changes: BenchChange[] = [];
	for (const subject of subjectsOf(judged)) {
		const bench = judged.benchOf(subjectId(subject));
		const change = bench === undefined ? undefined : afterGoodAnswerOn(bench, judged);
		if (change !== undefined) changes.push(change);
	}
	return changes;
}

function subjectsOf({kid, provider, account, model}: Case): Subject[] {
	const subjects: Subject[] = [
		{level: 'network'},
		{level: 'provider', provider},
		{level: 'account', provider, account},
		{level: 'key', kid},
	];
	if (model === undefined) return subjects;
	return [
		...subjects,
		{level: 'provider-model', provider, model},
		{level: 'account-model', provider, account, model},
		{level: 'key-model', kid, model},
	];
}

function afterGoodAnswerOn(bench: Bench, judged: Case): BenchChange | undefined {
	// An answer to a call from before the rest began does not contradict it.
	if (judged.reading.at - judged.reading.latencyMs < bench.since) return undefined;
	switch (bench.kind) {
		case 'disabled':
		case 'draining':
			return undefined;
		case 'invalid':
			return {kind: 'lift', bench, why: 'the vendor accepted it again'};
		case 'exhausted':
			return showsCredit(bench, judged) ? {kind: 'lift', bench, why: 'it has credit again'} : undefined;
		case 'forbidden':
			return {kind: 'lift', bench, why: 'it was allowed again'};
		case 'cooling':
			return afterGoodAnswerWhileCooling(bench, judged);
		case 'ejected':
			return nextStage(bench);
	}
}

/** That the key is accepted says nothing of its account's credit; a balance that is told says all of its own budget. */
function showsCredit({subject}: Bench, {reading}: Case): boolean {
	if (reading.proof === 'money' || reading.proof === 'call') return true;
	return subject.level === 'key' && (reading.balance?.amount ?? 0) > 0;
}

function afterGoodAnswerWhileCooling(bench: Bench, judged: Case): BenchChange | undefined {
	if (bench.subject.level === 'network') return {kind: 'lift', bench, why: 'vendors can be reached again'};
	if (bench.because.cause === 'rejected') return {kind: 'lift', bench, why: 'asked again, the vendor accepted it'};
	if (bench.subject.level === 'provider') return nextStage(bench);
	// A free probe does not draw on the quota that a call used up, so it proves nothing about it.
	if (judged.from === 'probe' && bench.because.from !== 'probe') return undefined;
	return {kind: 'lift', bench, why: 'a call went through'};
}

/** trial → 10 % → 50 % → all. A good answer before the deadline starts the trial early. */
function nextStage(bench: Bench): BenchChange {
	const {stage, goodCalls} = bench.recovery ?? {stage: 'trial', goodCalls: 0};
	const version = bench.version + 1;
	if (goodCalls + 1 < goodCallsNeeded[stage]) {
		return {kind: 'place', bench: {...bench, recovery: {stage, goodCalls: goodCalls + 1}, version}};
	}
	if (stage === 'half') return {kind: 'lift', bench, why: 'it answers well again'};
	return {
		kind: 'place',
		bench: {...bench, recovery: {stage: stage === 'trial' ? 'tenth' : 'half', goodCalls: 0}, version},
	};
}
