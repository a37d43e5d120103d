import {existsSync, statSync} from 'node:fs';
import {DatabaseSync} from 'node:sqlite';
import {SNAPSHOT_RECORD, type SnapshotNote} from './snapshot-round.ts';
import {type StoreSnapshot, snapshotsOf} from './snapshots.ts';
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

/** Bytes of a store with its WAL, and its snapshots; also while another process has it open. */
export function storeSizes(file: string): {readonly bytes: number; readonly snapshots: readonly StoreSnapshot[]} {
	const parts = [file, `${file}-wal`].map((part) => statSync(part, {throwIfNoEntry: false})?.size ?? 0);
	return {bytes: parts.reduce((sum, size) => sum + size, 0), snapshots: snapshotsOf(file)};
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
