import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {Clock, Stoppable} from '../clock.ts';
import {metricList} from './metric-list.ts';
import {type Family, single} from './prometheus-text.ts';

const resolutionMs = 10;
/** A span of its own, so that several readers see the same figures. */
const spanMs = 15_000;

/** How late the event loop is. */
export type EventLoopReader = Stoppable & {
	/** Of the last whole span; of the one under way in the first seconds. */
	readonly families: () => readonly Family[];
};

/** Watches until it is stopped. */
export function watchEventLoop(clock: Pick<Clock, 'every'>): EventLoopReader {
	const delays = monitorEventLoopDelay({resolution: resolutionMs});
	// What is recorded is the time between two looks, which are 10 ms apart when nothing is late.
	const secondsAt = (percentile: number): number =>
		Math.max(0, delays.percentile(percentile) / 1e9 - resolutionMs / 1000);
	const read = (): readonly Family[] =>
		delays.count === 0 ? [] : [single(metricList.lagMedian, secondsAt(50)), single(metricList.lagMost, secondsAt(99))];
	let last: readonly Family[] | undefined;
	delays.enable();
	const turning = clock.every(spanMs, () => {
		last = read();
		delays.reset();
	});
	return {
		families: () => last ?? read(),
		stop() {
			turning.stop();
			delays.disable();
		},
	};
}
