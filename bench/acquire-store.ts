import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {systemClock} from '../source/clock.ts';
import type {LimitCheck} from '../source/domain/limit.ts';
import {createMemoryStore} from '../source/stores/memory-store.ts';
import {openSqliteStore} from '../source/stores/sqlite-store.ts';
import type {Store} from '../source/stores/store.ts';
import {median, nowMs, printTable, spread} from './measure.ts';

const runs = 5;
const leases = 50_000;
/** Wide enough that nothing is refused: what is measured is granting. */
const checks: readonly LimitCheck[] = [
	{id: 'account openai own gpt-4o requests-minute', capacity: 1e9, refillMs: 1, cost: 1},
	{id: 'key k1_a concurrency', capacity: 8, refillMs: 0, cost: 1},
];

/** Leases reserved and released a second in one process, against a rate and a concurrency window. Goal: above 200,000. */
export async function benchAcquireStore(): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-bench-'));
	const stores = {
		memory: createMemoryStore(),
		sqlite: openSqliteStore({file: join(folder, 'keydeck.sqlite'), clock: systemClock}),
	};
	const rows = [['store', 'leases/s', 'spread']];
	for (const [name, store] of Object.entries(stores)) {
		const samples: number[] = [];
		for (let run = 0; run <= runs; run += 1) {
			const perSecond = await leasesPerSecond(store, run);
			// The first run warms the code up.
			if (run > 0) samples.push(perSecond);
		}
		rows.push([name, median(samples).toFixed(0), spread(samples)]);
		await store.close();
	}
	await rm(folder, {recursive: true});
	printTable(`reserve and release, two windows, median of ${runs} runs of ${leases}`, rows);
}

async function leasesPerSecond(store: Store, run: number): Promise<number> {
	const start = nowMs();
	for (let index = 0; index < leases; index += 1) {
		const now = systemClock.now();
		const leaseId = `${run} ${index}`;
		const offers = [{kid: 'k1_a', checks}];
		await store.reserve({
			leaseId,
			provider: 'openai',
			model: 'gpt-4o',
			servedBy: 'gpt-4o',
			now,
			expiresAt: now + 60_000,
			offers,
		});
		await store.release(leaseId, now);
	}
	return (leases * 1000) / (nowMs() - start);
}
