import type {Clock, Stoppable} from '../../clock.ts';

/** The browser's clock: the one file of the page that reads time and sets timers. */
export const browserClock: Clock = {
	now: () => Date.now(),
	after(delayMs, task): Stoppable {
		const timer = window.setTimeout(task, delayMs);
		return {stop: () => window.clearTimeout(timer)};
	},
	every(everyMs, task): Stoppable {
		const timer = window.setInterval(task, everyMs);
		return {stop: () => window.clearInterval(timer)};
	},
	sleep(delayMs, signal) {
		return new Promise((resolve) => {
			const timer = window.setTimeout(resolve, delayMs);
			signal?.addEventListener('abort', () => {
				window.clearTimeout(timer);
				resolve();
			});
		});
	},
};
