import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {after, suite, test} from 'node:test';
import {backUp, restoreBackup} from '../../source/stores/backup.ts';
import {snapshotsOf} from '../../source/stores/snapshots.ts';
import {factsOfCopy} from '../../source/stores/sqlite-copy.ts';
import {openSqliteFile} from '../../source/stores/sqlite-file.ts';
import {openSqliteStore, type SqliteStore} from '../../source/stores/sqlite-store.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {alert, bench, day, entry, hour, minute, noon} from './samples.ts';
import {sumOfVersionOne, writeVersionOne} from './version-one.ts';

const homes = mkdtempSync(join(tmpdir(), 'keydeck-durability-'));
after(() => rmSync(homes, {recursive: true}));

let made = 0;
function newFile(): string {
	made += 1;
	return join(homes, `${made}`, 'keydeck.sqlite');
}

const mine = {fingerprint: 'a'.repeat(32)};
const other = {fingerprint: 'b'.repeat(32)};

type Life = {readonly file: string; readonly clock: SimulatedClock; readonly store: SqliteStore};

/** A store with one bench that runs on a clock of ours. */
async function begin(file = newFile()): Promise<Life> {
	const clock = new SimulatedClock();
	const store = openSqliteStore({file, clock, pepper: mine});
	await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
	return {file, clock, store};
}

async function benchesIn(store: SqliteStore, at: number): Promise<readonly string[]> {
	return (await store.load(at)).benches.map(({id, version}) => `${id} ${version}`);
}

suite('snapshots', () => {
	test('one is taken when the store is idle, then one an hour, and three are kept, 0600 in a 0700 folder', async () => {
		const {file, clock, store} = await begin();
		const taken: number[] = [];
		for (let hours = 0; hours < 5; hours += 1) {
			await clock.advance(hour + 2 * minute);
			taken.push(snapshotsOf(file)[0]?.at ?? 0);
		}
		assert.equal(new Set(taken).size, 5);
		const kept = snapshotsOf(file);
		assert.deepEqual(
			kept.map(({at}) => at),
			taken.slice(-3).reverse(),
		);
		for (const {path} of kept) {
			assert.equal(statSync(path).mode & 0o777, 0o600);
			assert.deepEqual(factsOfCopy(path), {version: 2, pepper: mine.fingerprint});
		}
		const folder = join(dirname(file), 'snapshots');
		assert.equal(statSync(folder).mode & 0o777, 0o700);
		assert.equal(readdirSync(folder).length, 3, 'no temporary file is left');
		await store.close();
	});

	test('a busy store is left alone for a quarter of an hour at most', async () => {
		const {file, clock, store} = await begin();
		await clock.advance(2 * minute);
		const first = snapshotsOf(file)[0]?.at ?? 0;
		const using = clock.every(1000, () => store.record(entry('k1_a', clock.now())));
		await clock.advance(hour + 10 * minute);
		assert.equal(snapshotsOf(file)[0]?.at, first);
		await clock.advance(8 * minute);
		assert.ok((snapshotsOf(file)[0]?.at ?? 0) > first);
		using.stop();
		await store.close();
	});

	test('a short life leaves one when the newest is a day old, but not at the very first', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		assert.deepEqual(snapshotsOf(file), []);
		await openSqliteStore({file, clock, pepper: mine}).close();
		assert.equal(snapshotsOf(file).length, 1);
		await clock.advance(hour);
		await openSqliteStore({file, clock, pepper: mine}).close();
		assert.equal(snapshotsOf(file).length, 1);
		await clock.advance(day);
		await openSqliteStore({file, clock, pepper: mine}).close();
		assert.equal(snapshotsOf(file).length, 2);
	});
});

