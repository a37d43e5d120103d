import type {ReactNode} from 'react';
import {Lines} from './Lines.tsx';
import type {Line, Span} from './line.ts';
import {exactly} from './reason-lines.ts';
import {
	type Column,
	headLine,
	type Item,
	layoutColumns,
	type Mark,
	markedIndex,
	rowLine,
	windowTop,
} from './table-layout.ts';
import type {Theme} from './theme.ts';

type Props<Row> = {
	readonly items: readonly Item<Row>[];
	readonly columns: readonly Column<Row>[];
	readonly mark: Mark;
	/** Cells across. */
	readonly width: number;
	/** Rows below the head; the rest of the items is never formatted. */
	readonly height: number;
	readonly theme: Theme;
	readonly dim?: boolean;
	/** Column it is sorted by. */
	readonly sorted?: string;
	readonly symbol: (row: Row) => Span;
	/** What stands in the columns from `from` on instead of numbers. */
	readonly reason?: {readonly from: string; readonly of: (row: Row) => Span | undefined};
};

/** Head and visible window of a table of any length. */
export function Table<Row>(props: Props<Row>): ReactNode {
	const {columns, dim = false, height, theme, width} = props;
	const placed = layoutColumns(columns, width);
	const head = headLine(placed, width, props.sorted);
	return <Lines lines={[head, ...exactly(bodyLines(props, placed), height)]} theme={theme} dim={dim} />;
}

function bodyLines<Row>(props: Props<Row>, placed: ReturnType<typeof layoutColumns<Row>>): readonly Line[] {
	const {height, items, mark, reason, symbol, width} = props;
	const marked = markedIndex(items, mark);
	const top = windowTop(items, marked, mark.top, height);
	return items.slice(top, top + height).map((item, place) => {
		if (item.kind === 'heading') return item.line;
		const text = reason?.of(item.row);
		return rowLine(placed, item.row, {
			total: width,
			marked: top + place === marked,
			symbol: symbol(item.row),
			reason: reason === undefined || text === undefined ? undefined : {from: reason.from, text},
		});
	});
}
