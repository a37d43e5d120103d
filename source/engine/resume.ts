import type {Kid} from '../domain/key.ts';
import {dayHours} from '../domain/vitals.ts';
import type {EventHub} from '../events.ts';
import type {Store, StoredState} from '../stores/store.ts';
import type {Assessor} from './assessor.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {EngineSettings} from './options.ts';
import type {Pool} from './pools.ts';
import type {Prober} from './prober.ts';
import type {Roster} from './roster.ts';
import {tellSuccessors} from './roster-news.ts';
import {benchesFromConfig} from './switched-off.ts';

const hourMs = 3_600_000;
/** Entries that refill the rolling windows of a key. */
const rememberedEntries = 5000;
/** What was picked need not be drawn. */
const noDice = (): number => 0;

type Parts = {
	readonly settings: EngineSettings;
	readonly store: Store;
	readonly roster: Roster;
	readonly events: EventHub;
	readonly dispatcher: Dispatcher;
	readonly assessor: Assessor;
	readonly prober: Prober;
};

/** Goes on where the last engine of this home stopped. */
export async function resume(stored: StoredState, now: number, parts: Parts): Promise<void> {
	const {settings, store, roster, events, dispatcher, assessor, prober} = parts;
	const poolOf = (model: string): Pool | undefined => {
		const entry = settings.catalogue.get(model);
		return entry === undefined ? undefined : dispatcher.pool(entry);
	};
	for (const bench of stored.benches) roster.place(bench);
	const change = roster.replace(settings.keys, now);
	tellSuccessors(change.added, stored.knowledge, now, {events, store});
	await refillVitals(roster, store, now);
	restoreCounts(stored, roster, poolOf);
	await dispatcher.adoptLeases();
	await assessor.carryOut(benchesFromConfig(roster, now));
	await assessor.passDeadlines();
	await prober.resume(now);
	for (const name of settings.listedModels) poolOf(name);
	events.publish({type: 'engine.started', keys: roster.size}, now);
}

/** Refills windows, percentiles and the last day from what the store kept. */
async function refillVitals(roster: Roster, store: Store, now: number): Promise<void> {
	for (const sums of await store.rollUps({span: 'hour', since: now - dayHours * hourMs})) {
		roster.get(sums.kid)?.vitals.addToHour(sums.at, sums);
	}
	const entries = await store.history({limit: rememberedEntries});
	for (const entry of entries.toReversed()) roster.get(entry.kid)?.vitals.remember(entry);
}

/** Puts back picks and the last minute's calls of the keys that are still there. */
function restoreCounts(
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
	for (const [model, grants] of Map.groupBy(recentGrants, (grant) => grant.model)) {
		const pool = poolOf(model);
		if (pool !== undefined) restoreTurns(pool, grants);
	}
}

/** Turns go on where the last engine, or the fleet, stands: at the oldest grant, then as the others followed. */
function restoreTurns({strategy}: Pool, grants: StoredState['recentGrants']): void {
	const [oldest, ...later] = Map.groupBy(grants, ({at}) => at);
	for (const {kid, at} of oldest?.[1] ?? []) {
		strategy.picked(kid, {now: at, random: noDice});
		strategy.released(kid, at);
	}
	for (const [now, together] of later) {
		const counts = new Map<Kid, number>();
		for (const {kid} of together) counts.set(kid, (counts.get(kid) ?? 0) + 1);
		strategy.observed({picks: [...counts].map(([kid, count]) => ({kid, count})), now, inTurn: true, replicas: 1});
	}
}