suite('a damaged store', () => {
	/** Two snapshots, the newer one with a second version of the bench; then a third version that is in none. */
	async function withSnapshots(): Promise<Life> {
		const life = await begin();
		await life.clock.advance(2 * minute);
		await life.store.save([{kind: 'bench-put', bench: bench('k1_a', 2)}]);
		await life.clock.advance(hour + 2 * minute);
		await life.store.save([{kind: 'bench-put', bench: bench('k1_a', 3)}]);
		await life.store.close();
		assert.equal(snapshotsOf(life.file).length, 2);
		return life;
	}

	test('gives way to its newest snapshot, and says what is lost', async () => {
		const {file, clock} = await withSnapshots();
		truncateSync(file, 5000);
		const store = openSqliteStore({file, clock, pepper: mine});
		assert.equal(store.notes.length, 1);
		assert.match(
			store.notes[0] ?? '',
			/was damaged .* moved to .*corrupt-.*The snapshot of .* was restored: what came after it is lost/,
		);
		assert.deepEqual(await benchesIn(store, clock.now()), ['key k1_a 2']);
		await store.close();
	});

	test('gives way to an older snapshot when the newest is damaged too', async () => {
		const {file, clock} = await withSnapshots();
		truncateSync(file, 5000);
		truncateSync(snapshotsOf(file)[0]?.path ?? '', 5000);
		const store = openSqliteStore({file, clock, pepper: mine});
		assert.deepEqual(await benchesIn(store, clock.now()), ['key k1_a 1']);
		await store.close();
	});

	test('that is gone altogether is not begun anew in silence', async () => {
		const {file, clock} = await withSnapshots();
		rmSync(file);
		const store = openSqliteStore({file, clock, pepper: mine});
		assert.match(store.notes[0] ?? '', /the file is gone, its snapshots are not/);
		assert.deepEqual(await benchesIn(store, clock.now()), ['key k1_a 2']);
		await store.close();
	});
});

suite('a migration', () => {
	test('carries a store of the first release over with everything in it, and keeps a copy', async () => {
		const file = newFile();
		writeVersionOne(file);
		const store = openSqliteStore({file, clock: new SimulatedClock(), pepper: mine});
		const copy = join(dirname(file), 'snapshots', 'schema-1.sqlite');
		assert.deepEqual(store.notes, [`The store was carried over from schema 1 to 2; ${copy} is a copy of the old one.`]);
		const {benches, alerts} = await store.load(noon);
		assert.deepEqual([benches, alerts], [[bench('k1_a', 1)], [alert('one')]]);
		assert.deepEqual(
			await store.history({limit: 10}),
			[2, 1, 0].map((later) => entry('k1_a', noon + later)),
		);
		assert.deepEqual(await store.rollUps({span: 'hour', since: 0}), [sumOfVersionOne]);
		await store.close();
		assert.equal(factsOfCopy(copy).version, 1);
		assert.equal(factsOfCopy(file).version, 2);
	});

	test('that fails leaves the store as it was, with a copy beside it, and is tried again', async () => {
		const file = newFile();
		writeVersionOne(file);
		const before = rowsOf(file);
		const failing = (database: DatabaseSync): void => {
			database.exec('DELETE FROM entry; ALTER TABLE record ADD COLUMN half TEXT');
			throw new Error('no way on');
		};
		for (let again = 0; again < 2; again += 1) {
			assert.throws(() => openSqliteFile({file, now: noon, migrations: [failing]}), {
				code: 'MIGRATION_FAILED',
				message: /schema 1 to 2: no way on/,
				hint: /schema-1\.sqlite is a copy/,
			});
			assert.deepEqual(rowsOf(file), before);
		}
		assert.deepEqual(readdirSync(join(dirname(file), 'snapshots')), ['schema-1.sqlite']);
		await openSqliteStore({file, clock: new SimulatedClock()}).close();
	});

	function rowsOf(file: string): unknown {
		const database = new DatabaseSync(file, {readOnly: true});
		const rows = ['record', 'entry', 'roll_up'].map((table) => database.prepare(`SELECT * FROM ${table}`).all());
		const version = database.prepare('PRAGMA user_version').get();
		database.close();
		return [rows, version];
	}
});

