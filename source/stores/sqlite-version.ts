import {KeydeckError} from '../errors.ts';

/** Older ones can lose committed pages when a WAL is reset during a checkpoint (sqlite.org/wal.html). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/** Throws KeydeckError `SQLITE_TOO_OLD`. */
export function requireSqlite(version: string): void {
	const parts = version.split('.').map(Number);
	for (const [index, least] of OLDEST_SQLITE.entries()) {
		const part = parts[index] ?? 0;
		if (part > least) return;
		if (part < least) {
			throw new KeydeckError(
				'SQLITE_TOO_OLD',
				`this Node has SQLite ${version}, ${OLDEST_SQLITE.join('.')} is needed`,
				{hint: 'use a newer Node 24 or later'},
			);
		}
	}
}
