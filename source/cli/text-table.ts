import type {Tone} from '../../components/theme.ts';
import {type Align, clean, fit, shorten, width} from '../format.ts';
import type {Output} from './output.ts';

/** One column; `drop` first goes when a terminal is too narrow (higher numbers earlier). */
export type Column = {readonly title: string; readonly align?: Align; readonly drop?: number};

/** One cell: its text, coloured by what it tells. */
type Cell = string | {readonly text: string; readonly tone: Tone};

const gap = '  ';
/** Cells the last column keeps before others are dropped for it. */
const leastForLast = 24;

/**
 * Lines of a table, aligned by display width. On a terminal it fits the width: columns with `drop` go
 * first, then the last column is cut; elsewhere nothing is cut.
 */
export function textTable(
	columns: readonly Column[],
	rows: readonly (readonly Cell[])[],
	output: Pick<Output, 'columns' | 'tone'>,
): string[] {
	const widths = columns.map(({title}, place) =>
		rows.reduce((most, row) => Math.max(most, width(clean(textOf(row[place])))), width(title)),
	);
	const kept = keptPlaces(columns, widths, output.columns);
	const head = kept.map((place): Cell => ({text: columns[place]?.title ?? '', tone: 'quiet'}));
	const body = rows.map((row) => kept.map((place) => row[place] ?? ''));
	return [head, ...body].map((row) => {
		let left = output.columns ?? Number.POSITIVE_INFINITY;
		const cells = row.map((cell, at) => {
			const place = kept[at] ?? 0;
			const last = at === kept.length - 1;
			const room = Math.min(widths[place] ?? 0, Math.max(0, left));
			left -= room + gap.length;
			const align = columns[place]?.align ?? 'left';
			const text = last && align === 'left' ? shorten(textOf(cell), room) : fit(textOf(cell), room, align);
			return typeof cell === 'string' || text.trim() === '' ? text : output.tone(cell.tone, text);
		});
		return cells.join(gap).trimEnd();
	});
}

function textOf(cell: Cell | undefined): string {
	return typeof cell === 'object' ? cell.text : (cell ?? '');
}

function keptPlaces(columns: readonly Column[], widths: readonly number[], available: number | undefined): number[] {
	let kept = columns.map((_, place) => place);
	if (available === undefined) return kept;
	const droppable = kept
		.filter((place) => columns[place]?.drop !== undefined)
		.sort((one, other) => (columns[other]?.drop ?? 0) - (columns[one]?.drop ?? 0));
	for (const place of droppable) {
		if (needed(kept, widths) <= available) break;
		kept = kept.filter((each) => each !== place);
	}
	return kept;
}

function needed(kept: readonly number[], widths: readonly number[]): number {
	return kept.reduce((sum, place, at) => {
		const own = widths[place] ?? 0;
		return sum + (at === kept.length - 1 ? Math.min(own, leastForLast) : own + gap.length);
	}, 0);
}
