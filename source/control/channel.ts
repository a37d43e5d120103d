import type {Socket} from 'node:net';
import type {WebSocket} from 'ws';
import {Inbox} from './inbox.ts';

/** One end of a connection that carries JSON texts, whole ones, in order. */
export interface Channel {
	/** The other side does not read what it is sent: leave out what can be left out until `onDrain`. */
	readonly congested: boolean;
	readonly open: boolean;
	/** Told each text that comes in. */
	onText: (text: string) => void;
	/** Told when the other side has caught up. */
	onDrain: () => void;
	/** Told once, when the connection has ended for whatever reason. */
	onClose: (code?: number) => void;
	send(text: string): void;
	/** Stops and goes on reading: what the other side sends meanwhile waits at its end. */
	pause(): void;
	resume(): void;
	/** Whether the connection keeps the process alive; it does unless told otherwise. Absent where it cannot be told. */
	keepProcess?(keeps: boolean): void;
	/** Ends it once everything sent is out. */
	end(): void;
	/** Ends it at once. */
	destroy(): void;
}

const LINE_END = 0x0a;

/** A unix socket with one JSON text a line. A line above `mostBytes` ends it. Nothing is read before `resume`. */
export class SocketChannel implements Channel {
	onText: Channel['onText'] = () => undefined;
	onDrain: Channel['onDrain'] = () => undefined;
	onClose: Channel['onClose'] = () => undefined;
	/** Told instead of `onText` when a line is too long: nothing that follows can be read. */
	onTooLong: () => void = () => this.destroy();
	readonly #socket: Socket;
	readonly #mostBytes: number;
	readonly #inbox: Inbox;
	#parts: Buffer[] = [];
	#bytes = 0;
	#broken = false;

	constructor(socket: Socket, mostBytes: number) {
		this.#socket = socket;
		this.#mostBytes = mostBytes;
		this.#inbox = new Inbox(socket, (text) => this.onText(text));
		socket
			.on('data', (chunk) => this.#read(chunk))
			.on('drain', () => this.onDrain())
			// The other side going away is nothing to do anything about; `close` follows.
			.on('error', () => undefined)
			.on('close', () => this.onClose());
		socket.pause();
	}

	get congested(): boolean {
		return this.#socket.writableNeedDrain;
	}

	get open(): boolean {
		return this.#socket.writable;
	}

	send(text: string): void {
		if (this.#socket.writable) this.#socket.write(`${text}\n`);
	}

	pause(): void {
		this.#inbox.pause();
	}

	resume(): void {
		this.#inbox.resume();
	}

	keepProcess(keeps: boolean): void {
		if (keeps) this.#socket.ref();
		else this.#socket.unref();
	}

	end(): void {
		this.#broken = true;
		this.#inbox.clear();
		this.#socket.destroySoon();
	}

	destroy(): void {
		this.#socket.destroy();
	}

	#read(chunk: Buffer): void {
		let start = 0;
		for (let end = chunk.indexOf(LINE_END); end !== -1 && !this.#broken; end = chunk.indexOf(LINE_END, start)) {
			this.#keep(chunk.subarray(start, end));
			if (this.#broken) return;
			const line = Buffer.concat(this.#parts).toString('utf8');
			this.#parts = [];
			this.#bytes = 0;
			start = end + 1;
			this.#inbox.add(line);
		}
		if (!this.#broken) this.#keep(chunk.subarray(start));
	}

	#keep(part: Buffer): void {
		this.#bytes += part.length;
		if (part.length > 0) this.#parts.push(part);
		if (this.#bytes <= this.#mostBytes) return;
		this.#broken = true;
		this.onTooLong();
	}
}

/** Bytes a web socket may hold back for a reader before it counts as congested. */
const CONGESTED_BYTES = 1024 * 1024;

/** A web socket with one JSON text a message. Nothing is told before `resume`. */
export class WebSocketChannel implements Channel {
	onText: Channel['onText'] = () => undefined;
	onDrain: Channel['onDrain'] = () => undefined;
	onClose: Channel['onClose'] = () => undefined;
	readonly #socket: WebSocket;
	readonly #inbox: Inbox;
	#behind = false;

	constructor(socket: WebSocket) {
		this.#socket = socket;
		this.#inbox = new Inbox(socket, (text) => this.onText(text));
		socket.on('message', (bytes, isBinary) => {
			if (isBinary) this.#socket.close(1003, 'text only');
			else this.#inbox.add(String(bytes));
		});
		socket.on('error', () => undefined);
		socket.on('close', (code) => this.onClose(code));
	}

	get congested(): boolean {
		return this.#socket.bufferedAmount > CONGESTED_BYTES;
	}

	get open(): boolean {
		return this.#socket.readyState === this.#socket.OPEN;
	}

	send(text: string): void {
		if (!this.open) return;
		this.#socket.send(text, () => {
			if (this.#behind && !this.congested) {
				this.#behind = false;
				this.onDrain();
			}
		});
		this.#behind ||= this.congested;
	}

	pause(): void {
		this.#inbox.pause();
	}

	resume(): void {
		this.#inbox.resume();
	}

	end(): void {
		this.#socket.close(1008);
	}

	destroy(): void {
		this.#socket.terminate();
	}
}
