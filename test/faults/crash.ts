import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {noon} from '../stores/samples.ts';
import {writeVersionOne} from '../stores/version-one.ts';

/** What so many kills did. */
export type CrashTally = {
	kills: number;
	acknowledged: number;
	lost: number;
	/** Of them killed before the writer had opened its store: in a migration, a snapshot or a recovery. */
	killedWhileOpening: number;
	filesReplaced: number;
	filesCut: number;
	damaged: number;
	recoveryMs: number;
};

/** Every so many rounds a new home begins as the first release left it, so that kills fall into the migration. */
const roundsPerHome = 10;

/** Kills a writing process at random moments, again and again on the same home, and looks at what it left. */
export async function crash(rounds: number): Promise<CrashTally> {
	const base = mkdtempSync(join(tmpdir(), 'keydeck-crash-'));
	const tally: CrashTally = {
		kills: 0,
		acknowledged: 0,
		lost: 0,
		killedWhileOpening: 0,
		filesReplaced: 0,
		filesCut: 0,
		damaged: 0,
		recoveryMs: 0,
	};
	try {
		for (let round = 0; round < rounds; round += 1) {
			const folder = join(base, `${Math.floor(round / roundsPerHome)}`);
			const file = join(folder, 'home', 'keydeck.sqlite');
			if (round % roundsPerHome === 0) writeVersionOne(file);
			const lines = await killedWriter(folder);
			await judge(folder, lines, tally);
			if (round % 100 === 99) process.stderr.write(`${round + 1} kills\n`);
			if (round % roundsPerHome === roundsPerHome - 1) rmSync(folder, {recursive: true});
		}
	} finally {
		rmSync(base, {recursive: true, force: true});
	}
	return tally;
}

/** The lines of a writer that was killed at a random moment of its life, mostly once it writes. */
async function killedWriter(folder: string): Promise<readonly string[]> {
	const program = new URL('./writer-process.js', import.meta.url).pathname;
	const child = spawn(process.execPath, [program, folder], {stdio: ['ignore', 'pipe', 'inherit']});
	const ended = once(child, 'close');
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		text += chunk;
	});
	const said = async (word: string): Promise<void> => {
		while (!text.includes(`${word}\n`) && child.exitCode === null)
			await Promise.race([once(child.stdout, 'data'), ended]);
	};
	// A third of the kills fall into the opening.
	const opening = Math.random() < 0.33;
	await said(opening ? 'start' : 'open');
	await sleep(Math.random() * (opening ? 15 : 150));
	assert.equal(child.exitCode, null, `the writer ended by itself: ${text.slice(-500)}`);
	child.kill('SIGKILL');
	await ended;
	return text.split('\n').slice(0, -1);
}

async function judge(folder: string, lines: readonly string[], tally: CrashTally): Promise<void> {
	const file = join(folder, 'home', 'keydeck.sqlite');
	tally.kills += 1;
	if (!lines.includes('open')) tally.killedWhileOpening += 1;
	if (lines.some((line) => /^note .*damaged/.test(line))) tally.damaged += 1;
	const began = performance.now();
	const store = openSqliteStore({file, clock: systemClock});
	tally.recoveryMs = Math.max(tally.recoveryMs, performance.now() - began);
	const found = new Map((await store.load(noon)).benches.map(({id, version}) => [id, version]));
	if (store.notes.some((note) => note.includes('damaged'))) tally.damaged += 1;
	await store.close();
	for (const line of lines.filter((each) => each.startsWith('save '))) {
		const [, kid, version] = line.split(' ');
		tally.acknowledged += 1;
		if ((found.get(`key ${kid}`) ?? 0) < Number(version)) tally.lost += 1;
	}
	if (quickCheck(file) !== 'ok') tally.damaged += 1;
	judgeFile(folder, lines, tally);
}

/** The JSON file is the last that was promised, or a later one, and whole. */
function judgeFile(folder: string, lines: readonly string[], tally: CrashTally): void {
	const promised = lines.filter((line) => line.startsWith('file ')).map((line) => Number(line.slice(5)));
	tally.filesReplaced += promised.length;
	const path = join(folder, 'tokenpool.json');
	if (!readdirSync(folder).includes('tokenpool.json')) {
		if (promised.length > 0) tally.filesCut += 1;
		return;
	}
	try {
		const {number, end} = JSON.parse(readFileSync(path, 'utf8')) as {number: number; end: number};
		if (number !== end || number < (promised.at(-1) ?? 0)) tally.filesCut += 1;
	} catch {
		tally.filesCut += 1;
	}
}

function quickCheck(file: string): unknown {
	const database = new DatabaseSync(file, {readOnly: true});
	const row = database.prepare('PRAGMA quick_check').get();
	database.close();
	return row?.quick_check;
}
