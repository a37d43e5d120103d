import {lstatSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {KeydeckError} from '../errors.ts';
import {fileTime, snapshotsOf} from './snapshots.ts';
import {type CopyFacts, copyWhole, factsOfCopy, writeCopy} from './sqlite-copy.ts';
import {isDamage} from './sqlite-error.ts';
import {installCopy, lockStore, openSqliteFile, restoringPath} from './sqlite-file.ts';
import {DamagedFile} from './sqlite-schema.ts';
import {otherPepper, settlePepper} from './store-pepper.ts';

type Place = {
	/** The store of the home. */
	readonly file: string;
	/** Fingerprint of the home's pepper. */
	readonly pepper: string;
	readonly now: number;
};

/** `at`: the moment the backup shows. `from`: what it was made of. */
export type Backup = {
	readonly path: string;
	readonly at: number;
	readonly from: 'store' | 'snapshot';
	readonly bytes: number;
	readonly notes: readonly string[];
};

/**
 * Copies the store to `path`, which must not be there yet: checked, 0600, without keys and tokens. While another
 * process holds the store, its newest snapshot is copied. Throws KeydeckError `BACKUP_EXISTS`, `BACKUP_FAILED`,
 * `NO_SNAPSHOT` and what opening a store throws.
 */
export function backUp(path: string, place: Place): Backup {
	if (lstatSync(path, {throwIfNoEntry: false}) !== undefined) throw backupExists(path);
	try {
		return backUpStore(path, place);
	} catch (error) {
		if (!(error instanceof KeydeckError)) throw backupFailed(path, error);
		if (error.code !== 'HOME_IN_USE') throw error;
	}
	const snapshot = newestGood(place.file);
	try {
		copyWhole(snapshot.path, path);
	} catch (error) {
		throw backupFailed(path, error);
	}
	return {path, at: snapshot.at, from: 'snapshot', bytes: snapshot.bytes, notes: []};
}

/**
 * Puts a backup in the place of the store; the old files are kept in the folder it answers. Throws KeydeckError
 * `HOME_IN_USE` while a keydeck runs on the home, `BACKUP_UNUSABLE`, `OTHER_PEPPER`, `STORE_TOO_NEW`.
 */
export function restoreBackup(path: string, {file, pepper, now}: Place): {readonly folder: string} {
	const lock = lockStore(file);
	try {
		const facts = usableBackup(path);
		if (facts.pepper !== undefined && facts.pepper !== pepper) throw otherPepper(`the backup ${path}`, file);
		const folder = join(dirname(file), `before-restore-${fileTime(now)}`);
		copyWhole(path, restoringPath(file));
		installCopy(file, folder);
		return {folder};
	} finally {
		lock.release();
	}
}

function backUpStore(path: string, {file, pepper, now}: Place): Backup {
	const store = openSqliteFile({file, now});
	try {
		settlePepper(store.tables, file, {fingerprint: pepper});
		writeCopy(store.database, path, {replace: false});
		const bytes = lstatSync(path).size;
		return {path, at: now, from: 'store', bytes, notes: store.notes};
	} finally {
		store.close();
	}
}

function newestGood(file: string) {
	const good = snapshotsOf(file).find(({path}) => {
		try {
			factsOfCopy(path);
			return true;
		} catch {
			return false;
		}
	});
	if (good !== undefined) return good;
	throw new KeydeckError('NO_SNAPSHOT', `a keydeck runs on ${dirname(file)} and has not taken a snapshot yet`, {
		hint: 'it takes its first within two minutes: try again then, or end it first',
	});
}

function usableBackup(path: string): CopyFacts {
	try {
		return factsOfCopy(path);
	} catch (error) {
		if (error instanceof KeydeckError) throw error;
		const reason = error instanceof Error ? error.message : String(error);
		const damaged = isDamage(error) || error instanceof DamagedFile;
		throw new KeydeckError('BACKUP_UNUSABLE', `${path} is no backup that can be restored: ${reason}`, {
			hint: damaged ? 'use another backup, or a snapshot of the home' : 'check its path and rights',
		});
	}
}

function backupExists(path: string): KeydeckError {
	return new KeydeckError('BACKUP_EXISTS', `${path} is there already`, {
		hint: 'name another file; a backup replaces nothing',
	});
}

function backupFailed(path: string, error: unknown): KeydeckError {
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
	if (code === 'EEXIST') return backupExists(path);
	const reason = error instanceof Error ? error.message : code;
	return new KeydeckError('BACKUP_FAILED', `the backup ${path} could not be written: ${reason}`, {
		hint: 'check that folder, its rights and its disk; nothing was left there',
	});
}
