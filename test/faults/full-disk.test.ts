import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {writeFileAtomically} from '../../source/config/atomic-file.ts';
import {backUp} from '../../source/stores/backup.ts';
import {snapshotsOf} from '../../source/stores/snapshots.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {openEngine} from '../helpers/engine.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {bench, entry, minute, reservation} from '../stores/samples.ts';
import {printTable} from './print-table.ts';

/** A file system of 1 MB that goes away with the test; undefined without the right to mount one. */
function smallDisk(t: TestContext): string | undefined {
	const disk = join(mkdtempSync(join(tmpdir(), 'keydeck-disk-')), 'disk');
	mkdirSync(disk);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], {stdio: 'ignore'});
	} catch {
		t.skip('a small file system can be mounted by root only');
		return undefined;
	}
	t.after(() => execFileSync('umount', [disk]));
	return disk;
}

test('on a full disk of 1 MB the store serves and says so, every file stays whole, and all is kept once there is room', async (t) => {
	const disk = smallDisk(t);
	if (disk === undefined) return;
	const clock = new SimulatedClock();
	const folder = join(disk, 'home');
	const file = join(folder, 'keydeck.sqlite');
	const pool = join(disk, 'tokenpool.json');
	const old = JSON.stringify({'gpt-4o': ['o'.repeat(100_000)]});
	await writeFileAtomically(pool, old);
	const store = openSqliteStore({file, clock});
	await store.save([{kind: 'bench-put', bench: bench('k1_before', 1)}]);
	let given = 0;
	while (store.condition().state === 'ok') {
		for (let more = 0; more < 100; more += 1) store.record(entry('k1_a', clock.now() + given + more));
		given += 100;
		await store.flush();
	}
	const condition = store.condition();
	const told = condition.state === 'degraded' ? condition.detail : '';
	assert.match(told, /cannot be written .*goes on from memory/);
	assert.equal((await store.reserve(reservation('l1', {now: clock.now()}))).granted, true);
	await store.save([{kind: 'bench-put', bench: bench('k1_during', 1)}]);
	assert.equal((await store.load(clock.now())).benches.length, 2);

	const codes = await Promise.all([
		writeFileAtomically(pool, 'n'.repeat(900_000)).then(String, ({code}: {code: string}) => code),
		backupCode(join(disk, 'a.backup'), file),
	]);
	await clock.advance(2 * minute);
	assert.deepEqual(codes, ['WRITE_FAILED', 'NO_SNAPSHOT']);
	assert.deepEqual(snapshotsOf(file), [], 'there is no room for a snapshot');
	assert.equal(readFileSync(pool, 'utf8'), old);
	assert.deepEqual(leftOver(disk), []);

	execFileSync('mount', ['-o', 'remount,size=16m', disk]);
	await clock.advance(2 * minute);
	await store.flush();
	assert.deepEqual(store.condition(), {state: 'ok'});
	await store.close();
	const next = openSqliteStore({file, clock});
	assert.deepEqual([next.notes, (await next.history({limit: 1e6})).length], [[], given]);
	assert.deepEqual((await next.load(clock.now())).benches.map(({id}) => id).toSorted(), [
		'key k1_before',
		'key k1_during',
	]);
	await next.close();
	printTable('a disk of 1 MB', [
		['entries given until it was full', given],
		['entries found once there was room', given],
		['said meanwhile', told],
		['file half written', 0],
	]);
});

test('a full disk raises an alert once, and it is kept as over when there is room again', async (t) => {
	const disk = smallDisk(t);
	if (disk === undefined) return;
	const clock = new SimulatedClock();
	const file = join(disk, 'home', 'keydeck.sqlite');
	const store = openSqliteStore({file, clock});
	const deck = await openEngine({keys: ['a'], store, clock});
	deck.engine.start({probing: false});
	let given = 0;
	while (store.condition().state === 'ok') {
		store.record(entry('k1_a', clock.now() + given));
		given += 1;
		if (given % 100 === 0) await store.flush();
	}
	const told = () => deck.events.filter(({type}) => type.startsWith('alert.')).map(({type}) => type);
	await clock.advance(4000);
	assert.deepEqual(told(), []);
	await clock.advance(20_000);
	const [alert] = deck.engine.snapshot().alerts;
	assert.deepEqual([alert?.type, alert?.state, told()], ['store_degraded', 'firing', ['alert.fired']]);
	assert.match(`${alert?.message} ${alert?.advice}`, /cannot be written .* Make room on the disk/);

	execFileSync('mount', ['-o', 'remount,size=16m', disk]);
	await clock.advance(10_000);
	assert.deepEqual(told(), ['alert.fired', 'alert.resolved']);
	await deck[Symbol.asyncDispose]();
	const next = openSqliteStore({file, clock});
	const {alerts} = await next.load(clock.now());
	assert.deepEqual(
		alerts.map(({id, state}) => [id, state]),
		[[alert?.id, 'resolved']],
	);
	await next.close();
});

test('a backup onto a full disk fails in one sentence and leaves nothing there', async (t) => {
	const disk = smallDisk(t);
	if (disk === undefined) return;
	const home = mkdtempSync(join(tmpdir(), 'keydeck-home-'));
	t.after(() => rmSync(home, {recursive: true}));
	const file = join(home, 'state', 'keydeck.sqlite');
	const clock = new SimulatedClock();
	const store = openSqliteStore({file, clock});
	for (let more = 0; more < 5000; more += 1) store.record(entry('k1_a', clock.now() + more));
	await store.close();
	writeFileSync(join(disk, 'filler'), 'f'.repeat(300_000));
	assert.equal(backupCode(join(disk, 'a.backup'), file), 'BACKUP_FAILED');
	assert.deepEqual(readdirSync(disk), ['filler']);
});

function backupCode(path: string, file: string): string {
	try {
		backUp(path, {file, pepper: 'a'.repeat(32), now: 0});
		return 'written';
	} catch (error) {
		return error instanceof Error && 'code' in error ? String(error.code) : String(error);
	}
}

function leftOver(folder: string): readonly string[] {
	return readdirSync(folder, {recursive: true})
		.map(String)
		.filter((name) => name.endsWith('.tmp'));
}
