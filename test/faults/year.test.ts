import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {snapshotsOf} from '../../source/stores/snapshots.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {storeSizes} from '../../source/stores/store-health.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {day, entry, hour, minute} from '../stores/samples.ts';
import {printTable} from './print-table.ts';

const keys = Array.from({length: 20}, (_, index) => `k1_yvuxyhl3tntcudk6vkgojza${100 + index}`);
/** Stated in docs/state.md. */
const mostBytes = 150e6;

test('a year of traffic of 20 keys stays under 150 MB, and what is past its time is gone', async (t) => {
	const folder = mkdtempSync(join(tmpdir(), 'keydeck-year-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const file = join(folder, 'home', 'keydeck.sqlite');
	const began = Date.UTC(2026, 0, 1);
	const clock = new SimulatedClock(began);
	const store = openSqliteStore({file, clock});
	let given = 0;
	/** Entries of all keys at one time; every key has one in each span, whatever the rest. */
	const traffic = async (at: number, perKey: number): Promise<void> => {
		for (let turn = 0; turn < perKey; turn += 1) {
			for (const kid of keys) store.record(entry(kid, at + turn, {latencyMs: 800 + (given % 700), costUsd: 0.0123}));
			given += keys.length;
		}
		if (given % 5000 < keys.length * perKey) await store.flush();
	};
	const end = began + 365 * day;
	const lastDay = end - day;
	// Sums do not grow with traffic, so that a call per key and hour makes as many of them as a thousand.
	for (let at = began; at < end - 7 * day; at += hour) {
		await traffic(at, 1);
		if (at % day === 0) await store.prune(at);
	}
	for (let at = end - 7 * day; at < end; at += minute) {
		// The last day is so busy that the number of entries is what bounds them.
		await traffic(at, at < lastDay ? 1 : 10);
		if (at % hour === 0) await store.prune(at);
	}
	await store.prune(end);
	await store.flush();
	const hours = await store.rollUps({span: 'hour', since: 0});
	const minutes = await store.rollUps({span: 'minute', since: 0});
	const entries = await store.history({limit: 1e6});
	assert.ok((hours[0]?.at ?? 0) >= end - 90 * day - hour);
	assert.equal(hours.length, keys.length * 90 * 24);
	assert.ok((minutes[0]?.at ?? 0) >= end - 7 * day - minute);
	assert.equal(minutes.length, keys.length * 7 * 1440);
	assert.ok(entries.length <= 202_000 && entries.length >= 199_000, `${entries.length} entries`);
	const took = performance.now();
	await store.close();
	const closed = performance.now() - took;
	const next = openSqliteStore({file, clock: new SimulatedClock(end + 2 * day)});
	const snapshotBegan = performance.now();
	await next.close();
	const snapshotMs = performance.now() - snapshotBegan;
	const {bytes} = storeSizes(file);
	assert.ok(bytes < mostBytes, `${bytes} bytes`);
	printTable('a year of 20 keys', [
		['entries given', given],
		['entries kept', entries.length],
		['sums of minutes kept', minutes.length],
		['sums of hours kept', hours.length],
		['size of the store', `${(bytes / 1e6).toFixed(1)} MB`],
		['size of a snapshot', `${((snapshotsOf(file)[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB`],
		['time of a snapshot, checked', `${Math.round(snapshotMs)} ms`],
		['time to close', `${Math.round(closed)} ms`],
	]);
});
