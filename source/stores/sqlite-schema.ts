import type {DatabaseSync} from 'node:sqlite';
import {KeydeckError} from '../errors.ts';
import {checkSum, sumFields} from './row-text.ts';

/** `keyd` in ASCII: tells our files from other SQLite files. */
const APPLICATION_ID = 0x6b657964;

/** The file is not a store of ours in good order. */
export class DamagedFile extends Error {}

/** One step to the next version; it runs inside a transaction. */
export type Migration = (database: DatabaseSync) => void;

/** Migrations by the version they start from: the first leads from 1 to 2. A step is never changed once released. */
export const migrations: readonly Migration[] = [addSums];

/** Version of the tables below. */
export const SCHEMA_VERSION = migrations.length + 1;

/**
 * Bodies are JSON, `sum` is the check sum of a row. `record` holds everything that is read whole at the start, by
 * kind and id.
 */
const schema = `
	CREATE TABLE record (
		kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL,
		PRIMARY KEY (kind, id)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE entry (
		seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kid TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL
	) STRICT;
	CREATE INDEX entry_by_time ON entry (at);
	CREATE INDEX entry_by_key ON entry (kid, at);
	CREATE TABLE roll_up (
		span TEXT NOT NULL, kid TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL,
		PRIMARY KEY (span, kid, at)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX roll_up_by_time ON roll_up (span, at);
`;

/** Makes the tables of the newest version in a database without any. */
export function createTables(database: DatabaseSync): void {
	database.exec(`
		BEGIN IMMEDIATE;
		${schema}
		PRAGMA application_id = ${APPLICATION_ID};
		PRAGMA user_version = ${SCHEMA_VERSION};
		COMMIT;
	`);
}

/**
 * Looks without writing. A file without any table is one just made, or whose maker died in its first moment. Throws
 * `DamagedFile`, or KeydeckError `STORE_TOO_NEW`. `file` is for words only.
 */
export function versionOf(database: DatabaseSync, file: string): 'blank' | number {
	if (pragma(database, 'application_id') === 0 && pragma(database, 'schema_version') === 0) return 'blank';
	if (pragma(database, 'application_id') !== APPLICATION_ID) throw new DamagedFile('not a keydeck store');
	const version = Number(pragma(database, 'user_version'));
	if (version > SCHEMA_VERSION) throw tooNew(file, version);
	if (version < 1) throw new DamagedFile(`schema version ${version}`);
	const verdict = pragma(database, 'quick_check');
	if (verdict !== 'ok') throw new DamagedFile(String(verdict).split('\n', 1)[0]);
	requireReadableRecords(database, version);
	return version;
}

/** Carries a database over to the newest version, all steps or none. */
export function migrate(database: DatabaseSync, from: number, steps: readonly Migration[] = migrations): void {
	database.exec('BEGIN IMMEDIATE');
	try {
		for (const step of steps.slice(from - 1)) step(database);
		database.exec(`PRAGMA user_version = ${steps.length + 1}; COMMIT`);
	} catch (error) {
		if (database.isTransaction) database.exec('ROLLBACK');
		throw error;
	}
}

/** The pages may be in order and a text in them not: one flipped bit is enough. */
function requireReadableRecords(database: DatabaseSync, version: number): void {
	if (version === 1) {
		const unreadable = database.prepare('SELECT 1 FROM record WHERE NOT json_valid(body) LIMIT 1').get();
		if (unreadable !== undefined) throw new DamagedFile('a record is unreadable');
		return;
	}
	for (const {kind, id, body, sum} of database.prepare('SELECT kind, id, body, sum FROM record').iterate()) {
		if (checkSum(kind, id, body) !== sum) throw new DamagedFile('a record is unreadable');
	}
}

/** 1 to 2: each row gets its check sum, and the sums of minutes and hours a quarter of their size. */
function addSums(database: DatabaseSync): void {
	database.function('check_sum', {varargs: true, deterministic: true}, checkSum);
	const numbers = sumFields.map((field) => `body ->> '${field}'`).join(', ');
	database.exec(`
		ALTER TABLE record ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
		UPDATE record SET sum = check_sum(kind, id, body);
		ALTER TABLE entry ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
		DELETE FROM entry WHERE NOT json_valid(body);
		UPDATE entry SET sum = check_sum(at, kid, body);
		ALTER TABLE roll_up ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
		DELETE FROM roll_up WHERE NOT json_valid(body);
		UPDATE roll_up SET body = json_array(${numbers});
		UPDATE roll_up SET sum = check_sum(span, kid, at, body);
	`);
}

function pragma(database: DatabaseSync, name: string): unknown {
	return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function tooNew(file: string, version: number): KeydeckError {
	return new KeydeckError(
		'STORE_TOO_NEW',
		`${file} was written by a newer keydeck (schema ${version}, this one knows ${SCHEMA_VERSION})`,
		{hint: 'update keydeck, or set KEYDECK_HOME to another folder; the file was left as it is'},
	);
}
