import type {Deck} from '../engine/deck.ts';
import {KeydeckError} from '../errors.ts';
import type {Channel} from './channel.ts';
import {type ClientFrame, clientFrameIn, frameError, frameText, type Hello, type ServerFrame} from './frame.ts';

/** Requests of one client that run at the same time; the others wait unread. */
const MOST_RUNNING = 16;

type Progress = (done: number, total: number) => void;
/** Answers one request; throws KeydeckError. */
export type Answering = (method: string, params: unknown, progress: Progress) => Promise<unknown>;

/**
 * One client of a deck. What a client does not read is not kept for it: its requests
 * wait, progress and events are left out, and the newest snapshot makes up for it later.
 */
export class DeckSession {
	readonly #channel: Channel;
	readonly #deck: Deck;
	readonly #answering: Answering;
	readonly #onWatch: () => void;
	readonly #waiting: string[] = [];
	#running = 0;
	#watching = false;
	/** Something was left out since the client fell behind. */
	#behind = false;

	/** `onWatch` is told when the client begins or ceases to watch. */
	constructor(options: {
		readonly channel: Channel;
		readonly deck: Deck;
		readonly hello: Hello;
		readonly answering: Answering;
		readonly onWatch: () => void;
	}) {
		this.#channel = options.channel;
		this.#deck = options.deck;
		this.#answering = options.answering;
		this.#onWatch = options.onWatch;
		this.#send({hello: options.hello});
		this.#channel.onText = (text) => {
			this.#waiting.push(text);
			this.#runWaiting();
		};
		this.#channel.onDrain = () => this.#catchUp();
		this.#channel.resume();
	}

	/** The client wants snapshots and events as they come. */
	get watching(): boolean {
		return this.#watching && this.#channel.open;
	}

	/** Sends a text made for all watchers, unless this one is behind. */
	push(text: string): void {
		if (!this.#watching) return;
		if (this.#channel.congested) this.#behind = true;
		else this.#channel.send(text);
	}

	/** After texts that make no sense nothing that follows can be trusted. */
	refuse(message: string): void {
		this.#waiting.length = 0;
		this.#channel.onText = () => undefined;
		this.#send({error: {code: 'BAD_REQUEST', message}});
		this.#channel.end();
	}

	/** Ends the connection at once. */
	close(): void {
		this.#channel.destroy();
	}

	#runWaiting(): void {
		while (this.#running < MOST_RUNNING && !this.#channel.congested) {
			const text = this.#waiting.shift();
			if (text === undefined) break;
			const request = clientFrameIn(text);
			if (request === undefined) this.refuse('a request is not a JSON object with id and method');
			else void this.#serve(request);
		}
		if (this.#waiting.length > 0) this.#channel.pause();
		else this.#channel.resume();
	}

	#catchUp(): void {
		if (this.#behind && this.#watching) {
			this.#behind = false;
			this.#send({snapshot: this.#deck.snapshot()});
		}
		this.#runWaiting();
	}

	async #serve({id, method, params}: ClientFrame): Promise<void> {
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
		return this.#answering(method, params, (done, total) => {
			if (!this.#channel.congested) this.#send({id, progress: {done, total}});
		});
	}

	#watch(watching: boolean): void {
		if (this.#watching === watching) return;
		this.#watching = watching;
		this.#onWatch();
		// What happened since the client's last snapshot.
		if (watching) this.push(frameText({snapshot: this.#deck.snapshot()}));
	}

	#send(frame: ServerFrame): void {
		this.#channel.send(frameText(frame));
	}
}

/** What a client gets that asks for a method there is not. */
export function unknownMethod(method: string): KeydeckError {
	return new KeydeckError('BAD_REQUEST', `the running keydeck knows no method ${JSON.stringify(method)}`, {
		hint: 'both keydeck processes should be of one version',
	});
}
