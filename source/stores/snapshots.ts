import {mkdirSync, readdirSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {DatabaseSync} from 'node:sqlite';
import {copyWhole, factsOfCopy, writeCopy} from './sqlite-copy.ts';

/** A copy of the store as it was at one time. */
export type StoreSnapshot = {readonly path: string; readonly at: number; readonly bytes: number};

/** The newest ones that are kept. */
const KEPT = 3;
const namePattern = /^keydeck-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\.sqlite$/;

/** Snapshots of a store's file, the newest first; those of a folder that is not there are none. */
export function snapshotsOf(file: string): readonly StoreSnapshot[] {
	const folder = snapshotFolder(file);
	return namesIn(folder)
		.flatMap((name): StoreSnapshot[] => {
			const at = timeOf(name);
			const path = join(folder, name);
			const bytes = statSync(path, {throwIfNoEntry: false})?.size;
			return at === undefined || bytes === undefined ? [] : [{path, at, bytes}];
		})
		.sort((one, other) => other.at - one.at);
}

/** Takes a snapshot of an open store and drops those beyond the newest three, and what a killed process left half done. */
export function takeSnapshot(database: DatabaseSync, file: string, now: number): StoreSnapshot {
	const folder = snapshotFolder(file);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const name of namesIn(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), {force: true});
	const path = join(folder, `keydeck-${fileTime(now)}.sqlite`);
	writeCopy(database, path, {replace: true});
	for (const old of snapshotsOf(file).slice(KEPT)) rmSync(old.path, {force: true});
	return {path, at: now, bytes: statSync(path).size};
}

/** Keeps the store as it is before its tables change; the one of an earlier try is replaced. */
export function copyBeforeMigration(database: DatabaseSync, file: string, version: number): string {
	const folder = snapshotFolder(file);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const path = join(folder, `schema-${version}.sqlite`);
	writeCopy(database, path, {replace: true});
	return path;
}

/** Copies the newest snapshot that is in good order to `path`; undefined when there is none. */
export function restoreNewest(file: string, path: string): StoreSnapshot | undefined {
	return snapshotsOf(file).find((snapshot) => {
		try {
			factsOfCopy(snapshot.path);
		} catch {
			return false;
		}
		copyWhole(snapshot.path, path);
		return true;
	});
}

/** An instant as part of a file's name. */
export function fileTime(at: number): string {
	return new Date(at).toISOString().replaceAll(/[:.]/g, '-');
}

function timeOf(name: string): number | undefined {
	const [, day, hours, minutes, seconds, rest] = namePattern.exec(name) ?? [];
	const at = Date.parse(`${day}${hours}:${minutes}:${seconds}.${rest}`);
	return Number.isNaN(at) ? undefined : at;
}

function snapshotFolder(file: string): string {
	return join(dirname(file), 'snapshots');
}

/** Names in a folder; none where it is not there. */
export function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
