import type {DatabaseSync, StatementSync} from 'node:sqlite';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import type {Span} from './roll-up.ts';
import type {HistoryQuery, RollUpQuery} from './store.ts';

/** Bodies are JSON. `record` holds everything that is read whole at the start, by kind and id. */
export const schema = `
	CREATE TABLE record (
		kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
		PRIMARY KEY (kind, id)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE entry (
		seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kid TEXT NOT NULL, body TEXT NOT NULL
	) STRICT;
	CREATE INDEX entry_by_time ON entry (at);
	CREATE INDEX entry_by_key ON entry (kid, at);
	CREATE TABLE roll_up (
		span TEXT NOT NULL, kid TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
		PRIMARY KEY (span, kid, at)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX roll_up_by_time ON roll_up (span, at);
`;

/** Gives a row when a record's body is no JSON. */
export const unreadableRecord = 'SELECT 1 FROM record WHERE NOT json_valid(body) LIMIT 1';

/**
 * Every statement the store runs, prepared once. Rows go in and out as domain values; a damaged
 * row of history is left out, for one entry is no reason to begin again.
 */
export class SqliteTables {
	readonly #begin: StatementSync;
	readonly #commit: StatementSync;
	readonly #rollback: StatementSync;
	readonly #putRecord: StatementSync;
	readonly #deleteRecord: StatementSync;
	readonly #records: StatementSync;
	readonly #addEntry: StatementSync;
	readonly #entries: StatementSync;
	readonly #entriesOfKey: StatementSync;
	readonly #pruneEntries: StatementSync;
	readonly #putRollUp: StatementSync;
	readonly #rollUp: StatementSync;
	readonly #rollUps: StatementSync;
	readonly #rollUpsOfKey: StatementSync;
	readonly #pruneRollUps: StatementSync;
	readonly #database: DatabaseSync;
	#durable = true;

	constructor(database: DatabaseSync) {
		const prepare = (sql: string) => database.prepare(sql);
		this.#database = database;
		this.#begin = prepare('BEGIN IMMEDIATE');
		this.#commit = prepare('COMMIT');
		this.#rollback = prepare('ROLLBACK');
		this.#putRecord = prepare(
			'INSERT INTO record (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
		);
		this.#deleteRecord = prepare('DELETE FROM record WHERE kind = ? AND id = ?');
		this.#records = prepare('SELECT id, body FROM record WHERE kind = ?');
		this.#addEntry = prepare('INSERT INTO entry (at, kid, body) VALUES (?, ?, ?)');
		this.#entries = prepare(
			'SELECT body FROM entry WHERE at >= ? AND json_valid(body) ORDER BY at DESC, seq DESC LIMIT ?',
		);
		this.#entriesOfKey = prepare(
			'SELECT body FROM entry WHERE kid = ? AND at >= ? AND json_valid(body) ORDER BY at DESC, seq DESC LIMIT ?',
		);
		this.#pruneEntries = prepare('DELETE FROM entry WHERE at < ?');
		this.#putRollUp = prepare(
			'INSERT INTO roll_up (span, kid, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
		);
		this.#rollUp = prepare('SELECT body FROM roll_up WHERE span = ? AND kid = ? AND at = ? AND json_valid(body)');
		this.#rollUps = prepare('SELECT body FROM roll_up WHERE span = ? AND at >= ? AND json_valid(body) ORDER BY at');
		this.#rollUpsOfKey = prepare(
			'SELECT body FROM roll_up WHERE span = ? AND kid = ? AND at >= ? AND json_valid(body) ORDER BY at',
		);
		this.#pruneRollUps = prepare('DELETE FROM roll_up WHERE span = ? AND at < ?');
	}

	/**
	 * All that `write` does is written, or nothing is. `durable`: it survives a power cut too, else only the end of
	 * this process, until the next durable one; waiting for the disk takes milliseconds in which nothing is answered.
	 */
	transaction(write: () => void, {durable}: {readonly durable: boolean}): void {
		if (durable !== this.#durable) this.#database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
		this.#durable = durable;
		this.#begin.run();
		try {
			write();
			this.#commit.run();
		} catch (error) {
			// A full disk ends the transaction by itself.
			if (this.#database.isTransaction) this.#rollback.run();
			throw error;
		}
	}

	putRecord(kind: string, id: string, value: unknown): void {
		this.#putRecord.run(kind, id, JSON.stringify(value));
	}

	deleteRecord(kind: string, id: string): void {
		this.#deleteRecord.run(kind, id);
	}

	/** All values of a kind with their ids. */
	records<Value>(kind: string): [string, Value][] {
		return this.#records.all(kind).map((row) => [String(row.id), body<Value>(row)]);
	}

	addEntry(entry: HistoryEntry): void {
		this.#addEntry.run(entry.at, entry.kid, JSON.stringify(entry));
	}

	/** Newest first. */
	entries({kid, sinceMs = 0, limit}: HistoryQuery): HistoryEntry[] {
		const rows = kid === undefined ? this.#entries.all(sinceMs, limit) : this.#entriesOfKey.all(kid, sinceMs, limit);
		return rows.map(body<HistoryEntry>);
	}

	pruneEntries(before: number): void {
		this.#pruneEntries.run(before);
	}

	rollUp(span: Span, kid: string, at: number): RollUp | undefined {
		const row = this.#rollUp.get(span, kid, at);
		return row === undefined ? undefined : body<RollUp>(row);
	}

	putRollUp(span: Span, sum: RollUp): void {
		this.#putRollUp.run(span, sum.kid, sum.at, JSON.stringify(sum));
	}

	/** Oldest first. */
	rollUps({kid, span, since}: RollUpQuery): RollUp[] {
		const rows = kid === undefined ? this.#rollUps.all(span, since) : this.#rollUpsOfKey.all(span, kid, since);
		return rows.map(body<RollUp>);
	}

	pruneRollUps(span: Span, before: number): void {
		this.#pruneRollUps.run(span, before);
	}
}

/** Only this class writes bodies, so their shape is known. */
function body<Value>(row: Record<string, unknown>): Value {
	return JSON.parse(String(row.body)) as Value;
}
