import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import {fileURLToPath} from 'node:url';

/** Root of the package, seen from the built test. */
export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** What a process left behind. */
type Finished = {readonly code: number | null; readonly stdout: string; readonly stderr: string};

type SpawnOptions = {
	/** @default bin/keydeck.js of the package */
	readonly script?: string;
	/** Node.js to run it with. @default this one */
	readonly node?: string;
	readonly cwd?: string;
	/** The whole environment but PATH and HOME. @default none */
	readonly env?: Readonly<Record<string, string>>;
};

/** Starts a script of the package with an empty environment and no terminal. */
export function startScript(args: readonly string[], options: SpawnOptions = {}): ChildProcessWithoutNullStreams {
	const {cwd = packageRoot, env = {}, node = process.execPath, script = join(packageRoot, 'bin/keydeck.js')} = options;
	return spawn(node, [script, ...args], {cwd, env: {PATH: process.env.PATH, HOME: cwd, ...env}});
}

/** Resolves with what a process first prints on a stream; rejects when it ends without a word. */
export async function firstWords(child: ChildProcessWithoutNullStreams, stream: 'stdout' | 'stderr'): Promise<string> {
	const ended = once(child, 'close').then(([code]) => {
		throw new Error(`it ended with ${code} before it said a word on ${stream}`);
	});
	const [words] = await Promise.race([once(child[stream], 'data'), ended]);
	return String(words);
}

/** Runs a script to its end. */
export function runScript(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
	return finished(startScript(args, options));
}

/** Collects what a process prints until it ends. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
	const printed = {stdout: '', stderr: ''};
	for (const name of ['stdout', 'stderr'] as const) {
		child[name].setEncoding('utf8').on('data', (text: string) => {
			printed[name] += text;
		});
	}
	const [code] = await once(child, 'close');
	return {code, ...printed};
}

/** An empty folder that goes away with the test. */
export async function emptyFolder(context: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-cli-'));
	context.after(() => rm(folder, {recursive: true}));
	return folder;
}
