import {existsSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {SNAPSHOT_RECORD, type SnapshotNote} from './snapshot-round.ts';
import {namesIn, type StoreSnapshot, snapshotsOf} from './snapshots.ts';
import {isDamage} from './sqlite-error.ts';
import {lockStore} from './sqlite-file.ts';
import {DamagedFile, versionOf} from './sqlite-schema.ts';

/** How a store fares that nobody has open. */
export type StoreHealth = {
	readonly state: 'absent' | 'good' | 'damaged';
	/** What is damaged. */
	readonly detail?: string;
	readonly version?: number;
	/** How the last snapshot went. */
	readonly lastSnapshot?: SnapshotNote;
};

/**
 * Looks at a store without changing it: is it whole? Throws KeydeckError `HOME_IN_USE` while another process has it,
 * `STORE_TOO_NEW`, and what opening it throws.
 */
export function examineStore(file: string): StoreHealth {
	const lock = lockStore(file);
	try {
		if (!existsSync(file)) return {state: 'absent'};
		if (statSync(file).size === 0) return {state: 'damaged', detail: 'the file is empty'};
		return examineFile(file);
	} catch (error) {
		if (isDamage(error) || error instanceof DamagedFile) return {state: 'damaged', detail: messageOf(error)};
		throw error;
	} finally {
		lock.release();
	}
}

/** What a store takes on the disk; `aside`: folders of damaged and replaced ones. */
export type StoreSizes = {
	readonly bytes: number;
	readonly snapshots: readonly StoreSnapshot[];
	readonly aside: {readonly folders: readonly string[]; readonly bytes: number};
};

/** Bytes of a store with its WAL, its snapshots, and what was kept of earlier ones; also while another process has it open. */
export function storeSizes(file: string): StoreSizes {
	const home = dirname(file);
	const folders = namesIn(home)
		.filter((name) => /^(?:corrupt|before-restore)-\d/.test(name))
		.map((name) => join(home, name));
	const parts = folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
	return {
		bytes: bytesOf([file, `${file}-wal`]),
		snapshots: snapshotsOf(file),
		aside: {folders, bytes: bytesOf(parts)},
	};
}

function bytesOf(files: readonly string[]): number {
	return files.reduce((sum, file) => sum + (statSync(file, {throwIfNoEntry: false})?.size ?? 0), 0);
}

function examineFile(file: string): StoreHealth {
	const database = new DatabaseSync(file, {readOnly: true, timeout: 50});
	try {
		const version = versionOf(database, file);
		if (version === 'blank') return {state: 'absent'};
		const row = database.prepare('SELECT body FROM record WHERE kind = ?').get(SNAPSHOT_RECORD);
		return {
			state: 'good',
			version,
			...(row === undefined ? {} : {lastSnapshot: JSON.parse(String(row.body)) as SnapshotNote}),
		};
	} finally {
		database.close();
	}
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
