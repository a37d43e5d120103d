import {statfsSync} from 'node:fs';
import {fileSize} from '../../format.ts';
import {requireSqlite} from '../../stores/sqlite-version.ts';
import {type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

const oldestNode = 24;
/** Below these the store and the audit may soon not be written. */
const littleDiskBytes = 1e9;
const tooLittleDiskBytes = 50e6;
/** The Date header is in whole seconds, and an answer takes a while. */
const skewNoticedMs = 30_000;
const skewHarmfulMs = 300_000;

/** Node, SQLite, the disk of the home and the clock, which is compared with those of the vendors that answered. */
export function machineChecks(home: string, skewsMs: readonly number[]): readonly Finding[] {
	return inGroup('machine', [nodeCheck(), sqliteCheck(), diskCheck(home), clockCheck(skewsMs)]);
}

function nodeCheck() {
	const major = Number(process.versions.node.split('.')[0]);
	if (major >= oldestNode) return fine('Node.js', process.versions.node);
	return problem('Node.js', `${process.versions.node} is too old`, `Install Node.js ${oldestNode} or newer`);
}

function sqliteCheck() {
	const version = process.versions.sqlite ?? '0';
	try {
		requireSqlite(version);
		return fine('SQLite', version);
	} catch (error) {
		return problem('SQLite', error instanceof Error ? error.message : version, 'Install Node.js 24.21 or newer');
	}
}

function diskCheck(home: string) {
	try {
		const {bavail, bsize} = statfsSync(home);
		const free = bavail * bsize;
		const says = `${fileSize(free)} free where ${home} lies`;
		if (free < tooLittleDiskBytes)
			return problem('disk space', says, 'Make room: soon nothing can be kept, and handed-out keys cannot be audited');
		return free < littleDiskBytes
			? warning('disk space', says, 'Make room before it runs out')
			: fine('disk space', says);
	} catch {
		return skipped('disk space', `the disk of ${home} cannot be asked`);
	}
}

function clockCheck(skewsMs: readonly number[]) {
	// One vendor's clock may be wrong, or its answer come from a cache: the middle one counts.
	const skew = [...skewsMs].sort((one, other) => one - other)[Math.floor(skewsMs.length / 2)];
	if (skew === undefined) return skipped('clock', 'no vendor answered with the time');
	const seconds = Math.round(Math.abs(skew) / 1000);
	const says = `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the vendors`;
	const next = 'Set the clock by NTP (timedatectl set-ntp true): rests and limits end by it';
	if (Math.abs(skew) >= skewHarmfulMs) return problem('clock', says, next);
	if (Math.abs(skew) >= skewNoticedMs) return warning('clock', says, next);
	return fine('clock', 'agrees with the vendors');
}
