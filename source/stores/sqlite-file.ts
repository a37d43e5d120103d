import {mkdirSync, renameSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {KeydeckError} from '../errors.ts';
import {createPrivateFile, type FileLock, lockFile} from '../file-lock.ts';
import {ensurePrivateFile, ensurePrivateFolder} from '../private-folder.ts';
import {isBusy, isDamage} from './sqlite-error.ts';
import {SqliteTables, schema, unreadableRecord} from './sqlite-tables.ts';

/** `keyd` in ASCII: tells our files from other SQLite files. */
const APPLICATION_ID = 0x6b657964;
const SCHEMA_VERSION = 1;
/** Older ones can lose committed pages when a WAL is reset during a checkpoint (sqlite.org/wal.html). */
const OLDEST_SQLITE = [3, 51, 3] as const;
const JOURNAL_LIMIT_BYTES = 8 * 1024 * 1024;

export type SqliteFile = {
	readonly tables: SqliteTables;
	/** What a person should know of the opening, one sentence each. */
	readonly notes: readonly string[];
	/** Closes the database and lets others have the file. Idempotent. */
	readonly close: () => void;
};

/** The file is not a store of ours in good order. */
class DamagedFile extends Error {}

/**
 * Opens the store's file for this process alone, making it if it is missing. A damaged one is
 * moved aside, with a note, and a fresh one is begun. Throws KeydeckError `HOME_IN_USE`,
 * `STORE_TOO_NEW`, `STORE_UNUSABLE`, `SQLITE_TOO_OLD` or `NOT_PRIVATE`.
 */
export function openSqliteFile(file: string, now: number): SqliteFile {
	requireSqlite(process.versions.sqlite ?? '0');
	const lock = usable(file, () => {
		ensurePrivateFolder(dirname(file));
		ensurePrivateFile(file);
		// A file of its own, so that one process alone looks at the store and moves it aside.
		return lockFile(`${file}-lock`);
	});
	if (lock === undefined) throw inUse(file);
	try {
		return usable(file, () => openLocked(file, now, lock));
	} catch (error) {
		lock.release();
		throw error;
	}
}

function openLocked(file: string, now: number, lock: FileLock): SqliteFile {
	const notes: string[] = [];
	let database: DatabaseSync;
	try {
		database = openDatabase(file);
	} catch (error) {
		if (!isDamage(error) && !(error instanceof DamagedFile)) throw error;
		const folder = moveAside(file, now);
		notes.push(
			`The store ${file} was damaged (${error instanceof Error ? error.message : 'unreadable'}); it was moved to ${folder} and an empty one was begun: history and counts start again.`,
		);
		database = openDatabase(file);
	}
	return {
		tables: new SqliteTables(database),
		notes,
		close() {
			if (database.isOpen) database.close();
			lock.release();
		},
	};
}

function openDatabase(file: string): DatabaseSync {
	const bytes = sizeOf(file);
	if (bytes === 0) throw new DamagedFile('the file is empty');
	// SQLite would throw away a WAL without its database, and that WAL may be all there is to save.
	if (bytes === undefined && sizeOf(`${file}-wal`) !== undefined)
		throw new DamagedFile('the file is gone, its WAL is not');
	createPrivateFile(file);
	const database = new DatabaseSync(file, {timeout: 50, defensive: true, enableForeignKeyConstraints: true});
	try {
		// Exclusive before anything is read: SQLite then keeps the index of its WAL in memory.
		database.exec('PRAGMA locking_mode = EXCLUSIVE');
		const content = contentOf(database, file);
		database.exec(`
			PRAGMA journal_mode = WAL;
			PRAGMA synchronous = FULL;
			PRAGMA trusted_schema = OFF;
			PRAGMA secure_delete = ON;
			PRAGMA wal_autocheckpoint = 1000;
			PRAGMA journal_size_limit = ${JOURNAL_LIMIT_BYTES};
		`);
		if (content === 'blank') createTables(database);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

/** Looks without writing. A file without any table is one just made, or whose maker died in its first moment. */
function contentOf(database: DatabaseSync, file: string): 'blank' | 'ours' {
	if (pragma(database, 'application_id') === 0 && pragma(database, 'schema_version') === 0) return 'blank';
	if (pragma(database, 'application_id') !== APPLICATION_ID) throw new DamagedFile('not a keydeck store');
	const version = Number(pragma(database, 'user_version'));
	if (version > SCHEMA_VERSION) throw tooNew(file, version);
	if (version !== SCHEMA_VERSION) throw new DamagedFile(`schema version ${version}`);
	const verdict = pragma(database, 'quick_check');
	if (verdict !== 'ok') throw new DamagedFile(String(verdict).split('\n', 1)[0]);
	// The pages may be in order and a text in them not: one flipped bit is enough.
	if (database.prepare(unreadableRecord).get() !== undefined) throw new DamagedFile('a record is unreadable');
	return 'ours';
}

function createTables(database: DatabaseSync): void {
	database.exec(`
		BEGIN IMMEDIATE;
		${schema}
		PRAGMA application_id = ${APPLICATION_ID};
		PRAGMA user_version = ${SCHEMA_VERSION};
		COMMIT;
	`);
}

function pragma(database: DatabaseSync, name: string): unknown {
	return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function sizeOf(path: string): number | undefined {
	return statSync(path, {throwIfNoEntry: false})?.size;
}

/** Database, WAL and index belong together. */
function moveAside(file: string, now: number): string {
	const folder = join(dirname(file), `corrupt-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const part of [file, `${file}-wal`, `${file}-shm`]) {
		if (sizeOf(part) !== undefined) renameSync(part, join(folder, basename(part)));
	}
	return folder;
}

/** Runs one step of opening; whatever the disk or SQLite has against it becomes one clear error. */
function usable<Result>(file: string, step: () => Result): Result {
	try {
		return step();
	} catch (error) {
		if (error instanceof KeydeckError) throw error;
		if (isBusy(error)) throw inUse(file);
		const reason = error instanceof Error ? error.message : String(error);
		throw new KeydeckError('STORE_UNUSABLE', `cannot open the store ${file}: ${reason}`, {
			hint: 'check the disk and the rights on that folder, or name another KEYDECK_HOME',
			cause: error,
		});
	}
}

function requireSqlite(version: string): void {
	const parts = version.split('.').map(Number);
	for (const [index, least] of OLDEST_SQLITE.entries()) {
		const part = parts[index] ?? 0;
		if (part > least) return;
		if (part < least) {
			throw new KeydeckError(
				'SQLITE_TOO_OLD',
				`this Node has SQLite ${version}, ${OLDEST_SQLITE.join('.')} is needed`,
				{
					hint: 'use a newer Node 24 or later',
				},
			);
		}
	}
}

function inUse(file: string): KeydeckError {
	return new KeydeckError('HOME_IN_USE', `another keydeck process holds ${dirname(file)}`, {
		hint: 'end that process, or set KEYDECK_HOME to another folder',
	});
}

function tooNew(file: string, version: number): KeydeckError {
	return new KeydeckError(
		'STORE_TOO_NEW',
		`${file} was written by a newer keydeck (schema ${version}, this one knows ${SCHEMA_VERSION})`,
		{hint: 'update keydeck, or set KEYDECK_HOME to another folder; the file was left as it is'},
	);
}
