import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {printTable} from './print-table.ts';

const calls = 'openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,link,linkat';

/** The system calls of a process that writes, in order; undefined without strace. */
function traced(t: TestContext, mode: 'file' | 'save'): readonly string[] | undefined {
	if (spawnSync('strace', ['-V']).error !== undefined) {
		t.skip('strace is not there');
		return undefined;
	}
	const folder = mkdtempSync(join(tmpdir(), 'keydeck-order-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const program = new URL('./order-process.js', import.meta.url).pathname;
	const trace = join(folder, 'trace');
	const args = ['-f', '-y', '-o', trace, '-e', `trace=${calls}`, process.execPath, program, mode, join(folder, 'home')];
	const {status, stderr} = spawnSync('strace', args, {encoding: 'utf8'});
	assert.equal(status, 0, stderr);
	const lines = readFileSync(trace, 'utf8').split('\n');
	return lines.slice(lines.findIndex((line) => line.includes('"begin\\n"')) + 1);
}

/** Places of the first lines that match one after another; fails when one does not come. */
function inOrder(lines: readonly string[], steps: readonly RegExp[]): void {
	let from = 0;
	for (const step of steps) {
		const found = lines.slice(from).findIndex((line) => step.test(line));
		assert.notEqual(found, -1, `${step} does not come in time:\n${lines.slice(from, from + 40).join('\n')}`);
		from += found + 1;
	}
}

test('a file is made anew, written, synced, renamed, and its folder synced, in this order', (t) => {
	const lines = traced(t, 'file');
	if (lines === undefined) return;
	inOrder(lines, [
		/openat\(.*\.tokenpool\.json\.\w+\.tmp", .*O_CREAT\|O_EXCL.*, 0600\)/,
		/p?write(64)?\(.*\.tmp>/,
		/fsync\(.*\.tmp>/,
		/rename\w*\(.*\.tmp".*tokenpool\.json"/,
		/fsync\(.*home>/,
		/write\(1<.*"done\\n"/,
	]);
	printTable('a replaced file', [['order', 'open O_EXCL 0600, write, fsync, rename, fsync of the folder, answer']]);
});

test('a state is in the log and synced before it is acknowledged', (t) => {
	const lines = traced(t, 'save');
	if (lines === undefined) return;
	const acknowledged = lines.findIndex((line) => line.includes('"done\\n"'));
	const before = lines.slice(0, acknowledged);
	const written = before.findLastIndex((line) => /pwrite64\(.*keydeck\.sqlite-wal>/.test(line));
	const synced = before.findLastIndex((line) => /f(data)?sync\(.*keydeck\.sqlite-wal>/.test(line));
	assert.ok(written !== -1 && synced > written, before.slice(-20).join('\n'));
	printTable('a saved state', [['order', 'write to the log, fdatasync of the log, answer']]);
});
