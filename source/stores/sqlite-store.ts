import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Clock, Stoppable} from '../clock.ts';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {KeydeckError} from '../errors.ts';
import {EmbeddedStore} from './embedded-store.ts';
import type {OpenLease} from './ledger.ts';
import {ENTRY_KEPT_MS, MOST_ENTRIES, type Span, spanNames, spanStart, spans, withEntry} from './roll-up.ts';
import type {Shelf} from './shelf.ts';
import {SnapshotRound} from './snapshot-round.ts';
import {isDamage} from './sqlite-error.ts';
import {openSqliteFile, type SqliteFile} from './sqlite-file.ts';
import type {HistoryQuery, RollUpQuery, SaveResult, StateChange, Store, StoreCondition, StoredState} from './store.ts';
import {type StorePepper, settlePepper} from './store-pepper.ts';

export type SqliteStore = Store & {
	/** What a person should know of the opening, one sentence each: a damaged file that was moved aside. */
	readonly notes: readonly string[];
};

/** Longest time a grouped change waits to be written, ms. */
const GROUP_MS = 250;
/** Entries of history written in one go: about 10 ms, so that a burst does not hold up the event loop. */
const GROUP_ENTRIES = 500;
/** Entries written before those beyond the most are dropped: some 10 ms of work. */
const TRIM_EVERY_ENTRIES = 2000;
const MOST_WAITING_ENTRIES = 10_000;
const MOST_SUMS = 50_000;
/** Pause before a failed write is tried again, ms. */
const RETRY_MS = 1000;
/** The record a clean close leaves for the next start. */
const LEFT = 'left-ledger';
type LeftLedger = {readonly leases: readonly OpenLease[]; readonly grants: StoredState['recentGrants']};

type SqliteStoreOptions = {
	readonly file: string;
	readonly clock: Clock;
	/** Absent = whatever the store was written with. */
	readonly pepper?: StorePepper;
};

/**
 * Opens the embedded store: `file` and its WAL, 0600 in a 0700 folder, held by this process alone. A damaged file is
 * moved aside, the newest good snapshot restored, and `notes` says so. Throws KeydeckError `HOME_IN_USE` when another
 * process holds it, `STORE_TOO_NEW`, `STORE_UNUSABLE`, `MIGRATION_FAILED`, `OTHER_PEPPER`, `SQLITE_TOO_OLD` or
 * `NOT_PRIVATE`.
 */
export function openSqliteStore({file, clock, pepper}: SqliteStoreOptions): SqliteStore {
	const opened = openSqliteFile({file, now: clock.now()});
	try {
		if (pepper !== undefined) settlePepper(opened.tables, file, pepper);
	} catch (error) {
		opened.close();
		throw error;
	}
	return new FileStore(opened, {file, clock});
}

class FileStore extends EmbeddedStore implements SqliteStore {
	readonly kind = 'sqlite';
	readonly notes: readonly string[];
	readonly #file: SqliteFile;
	readonly #clock: Clock;
	readonly #shelves: readonly Shelf<unknown>[];
	readonly #snapshots: SnapshotRound;
	/** Sums as they stand on disk, of the spans that grow now. */
	readonly #sums = new Map<string, RollUp>();
	#waiting: HistoryEntry[] = [];
	#group: Stoppable | undefined;
	/** The commit that answers every `save` of this turn of the event loop: they share one fsync. */
	#commit: Promise<void> | undefined;
	#failure: string | undefined;
	/** Entries written since old ones were dropped for their number. */
	#untrimmed = 0;
	#closed = false;

	constructor(opened: SqliteFile, {file: path, clock}: SqliteStoreOptions) {
		super();
		this.notes = opened.notes;
		this.#file = opened;
		this.#clock = clock;
		this.#snapshots = new SnapshotRound({file: path, database: opened.database, tables: opened.tables, clock});
		const {benches, alerts, strategies, knowledge, spent, claims} = this.book;
		const {rates, picks} = this.ledger;
		this.#shelves = [benches, alerts, strategies, knowledge, spent, claims, rates, picks] as Shelf<unknown>[];
		for (const shelf of this.#shelves) {
			for (const [id, value] of opened.tables.records(shelf.kind)) shelf.restore(id, value);
		}
		for (const [id, left] of opened.tables.records<LeftLedger>(LEFT)) {
			this.ledger.restore(left.leases, left.grants);
			// Taken once: after a crash later on, leases of long ago must not rise again.
			this.#attempt(() => opened.tables.deleteRecord(LEFT, id));
		}
	}

	/**
	 * `degraded`: the disk is full or failing. The store goes on from memory, keeps what is not
	 * written yet (of history the newest 10,000 entries) and tries again with the next group.
	 */
	override condition(): StoreCondition {
		return this.#failure === undefined ? {state: 'ok'} : {state: 'degraded', detail: this.#failure};
	}

	override async save(changes: readonly StateChange[]): Promise<SaveResult> {
		this.#requireOpen();
		const result = this.book.apply(changes);
		if (result.stale.length === 0 && changes.length > 0) await this.#commitThisTurn();
		return result;
	}

	record(entry: HistoryEntry): void {
		this.#waiting.push(entry);
		if (this.#waiting.length > MOST_WAITING_ENTRIES) this.#waiting.shift();
		this.noteChange();
	}

