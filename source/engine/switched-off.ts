import {type Bench, subjectId} from '../domain/bench.ts';
import type {BenchChange} from '../domain/judgement.ts';
import type {Kid, Reason} from '../domain/key.ts';
import type {Roster} from './roster.ts';

/** `off`: unused from now on. `drain`: no new calls, what runs may finish; the same but for the word. */
export type Duty = 'on' | 'off' | 'drain';

/** What a person's switch changes; undefined when it stands that way already. */
export function dutyChange(
	kid: Kid,
	duty: Duty,
	before: Bench | undefined,
	{by, now}: {readonly by: string; readonly now: number},
): BenchChange | undefined {
	const isOff = before?.kind === 'disabled' || before?.kind === 'draining';
	if (duty === 'on') return isOff ? {kind: 'lift', bench: before, why: `enabled by ${by}`} : undefined;
	const kind = duty === 'off' ? 'disabled' : 'draining';
	return {
		kind: 'place',
		bench: offBench(kid, kind, before, {cause: 'person', evidence: `by ${by}`, from: 'person', at: now}),
	};
}

/** A key switched off for a reason, in place of whatever bench it had. */
function offBench(kid: Kid, kind: 'disabled' | 'draining', before: Bench | undefined, because: Reason): Bench {
	const subject = {level: 'key', kid} as const;
	const version = (before?.version ?? 0) + 1;
	return {id: subjectId(subject), subject, kind, since: because.at, stated: false, times: 1, because, version};
}

/** Keys the configuration switches off, or no longer does. */
export function benchesFromConfig(roster: Roster, now: number): BenchChange[] {
	const changes: BenchChange[] = [];
	for (const {key} of roster.all()) {
		const before = roster.bench(subjectId({level: 'key', kid: key.kid}));
		const offByConfig = before?.kind === 'disabled' && before.because.from === 'config';
		if (key.disabled && before?.kind !== 'disabled') {
			const because: Reason = {cause: 'config', evidence: 'disabled in the configuration', from: 'config', at: now};
			changes.push({kind: 'place', bench: offBench(key.kid, 'disabled', before, because)});
		} else if (!key.disabled && offByConfig) {
			changes.push({kind: 'lift', bench: before, why: 'enabled in the configuration'});
		}
	}
	return changes;
}
