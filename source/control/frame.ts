import type {Snapshot} from '../engine/snapshot.ts';
import type {Problem} from '../errors.ts';
import type {EngineEvent} from '../events.ts';

/** First frame of a server: whose engine this is. */
export type Hello = {
	/** Configuration root of the engine. */
	readonly root: string;
	readonly pid: number;
	/** Version of keydeck. */
	readonly version: string;
	/** When the engine was started, epoch ms. */
	readonly startedAt: number;
};

/** An error on its way through the socket; becomes the same KeydeckError again. */
export type FrameError = {
	readonly code: string;
	readonly message: string;
	readonly hint?: string;
	readonly problems?: readonly Problem[];
};

/** What a server sends, one JSON object a line. `id` is that of the request; a `result` of undefined is left out. */
export type ServerFrame =
	| {readonly hello: Hello}
	| {readonly id: number; readonly result?: unknown}
	| {readonly id: number; readonly progress: {readonly done: number; readonly total: number}}
	/** Without an id the request could not be read, and the connection ends. */
	| {readonly id?: number; readonly error: FrameError}
	| {readonly snapshot: Snapshot}
	| {readonly event: EngineEvent};

/** What a client sends, one JSON object a line. */
export type ClientFrame = {readonly id: number; readonly method: string; readonly params: unknown};

const LINE_END = 0x0a;

/** Cuts a stream of bytes into lines. */
export class LineReader {
	readonly #mostBytes: number;
	#parts: Buffer[] = [];
	#bytes = 0;

	/** `mostBytes`: the longest line that is put up with. */
	constructor(mostBytes: number) {
		this.#mostBytes = mostBytes;
	}

	/** The lines these bytes complete; undefined when one is too long, after which the stream is of no more use. */
	push(chunk: Buffer): string[] | undefined {
		const lines: string[] = [];
		let start = 0;
		for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
			if (!this.#keep(chunk.subarray(start, end))) return undefined;
			lines.push(Buffer.concat(this.#parts).toString('utf8'));
			this.#parts = [];
			this.#bytes = 0;
			start = end + 1;
		}
		return this.#keep(chunk.subarray(start)) ? lines : undefined;
	}

	#keep(part: Buffer): boolean {
		this.#bytes += part.length;
		if (part.length > 0) this.#parts.push(part);
		return this.#bytes <= this.#mostBytes;
	}
}

export function lineOf(frame: ServerFrame | ClientFrame): string {
	return `${JSON.stringify(frame)}\n`;
}
