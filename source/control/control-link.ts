import {createConnection, type Socket} from 'node:net';
import type {Clock, Stoppable} from '../clock.ts';
import {InvalidInputError, KeydeckError} from '../errors.ts';
import {type FrameError, type Hello, LineReader, lineOf, type ServerFrame} from './frame.ts';

/** How long a process that listens may take to say who it is, ms. */
const HELLO_TIMEOUT_MS = 2000;
/** Longest answer, bytes: a snapshot of some ten thousand keys. */
const MOST_LINE_BYTES = 256 * 1024 * 1024;

type Progress = {readonly done: number; readonly total: number};
type Pending = {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: KeydeckError) => void;
	readonly progress: ((progress: Progress) => void) | undefined;
	/** Ends the link unless it is stopped: begun again with each sign of life. */
	timeout: Stoppable;
	readonly idleMs: number;
};
type Pushed = Extract<ServerFrame, {snapshot: unknown} | {event: unknown}>;
type Answer = Exclude<ServerFrame, Pushed | {hello: Hello}>;

/** A client's end of the control socket: requests out, answers and pushed frames in. */
export class ControlLink {
	readonly hello: Hello;
	readonly #socket: Socket;
	readonly #clock: Clock;
	readonly #pending = new Map<number, Pending>();
	#lastId = 0;
	#onPushed: (frame: Pushed) => void = () => undefined;
	/** Why the link is of no more use. */
	#ended: KeydeckError | undefined;
	#onClosed: ((error: KeydeckError) => void) | undefined;

	/**
	 * Connects to whoever listens at `path`; undefined when nobody does. Throws KeydeckError
	 * `OWNER_SILENT` when somebody listens and says nothing.
	 */
	static async open(path: string, clock: Clock): Promise<ControlLink | undefined> {
		const socket = await connect(path);
		if (socket === undefined) return undefined;
		const hello = await firstFrame(socket, path, clock);
		return hello === undefined ? undefined : new ControlLink(socket, hello, clock);
	}

	private constructor(socket: Socket, first: FirstFrame, clock: Clock) {
		this.hello = first.hello;
		this.#socket = socket;
		this.#clock = clock;
		const {reader} = first;
		socket
			.on('data', (chunk) => {
				const lines = reader.push(chunk);
				if (lines === undefined) this.#end(broken('an answer is too long'));
				else for (const line of lines) this.#take(line);
			})
			.on('error', () => undefined)
			.on('close', () => this.#end(this.#gone()));
		for (const line of first.rest) this.#take(line);
		socket.resume();
	}

	/** Frames that were not asked for, one by one. */
	set onPushed(listener: (frame: Pushed) => void) {
		this.#onPushed = listener;
	}

	/** Told once, when the other side ended the link; not after `close`. */
	set onClosed(listener: (error: KeydeckError) => void) {
		this.#onClosed = listener;
	}

	/** Calls a method; `idleMs` is how long it may take without a sign. Rejects with a KeydeckError only. */
	call(request: {
		readonly method: string;
		readonly params?: object;
		readonly idleMs: number;
		readonly progress?: (progress: Progress) => void;
	}): Promise<unknown> {
		const {method, params = {}, idleMs, progress} = request;
		return new Promise((resolve, reject) => {
			if (this.#ended !== undefined) return reject(this.#ended);
			this.#lastId += 1;
			const id = this.#lastId;
			this.#pending.set(id, {resolve, reject, progress, idleMs, timeout: this.#endAfter(idleMs)});
			this.#socket.write(lineOf({id, method, params}));
		});
	}

	/** Ends the link; calls under way are rejected. Idempotent. */
	close(): void {
		this.#onClosed = undefined;
		this.#end(new KeydeckError('CLOSED', 'the connection to the running keydeck was closed'));
	}

	#take(line: string): void {
		const frame = frameIn(line);
		if (frame === undefined) this.#end(broken('an answer is not JSON'));
		else if ('snapshot' in frame || 'event' in frame) this.#onPushed(frame);
		else if ('hello' in frame) this.#end(broken('it greets twice'));
		else if (frame.id !== undefined) this.#settle(frame.id, frame);
		else if ('error' in frame) this.#end(errorIn(frame.error));
	}

	#settle(id: number, frame: Answer): void {
		const pending = this.#pending.get(id);
		if (pending === undefined) return;
		pending.timeout.stop();
		if ('progress' in frame) {
			pending.timeout = this.#endAfter(pending.idleMs);
			pending.progress?.(frame.progress);
			return;
		}
		this.#pending.delete(id);
		if ('error' in frame) pending.reject(errorIn(frame.error));
		else pending.resolve(frame.result);
	}

