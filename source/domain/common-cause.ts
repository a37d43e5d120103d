import {type Bench, type Subject, subjectId} from './bench.ts';
import type {BenchChange} from './judgement.ts';

/** Throttles this close together have one cause. */
const withinMs = 5000;
/** Fewer than this many accounts may be a coincidence. */
const atLeast = 3;

/**
 * When every account of a provider was throttled within a few seconds, they share what is limited: an account
 * nobody told us of, or our own address. Then the provider rests once instead of each account.
 * `resting`: the benches of the provider's accounts; `accounts`: how many there are.
 */
export function commonCause(fresh: Bench, resting: readonly Bench[], accounts: number): BenchChange[] {
	const {subject} = fresh;
	if (fresh.because.cause !== 'throttled' || (subject.level !== 'account' && subject.level !== 'account-model'))
		return [];
	const alike = resting.filter((bench) => isAlike(bench, fresh));
	if (alike.length < atLeast || alike.length < accounts) return [];
	const shared: Subject =
		subject.level === 'account-model'
			? {level: 'provider-model', provider: subject.provider, model: subject.model}
			: {level: 'provider', provider: subject.provider};
	const evidence = `${alike.length} accounts throttled alike within seconds: ${fresh.because.evidence}`;
	const whole: Bench = {
		...fresh,
		id: subjectId(shared),
		subject: shared,
		...untilLatest(alike),
		because: {...fresh.because, evidence},
		version: 1,
	};
	return [
		{kind: 'place', bench: whole},
		...alike.map(
			(bench): BenchChange => ({kind: 'lift', bench, why: 'the vendor rests as a whole: one cause, one bench'}),
		),
	];
}

function isAlike(bench: Bench, fresh: Bench): boolean {
	return (
		bench.subject.level === fresh.subject.level &&
		bench.because.cause === 'throttled' &&
		bench.recovery === undefined &&
		bench.because.model === fresh.because.model &&
		fresh.because.at - bench.because.at <= withinMs
	);
}

function untilLatest(benches: readonly Bench[]): {readonly until?: number} {
	const times = benches.map((bench) => bench.until).filter((until) => until !== undefined);
	return times.length === 0 ? {} : {until: Math.max(...times)};
}
