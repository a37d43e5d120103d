import {PassThrough, Writable} from 'node:stream';
import xterm, {type Terminal} from '@xterm/headless';
import {type DashboardOptions, runDashboard} from '../../components/dashboard.tsx';
import type {Clock, Stoppable} from '../../source/clock.ts';
import {now} from './key-fixtures.ts';
import {MemoryDeck} from './memory-deck.ts';

/** Stands still until it is told to go on; runs what is due then. */
class StillClock implements Clock {
	#now = now;
	readonly #tasks = new Set<{at: number; everyMs: number | undefined; task: () => void}>();

	now(): number {
		return this.#now;
	}

	after(delayMs: number, task: () => void): Stoppable {
		return this.#add(delayMs, undefined, task);
	}

	every(everyMs: number, task: () => void): Stoppable {
		return this.#add(everyMs, everyMs, task);
	}

	sleep(delayMs: number): Promise<void> {
		return new Promise((resolve) => {
			this.after(delayMs, resolve);
		});
	}

	/** Tasks not yet stopped. */
	get pending(): number {
		return this.#tasks.size;
	}

	advance(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			const due = [...this.#tasks].filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
			if (due === undefined) break;
			this.#now = due.at;
			if (due.everyMs === undefined) this.#tasks.delete(due);
			else due.at += due.everyMs;
			due.task();
		}
		this.#now = end;
	}

	#add(delayMs: number, everyMs: number | undefined, task: () => void): Stoppable {
		const entry = {at: this.#now + delayMs, everyMs, task};
		this.#tasks.add(entry);
		return {stop: () => this.#tasks.delete(entry)};
	}
}

/** An output that a headless terminal draws, as a person would see it. */
class TerminalOutput extends Writable {
	readonly isTTY = true;
	columns: number;
	rows: number;
	bytes = 0;
	raw = '';
	readonly #terminal: Terminal;

	constructor(terminal: Terminal) {
		super();
		this.#terminal = terminal;
		this.columns = terminal.cols;
		this.rows = terminal.rows;
	}

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		const text = chunk.toString('utf8');
		this.bytes += chunk.length;
		this.raw += text;
		this.#terminal.write(text.replaceAll(/\r?\n/g, '\r\n'), done);
	}

	getColorDepth(): number {
		return 4;
	}
}

class TerminalInput extends PassThrough {
	readonly isTTY = true;
	raw = false;

	setRawMode(raw: boolean): this {
		this.raw = raw;
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}
}

type Options = Partial<Omit<DashboardOptions, 'stdin' | 'stdout' | 'stderr'>> & {
	readonly deck?: MemoryDeck;
	readonly columns?: number;
	readonly rows?: number;
};

/** A running dashboard on a terminal of its own, with hands and eyes. */
export class ScreenUnderTest {
	readonly deck: MemoryDeck;
	readonly clock = new StillClock();
	readonly terminal: Terminal;
	readonly output: TerminalOutput;
	readonly input = new TerminalInput();
	readonly errors: TerminalOutput;
	/** Exit code, once it has ended. */
	readonly ended: Promise<number>;

	private constructor(options: Options) {
		const {columns = 80, rows = 24} = options;
		this.deck = options.deck ?? new MemoryDeck();
		this.terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1000});
		this.output = new TerminalOutput(this.terminal);
		this.errors = new TerminalOutput(new xterm.Terminal({cols: columns, rows, allowProposedApi: true}));
		// A terminal keeps its process alive; without that Ink ends when a test only waits.
		const alive = setInterval(() => undefined, 1000);
		this.ended = runDashboard({
			clock: this.clock,
			env: {noColor: false, homeFolder: '/home/ada'},
			maxFps: 1000,
			...options,
			deck: this.deck,
			stdin: this.input as unknown as NodeJS.ReadStream,
			stdout: this.output as unknown as NodeJS.WriteStream,
			stderr: this.errors as unknown as NodeJS.WriteStream,
		}).finally(() => clearInterval(alive));
	}

	/** Starts a dashboard and waits for its first frame. */
	static async open(options: Options = {}): Promise<ScreenUnderTest> {
		const screen = new ScreenUnderTest(options);
		await screen.settle();
		return screen;
	}

	/** Waits until the terminal has drawn everything that is due. */
	async settle(): Promise<void> {
		let before = -1;
		// Two quiet rounds: an effect may draw once more.
		for (let quiet = 0; quiet < 2; ) {
			await new Promise((resolve) => setTimeout(resolve, 2));
			await new Promise<void>((resolve) => this.terminal.write('', resolve));
			quiet = before === this.output.bytes ? quiet + 1 : 0;
			before = this.output.bytes;
		}
	}

	/** Types; each argument is one read of the terminal. A lone Escape is held back by Ink for 20 ms. */
	async press(...reads: readonly string[]): Promise<void> {
		for (const read of reads) {
			this.input.write(read);
			if (read === '\u001b') await new Promise((resolve) => setTimeout(resolve, 25));
			await this.settle();
		}
	}

	async resize(columns: number, rows: number): Promise<void> {
		this.terminal.resize(columns, rows);
		this.output.columns = columns;
		this.output.rows = rows;
		this.output.emit('resize');
		await this.settle();
	}

	/** Lets time pass. */
	async advance(ms: number): Promise<void> {
		this.clock.advance(ms);
		await this.settle();
	}

	/** The screen as lines of text. */
	get lines(): readonly string[] {
		const {active} = this.terminal.buffer;
		return Array.from(
			{length: this.terminal.rows},
			(_, row) =>
				active
					.getLine(active.baseY + row)
					?.translateToString(true, 0, this.terminal.cols)
					.trimEnd() ?? '',
		);
	}

	get text(): string {
		return this.lines.join('\n');
	}

	/** The alternate screen is shown. */
	get alternate(): boolean {
		return this.terminal.buffer.active.type === 'alternate';
	}

	async close(): Promise<number> {
		await this.press('\u0003');
		return this.ended;
	}
}

const opened: ScreenUnderTest[] = [];

/** Opens a dashboard that `closeAll` ends. */
export async function show(options: Options = {}): Promise<ScreenUnderTest> {
	const screen = await ScreenUnderTest.open(options);
	opened.push(screen);
	return screen;
}

/** Ends every dashboard that `show` opened. */
export async function closeAll(): Promise<void> {
	for (const screen of opened.splice(0)) await screen.close();
}
