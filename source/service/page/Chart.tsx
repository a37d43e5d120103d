import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import UPlot from 'uplot';
import {clockTime} from '../../format.ts';
import type {Columns} from './live-series.ts';

export type ChartLine = {
	readonly title: string;
	/** Name of a colour of the style sheet: `--line-2`. */
	readonly colour: string;
	readonly scale: string;
	readonly dash?: readonly number[];
	readonly filled?: boolean;
	readonly words: (value: number) => string;
};

type ChartScale = {
	readonly name: string;
	readonly range?: UPlot.Range.Function;
	readonly words: (value: number) => string;
};

type Props = {
	readonly title: string;
	readonly columns: Columns;
	readonly lines: readonly ChartLine[];
	readonly scales: readonly ChartScale[];
	readonly height: number;
	/** Draws anew in other colours when it changes. */
	readonly theme: string;
	/** The same time span even while there is little to show, seconds. */
	readonly span?: readonly [number, number];
};

/** Lines over time. The canvas is made once, and anew only when its lines or the theme change. */
export function Chart(props: Props): JSX.Element {
	const {title, columns, lines, theme} = props;
	const place = useRef<HTMLDivElement>(null);
	const plot = useRef<UPlot | undefined>(undefined);
	const newest = useRef(props);
	newest.current = props;
	const shape = `${theme} ${lines.map((line) => line.title).join()}`;
	// biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when a new canvas is needed.
	useEffect(() => {
		const box = place.current;
		if (box === null) return undefined;
		const made = new UPlot(options(newest, box), columns as UPlot.AlignedData, box);
		plot.current = made;
		const watch = new ResizeObserver(() => {
			if (box.clientWidth > 0) made.setSize({width: box.clientWidth, height: newest.current.height});
		});
		watch.observe(box);
		return () => {
			watch.disconnect();
			made.destroy();
			plot.current = undefined;
		};
	}, [shape]);
	useEffect(() => plot.current?.setData(columns as UPlot.AlignedData), [columns]);
	return (
		<figure class="chart">
			<figcaption>{title}</figcaption>
			<div ref={place} class="plot" role="img" aria-label={title} />
		</figure>
	);
}

function options(props: {readonly current: Props}, box: HTMLElement): UPlot.Options {
	const {lines, scales, height} = props.current;
	const quiet = colour(box, '--quiet');
	const grid = {stroke: colour(box, '--line'), width: 1};
	const font = '11px system-ui, sans-serif';
	const axis = {stroke: quiet, grid, ticks: {...grid, size: 4}, font, gap: 4};
	const time = (at: number): string => clockTime(at * 1000).slice(0, 5);
	return {
		width: Math.max(100, box.clientWidth),
		height,
		scales: {
			x: {range: (_, least, most) => spanOf(props.current, least, most)},
			...Object.fromEntries(scales.map(({name, range}) => [name, {range: range ?? fromZero}])),
		},
		axes: [
			{...axis, size: 26, values: (_, splits) => splits.map(time)},
			...scales.map(({name, words}, place) => ({
				...axis,
				scale: name,
				size: 48,
				...(place === 0 ? {} : {side: 1 as const, grid: {show: false}}),
				values: (_: UPlot, splits: number[]) => splits.map(words),
			})),
		],
		series: [
			{label: 'time', value: (_, at) => (at === null ? '--:--' : time(at))},
			...lines.map((line) => seriesOf(line, box)),
		],
		cursor: {drag: {x: false, y: false}, points: {size: 6}},
	};
}

function seriesOf({title, colour: name, scale, dash, filled, words}: ChartLine, box: HTMLElement): UPlot.Series {
	const stroke = colour(box, name);
	return {
		label: title,
		scale,
		stroke,
		width: 1.75,
		spanGaps: false,
		points: {size: 5, fill: stroke, show: (self, series, first, last) => isSparse(self, series, first, last)},
		value: (_, value) => (value === null || value === undefined ? '–' : words(value)),
		...(dash === undefined ? {} : {dash: [...dash]}),
		...(filled === true ? {fill: colour(box, `${name}-fill`)} : {}),
	};
}

/** Points where lines alone would hide what is there: few values, or one between gaps. */
function isSparse(self: UPlot, series: number, first: number, last: number): boolean {
	if (last - first <= 30) return true;
	const values = self.data[series] ?? [];
	return values.filter((value) => value !== null).length < 3;
}

function spanOf({span}: Props, least: number, most: number): [number, number] {
	return span === undefined ? [least, most] : [span[0], span[1]];
}

/** A figure and its axis begin at nothing, or differences look larger than they are. */
function fromZero(_: UPlot, __: number | null, most: number | null): [number, number] {
	return [0, most === null || most <= 0 ? 1 : most * 1.15];
}

/** The style sheet's colour as the canvas takes it. */
function colour(box: HTMLElement, name: string): string {
	const before = box.style.color;
	box.style.color = `var(${name})`;
	const found = getComputedStyle(box).color;
	box.style.color = before;
	return found;
}
