import type {DatabaseSync, StatementSync} from 'node:sqlite';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import type {Span} from './roll-up.ts';
import {checkSum, numbersOf, sumOfNumbers} from './row-text.ts';
import type {HistoryQuery, RollUpQuery} from './store.ts';

/** Kind and id of the record that tells whose pepper the store was written with. */
export const PEPPER_RECORD = 'pepper';

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
	readonly #keepNewestEntries: StatementSync;
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
			'INSERT INTO record (kind, id, body, sum) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, sum = excluded.sum',
		);
		this.#deleteRecord = prepare('DELETE FROM record WHERE kind = ? AND id = ?');
		this.#records = prepare('SELECT id, body FROM record WHERE kind = ?');
		this.#addEntry = prepare('INSERT INTO entry (at, kid, body, sum) VALUES (?, ?, ?, ?)');
		this.#entries = prepare('SELECT at, kid, body, sum FROM entry WHERE at >= ? ORDER BY at DESC, seq DESC LIMIT ?');
		this.#entriesOfKey = prepare(
			'SELECT at, kid, body, sum FROM entry WHERE kid = ? AND at >= ? ORDER BY at DESC, seq DESC LIMIT ?',
		);
		this.#pruneEntries = prepare('DELETE FROM entry WHERE at < ?');
		this.#keepNewestEntries = prepare('DELETE FROM entry WHERE seq <= (SELECT max(seq) FROM entry) - ?');
		this.#putRollUp = prepare(
			'INSERT INTO roll_up (span, kid, at, body, sum) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, sum = excluded.sum',
		);
		const sums = 'SELECT kid, at, body, sum FROM roll_up';
		this.#rollUp = prepare(`${sums} WHERE span = ? AND kid = ? AND at = ?`);
		this.#rollUps = prepare(`${sums} WHERE span = ? AND at >= ? ORDER BY at`);
		this.#rollUpsOfKey = prepare(`${sums} WHERE span = ? AND kid = ? AND at >= ? ORDER BY at`);
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

	/** Makes the indexes anew: the tables themselves were found whole at the start. */
	mend(): void {
		this.#database.exec('REINDEX');
	}

	putRecord(kind: string, id: string, value: unknown): void {
		const body = JSON.stringify(value);
		this.#putRecord.run(kind, id, body, checkSum(kind, id, body));
	}

	deleteRecord(kind: string, id: string): void {
		this.#deleteRecord.run(kind, id);
	}

	/** All values of a kind with their ids. */
	records<Value>(kind: string): [string, Value][] {
		return this.#records.all(kind).map((row) => [String(row.id), JSON.parse(String(row.body)) as Value]);
	}

	addEntry(entry: HistoryEntry): void {
		const {at, kid} = entry;
		const body = JSON.stringify(entry);
		this.#addEntry.run(at, kid, body, checkSum(at, kid, body));
	}

	/** Newest first. */
	entries({kid, sinceMs = 0, limit}: HistoryQuery): HistoryEntry[] {
		const rows = kid === undefined ? this.#entries.all(sinceMs, limit) : this.#entriesOfKey.all(kid, sinceMs, limit);
		return rows.flatMap((row): HistoryEntry[] => (isWhole(row, row.at, row.kid) ? [JSON.parse(String(row.body))] : []));
	}

	pruneEntries(before: number): void {
		this.#pruneEntries.run(before);
	}

	/** Drops all but so many of the newest entries. */
	keepNewestEntries(most: number): void {
		this.#keepNewestEntries.run(most);
	}

	rollUp(span: Span, kid: string, at: number): RollUp | undefined {
		const row = this.#rollUp.get(span, kid, at);
		return row === undefined ? undefined : rollUpOf(span, row)[0];
	}

	putRollUp(span: Span, sum: RollUp): void {
		const body = JSON.stringify(numbersOf(sum));
		this.#putRollUp.run(span, sum.kid, sum.at, body, checkSum(span, sum.kid, sum.at, body));
	}

	/** Oldest first. */
	rollUps({kid, span, since}: RollUpQuery): RollUp[] {
		const rows = kid === undefined ? this.#rollUps.all(span, since) : this.#rollUpsOfKey.all(span, kid, since);
		return rows.flatMap((row) => rollUpOf(span, row));
	}

	pruneRollUps(span: Span, before: number): void {
		this.#pruneRollUps.run(span, before);
	}
}

type Row = Record<string, unknown>;

/** Empty when the row is damaged. */
function rollUpOf(span: Span, row: Row): RollUp[] {
	if (!isWhole(row, span, row.kid, row.at)) return [];
	return [sumOfNumbers(String(row.kid), Number(row.at), JSON.parse(String(row.body)))];
}

/** The row is as it was written: only this class writes them, so the shape of a body is then known. */
function isWhole({body, sum}: Row, ...identity: readonly unknown[]): boolean {
	return checkSum(...identity, body) === sum;
}
