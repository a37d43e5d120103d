import {copyFileSync, mkdirSync, renameSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {KeydeckError} from '../errors.ts';
import {createPrivateFile, type FileLock, lockFile} from '../file-lock.ts';
import {ensurePrivateFile, ensurePrivateFolder} from '../private-folder.ts';
import {copyBeforeMigration, fileTime, restoreNewest, snapshotsOf} from './snapshots.ts';
import {syncPath} from './sqlite-copy.ts';
import {isBusy, isDamage} from './sqlite-error.ts';
import {
	createTables,
	DamagedFile,
	type Migration,
	migrate,
	migrations,
	SCHEMA_VERSION,
	versionOf,
} from './sqlite-schema.ts';
import {SqliteTables} from './sqlite-tables.ts';
import {requireSqlite} from './sqlite-version.ts';
import {isWalDamaged} from './wal-damage.ts';

const JOURNAL_LIMIT_BYTES = 8 * 1024 * 1024;

export type SqliteFileOptions = {
	readonly file: string;
	readonly now: number;
	/** @default every one there is */
	readonly migrations?: readonly Migration[];
};

export type SqliteFile = {
	readonly tables: SqliteTables;
	readonly database: DatabaseSync;
	/** False when it was made just now. */
	readonly existed: boolean;
	/** What a person should know of the opening, one sentence each. */
	readonly notes: readonly string[];
	/** Closes the database and lets others have the file. Idempotent. */
	readonly close: () => void;
};

/**
 * Opens the store's file for this process alone, making it if it is missing. A damaged one is moved aside and the
 * newest good snapshot takes its place, or an empty one, with a note. Tables of an older keydeck are copied, then
 * carried over. Throws KeydeckError `HOME_IN_USE`, `STORE_TOO_NEW`, `STORE_UNUSABLE`, `MIGRATION_FAILED`,
 * `SQLITE_TOO_OLD` or `NOT_PRIVATE`.
 */
export function openSqliteFile(options: SqliteFileOptions): SqliteFile {
	const lock = lockStore(options.file);
	try {
		return usable(options.file, () => openLocked(options, lock));
	} catch (error) {
		lock.release();
		throw error;
	}
}

/** Holds a store's file for this process, without opening it. Throws what `openSqliteFile` throws. */
export function lockStore(file: string): FileLock {
	requireSqlite(process.versions.sqlite ?? '0');
	const lock = usable(file, () => {
		ensurePrivateFolder(dirname(file));
		ensurePrivateFile(file);
		// A file of its own, so that one process alone looks at the store and moves it aside.
		return lockFile(`${file}-lock`);
	});
	if (lock === undefined) throw inUse(file);
	return lock;
}

/** Puts a checked copy at `restoringPath(file)` in the place of the store; what is there is kept in `folder`. */
export function installCopy(file: string, folder: string): void {
	moveAside(file, folder);
	renameSync(restoringPath(file), file);
	syncPath(dirname(file));
}

/** Where a whole copy waits to become the store; found there at a start, it does. */
export function restoringPath(file: string): string {
	return `${file}-restoring`;
}

/** Moves database, WAL and index, which belong together, into a folder. False when there are none. */
function moveAside(file: string, folder: string): boolean {
	const parts = [file, `${file}-wal`, `${file}-shm`].filter((part) => sizeOf(part) !== undefined);
	if (parts.length === 0) return false;
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const part of parts) renameSync(part, join(folder, basename(part)));
	syncPath(folder);
	return true;
}

function openLocked({file, now, migrations: steps = migrations}: SqliteFileOptions, lock: FileLock): SqliteFile {
	const notes: string[] = [];
	if (sizeOf(restoringPath(file)) !== undefined) {
		const folder = join(dirname(file), `before-restore-${fileTime(now)}`);
		installCopy(file, folder);
		notes.push(`A restore that was interrupted was finished; what was left of the old store is in ${folder}.`);
	}
	const existed = sizeOf(file) !== undefined;
	if (existed && isWalDamaged(`${file}-wal`)) notes.push(keepDamagedWal(file, now));
	let database: DatabaseSync;
	try {
		database = openDatabase(file, steps, notes);
	} catch (error) {
		if (!isDamage(error) && !(error instanceof DamagedFile)) throw error;
		notes.push(recover(file, now, error instanceof Error ? error.message : 'unreadable'));
		database = openDatabase(file, steps, notes);
	}
	const close = (): void => {
		if (database.isOpen) database.close();
		lock.release();
	};
	return {tables: new SqliteTables(database), database, existed, notes, close};
}

