/** Something that was started and can be stopped; idempotent. */
export type Stoppable = {readonly stop: () => void};

/** Time as the engine sees it: tests run a whole engine under a simulated one. */
export interface Clock {
	/** Epoch ms. */
	now(): number;
	/** Runs once after `delayMs`. Does not keep the process alive. */
	after(delayMs: number, task: () => void): Stoppable;
	/** Runs every `everyMs`, first after one period. Does not keep the process alive. */
	every(everyMs: number, task: () => void): Stoppable;
	/** Resolves after `delayMs`, at once when the signal is aborted. Keeps the process alive meanwhile. */
	sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock: the one file of keydeck that reads time and sets timers. */
export const systemClock: Clock = {
	now: () => Date.now(),
	after(delayMs, task) {
		const timer = setTimeout(task, delayMs);
		timer.unref();
		return {stop: () => clearTimeout(timer)};
	},
	every(everyMs, task) {
		const timer = setInterval(task, everyMs);
		timer.unref();
		return {stop: () => clearInterval(timer)};
	},
	sleep(delayMs, signal) {
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const end = (): void => {
				clearTimeout(timer);
				signal?.removeEventListener('abort', end);
				resolve();
			};
			const timer = setTimeout(end, delayMs);
			signal?.addEventListener('abort', end);
		});
	},
};
