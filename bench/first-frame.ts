import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {spawn} from '@lydell/node-pty';
import {median, nowMs, printTable, spread} from './measure.ts';

const runs = 15;
const bin = resolve(import.meta.dirname, '../../bin/keydeck.js');

/** Time from the start of the process to the first frame in a real terminal, beside a bare Ink hello. */
export async function benchFirstFrame(): Promise<void> {
	const root = await mkdtemp(join(tmpdir(), 'keydeck-bench-'));
	await writeFile(join(root, '.env'), 'OPENAI_API_KEY=sk-proj-bench-first-frame-000000000000\n', {mode: 0o600});
	const hello = {args: [join(import.meta.dirname, 'bare-hello.js')], shows: 'hello'};
	const dashboard = {args: [bin], shows: 'OPENAI_API_KEY'};
	const samples = {hello: [] as number[], dashboard: [] as number[]};
	for (let run = 0; run <= runs; run++) {
		const helloMs = await firstFrame(hello, root);
		const dashboardMs = await firstFrame(dashboard, root);
		// The first run fills file and compile caches.
		if (run === 0) continue;
		samples.hello.push(helloMs);
		samples.dashboard.push(dashboardMs);
	}
	await rm(root, {recursive: true});
	const ratio = median(samples.dashboard) / median(samples.hello);
	printTable(`first frame in a pty of 80x24, median of ${runs} runs`, [
		['', 'ms', 'spread', 'ratio'],
		['bare Ink hello', median(samples.hello).toFixed(0), spread(samples.hello), '1.00'],
		['keydeck dashboard', median(samples.dashboard).toFixed(0), spread(samples.dashboard), ratio.toFixed(2)],
	]);
}

async function firstFrame(program: {readonly args: string[]; readonly shows: string}, root: string): Promise<number> {
	const start = nowMs();
	const terminal = spawn(process.execPath, program.args, {cols: 80, rows: 24, cwd: root, env: environment(root)});
	let seen = '';
	const elapsed = await new Promise<number>((found, failed) => {
		terminal.onData((text) => {
			seen += text;
			if (seen.includes(program.shows)) found(nowMs() - start);
		});
		terminal.onExit(({exitCode}) => failed(new Error(`ended with ${exitCode} before its first frame: ${seen}`)));
	});
	const ended = new Promise<void>((resolved) => terminal.onExit(() => resolved()));
	terminal.kill('SIGTERM');
	await ended;
	return elapsed;
}

/** Nothing leaves the machine: the vendor is a closed port. */
function environment(root: string): Record<string, string> {
	return {
		PATH: process.env.PATH ?? '',
		HOME: root,
		TERM: 'xterm-256color',
		KEYDECK_HOME: join(root, 'home'),
		KEYDECK_OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
	};
}
