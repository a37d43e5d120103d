import type {Clock, Stoppable} from '../../source/clock.ts';

type Timer = {at: number; readonly everyMs: number | undefined; readonly task: () => void};

/** A clock that stands still until it is told to move; timers run in the order of their time. */
export class SimulatedClock implements Clock {
	#now: number;
	readonly #timers = new Set<Timer>();

	constructor(start = Date.UTC(2026, 10, 22, 3, 0, 0)) {
		this.#now = start;
	}

	now(): number {
		return this.#now;
	}

	after(delayMs: number, task: () => void): Stoppable {
		return this.#add({at: this.#now + delayMs, everyMs: undefined, task});
	}

	every(everyMs: number, task: () => void): Stoppable {
		return this.#add({at: this.#now + everyMs, everyMs, task});
	}

	sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted === true) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = this.after(delayMs, resolve);
			signal?.addEventListener('abort', () => {
				timer.stop();
				resolve();
			});
		});
	}

	/** Moves time forward, running what falls due on the way; promises get their turn after each timer. */
	async advance(byMs: number): Promise<void> {
		const end = this.#now + byMs;
		for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
			this.#now = Math.max(this.#now, due.at);
			if (due.everyMs === undefined) this.#timers.delete(due);
			else due.at += due.everyMs;
			due.task();
			await settle();
		}
		this.#now = end;
		await settle();
	}

	#add(timer: Timer): Stoppable {
		this.#timers.add(timer);
		return {stop: () => this.#timers.delete(timer)};
	}

	#next(end: number): Timer | undefined {
		let first: Timer | undefined;
		for (const timer of this.#timers) {
			if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
		}
		return first;
	}
}

/** Lets pending promise callbacks and one turn of the event loop run. */
async function settle(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}