/** SQLite goes on with what lies before the damage, and would overwrite what lies behind it. */
function keepDamagedWal(file: string, now: number): string {
	const folder = join(dirname(file), `corrupt-${fileTime(now)}`);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const part of [file, `${file}-wal`]) copyFileSync(part, join(folder, basename(part)));
	return `The log of the store ${file} was damaged by a power cut or a fault of the disk: the last writes are lost. A copy of both is in ${folder}.`;
}

/** Puts a damaged store aside and the newest good snapshot in its place. Answers what a person must know. */
function recover(file: string, now: number, why: string): string {
	const folder = join(dirname(file), `corrupt-${fileTime(now)}`);
	const moved = moveAside(file, folder) ? `; it was moved to ${folder}` : '';
	const said = `The store ${file} was damaged (${why})${moved}`;
	const snapshot = restoreNewest(file, restoringPath(file));
	if (snapshot === undefined)
		return `${said}. There is no good snapshot of it, so an empty one was begun: history, benches and counts start again.`;
	installCopy(file, folder);
	const ageMinutes = Math.round((now - snapshot.at) / 60_000);
	return `${said}. The snapshot of ${new Date(snapshot.at).toISOString()} (${ageMinutes} min ago) was restored: what came after it is lost.`;
}

function openDatabase(file: string, steps: readonly Migration[], notes: string[]): DatabaseSync {
	const bytes = sizeOf(file);
	if (bytes === 0) throw new DamagedFile('the file is empty');
	// SQLite would throw away a WAL without its database, and that WAL may be all there is to save.
	if (bytes === undefined && sizeOf(`${file}-wal`) !== undefined)
		throw new DamagedFile('the file is gone, its WAL is not');
	if (bytes === undefined && snapshotsOf(file).length > 0)
		throw new DamagedFile('the file is gone, its snapshots are not');
	createPrivateFile(file);
	const database = new DatabaseSync(file, {timeout: 50, defensive: true, enableForeignKeyConstraints: true});
	try {
		// Exclusive before anything is read: SQLite then keeps the index of its WAL in memory.
		database.exec('PRAGMA locking_mode = EXCLUSIVE');
		const version = versionOf(database, file);
		database.exec(`
			PRAGMA journal_mode = WAL;
			PRAGMA synchronous = FULL;
			PRAGMA trusted_schema = OFF;
			PRAGMA secure_delete = ON;
			PRAGMA wal_autocheckpoint = 1000;
			PRAGMA journal_size_limit = ${JOURNAL_LIMIT_BYTES};
		`);
		if (version === 'blank') createTables(database);
		else if (version <= steps.length) notes.push(carryOver(database, {file, version, steps}));
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

type Old = {readonly file: string; readonly version: number; readonly steps: readonly Migration[]};

/** Copies an older store, then migrates it. Answers what a person should know. */
function carryOver(database: DatabaseSync, {file, version, steps}: Old): string {
	const copy = copyBeforeMigration(database, file, version);
	try {
		migrate(database, version, steps);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new KeydeckError(
			'MIGRATION_FAILED',
			`the store ${file} could not be carried over from schema ${version} to ${SCHEMA_VERSION}: ${reason}`,
			{
				hint: `the store is as it was and ${copy} is a copy of it; go on with the earlier keydeck, and report this`,
				cause: error,
			},
		);
	}
	return `The store was carried over from schema ${version} to ${SCHEMA_VERSION}; ${copy} is a copy of the old one.`;
}

function sizeOf(path: string): number | undefined {
	return statSync(path, {throwIfNoEntry: false})?.size;
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

function inUse(file: string): KeydeckError {
	return new KeydeckError('HOME_IN_USE', `another keydeck process holds ${dirname(file)}`, {
		hint: 'end that process, or set KEYDECK_HOME to another folder',
	});
}
