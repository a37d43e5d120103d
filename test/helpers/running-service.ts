import assert from 'node:assert/strict';
import type {ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import {startScript} from './binary.ts';
import type {Project} from './project.ts';

const patienceMs = 15_000;

export type LogLine = {readonly level: string; readonly msg: string; readonly [field: string]: unknown};

/** A process of keydeck that goes on until it is ended, and what it has printed. */
export class Running {
	readonly child: ChildProcessWithoutNullStreams;
	readonly exited: Promise<number | null>;
	stdout = '';
	stderr = '';

	/** It ends with the test, however that ends. */
	constructor(context: TestContext, {folder, env}: Pick<Project, 'folder' | 'env'>, args: readonly string[]) {
		this.child = startScript(args, {cwd: folder, env});
		for (const name of ['stdout', 'stderr'] as const) {
			this.child[name].setEncoding('utf8').on('data', (text: string) => {
				this[name] += text;
			});
		}
		this.exited = once(this.child, 'close').then(([code]) => code);
		context.after(() => this.child.kill('SIGKILL'));
	}

	/** Lines of JSON on stdout so far; a line that is none throws. */
	get lines(): readonly LogLine[] {
		const whole = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
		return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogLine]));
	}

	/** The first line that fits. */
	async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
		await this.until(() => this.lines.some(fits));
		const found = this.lines.find(fits);
		assert.ok(found);
		return found;
	}

	async until(holds: () => boolean): Promise<void> {
		await eventually(holds, () => `never came:\n${this.stdout}\n${this.stderr}`);
	}

	/** Ends it; gives the exit code and how long it took, ms. */
	async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{readonly code: number | null; readonly ms: number}> {
		const begun = performance.now();
		this.child.kill(signal);
		return {code: await this.exited, ms: performance.now() - begun};
	}
}

/** A service of a project on free ports. */
export type RunningService = Running & {
	readonly keyUrl: string;
	readonly page: string;
	readonly token: () => string;
	/** Asks one of the ports with the main token. */
	readonly ask: (path: string) => Promise<Response>;
	/** The same with an empty body. */
	readonly post: (path: string) => Promise<Response>;
};

export async function startService(
	context: TestContext,
	project: Project,
	args: readonly string[] = ['start'],
): Promise<RunningService> {
	const running = new Running(context, project, [...args, '--port', '0', '--health-port', '0']);
	const {keyService} = await running.line((line) => 'keyService' in line);
	const {page} = await running.line((line) => 'page' in line);
	const {tokenFile} = await running.line((line) => 'tokenFile' in line);
	const token = (): string => readFileSync(String(tokenFile), 'utf8').trim();
	const headers = (): Record<string, string> => ({authorization: `Bearer ${token()}`});
	return Object.assign(running, {
		keyUrl: String(keyService),
		page: String(page),
		token,
		ask: (path: string) => fetch(`${keyService}${path}`, {headers: headers()}),
		post: (path: string) =>
			fetch(`${keyService}${path}`, {
				method: 'POST',
				body: '{}',
				headers: {...headers(), 'content-type': 'application/json'},
			}),
	});
}

/** Waits until it holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, otherwise: () => string): Promise<void> {
	const end = performance.now() + patienceMs;
	while (!(await holds())) {
		assert.ok(performance.now() < end, otherwise());
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
