import {type Stoppable, systemClock} from '../../source/clock.ts';
import {SimulatedClock} from './simulated-clock.ts';

/** Time as it passes, for what agrees with others by the time of a server; it may be set wrong. */
export class RealClock extends SimulatedClock {
	readonly #aheadMs: number;

	constructor(aheadMs = 0) {
		super();
		this.#aheadMs = aheadMs;
	}

	override now(): number {
		return systemClock.now() + this.#aheadMs;
	}

	override after(delayMs: number, task: () => void): Stoppable {
		return systemClock.after(delayMs, task);
	}

	override every(everyMs: number, task: () => void): Stoppable {
		return systemClock.every(everyMs, task);
	}

	override sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
		return systemClock.sleep(delayMs, signal);
	}

	override advance(byMs: number): Promise<void> {
		return systemClock.sleep(byMs);
	}
}
