import assert from 'node:assert/strict';
import {copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {after, suite, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {examineStore} from '../../source/stores/store-health.ts';
import {isWalDamaged} from '../../source/stores/wal-damage.ts';
import {bench, entry, noon} from './samples.ts';

const homes = mkdtempSync(join(tmpdir(), 'keydeck-damage-'));
after(() => rmSync(homes, {recursive: true}));

const clock = {...systemClock, now: () => noon};
let made = 0;

/** Database and log as a killed process leaves them, with five commits in the log. */
async function killedHome(): Promise<string> {
	made += 1;
	const live = join(homes, `${made}`, 'live', 'keydeck.sqlite');
	const file = join(homes, `${made}`, 'left', 'keydeck.sqlite');
	const store = openSqliteStore({file: live, clock});
	for (let version = 1; version <= 5; version += 1) {
		await store.save([{kind: 'bench-put', bench: bench('k1_a', version)}]);
	}
	mkdirSync(dirname(file), {mode: 0o700});
	for (const end of ['', '-wal']) copyFileSync(`${live}${end}`, `${file}${end}`);
	await store.close();
	return file;
}

/** Turns one bit of a file. */
function flip(path: string, at: number): void {
	const bytes = readFileSync(path);
	bytes[at] = (bytes[at] ?? 0) ^ 4;
	writeFileSync(path, bytes);
}

suite('the log', () => {
	test('of a killed process is in order, and the store is whole for whoever looks', async () => {
		const file = await killedHome();
		assert.equal(isWalDamaged(`${file}-wal`), false);
		assert.equal(examineStore(file).state, 'good');
		const store = openSqliteStore({file, clock});
		assert.deepEqual([store.notes, (await store.load(noon)).benches[0]?.version], [[], 5]);
		await store.close();
	});

	test('that was damaged before its end is said and copied aside, and what lies before counts', async () => {
		const file = await killedHome();
		const wal = readFileSync(`${file}-wal`);
		flip(`${file}-wal`, Math.floor(wal.length / 2));
		const before = [readFileSync(file), readFileSync(`${file}-wal`)];
		const store = openSqliteStore({file, clock});
		assert.match(
			store.notes.join(),
			/^The log of the store .* was damaged .*: the last writes are lost\. A copy of both is in .*corrupt-/,
		);
		const folder = join(dirname(file), readdirSync(dirname(file)).find((name) => name.startsWith('corrupt')) ?? '');
		assert.deepEqual(
			['keydeck.sqlite', 'keydeck.sqlite-wal'].map((name) => readFileSync(join(folder, name))),
			before,
		);
		assert.ok(((await store.load(noon)).benches[0]?.version ?? 0) < 5);
		await store.close();
	});

	test('whose header was damaged is said too; one that is missing or empty is in order', async () => {
		const file = await killedHome();
		flip(`${file}-wal`, 17);
		assert.equal(isWalDamaged(`${file}-wal`), true);
		writeFileSync(`${file}-wal`, '');
		assert.equal(isWalDamaged(`${file}-wal`), false);
		rmSync(`${file}-wal`);
		assert.equal(isWalDamaged(`${file}-wal`), false);
	});

	test('that ends in the middle of a commit is in order: that commit was never acknowledged', async () => {
		const file = await killedHome();
		const wal = readFileSync(`${file}-wal`);
		writeFileSync(`${file}-wal`, wal.subarray(0, wal.length - 1000));
		assert.equal(isWalDamaged(`${file}-wal`), false);
	});
});

test('an index that points nowhere is made anew when it is met', async () => {
	const file = join(homes, 'index', 'keydeck.sqlite');
	const store = openSqliteStore({file, clock});
	for (let more = 0; more < 50; more += 1) store.record(entry('k1_a', noon + more));
	await store.close();
	moveRows(file, 'entry_by_time', 'UPDATE entry SET seq = seq + 1000 WHERE seq <= 10');
	const raw = new DatabaseSync(file);
	const query = raw.prepare('SELECT body FROM entry WHERE at >= ? ORDER BY at DESC, seq DESC');
	assert.throws(() => query.all(0), /malformed/);
	raw.close();
	const again = openSqliteStore({file, clock});
	assert.deepEqual(again.notes, [], 'the pages are in order');
	assert.equal((await again.history({limit: 100})).length, 50);
	assert.deepEqual(again.condition(), {state: 'ok'});
	await again.close();
});

/** Moves rows of a table while SQLite does not know of one of its indexes, which goes on naming their old places. */
function moveRows(file: string, index: string, move: string): void {
	const edit = (work: (database: DatabaseSync) => void): void => {
		const database = new DatabaseSync(file, {defensive: false});
		database.exec('PRAGMA writable_schema = ON');
		work(database);
		database.close();
	};
	let row: Record<string, string | number | null> = {};
	edit((database) => {
		row = database.prepare('SELECT * FROM sqlite_schema WHERE name = ?').get(index) as typeof row;
		database.prepare('DELETE FROM sqlite_schema WHERE name = ?').run(index);
	});
	edit((database) => {
		database.exec(move);
		const {type = '', name = '', tbl_name: table = '', rootpage = 0, sql = ''} = row;
		database.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)').run(type, name, table, rootpage, sql);
	});
}
