import type {Clock, Stoppable} from '../clock.ts';
import {KeydeckError} from '../errors.ts';
import type {Channel} from './channel.ts';
import {errorIn, frameText, type Hello, type ServerFrame, serverFrameIn} from './frame.ts';

/** How long a process that listens may take to say who it is, ms. */
const HELLO_TIMEOUT_MS = 2000;

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

/** How the other side is named in errors. */
export type Peer = {
	/** `the keydeck process 4711 that ran the engine`. */
	readonly name: (hello: Hello) => string;
	/** What to do when it is gone. */
	readonly goneHint: string;
	/** Why a connection ended, where its code says it. */
	readonly reason?: (code: number | undefined) => KeydeckError | undefined;
};

/** A client's end of a connection to a deck: requests out, answers and pushed frames in. */
export class DeckLink {
	readonly hello: Hello;
	readonly #channel: Channel;
	readonly #clock: Clock;
	readonly #peer: Peer;
	readonly #background: boolean;
	readonly #pending = new Map<number, Pending>();
	#lastId = 0;
	#onPushed: (frame: Pushed) => void = () => undefined;
	/** Why the link is of no more use. */
	#ended: KeydeckError | undefined;
	#onClosed: ((error: KeydeckError) => void) | undefined;

	/** `background`: only while a call is under way does the link keep the process alive. @default false */
	constructor(
		channel: Channel,
		hello: Hello,
		{clock, peer, background = false}: {readonly clock: Clock; readonly peer: Peer; readonly background?: boolean},
	) {
		this.hello = hello;
		this.#channel = channel;
		this.#clock = clock;
		this.#peer = peer;
		this.#background = background;
		if (background) channel.keepProcess?.(false);
		channel.onText = (text) => this.#take(text);
		channel.onClose = (code) => this.#end(peer.reason?.(code) ?? this.#gone());
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
			if (this.#background) this.#channel.keepProcess?.(true);
			this.#channel.send(frameText({id, method, params}));
		});
	}

	/** Ends the link; calls under way are rejected. Idempotent. */
	close(): void {
		this.#onClosed = undefined;
		this.#end(new KeydeckError('CLOSED', 'the connection to the running keydeck was closed'));
	}

	#take(text: string): void {
		const frame = serverFrameIn(text);
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
		if (this.#background && this.#pending.size === 0) this.#channel.keepProcess?.(false);
		if ('error' in frame) pending.reject(errorIn(frame.error));
		else pending.resolve(frame.result);
	}

	#endAfter(idleMs: number): Stoppable {
		return this.#clock.after(idleMs, () => {
			const who = this.#peer.name(this.hello);
			const message = `${who} has not answered for ${idleMs / 1000} s`;
			this.#end(new KeydeckError('OWNER_SILENT', message, {hint: 'it hangs or is stopped: end it and try again'}));
		});
	}

	#end(error: KeydeckError): void {
		if (this.#ended !== undefined) return;
		this.#ended = error;
		this.#channel.destroy();
		for (const {reject, timeout} of this.#pending.values()) {
			timeout.stop();
			reject(error);
		}
		this.#pending.clear();
		this.#onClosed?.(error);
	}

	#gone(): KeydeckError {
		const {name, goneHint} = this.#peer;
		return new KeydeckError('OWNER_GONE', `${name(this.hello)} has ended`, {hint: goneHint});
	}
}

/**
 * Waits for the first frame. Undefined when the other side went away before it said anything or
 * does not speak this language; throws `silent()` when it says nothing.
 */
export function greeting(
	channel: Channel,
	{clock, silent}: {readonly clock: Clock; readonly silent: () => KeydeckError},
): Promise<Hello | undefined> {
	return new Promise((resolve, reject) => {
		const timeout = clock.after(HELLO_TIMEOUT_MS, () => {
			channel.destroy();
			reject(silent());
		});
		channel.onClose = () => {
			timeout.stop();
			resolve(undefined);
		};
		channel.onText = (text) => {
			timeout.stop();
			const frame = serverFrameIn(text);
			const hello = frame !== undefined && 'hello' in frame ? frame.hello : undefined;
			if (hello === undefined) channel.destroy();
			// What follows waits until a link listens.
			else channel.pause();
			resolve(hello);
		};
		channel.resume();
	});
}

function broken(what: string): KeydeckError {
	return new KeydeckError('OWNER_BROKEN', `the running keydeck cannot be understood: ${what}`, {
		hint: 'both keydeck processes should be of one version',
	});
}
