import {randomBytes} from 'node:crypto';
import {closeSync, copyFileSync, fsyncSync, linkSync, openSync, renameSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {createPrivateFile} from '../file-lock.ts';
import {DamagedFile, versionOf} from './sqlite-schema.ts';
import {PEPPER_RECORD} from './sqlite-tables.ts';

/** What a copy of a store says of itself. */
export type CopyFacts = {
	readonly version: number;
	/** Fingerprint of the pepper its keys are named by; absent in stores of before it was kept. */
	readonly pepper?: string;
};

/**
 * Writes a copy of an open store to `path`, whole or not at all: 0600, opened and checked before it has its name.
 * `replace: false` refuses a path that is taken, with the system's `EEXIST`.
 */
export function writeCopy(database: DatabaseSync, path: string, {replace}: {readonly replace: boolean}): CopyFacts {
	const temporary = temporaryFor(path);
	try {
		createPrivateFile(temporary);
		database.prepare('VACUUM INTO ?').run(temporary);
		// SQLite does not wait for the disk here.
		syncPath(temporary);
		const facts = factsOfCopy(temporary);
		if (replace) renameSync(temporary, path);
		else linkSync(temporary, path);
		syncPath(dirname(path));
		return facts;
	} finally {
		rmSync(temporary, {force: true});
	}
}

/** Copies a file that nobody has open to `path`, whole or not at all, 0600. */
export function copyWhole(from: string, path: string): void {
	const temporary = temporaryFor(path);
	try {
		createPrivateFile(temporary);
		copyFileSync(from, temporary);
		syncPath(temporary);
		renameSync(temporary, path);
		syncPath(dirname(path));
	} finally {
		rmSync(temporary, {force: true});
	}
}

/** Opens a copy for reading and checks it whole. Throws `DamagedFile` or what SQLite or the disk has against it. */
export function factsOfCopy(path: string): CopyFacts {
	const database = new DatabaseSync(path, {readOnly: true, timeout: 50});
	try {
		const version = versionOf(database, path);
		if (version === 'blank') throw new DamagedFile('it is empty');
		const row = database.prepare('SELECT body FROM record WHERE kind = ?').get(PEPPER_RECORD);
		return {version, ...(row === undefined ? {} : {pepper: String(JSON.parse(String(row.body)))})};
	} finally {
		database.close();
	}
}

/** Makes a file's content, or a folder's names, durable. */
export function syncPath(path: string): void {
	const fd = openSync(path, 'r');
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function temporaryFor(path: string): string {
	return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}