	#endAfter(idleMs: number): Stoppable {
		return this.#clock.after(idleMs, () => this.#end(silent(this.hello.pid, idleMs)));
	}

	#end(error: KeydeckError): void {
		if (this.#ended !== undefined) return;
		this.#ended = error;
		this.#socket.destroy();
		for (const {reject, timeout} of this.#pending.values()) {
			timeout.stop();
			reject(error);
		}
		this.#pending.clear();
		this.#onClosed?.(error);
	}

	#gone(): KeydeckError {
		return new KeydeckError('OWNER_GONE', `the keydeck process ${this.hello.pid} that ran the engine has ended`, {
			hint: 'run the command again: it opens the engine itself',
		});
	}
}

type FirstFrame = {readonly hello: Hello; readonly rest: readonly string[]; readonly reader: LineReader};

/** Undefined when nobody listens: no socket there, or one whose process has died. */
function connect(path: string): Promise<Socket | undefined> {
	return new Promise((resolve, reject) => {
		const socket = createConnection(path);
		socket.once('connect', () => {
			socket.removeAllListeners('error');
			resolve(socket);
		});
		socket.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
			else reject(new KeydeckError('OWNER_UNREACHABLE', `cannot connect to ${path}: ${error.message}`, {cause: error}));
		});
	});
}

/** Undefined when the other side went away before it said anything. */
function firstFrame(socket: Socket, path: string, clock: Clock): Promise<FirstFrame | undefined> {
	const reader = new LineReader(MOST_LINE_BYTES);
	return new Promise((resolve, reject) => {
		const timeout = clock.after(HELLO_TIMEOUT_MS, () => {
			socket.destroy();
			reject(
				new KeydeckError('OWNER_SILENT', `a process listens at ${path} and does not answer`, {
					hint: 'it hangs or is stopped: end it, or set KEYDECK_HOME to another folder',
				}),
			);
		});
		const settle = (first: FirstFrame | undefined) => {
			timeout.stop();
			for (const name of ['data', 'error', 'close']) socket.removeAllListeners(name);
			socket.pause();
			if (first === undefined) socket.destroy();
			resolve(first);
		};
		socket.on('error', () => settle(undefined));
		socket.on('close', () => settle(undefined));
		socket.on('data', (chunk) => {
			const [line, ...rest] = reader.push(chunk) ?? [''];
			if (line === undefined) return;
			const frame = frameIn(line);
			settle(frame !== undefined && 'hello' in frame ? {hello: frame.hello, rest, reader} : undefined);
		});
	});
}

/** Both ends are keydeck, of one user: the shape is trusted, that it is JSON is not. */
function frameIn(line: string): ServerFrame | undefined {
	try {
		const frame: unknown = JSON.parse(line);
		return typeof frame === 'object' && frame !== null ? (frame as ServerFrame) : undefined;
	} catch {
		return undefined;
	}
}

function errorIn({code, message, hint, problems}: FrameError): KeydeckError {
	if (problems !== undefined) return new InvalidInputError(problems);
	return new KeydeckError(code, message, hint === undefined ? {} : {hint});
}

function silent(pid: number, idleMs: number): KeydeckError {
	return new KeydeckError('OWNER_SILENT', `the keydeck process ${pid} has not answered for ${idleMs / 1000} s`, {
		hint: 'it hangs or is stopped: end it and run the command again',
	});
}

function broken(what: string): KeydeckError {
	return new KeydeckError('OWNER_BROKEN', `the running keydeck cannot be understood: ${what}`, {
		hint: 'both keydeck processes should be of one version',
	});
}