	async history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
		this.#writeAll();
		return this.#read(() => this.#file.tables.entries(query));
	}

	async rollUps(query: RollUpQuery): Promise<readonly RollUp[]> {
		this.#writeAll();
		return this.#read(() => this.#file.tables.rollUps(query));
	}

	override async prune(now: number): Promise<void> {
		await super.prune(now);
		this.#attempt(() => {
			this.#file.tables.pruneEntries(now - ENTRY_KEPT_MS);
			for (const span of spanNames) this.#file.tables.pruneRollUps(span, now - spans[span].keptMs);
			this.#sums.clear();
		});
	}

	async flush(): Promise<void> {
		this.#writeAll();
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#writeAll();
		const left: LeftLedger = {
			leases: this.ledger.openLeases(),
			grants: this.ledger.recentGrants(this.#clock.now()),
		};
		this.#attempt(() => this.#file.tables.putRecord(LEFT, LEFT, left));
		this.#snapshots.close({leave: this.#file.existed});
		this.#closed = true;
		this.#group?.stop();
		this.#file.close();
	}

	protected noteChange(): void {
		this.#snapshots.noteUse();
		if (this.#group !== undefined || this.#closed) return;
		this.#group = this.#clock.after(this.#failure === undefined ? GROUP_MS : RETRY_MS, () => {
			this.#group = undefined;
			// History and counts: what a power cut takes of them is made again.
			this.#write({durable: false});
			if (this.#waiting.length > 0 || this.#failure !== undefined) this.noteChange();
		});
	}

	#commitThisTurn(): Promise<void> {
		this.#commit ??= nextTurn().then(() => {
			this.#commit = undefined;
			this.#write({durable: true});
			if (this.#failure !== undefined) this.noteChange();
		});
		return this.#commit;
	}

	#writeAll(): void {
		this.#requireOpen();
		do this.#write({durable: true});
		while (this.#waiting.length > 0 && this.#failure === undefined);
	}

	/** Writes every change so far and the oldest waiting entries, in one transaction. */
	#write(wish: {readonly durable: boolean}): void {
		if (this.#closed) return;
		const entries = this.#waiting.slice(0, GROUP_ENTRIES);
		const changed = this.#shelves.filter((shelf) => shelf.changed.size > 0);
		if (entries.length === 0 && changed.length === 0) return;
		const written = this.#attempt(() => {
			for (const shelf of changed) this.#writeShelf(shelf);
			this.#writeEntries(entries);
		}, wish);
		if (!written) return;
		for (const shelf of changed) shelf.written();
		this.#waiting = this.#waiting.slice(entries.length);
	}

	#writeShelf(shelf: Shelf<unknown>): void {
		for (const id of shelf.changed) {
			const value = shelf.get(id);
			if (value === undefined) this.#file.tables.deleteRecord(shelf.kind, id);
			else this.#file.tables.putRecord(shelf.kind, id, value);
		}
	}

	/** Entries of one key and span meet in one sum: written once per group, read once while it grows. */
	#writeEntries(entries: readonly HistoryEntry[]): void {
		const {tables} = this.#file;
		const touched = new Map<string, Span>();
		for (const entry of entries) {
			tables.addEntry(entry);
			for (const span of spanNames) {
				const at = spanStart(span, entry.at);
				const id = `${span} ${at} ${entry.kid}`;
				const before = this.#sums.get(id) ?? tables.rollUp(span, entry.kid, at);
				this.#sums.set(id, withEntry(before, entry, at));
				touched.set(id, span);
			}
		}
		this.#trimEntries(entries.length);
		for (const [id, span] of touched) tables.putRollUp(span, this.#sums.get(id) as RollUp);
		if (this.#sums.size > MOST_SUMS) this.#sums.clear();
	}

	#trimEntries(written: number): void {
		this.#untrimmed += written;
		if (this.#untrimmed < TRIM_EVERY_ENTRIES) return;
		this.#untrimmed = 0;
		this.#file.tables.keepNewestEntries(MOST_ENTRIES);
	}

	/** A disk that fails must not stop keys from being handed out: what was not written waits. */
	#attempt(write: () => void, wish = {durable: true}): boolean {
		try {
			this.#mending(() => this.#file.tables.transaction(write, wish));
			this.#failure = undefined;
			return true;
		} catch (error) {
			this.#noteFailure('written', error);
			return false;
		}
	}

	/** History that cannot be read is none: nobody needs it to pick a key. */
	#read<Row>(read: () => readonly Row[]): readonly Row[] {
		try {
			return this.#mending(read);
		} catch (error) {
			this.#noteFailure('read', error);
			return [];
		}
	}

	/** Damage to an index shows only when it is used; the index is made anew then. */
	#mending<Result>(step: () => Result): Result {
		try {
			return step();
		} catch (error) {
			if (!isDamage(error)) throw error;
			this.#sums.clear();
			this.#file.tables.mend();
			return step();
		}
	}

	#noteFailure(what: 'read' | 'written', error: unknown): void {
		this.#sums.clear();
		const reason = error instanceof Error ? error.message : String(error);
		this.#failure = `The store cannot be ${what} (${reason}); keydeck goes on from memory and tries again.`;
	}

	#requireOpen(): void {
		if (this.#closed) throw new KeydeckError('STORE_CLOSED', 'the store is closed');
	}
}
