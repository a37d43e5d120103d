import type {Socket} from 'node:net';
import type {Deck} from '../engine/deck.ts';
import {InvalidInputError, KeydeckError} from '../errors.ts';
import {type FrameError, type Hello, LineReader, lineOf, type ServerFrame} from './frame.ts';

/** Longest request, bytes. */
const MOST_LINE_BYTES = 1024 * 1024;
/** Requests of one client that run at the same time; the others wait unread. */
const MOST_RUNNING = 16;

type Request = {readonly id: number; readonly method: string; readonly params?: unknown};

/**
 * One client of a control server. What a client does not read is not kept for it: its requests
 * wait, progress and events are left out, and the newest snapshot makes up for it later.
 */
export class ControlConnection {
	readonly #socket: Socket;
	readonly #deck: Deck;
	readonly #onWatch: () => void;
	readonly #reader = new LineReader(MOST_LINE_BYTES);
	readonly #waiting: string[] = [];
	#running = 0;
	#watching = false;
	/** Something was left out since the client fell behind. */
	#behind = false;

	/** `onWatch` is told when the client begins or ceases to watch. */
	constructor(options: {
		readonly socket: Socket;
		readonly deck: Deck;
		readonly hello: Hello;
		readonly onWatch: () => void;
	}) {
		this.#socket = options.socket;
		this.#deck = options.deck;
		this.#onWatch = options.onWatch;
		this.#send({hello: options.hello});
		this.#socket
			.on('data', (chunk) => this.#read(chunk))
			.on('drain', () => this.#catchUp())
			// A client that goes away is nothing to do anything about; `close` follows.
			.on('error', () => undefined);
	}

	/** The client wants snapshots and events as they come. */
	get watching(): boolean {
		return this.#watching && !this.#socket.destroyed;
	}

	/** Sends a line made for all watchers, unless this one is behind. */
	push(line: string): void {
		if (!this.#watching) return;
		if (this.#socket.writableNeedDrain) this.#behind = true;
		else this.#socket.write(line);
	}

	/** Ends the connection at once. */
	close(): void {
		this.#socket.destroy();
	}

	#read(chunk: Buffer): void {
		const lines = this.#reader.push(chunk);
		if (lines === undefined) {
			this.#refuse(`a request is longer than ${MOST_LINE_BYTES} bytes`);
			return;
		}
		this.#waiting.push(...lines);
		this.#runWaiting();
	}

	#runWaiting(): void {
		while (this.#running < MOST_RUNNING && !this.#socket.writableNeedDrain) {
			const line = this.#waiting.shift();
			if (line === undefined) break;
			const request = requestIn(line);
			if (request === undefined) this.#refuse('a request is not a JSON object with id and method');
			else void this.#serve(request);
		}
		if (this.#waiting.length > 0) this.#socket.pause();
		else this.#socket.resume();
	}

	#catchUp(): void {
		if (this.#behind && this.#watching) {
			this.#behind = false;
			this.#send({snapshot: this.#deck.snapshot()});
		}
		this.#runWaiting();
	}

	async #serve({id, method, params}: Request): Promise<void> {
		this.#running += 1;
		try {
			this.#send({id, result: await this.#answer(id, method, params)});
		} catch (error) {
			this.#send({id, error: frameError(error)});
		}
		this.#running -= 1;
		this.#runWaiting();
	}

	async #answer(id: number, method: string, params: unknown): Promise<unknown> {
		if (method === 'watch' || method === 'unwatch') return this.#watch(method === 'watch');
		// Loaded with the first request: a first frame on screen must not wait for what checks parameters.
		const {deckMethods} = await import('./deck-methods.ts');
		const call = deckMethods.get(method);
		if (call === undefined) {
			throw new KeydeckError('BAD_REQUEST', `the running keydeck knows no method ${JSON.stringify(method)}`, {
				hint: 'both keydeck processes should be of one version',
			});
		}
		return call(this.#deck, params, (done, total) => {
			if (!this.#socket.writableNeedDrain) this.#send({id, progress: {done, total}});
		});
	}

	#watch(watching: boolean): void {
		if (this.#watching === watching) return;
		this.#watching = watching;
		this.#onWatch();
		// What happened since the client's last snapshot.
		if (watching) this.push(lineOf({snapshot: this.#deck.snapshot()}));
	}

	/** After bytes that make no sense nothing that follows can be trusted. */
	#refuse(message: string): void {
		this.#waiting.length = 0;
		this.#socket.removeAllListeners('data');
		this.#send({error: {code: 'BAD_REQUEST', message}});
		this.#socket.destroySoon();
	}

	#send(frame: ServerFrame): void {
		if (this.#socket.writable) this.#socket.write(lineOf(frame));
	}
}

function requestIn(line: string): Request | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isRequest(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isRequest(value: unknown): value is Request {
	if (typeof value !== 'object' || value === null || !('id' in value) || !('method' in value)) return false;
	return Number.isSafeInteger(value.id) && typeof value.method === 'string';
}

/** An error nobody meant to show may say anything; only its kind leaves the process. */
function frameError(error: unknown): FrameError {
	if (!(error instanceof KeydeckError)) {
		return {
			code: 'INTERNAL',
			message: `the running keydeck failed (${error instanceof Error ? error.name : 'unknown'})`,
		};
	}
	const {code, message, hint} = error;
	return {
		code,
		message,
		...(hint === undefined ? {} : {hint}),
		...(error instanceof InvalidInputError ? {problems: error.problems} : {}),
	};
}
