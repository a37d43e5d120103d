import {type Bench, subjectId} from '../domain/bench.ts';
import type {BenchChange} from '../domain/judgement.ts';
import type {Kid, Reason} from '../domain/key.ts';
import {dayHours} from '../domain/vitals.ts';
import type {Store, StoredState} from '../stores/store.ts';
import type {Pool} from './pools.ts';
import type {Roster} from './roster.ts';

const hourMs = 3_600_000;
/** Entries that refill the rolling windows of a key. */
const rememberedEntries = 5000;

/** Refills windows, percentiles and the last day from what the store kept. */
export async function refillVitals(roster: Roster, store: Store, now: number): Promise<void> {
	for (const sums of await store.rollUps({span: 'hour', since: now - dayHours * hourMs})) {
		roster.get(sums.kid)?.vitals.addToHour(sums.at, sums);
	}
	const entries = await store.history({limit: rememberedEntries});
	for (const entry of entries.toReversed()) roster.get(entry.kid)?.vitals.remember(entry);
}

/** Puts back picks and the last minute's calls of the keys that are still there. */
export function restoreCounts(
	{picks, recentGrants}: Pick<StoredState, 'picks' | 'recentGrants'>,
	roster: Roster,
	poolOf: (model: string) => Pool | undefined,
): void {
	for (const {model, kid, picks: count} of picks) {
		const pool = roster.get(kid) === undefined ? undefined : poolOf(model);
		if (pool === undefined) continue;
		pool.picks.set(kid, count);
		pool.picked += count;
	}
	for (const {kid, at} of recentGrants) roster.get(kid)?.minute.add(at);
}

/** A key switched off for a reason, in place of whatever bench it had. */
export function disabledBench(kid: Kid, before: Bench | undefined, because: Reason): Bench {
	const subject = {level: 'key', kid} as const;
	const version = (before?.version ?? 0) + 1;
	return {
		id: subjectId(subject),
		subject,
		kind: 'disabled',
		since: because.at,
		stated: false,
		times: 1,
		because,
		version,
	};
}

/** Keys the configuration switches off, or no longer does. */
export function benchesFromConfig(roster: Roster, now: number): BenchChange[] {
	const changes: BenchChange[] = [];
	for (const {key} of roster.all()) {
		const before = roster.bench(subjectId({level: 'key', kid: key.kid}));
		const offByConfig = before?.kind === 'disabled' && before.because.from === 'config';
		if (key.disabled && before?.kind !== 'disabled') {
			const because: Reason = {cause: 'config', evidence: 'disabled in the configuration', from: 'config', at: now};
			changes.push({kind: 'place', bench: disabledBench(key.kid, before, because)});
		} else if (!key.disabled && offByConfig) {
			changes.push({kind: 'lift', bench: before, why: 'enabled in the configuration'});
		}
	}
	return changes;
}
