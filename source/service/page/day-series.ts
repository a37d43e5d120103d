import type {DayBucket, ProviderView, Snapshot} from '../../engine/snapshot.ts';
import type {Columns} from './live-series.ts';

const hourMs = 3_600_000;

/** What a chart of the day shows. */
export type DayFigure = 'latency' | 'rate';

export type DaySeries = {
	/** One name a column, in the order of the columns. */
	readonly providers: readonly {readonly name: string; readonly title: string; readonly place: number}[];
	readonly columns: Columns;
	/** Nothing was measured at all. */
	readonly empty: boolean;
};

/**
 * One line a vendor over the last 24 hours. The last bucket is the hour that runs now; hours in which nothing
 * happened are gaps. `place` stays with a vendor, so that it keeps its colour.
 */
export function daySeries(snapshot: Snapshot, figure: DayFigure): DaySeries {
	const shown = snapshot.providers
		.map((provider, place) => ({provider, place}))
		.filter(({provider}) => provider.keys > 0);
	const thisHour = Math.floor(snapshot.takenAt / hourMs) * hourMs;
	const hours = Array.from({length: 24}, (_, hour) => (thisHour - (23 - hour) * hourMs) / 1000);
	const values = shown.map(({provider}) => hours.map((_, hour) => figureOf(provider, hour, figure)));
	return {
		providers: shown.map(({provider, place}) => ({name: provider.name, title: provider.title, place})),
		columns: [hours, ...values],
		empty: values.every((column) => column.every((value) => value === null)),
	};
}

function figureOf(provider: ProviderView, hour: number, figure: DayFigure): number | null {
	// Through JSON an empty hour arrives as null.
	const bucket: DayBucket | null | undefined = provider.day[hour];
	const value = figure === 'latency' ? bucket?.latencyMs : bucket?.successRate;
	if (value === undefined || value === null) return null;
	return figure === 'latency' ? value / 1000 : value * 100;
}
