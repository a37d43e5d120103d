import type {Align} from '../source/format.ts';
import {cell, cutLine, type Line, type Span, span} from './line.ts';

/** One column of a table over rows of type `Row`. */
export type Column<Row> = {
	readonly id: string;
	readonly title: string;
	/** Least width in cells. */
	readonly width: number;
	/** Share in the spare width. @default 0 */
	readonly flex?: number;
	/** Total width below which it does not grow. @default 0 */
	readonly growsFrom?: number;
	/** Width it may grow to. @default no bound */
	readonly most?: number;
	/** @default 'left' */
	readonly align?: Align;
	/** Total width below which the column is left out. @default 0 */
	readonly from?: number;
	readonly cell: (row: Row) => Span;
};

/** What the table shows: rows, which can be marked, between headings, which cannot. */
export type Item<Row> =
	| {readonly kind: 'row'; readonly id: string; readonly row: Row}
	| {readonly kind: 'heading'; readonly line: Line};

/** Where the mark stands: on an id, wherever sorting takes it; the line is for when the id is gone. */
export type Mark = {readonly id: string | undefined; readonly line: number; readonly top: number};

export const noMark: Mark = {id: undefined, line: 0, top: 0};

/** Cells before the first column: mark, symbol, space. */
const gutter = 3;

type PlacedColumn<Row> = {readonly column: Column<Row>; readonly width: number};

/** The columns that fit into `total` cells, with their widths; spare cells go to the flexible ones. */
export function layoutColumns<Row>(columns: readonly Column<Row>[], total: number): readonly PlacedColumn<Row>[] {
	const shown = columns.filter((column) => (column.from ?? 0) <= total);
	const flexOf = (column: Column<Row>): number => ((column.growsFrom ?? 0) <= total ? (column.flex ?? 0) : 0);
	const least = gutter + shown.reduce((sum, column) => sum + column.width, 0) + Math.max(0, shown.length - 1);
	let spare = Math.max(0, total - least);
	let shares = shown.reduce((sum, column) => sum + flexOf(column), 0);
	return shown.map((column) => {
		const flex = flexOf(column);
		const share = shares === 0 ? 0 : Math.floor((spare * flex) / shares);
		const extra = Math.min(share, (column.most ?? Number.POSITIVE_INFINITY) - column.width);
		spare -= extra;
		shares -= flex;
		return {column, width: column.width + extra};
	});
}

export function headLine<Row>(placed: readonly PlacedColumn<Row>[], total: number, sorted?: string): Line {
	const cells = placed.flatMap(({column, width}, place) => {
		const title = span(column.title, sorted === column.id ? 'accent' : 'quiet', sorted === column.id);
		return [...(place === 0 ? [] : [span(' ')]), cell(title, width, column.align)];
	});
	return cutLine([span(' '.repeat(gutter)), ...cells], total);
}

/** `reason` takes the place of the columns from `from` on: a troubled row says why instead of numbers. */
type RowOptions = {
	readonly total: number;
	readonly marked: boolean;
	readonly symbol: Span;
	readonly reason?: {readonly from: string; readonly text: Span} | undefined;
};

export function rowLine<Row>(placed: readonly PlacedColumn<Row>[], row: Row, options: RowOptions): Line {
	const {marked, reason, symbol, total} = options;
	const line: Span[] = [span(marked ? '▌' : ' ', 'accent'), cell(symbol, 1), span(' ')];
	for (const [place, {column, width}] of placed.entries()) {
		if (place > 0) line.push(span(' '));
		if (reason?.from === column.id) {
			line.push(reason.text);
			break;
		}
		const content = column.cell(row);
		line.push(cell(marked && place === 0 ? {...content, bold: true} : content, width, column.align));
	}
	return cutLine(trimEnd(line), total);
}

function trimEnd(line: readonly Span[]): Line {
	const last = line.at(-1);
	if (last === undefined) return line;
	const text = last.text.trimEnd();
	return text === '' ? trimEnd(line.slice(0, -1)) : [...line.slice(0, -1), {...last, text}];
}

/** Index of the marked item: the one with the id, else the row nearest to where it stood; -1 without rows. */
export function markedIndex<Row>(items: readonly Item<Row>[], mark: Mark): number {
	if (mark.id !== undefined) {
		const found = items.findIndex((item) => item.kind === 'row' && item.id === mark.id);
		if (found !== -1) return found;
	}
	return nearestRow(items, mark.id === undefined ? 0 : mark.line);
}

function nearestRow<Row>(items: readonly Item<Row>[], line: number): number {
	const start = Math.min(Math.max(0, line), items.length - 1);
	const after = items.findIndex((item, place) => place >= start && item.kind === 'row');
	return after === -1 ? items.findLastIndex((item) => item.kind === 'row') : after;
}

/** Index of the row `rows` further on (or back), stopping at the ends; headings are stepped over. */
export function step<Row>(items: readonly Item<Row>[], from: number, rows: number): number {
	const direction = rows < 0 ? -1 : 1;
	let left = Math.abs(rows);
	let at = from;
	for (let next = from + direction; left > 0 && next >= 0 && next < items.length; next += direction) {
		if (items[next]?.kind !== 'row') continue;
		at = next;
		left -= 1;
	}
	return at;
}

/** First visible item so that the marked one is in a window of `height`, moving as little as possible. */
export function windowTop<Row>(items: readonly Item<Row>[], marked: number, top: number, height: number): number {
	const most = Math.max(0, items.length - height);
	// The heading over a group's first row comes along with it.
	const first = items[marked - 1]?.kind === 'heading' ? marked - 1 : marked;
	if (first < top) return Math.min(most, Math.max(0, first));
	if (marked >= top + height) return Math.min(most, marked - height + 1);
	return Math.min(most, Math.max(0, top));
}

/** The mark on an item, with the window moved along. */
export function markAt<Row>(items: readonly Item<Row>[], index: number, mark: Mark, height: number): Mark {
	const item = items[index];
	if (item?.kind !== 'row') return mark;
	return {id: item.id, line: index, top: windowTop(items, index, mark.top, height)};
}
