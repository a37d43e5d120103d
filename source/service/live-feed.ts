import type {WebSocket} from 'ws';
import type {Clock, Stoppable} from '../clock.ts';
import type {Deck} from '../engine/deck.ts';
import {alertReport, healthSummary} from '../engine/reports.ts';
import type {EngineEvent} from '../events.ts';

/** What a reader may leave unread before it gets a summary instead of what it missed, bytes. */
const mostUnread = 1024 * 1024;
/** A new summary is sent at most this often while something changes, ms. */
const summaryEveryMs = 5000;

type Listener = {readonly socket: WebSocket; behind: boolean};

/**
 * The feed of the original: a summary first, then alerts and events as they happen. Each event has
 * a sequence number; a reader that is too slow misses some and gets a new summary, whose `seq` is
 * that of the last event it covers. A reader that notices a gap may ask for one: `{"type":"resync"}`.
 */
export class LiveFeed {
	readonly #deck: Deck;
	readonly #clock: Clock;
	readonly #listeners = new Set<Listener>();
	#seq = 0;
	readonly #endNumbering: () => void;
	#endFollowing: (() => void) | undefined;
	#nextSummary: Stoppable | undefined;

	constructor(deck: Deck, clock: Clock) {
		this.#deck = deck;
		this.#clock = clock;
		this.#seq = deck.snapshot().events[0]?.seq ?? 0;
		// Without listeners too: the first summary of the next one names the last event there was.
		this.#endNumbering = deck.onEvent((event) => this.#tell(event));
	}

	/** Listens to the deck no more. */
	close(): void {
		this.#endNumbering();
		this.#unfollow();
	}

	add(socket: WebSocket): void {
		const listener: Listener = {socket, behind: false};
		this.#listeners.add(listener);
		if (this.#listeners.size === 1) this.#follow();
		socket.on('error', () => undefined);
		socket.on('close', () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) this.#unfollow();
		});
		socket.on('message', (bytes, isBinary) => {
			if (isBinary) socket.close(1003, 'text only');
			else if (isResync(String(bytes))) this.#resync(listener);
		});
		this.#sendSummary(listener);
	}

	#follow(): void {
		this.#endFollowing = this.#deck.subscribe(() => this.#summarizeSoon());
	}

	#unfollow(): void {
		this.#endFollowing?.();
		this.#endFollowing = undefined;
		this.#nextSummary?.stop();
		this.#nextSummary = undefined;
	}

	#tell(event: EngineEvent): void {
		this.#seq = event.seq;
		if (this.#listeners.size === 0) return;
		this.#broadcast(JSON.stringify({type: 'event', seq: event.seq, data: event}));
		if (!('alertId' in event)) return;
		const snapshot = this.#deck.snapshot();
		const alert = snapshot.alerts.find(({id}) => id === event.alertId);
		if (alert !== undefined) this.#broadcast(JSON.stringify({type: 'alert', data: alertReport(alert, snapshot)}));
	}

	#summarizeSoon(): void {
		this.#nextSummary ??= this.#clock.after(summaryEveryMs, () => {
			this.#nextSummary = undefined;
			this.#broadcast(this.#summary());
		});
	}

	#broadcast(text: string): void {
		for (const listener of this.#listeners) {
			if (listener.socket.bufferedAmount > mostUnread) listener.behind = true;
			else if (!listener.behind) this.#send(listener, text);
		}
	}

	/** One summary on its way at a time: asking again and again without reading must cost nothing. */
	#resync(listener: Listener): void {
		if (listener.socket.bufferedAmount > 0) listener.behind = true;
		else this.#sendSummary(listener);
	}

	#sendSummary(listener: Listener): void {
		listener.behind = false;
		this.#send(listener, this.#summary());
	}

	#send(listener: Listener, text: string): void {
		listener.socket.send(text, () => {
			const hasRoom = listener.socket.bufferedAmount === 0 && listener.socket.readyState === listener.socket.OPEN;
			if (listener.behind && hasRoom) this.#sendSummary(listener);
		});
	}

	#summary(): string {
		return JSON.stringify({type: 'summary', seq: this.#seq, data: healthSummary(this.#deck.snapshot())});
	}
}

function isResync(text: string): boolean {
	try {
		const message: unknown = JSON.parse(text);
		return typeof message === 'object' && message !== null && 'type' in message && message.type === 'resync';
	} catch {
		return false;
	}
}
