import {chmodSync, mkdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {alert, bench, entry, hour, noon} from './samples.ts';

/** A store as the first release wrote it: one bench, one alert, three entries, one sum of an hour. */
export function writeVersionOne(file: string): void {
	mkdirSync(dirname(file), {recursive: true, mode: 0o700});
	const database = new DatabaseSync(file);
	database.exec(`
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
		PRAGMA application_id = ${0x6b657964};
		PRAGMA user_version = 1;
	`);
	const record = database.prepare('INSERT INTO record VALUES (?, ?, ?)');
	const one = bench('k1_a', 1);
	record.run('bench', one.id, JSON.stringify(one));
	record.run('alert', 'one', JSON.stringify(alert('one')));
	const add = database.prepare('INSERT INTO entry (at, kid, body) VALUES (?, ?, ?)');
	for (let at = noon; at < noon + 3; at += 1) add.run(at, 'k1_a', JSON.stringify(entry('k1_a', at)));
	database
		.prepare('INSERT INTO roll_up VALUES (?, ?, ?, ?)')
		.run('hour', 'k1_a', noon, JSON.stringify(sumOfVersionOne));
	database.close();
	chmodSync(file, 0o600);
}

/** The sum as the first release kept it. */
export const sumOfVersionOne = {
	kid: 'k1_a',
	at: noon - (noon % hour),
	successes: 3,
	failures: 1,
	throttled: 1,
	calls: 4,
	probes: 0,
	latencySumMs: 900.5,
	latencyCount: 3,
	latencyMaxMs: 400,
	tokens: 1200,
	costUsd: 0.0125,
};
