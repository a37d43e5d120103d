import {closeSync, existsSync, openSync} from 'node:fs';
import {DatabaseSync} from 'node:sqlite';

/** Result code SQLITE_BUSY, see sqlite.org/rescode.html. */
const BUSY = 5;

export type FileLock = {
	/** Idempotent. The file stays: taking it away would let two processes hold two locks of one name. */
	readonly release: () => void;
};

/**
 * Holds a file for this process alone; undefined when somebody else does. The kernel frees the
 * lock when its holder dies, however it dies, so that no lock is ever left over. Node offers
 * such locks through SQLite only: an open exclusive transaction on an empty database.
 */
export function lockFile(path: string): FileLock | undefined {
	createPrivateFile(path);
	const database = new DatabaseSync(path, {timeout: 0});
	try {
		database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
	} catch (error) {
		database.close();
		if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return undefined;
		throw error;
	}
	return {
		release() {
			if (database.isOpen) database.close();
		},
	};
}

/**
 * Makes an empty file, 0600, unless it is there. An existing one is never opened: closing it
 * again would drop this process's own locks on it, as POSIX has it.
 */
export function createPrivateFile(path: string): void {
	if (existsSync(path)) return;
	try {
		closeSync(openSync(path, 'wx', 0o600));
	} catch (error) {
		if (!existsSync(path)) throw error;
	}
}
