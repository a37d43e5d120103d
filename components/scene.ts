import type {Alert} from '../source/domain/alert.ts';
import type {KeyView, ModelView, Snapshot} from '../source/engine/snapshot.ts';
import {alertItems} from './alert-rows.ts';
import type {DashboardState} from './dashboard-state.ts';
import {detailLines} from './detail-lines.ts';
import {type HealthRow, healthItems} from './health-rows.ts';
import {keyItems} from './key-rows.ts';
import {panelSize} from './reason-lines.ts';
import {modelItems} from './rotation-rows.ts';
import {type Item, markedIndex} from './table-layout.ts';

/** Least size the dashboard can be read at. */
export const leastSize = {columns: 40, rows: 8};

/** One value per picture and question: frames and keys in between ask for the same list many times. */
function remembered<Value>(make: (snapshot: Snapshot, ...rest: (string | boolean)[]) => Value) {
	let last: {readonly snapshot: Snapshot; readonly asked: string; readonly value: Value} | undefined;
	return (snapshot: Snapshot, ...rest: (string | boolean)[]): Value => {
		const asked = JSON.stringify(rest);
		if (last === undefined || last.snapshot !== snapshot || last.asked !== asked) {
			last = {snapshot, asked, value: make(snapshot, ...rest)};
		}
		return last.value;
	};
}

const rememberedKeys = remembered((snapshot, sort, reversed, filter, onlyTrouble) =>
	keyItems(snapshot, {
		sort: String(sort),
		reversed: reversed === true,
		filter: String(filter),
		onlyTrouble: onlyTrouble === true,
	}),
);
const rememberedHealth = remembered((snapshot, filter) => healthItems(snapshot, String(filter)));

/** Rows of the Keys pane as they stand now. */
export function keysOf(state: DashboardState): readonly Item<KeyView>[] {
	return rememberedKeys(state.snapshot, state.sort, state.reversed, state.filter, state.onlyTrouble);
}

export function healthOf(state: DashboardState): readonly Item<HealthRow>[] {
	return rememberedHealth(state.snapshot, state.filter);
}

export function modelsOf(state: DashboardState): readonly Item<ModelView>[] {
	return modelItems(state.snapshot, state.filter);
}

export function alertsOf(state: DashboardState): readonly Item<Alert>[] {
	return alertItems(state.snapshot, state.filter);
}

/** Rows of the pane that is shown. */
export function itemsOf(state: DashboardState): readonly Item<unknown>[] {
	switch (state.pane) {
		case 'keys':
			return keysOf(state);
		case 'rotation':
			return modelsOf(state);
		case 'health':
			return healthOf(state);
		case 'alerts':
			return alertsOf(state);
	}
}

/** Marked row of the pane that is shown. */
export function markedItem<Row>(state: DashboardState, items: readonly Item<Row>[]): Row | undefined {
	const item = items[markedIndex(items, state.marks[state.pane])];
	return item?.kind === 'row' ? item.row : undefined;
}

/** Lines of the table in the pane that is shown, below its head and above everything else. */
export function tableHeight(state: DashboardState): number {
	const {pane, rows} = state;
	const {why, advice} = panelSize(rows);
	// Header, tabs and footer; then what each pane adds to its table.
	const room = rows - 3;
	switch (pane) {
		case 'keys':
			return Math.max(1, room - (rows < 12 ? 2 : 3) - why - advice);
		case 'rotation':
			return Math.max(1, Math.min(itemsOf(state).length, rows < 18 ? room - 2 : Math.floor((room - 2) * 0.4)));
		case 'health':
			return Math.max(1, room - (rows < 12 ? 2 : 3));
		case 'alerts':
			return Math.max(1, room - 2 - why - advice);
	}
}

/** The key whose detail is open; undefined when it has gone. */
export function detailKey(state: DashboardState): KeyView | undefined {
	return state.snapshot.keys.find((key) => key.kid === state.detail?.kid);
}

/** Lines of the detail that fit between its header and the footer. */
export function detailHeight(state: DashboardState): number {
	return Math.max(1, state.rows - 2);
}

export function detailLinesOf(state: DashboardState) {
	const key = detailKey(state);
	if (key === undefined || state.detail === undefined) return [];
	const {columns, detail, snapshot} = state;
	return detailLines({key, snapshot, history: detail.history, now: drawnAt(state), cells: columns});
}

/** The time the picture is told at: now, or when it was frozen. */
export function drawnAt(state: DashboardState): number {
	return state.frozenAt ?? state.now;
}

/** Lines a page dialog shows at once. */
export function pageHeight(state: DashboardState): number {
	return Math.max(1, state.rows - 4);
}
