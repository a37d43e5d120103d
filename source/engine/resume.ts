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