suite('another pepper', () => {
	test('is refused with the file to put back, until it is accepted', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		const bytes = readFileSync(file);
		assert.throws(() => openSqliteStore({file, clock, pepper: other}), {
			code: 'OTHER_PEPPER',
			message: /every key counts as new/,
			hint: new RegExp(`${join(dirname(file), 'pepper')}.*--accept-new-pepper`),
		});
		assert.deepEqual(readFileSync(file), bytes);
		await openSqliteStore({file, clock, pepper: {...other, accept: true}}).close();
		await openSqliteStore({file, clock, pepper: other}).close();
		assert.throws(() => openSqliteStore({file, clock, pepper: mine}), {code: 'OTHER_PEPPER'});
	});
});

suite('backup and restore', () => {
	const at = (file: string, now: number, pepper = mine.fingerprint) => ({file, now, pepper});

	test('what was backed up is there again after a restore, and what was there is kept aside', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		const path = join(dirname(file), 'monday.backup');
		const backup = backUp(path, at(file, clock.now()));
		assert.deepEqual([backup.from, statSync(path).mode & 0o777, backup.bytes], ['store', 0o600, statSync(path).size]);
		const later = openSqliteStore({file, clock, pepper: mine});
		await later.save([{kind: 'bench-put', bench: bench('k1_a', 2)}]);
		await later.close();
		const {folder} = restoreBackup(path, at(file, clock.now()));
		const restored = openSqliteStore({file, clock, pepper: mine});
		assert.deepEqual([restored.notes, await benchesIn(restored, clock.now())], [[], ['key k1_a 1']]);
		await restored.close();
		assert.deepEqual(readdirSync(folder), ['keydeck.sqlite']);
		assert.equal(factsOfCopy(join(folder, 'keydeck.sqlite')).version, 2);
	});

	test('while a keydeck runs, its newest snapshot is the backup, and a restore is refused', async () => {
		const {file, clock, store} = await begin();
		const path = join(dirname(file), 'now.backup');
		assert.throws(() => backUp(path, at(file, clock.now())), {code: 'NO_SNAPSHOT'});
		await clock.advance(2 * minute);
		const backup = backUp(path, at(file, clock.now()));
		assert.equal(backup.from, 'snapshot');
		assert.equal(backup.at, snapshotsOf(file)[0]?.at);
		assert.throws(() => restoreBackup(path, at(file, clock.now())), {code: 'HOME_IN_USE'});
		await store.close();
	});

	test('a backup replaces no file, and leaves none when it fails', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		const path = join(dirname(file), 'there');
		writeFileSync(path, 'precious');
		assert.throws(() => backUp(path, at(file, clock.now())), {code: 'BACKUP_EXISTS'});
		assert.equal(readFileSync(path, 'utf8'), 'precious');
		assert.throws(() => backUp(join(homes, 'no', 'such', 'folder'), at(file, clock.now())), {code: 'BACKUP_FAILED'});
	});

	test('a backup of another pepper, a damaged one and no backup at all are refused, and the store stays', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		const path = join(dirname(file), 'a.backup');
		backUp(path, at(file, clock.now()));
		const refused = (code: string, pepper = mine.fingerprint): void => {
			assert.throws(() => restoreBackup(path, at(file, clock.now(), pepper)), {code});
		};
		refused('OTHER_PEPPER', other.fingerprint);
		const bytes = readFileSync(path);
		writeFileSync(path, bytes.subarray(0, 6000));
		refused('BACKUP_UNUSABLE');
		writeFileSync(path, 'hello '.repeat(2000));
		refused('BACKUP_UNUSABLE');
		rmSync(path);
		refused('BACKUP_UNUSABLE');
		const same = openSqliteStore({file, clock, pepper: mine});
		assert.deepEqual(await benchesIn(same, clock.now()), ['key k1_a 1']);
		await same.close();
		assert.deepEqual(
			readdirSync(dirname(file)).filter((name) => /before|restoring|tmp/.test(name)),
			[],
		);
	});

	test('a restore that was killed between its two steps is finished at the next start', async () => {
		const {file, clock, store} = await begin();
		await store.close();
		const path = `${file}-restoring`;
		backUp(path, at(file, clock.now()));
		rmSync(file);
		const next = openSqliteStore({file, clock, pepper: mine});
		assert.match(next.notes[0] ?? '', /interrupted was finished/);
		assert.deepEqual(await benchesIn(next, clock.now()), ['key k1_a 1']);
		await next.close();
	});
});
