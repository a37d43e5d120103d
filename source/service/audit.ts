import {
	close as closeFile,
	closeSync,
	fstatSync,
	fsync,
	open as openFile,
	openSync,
	readdirSync,
	readSync,
	rmSync,
	write as writeFile,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {promisify} from 'node:util';
import type {Clock} from '../clock.ts';
import {cleanJson, isoTime} from '../format.ts';
import {ensurePrivateFile, ensurePrivateFolder} from '../private-folder.ts';

const dayMs = 86_400_000;
const keptMs = 90 * dayMs;
const LINE_END = 0x0a;
const [openAsync, writeAsync, closeAsync, fsyncAsync] = [openFile, writeFile, closeFile, fsync].map((call) =>
	promisify(call),
) as [
	(path: string, flags: string, mode: number) => Promise<number>,
	(fd: number, bytes: Uint8Array, offset: number) => Promise<number>,
	(fd: number) => Promise<void>,
	(fd: number) => Promise<void>,
];

/** One hand-out or action: who, what, which key (by hash), from where. Never a key's text. */
export type AuditEntry = {
	readonly action: string;
	readonly by: string;
	readonly from: string;
	readonly model?: string;
	readonly key?: string;
	readonly label?: string;
	readonly leaseId?: string;
	readonly alert?: string;
};

type OpenFile = {readonly path: string; readonly fd: number; readonly isPlain: boolean};

type Waiting = {readonly line: string; readonly resolve: () => void; readonly reject: (error: Error) => void};

/**
 * Append-only JSON lines, one file a month, 0600, kept for 90 days. Lines that come together are
 * written together; `write` answers when its line is in the file, and rejects when it is not.
 */
export class Audit {
	readonly #folder: string;
	readonly #clock: Clock;
	/** Takes the place of the files of the months. */
	readonly #sink: string | undefined;
	#waiting: Waiting[] = [];
	#running: Promise<void> | undefined;
	#file: OpenFile | undefined;
	#failure: string | undefined;
	/** The file ends within a line, because its disk was full or its process killed. */
	#isTorn = false;
	#stamp = {at: Number.NaN, text: ''};

	constructor(options: {readonly folder: string; readonly clock: Clock; readonly sink?: string}) {
		this.#folder = options.folder;
		this.#clock = options.clock;
		this.#sink = options.sink;
	}

	/** Why the last write failed; undefined while all is well. */
	get failure(): string | undefined {
		return this.#failure;
	}

	write(entry: AuditEntry): Promise<void> {
		const line = `${cleanJson(JSON.stringify({time: this.#time(), ...entry}))}\n`;
		return new Promise((resolve, reject) => {
			this.#waiting.push({line, resolve, reject});
			this.#running ??= this.#writeAll();
		});
	}

	/** Drops the files of months that are over for 90 days; what cannot be dropped now is with the next month. */
	prune(): void {
		try {
			for (const name of readdirSync(this.#folder)) {
				const month = /^audit-(\d{4}-\d{2})\.jsonl$/.exec(name)?.[1];
				if (month === undefined) continue;
				const end = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)));
				if (end < this.#clock.now() - keptMs) rmSync(join(this.#folder, name));
			}
		} catch {
			// Old lines must not keep new ones from being written.
		}
	}

	async close(): Promise<void> {
		await this.#running;
		if (this.#file === undefined) return;
		const {fd} = this.#file;
		this.#file = undefined;
		// A device has nothing to sync.
		await fsyncAsync(fd).catch(() => undefined);
		await closeAsync(fd);
	}

	/** Many lines fall into one millisecond. */
	#time(): string {
		const at = this.#clock.now();
		if (this.#stamp.at !== at) this.#stamp = {at, text: isoTime(at)};
		return this.#stamp.text;
	}

	async #writeAll(): Promise<void> {
		// Whoever comes in the same turn of the event loop shares one write.
		await nextTurn();
		while (this.#waiting.length > 0) {
			const batch = this.#waiting;
			this.#waiting = [];
			try {
				await this.#append(Buffer.from(batch.map(({line}) => line).join('')));
				this.#failure = undefined;
				for (const {resolve} of batch) resolve();
			} catch (error) {
				this.#failure = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
				for (const {reject} of batch) reject(new Error(`the audit file cannot be written (${this.#failure})`));
			}
		}
		this.#running = undefined;
	}

	async #append(lines: Buffer): Promise<void> {
		const {fd, isPlain} = await this.#open();
		const bytes = this.#isTorn ? Buffer.concat([Buffer.of(LINE_END), lines]) : lines;
		let written = 0;
		try {
			while (written < bytes.length) {
				// What is appended to a plain file goes into memory at once: the way over a thread costs far more.
				written += isPlain ? writeSync(fd, bytes, written) : await writeAsync(fd, bytes, written);
			}
		} finally {
			if (written > 0) this.#isTorn = bytes[written - 1] !== LINE_END;
		}
	}

	async #open(): Promise<OpenFile> {
		const path = this.#sink ?? join(this.#folder, `audit-${this.#time().slice(0, 7)}.jsonl`);
		const before = this.#file;
		// What goes into a file that was removed is kept by nobody.
		if (before?.path === path && !(before.isPlain && fstatSync(before.fd).nlink === 0)) return before;
		this.#file = undefined;
		if (before !== undefined) await closeAsync(before.fd);
		if (this.#sink === undefined) {
			ensurePrivateFolder(this.#folder);
			ensurePrivateFile(path);
		}
		const fd = await openAsync(path, 'a', 0o600);
		this.prune();
		const stats = fstatSync(fd);
		this.#file = {path, fd, isPlain: stats.isFile()};
		this.#isTorn = stats.isFile() && endsWithinLine(path, stats.size);
		return this.#file;
	}
}

function endsWithinLine(path: string, size: number): boolean {
	if (size === 0) return false;
	const fd = openSync(path, 'r');
	try {
		const last = Buffer.alloc(1);
		return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== LINE_END;
	} finally {
		closeSync(fd);
	}
}
