import type {Clock, Stoppable} from '../clock.ts';
import type {Deck} from '../engine/deck.ts';
import type {Channel} from './channel.ts';
import {type Answering, DeckSession} from './deck-session.ts';
import {frameText, type Hello} from './frame.ts';

/** Snapshots are pushed to watchers at most this often, ms. */
const PUSH_EVERY_MS = 500;

/** The clients of one deck. It is listened to only while one of them watches. */
export class Audience {
	readonly #deck: Deck;
	readonly #clock: Clock;
	readonly #hello: () => Hello;
	readonly #sessions = new Set<DeckSession>();
	#endFollowing: (() => void) | undefined;
	#nextPush: Stoppable | undefined;
	#pushedAt = -Infinity;

	constructor(deck: Deck, clock: Clock, hello: () => Hello) {
		this.#deck = deck;
		this.#clock = clock;
		this.#hello = hello;
	}

	add(channel: Channel, answering: Answering): DeckSession {
		const onWatch = () => this.#follow();
		const session = new DeckSession({channel, deck: this.#deck, hello: this.#hello(), answering, onWatch});
		this.#sessions.add(session);
		channel.onClose = () => {
			this.#sessions.delete(session);
			this.#follow();
		};
		return session;
	}

	close(): void {
		for (const session of this.#sessions) session.close();
	}

	/** Begins or ceases to listen to the deck, as there are watchers. */
	#follow(): void {
		const watched = [...this.#sessions].some(({watching}) => watching);
		if (watched && this.#endFollowing === undefined) {
			const ends = [
				this.#deck.subscribe(() => this.#pushSoon()),
				this.#deck.onEvent((event) => this.#push(frameText({event}))),
			];
			this.#endFollowing = () => {
				for (const end of ends) end();
			};
		}
		if (!watched) {
			this.#endFollowing?.();
			this.#endFollowing = undefined;
			this.#nextPush?.stop();
			this.#nextPush = undefined;
		}
	}

	#pushSoon(): void {
		if (this.#nextPush !== undefined) return;
		const delayMs = Math.max(0, this.#pushedAt + PUSH_EVERY_MS - this.#clock.now());
		this.#nextPush = this.#clock.after(delayMs, () => {
			this.#nextPush = undefined;
			this.#pushedAt = this.#clock.now();
			this.#push(frameText({snapshot: this.#deck.snapshot()}));
		});
	}

	#push(text: string): void {
		for (const session of this.#sessions) session.push(text);
	}
}
