import type {DatabaseSync} from 'node:sqlite';
import type {Clock, Stoppable} from '../clock.ts';
import {snapshotsOf, takeSnapshot} from './snapshots.ts';
import type {SqliteTables} from './sqlite-tables.ts';

/** How the last snapshot went. */
export type SnapshotNote = {
	readonly at: number;
	/** The store answers nothing meanwhile. */
	readonly tookMs: number;
	readonly bytes: number;
	/** Why it could not be taken. */
	readonly failure?: string;
};

/** Kind and id of the record that tells how the last snapshot went. */
export const SNAPSHOT_RECORD = 'snapshot';

const LOOK_MS = 60_000;
const EVERY_MS = 3_600_000;
/** A process that ends leaves one when the newest is as old: short commands never live for an hour. */
const LEAVE_AFTER_MS = 24 * EVERY_MS;
/** Nothing was asked of the store for this long. */
const IDLE_MS = 2000;
/** A store that is never idle has one taken after this long. */
const PATIENCE_MS = 15 * 60_000;

type Parts = {
	readonly file: string;
	readonly database: DatabaseSync;
	readonly tables: SqliteTables;
	readonly clock: Clock;
};

/** Takes a snapshot of an open store every hour, at a moment when nobody wants anything of it. */
export class SnapshotRound {
	readonly #parts: Parts;
	readonly #looking: Stoppable;
	#takenAt: number;
	#usedAt = 0;

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#takenAt = snapshotsOf(parts.file)[0]?.at ?? 0;
		this.#looking = parts.clock.every(LOOK_MS, () => this.#look());
	}

	/** Somebody uses the store. */
	noteUse(): void {
		this.#usedAt = this.#parts.clock.now();
	}

	/** Ends the rounds. `leave`: with a last snapshot, when the newest is a day old. */
	close({leave}: {readonly leave: boolean}): void {
		this.#looking.stop();
		if (leave && this.#ageMs() >= LEAVE_AFTER_MS) this.#take();
	}

	#look(): void {
		const age = this.#ageMs();
		if (age < EVERY_MS) return;
		const idle = this.#parts.clock.now() - this.#usedAt >= IDLE_MS;
		if (idle || age >= EVERY_MS + PATIENCE_MS) this.#take();
	}

	/** A snapshot from the future was taken before the clock was set back: it counts as old. */
	#ageMs(): number {
		const age = this.#parts.clock.now() - this.#takenAt;
		return age < 0 ? Number.POSITIVE_INFINITY : age;
	}

	#take(): void {
		const {file, database, tables, clock} = this.#parts;
		const at = clock.now();
		// A failure too is tried again after an hour only: it may have filled the disk.
		this.#takenAt = at;
		const note = ((): SnapshotNote => {
			try {
				const {bytes} = takeSnapshot(database, file, at);
				return {at, tookMs: clock.now() - at, bytes};
			} catch (error) {
				const failure = error instanceof Error ? error.message : String(error);
				return {at, tookMs: clock.now() - at, bytes: 0, failure};
			}
		})();
		try {
			tables.transaction(() => tables.putRecord(SNAPSHOT_RECORD, SNAPSHOT_RECORD, note), {durable: false});
		} catch {
			// The store itself says when it cannot be written.
		}
	}
}
