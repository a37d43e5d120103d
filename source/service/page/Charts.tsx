import type {JSX} from 'preact';
import {useRef} from 'preact/hooks';
import type {Snapshot} from '../../engine/snapshot.ts';
import {count, latency} from '../../format.ts';
import {Chart, type ChartLine} from './Chart.tsx';
import {type DayFigure, type DaySeries, daySeries} from './day-series.ts';
import type {Session} from './session.ts';

const palette = 8;
/** Rates live near the top: the scale begins where they do, at 80 % at most. */
const rateRange = (_: unknown, least: number | null): [number, number] => [
	Math.max(0, Math.min(80, Math.floor(((least ?? 100) - 4) / 10) * 10)),
	101,
];
/** Lines differ by more than colour. */
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

const seconds = (value: number): string => latency(value * 1000);
const share = (value: number): string => `${Math.round(value)}%`;

type DayProps = {readonly snapshot: Snapshot; readonly theme: string};

/** The last 24 hours, one line a vendor. */
export function DayCharts({snapshot, theme}: DayProps): JSX.Element {
	return (
		<section class="panel charts" id="charts" aria-label="Charts of the last 24 hours">
			<DayChart snapshot={snapshot} theme={theme} figure="latency" />
			<DayChart snapshot={snapshot} theme={theme} figure="rate" />
		</section>
	);
}

function DayChart({snapshot, theme, figure}: DayProps & {readonly figure: DayFigure}): JSX.Element {
	const series = useSettled(daySeries(snapshot, figure));
	const words = figure === 'latency' ? seconds : share;
	const lines = series.providers.map(
		({title, place}): ChartLine => ({
			title,
			colour: `--line-${place % palette}`,
			dash: dashes[Math.floor(place / 2) % dashes.length] ?? [],
			scale: 'y',
			words,
		}),
	);
	const title = figure === 'latency' ? 'Latency by provider, last 24 h' : 'Success rate by provider, last 24 h';
	return (
		<Chart
			title={series.empty ? `${title} · nothing measured yet` : title}
			columns={series.columns}
			lines={lines}
			scales={[{name: 'y', words, ...(figure === 'rate' ? {range: rateRange} : {})}]}
			height={210}
			theme={theme}
		/>
	);
}

/** The same object while it says the same: a canvas is not drawn again for nothing. */
function useSettled(series: DaySeries): DaySeries {
	const kept = useRef({series, text: ''});
	const text = JSON.stringify(series);
	if (kept.current.text !== text) kept.current = {series, text};
	return kept.current.series;
}

const liveLines: readonly ChartLine[] = [
	{title: 'calls/min', colour: '--line-0', scale: 'calls', filled: true, words: (value) => count(Math.round(value))},
	{title: 'latency', colour: '--line-1', scale: 'ms', dash: [4, 3], words: latency},
];
/** Shortest span the live chart shows, so that the first points do not race over it. */
const leastSpanS = 300;

/** What happens now, as far as this page has seen it. */
export function LiveChart({session, theme}: {readonly session: Session; readonly theme: string}): JSX.Element {
	const columns = session.live.columns();
	const end = columns[0].at(-1) ?? session.localNow / 1000;
	const start = Math.min(columns[0][0] ?? end, end - leastSpanS);
	return (
		<section class="panel live" aria-label="Live chart">
			<Chart
				title="Calls a minute and latency, while this page is open"
				columns={columns}
				lines={liveLines}
				scales={[
					{name: 'calls', words: (value) => count(Math.round(value))},
					{name: 'ms', words: latency},
				]}
				height={180}
				theme={theme}
				span={[start, end]}
			/>
		</section>
	);
}
