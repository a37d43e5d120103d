import type {Clock, Stoppable} from '../../clock.ts';
import type {Hello, ServerFrame} from '../../control/frame.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import {CallError, DeckCalls} from './deck-calls.ts';
import {reconnectDelayMs} from './reconnect.ts';
import {type Line, revokedCode, type Wire} from './wire.ts';

/** How the page stands to its engine. */
export type LinkState =
	| {readonly kind: 'connecting'}
	| {readonly kind: 'live'; readonly hello: Hello}
	/** `nextTryAt` is absent while a try is under way. */
	| {readonly kind: 'offline'; readonly since: number; readonly why: string; readonly nextTryAt?: number}
	/** Waits for a person to type a token. */
	| {readonly kind: 'token'; readonly reason: 'needed' | 'wrong' | 'revoked'}
	| {readonly kind: 'locked-out'; readonly until: number};

const callIdleMs = 30_000;
const testIdleMs = 600_000;
/** A server that accepted the line introduces itself within this. */
const helloMs = 10_000;
/** A sleeping laptop wakes with a line that is dead and does not know it: asked now and then, and on waking. */
const signOfLifeEveryMs = 30_000;
const signOfLifeMs = 5000;

/** The page's line to the engine: opens it, keeps it open, and says how it stands. */
export class DeckLink {
	readonly #wire: Wire;
	readonly #clock: Clock;
	readonly #random: () => number;
	readonly #calls: DeckCalls;
	#token: string | undefined;
	#state: LinkState = {kind: 'connecting'};
	#line: Line | undefined;
	#timer: Stoppable | undefined;
	#failures = 0;
	/** Grows with each try; answers to an older one are ignored. */
	#attempt = 0;
	onState: (state: LinkState) => void = () => undefined;
	onSnapshot: (snapshot: Snapshot) => void = () => undefined;

	constructor(options: {
		readonly wire: Wire;
		readonly clock: Clock;
		/** Uniform in [0, 1). */
		readonly random: () => number;
		readonly token: string | undefined;
	}) {
		this.#wire = options.wire;
		this.#clock = options.clock;
		this.#random = options.random;
		this.#token = options.token;
		this.#calls = new DeckCalls(options.clock);
	}

	get state(): LinkState {
		return this.#state;
	}

	/** Tries to reach the engine now. */
	async start(): Promise<void> {
		const attempt = this.#begin();
		if (this.#state.kind === 'offline') this.#become({kind: 'offline', since: this.#state.since, why: this.#state.why});
		const answer = await this.#wire.ask(this.#token);
		if (attempt !== this.#attempt) return;
		switch (answer.kind) {
			case 'welcome':
				return this.#open(attempt);
			case 'refused':
				return this.#become({kind: 'token', reason: this.#token === undefined ? 'needed' : 'wrong'});
			case 'locked-out': {
				this.#timer = this.#clock.after(answer.retryAfterMs, () => void this.start());
				return this.#become({kind: 'locked-out', until: this.#clock.now() + answer.retryAfterMs});
			}
			case 'failed':
				return this.#retryLater(answer.why);
		}
	}

	/** Ends the line for good. */
	stop(): void {
		this.#begin();
	}

	/** The network is back, or somebody looks at the page again: no more waiting, and no trust in an old line. */
	wake(): void {
		if (this.#state.kind === 'offline') void this.start();
		else if (this.#state.kind === 'live') this.#askForSign();
	}

	/** Starts anew with this token, or as a visitor without one. */
	giveToken(token: string | undefined): void {
		this.#token = token;
		this.#failures = 0;
		void this.start();
	}

	/** Rejects with a CallError. */
	call(method: string, params: object, progress?: (done: number, total: number) => void): Promise<unknown> {
		const line = this.#line;
		if (line === undefined || this.#state.kind !== 'live') {
			return Promise.reject(new CallError({code: 'DISCONNECTED', message: 'keydeck is not connected right now.'}));
		}
		const idleMs = method === 'test' ? testIdleMs : callIdleMs;
		return this.#calls.make(line.send, {method, params, idleMs, ...(progress === undefined ? {} : {progress})});
	}

	#begin(): number {
		this.#attempt += 1;
		this.#timer?.stop();
		this.#timer = undefined;
		const line = this.#line;
		this.#line = undefined;
		line?.close();
		this.#calls.abandon();
		return this.#attempt;
	}

	#open(attempt: number): void {
		this.#line = this.#wire.open(this.#token, {
			message: (text) => {
				if (attempt === this.#attempt) this.#read(text);
			},
			closed: (code) => {
				if (attempt === this.#attempt) this.#lost(code);
			},
		});
		this.#timer = this.#clock.after(helloMs, () => this.#retryLater('the server does not answer'));
	}

	#lost(code: number): void {
		if (code !== revokedCode) {
			this.#retryLater('the connection was lost');
			return;
		}
		this.#begin();
		this.#token = undefined;
		this.#become({kind: 'token', reason: 'revoked'});
	}

	#retryLater(why: string): void {
		this.#begin();
		this.#failures += 1;
		const delayMs = reconnectDelayMs(this.#failures, this.#random());
		const now = this.#clock.now();
		this.#timer = this.#clock.after(delayMs, () => void this.start());
		const since = this.#state.kind === 'offline' ? this.#state.since : now;
		this.#become({kind: 'offline', since, why, nextTryAt: now + delayMs});
	}

	#read(text: string): void {
		const frame = frameOf(text);
		if (frame === undefined) return;
		if (this.#state.kind === 'live') this.#expectSigns();
		if ('hello' in frame) this.#greet(frame.hello);
		else if ('snapshot' in frame) this.onSnapshot(frame.snapshot);
		else if ('progress' in frame) this.#calls.progressed(frame.id, frame.progress.done, frame.progress.total);
		else if ('error' in frame) {
			if (frame.id !== undefined) this.#calls.refused(frame.id, frame.error);
		} else if ('id' in frame) this.#calls.answered(frame.id, frame.result);
	}

	#greet(hello: Hello): void {
		this.#failures = 0;
		this.#become({kind: 'live', hello});
		this.#expectSigns();
		// That the line is gone is told by the line.
		this.call('watch', {}).catch(() => undefined);
	}

	#expectSigns(): void {
		this.#timer?.stop();
		this.#timer = this.#clock.after(signOfLifeEveryMs, () => this.#askForSign());
	}

	/** Watching twice changes nothing, but is answered. */
	#askForSign(): void {
		this.#timer?.stop();
		this.#timer = this.#clock.after(signOfLifeMs, () => this.#retryLater('the server does not answer'));
		this.call('watch', {}).catch(() => undefined);
	}

	#become(state: LinkState): void {
		this.#state = state;
		this.onState(state);
	}
}

function frameOf(text: string): ServerFrame | undefined {
	try {
		const frame: unknown = JSON.parse(text);
		return typeof frame === 'object' && frame !== null ? (frame as ServerFrame) : undefined;
	} catch {
		return undefined;
	}
}
