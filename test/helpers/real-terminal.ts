import assert from 'node:assert/strict';
import type {TestContext} from 'node:test';
import {type IPty, spawn} from '@lydell/node-pty';
import xterm, {type Terminal} from '@xterm/headless';

const patienceMs = 15_000;

/** A script of Node.js in a process and a terminal of its own. */
export class RealTerminal {
	readonly process: IPty;
	readonly terminal: Terminal;
	readonly exited: Promise<number>;
	raw = '';

	/** `script`: a file and its arguments. The process ends with the test, however that ends. */
	constructor(
		context: TestContext,

		script: readonly string[],
		environment: Readonly<Record<string, string>> = {},
		cwd: string = process.cwd(),
	) {
		const {CI, NO_COLOR, COLUMNS, LINES, FORCE_COLOR, ...inherited} = process.env;
		this.terminal = new xterm.Terminal({cols: 80, rows: 24, allowProposedApi: true});
		this.process = spawn(process.execPath, [...script], {
			cols: 80,
			rows: 24,
			cwd,
			env: {...inherited, TERM: 'xterm-256color', TZ: 'UTC', ...environment},
		});
		this.process.onData((text) => {
			this.raw += text;
			this.terminal.write(text);
		});
		// The terminal answers what it is asked, as a real one does.
		this.terminal.onData((text) => this.process.write(text));
		let isRunning = true;
		this.exited = new Promise((resolve) =>
			this.process.onExit(({exitCode}) => {
				isRunning = false;
				// What it said last has been drawn by then.
				this.terminal.write('', () => resolve(exitCode));
			}),
		);
		context.after(() => {
			if (isRunning) this.process.kill('SIGKILL');
		});
	}

	get text(): string {
		const {active} = this.terminal.buffer;
		const lines = Array.from({length: this.terminal.rows}, (_, row) => active.getLine(active.baseY + row));
		return lines.map((line) => line?.translateToString(true, 0, this.terminal.cols) ?? '').join('\n');
	}

	async waitFor(expected: RegExp): Promise<void> {
		const end = performance.now() + patienceMs;
		while (!expected.test(this.text)) {
			assert.ok(performance.now() < end, `never saw ${expected}:\n${this.text}`);
			await new Promise((resolve) => setTimeout(resolve, 15));
		}
	}
}
