import type {DashboardState, Dialog} from './dashboard-state.ts';
import {type PaneName, paneNames} from './header-lines.ts';
import {helpPage} from './help-lines.ts';
import {keySorts} from './key-rows.ts';
import {paragraph} from './line.ts';
import {detailHeight, detailKey, detailLinesOf, itemsOf, keysOf, pageHeight, tableHeight} from './scene.ts';
import {markAt, markedIndex, step} from './table-layout.ts';

/** `rows` further in whatever is on top: a table, a detail, a page or a question. */
export function move(state: DashboardState, rows: number): DashboardState {
	const {dialog, detail} = state;
	if (dialog !== undefined) return {...state, dialog: moveInDialog(dialog, rows, pageHeight(state))};
	if (detail !== undefined) {
		const most = Math.max(0, detailLinesOf(state).length - detailHeight(state));
		return {...state, detail: {...detail, top: bounded(detail.top + rows, most)}};
	}
	const items = itemsOf(state);
	return markIndex(state, step(items, markedIndex(items, state.marks[state.pane]), rows));
}

function moveInDialog(dialog: Dialog, rows: number, height: number): Dialog {
	if (dialog.kind === 'choice') return {...dialog, chosen: bounded(dialog.chosen + rows, dialog.choices.length - 1)};
	return {...dialog, top: bounded(dialog.top + rows, Math.max(0, dialog.lines.length - height))};
}

function bounded(value: number, most: number): number {
	return Math.min(most, Math.max(0, value));
}

/** Sets the mark of the pane that is shown on an item. */
export function markIndex(state: DashboardState, index: number): DashboardState {
	const {marks, pane} = state;
	const mark = markAt(itemsOf(state), index, marks[pane], tableHeight(state));
	return {...state, marks: {...marks, [pane]: mark}};
}

/** Rows a screen further: what the page keys move by. */
export function pageOf(state: DashboardState): number {
	if (state.dialog !== undefined) return pageHeight(state);
	return Math.max(1, (state.detail === undefined ? tableHeight(state) : detailHeight(state)) - 1);
}

export function openPane(state: DashboardState, pane: PaneName): DashboardState {
	return {...state, pane, detail: undefined};
}

/** The pane `steps` further, round the end. */
export function turnPane(state: DashboardState, steps: number): DashboardState {
	const place = (paneNames.indexOf(state.pane) + steps + paneNames.length) % paneNames.length;
	return openPane(state, paneNames[place] ?? 'keys');
}

/** Opens the detail of a key; its history is read once it is shown. */
export function openDetail(state: DashboardState, kid: string): DashboardState {
	return {...state, detail: {kid, top: 0, history: undefined}};
}

/** The detail of the key `rows` further in the order of the Keys pane; that pane's mark goes along. */
export function turnDetail(state: DashboardState, rows: number): DashboardState {
	const key = detailKey(state);
	if (key === undefined) return {...state, detail: undefined};
	const items = keysOf(state);
	const from = items.findIndex((item) => item.kind === 'row' && item.id === key.kid);
	const to = items[from === -1 ? 0 : step(items, from, rows)];
	if (to?.kind !== 'row' || to.id === key.kid) return state;
	const marks = {...state.marks, keys: {...state.marks.keys, id: to.id}};
	return openDetail({...state, marks}, to.id);
}

/** One level up. */
export function back(state: DashboardState): DashboardState {
	return state.dialog === undefined ? {...state, detail: undefined} : {...state, dialog: undefined};
}

/** Esc in a pane: first the filter goes, then the narrowing to trouble. */
export function clear(state: DashboardState): DashboardState {
	if (state.filter !== '' || state.filtering) return {...state, filter: '', filtering: false};
	return {...state, onlyTrouble: false};
}

export function nextSort(state: DashboardState): DashboardState {
	const place = keySorts.findIndex((sort) => sort.id === state.sort);
	return {...state, sort: keySorts[(place + 1) % keySorts.length]?.id ?? 'trouble', reversed: false};
}

/** Holds the picture still, or lets it go on. */
export function freeze(state: DashboardState): DashboardState {
	return {...state, frozenAt: state.frozenAt === undefined ? state.now : undefined};
}

/** What was read but is no usable key, and what a person should know of the rest. */
export function openNotes(state: DashboardState): DashboardState {
	const {notes} = state.snapshot;
	const cells = Math.min(state.columns, 100) - 4;
	const lines = notes.flatMap((note) => paragraph('', note, {cells, indent: 0}));
	const shown = lines.length === 0 ? paragraph('', 'Nothing to remark.', {cells, indent: 0}) : lines;
	return {...state, dialog: {kind: 'page', title: 'Notes on what was read', lines: shown, top: 0}};
}

export function openHelp(state: DashboardState): DashboardState {
	return {...state, dialog: helpPage(state.detail === undefined ? state.pane : 'detail', state, state.columns)};
}
