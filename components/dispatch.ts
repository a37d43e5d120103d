import type {DashboardState, Effect} from './dashboard-state.ts';
import {placeOf} from './dashboard-state.ts';
import {
	acknowledge,
	actionKey,
	calm,
	chooseStrategy,
	copy,
	deepTest,
	dryRun,
	openAlertKey,
	openPicks,
	type Step,
	silence,
	switchOff,
	test,
	testAll,
} from './key-actions.ts';
import {type Command, commandOf} from './key-bindings.ts';
import {isPrintable, type KeyPress} from './key-press.ts';
import {
	back,
	clear,
	freeze,
	markIndex,
	move,
	nextSort,
	openDetail,
	openHelp,
	openNotes,
	openPane,
	pageOf,
	turnDetail,
	turnPane,
} from './navigation.ts';
import {itemsOf} from './scene.ts';
import {markedIndex} from './table-layout.ts';

const far = Number.MAX_SAFE_INTEGER;

const commands: Readonly<Record<Command, (state: DashboardState) => Step>> = {
	down: (state) => calm(move(state, 1)),
	up: (state) => calm(move(state, -1)),
	first: (state) => calm(move(state, -far)),
	last: (state) => calm(move(state, far)),
	'page-down': (state) => calm(move(state, pageOf(state))),
	'page-up': (state) => calm(move(state, -pageOf(state))),
	'open-detail': showDetail,
	'open-picks': openPicks,
	'open-alert-key': openAlertKey,
	choose,
	'start-demo': (state) => ({state, effects: [{kind: 'demo'}]}),
	back: (state) => calm(back(state)),
	clear: (state) => calm(clear(state)),
	'pane-1': (state) => calm(openPane(state, 'keys')),
	'pane-2': (state) => calm(openPane(state, 'rotation')),
	'pane-3': (state) => calm(openPane(state, 'health')),
	'pane-4': (state) => calm(openPane(state, 'alerts')),
	'next-pane': (state) => calm(turnPane(state, 1)),
	'previous-pane': (state) => calm(turnPane(state, -1)),
	filter: (state) => calm({...state, filtering: true}),
	'keep-filter': (state) => calm({...state, filtering: false}),
	erase: (state) => calm({...state, filter: [...state.filter].slice(0, -1).join('')}),
	'only-trouble': (state) => calm({...state, onlyTrouble: !state.onlyTrouble}),
	'next-sort': (state) => calm(nextSort(state)),
	reverse: (state) => calm({...state, reversed: !state.reversed}),
	freeze: (state) => calm(freeze(state)),
	help: (state) => calm(openHelp(state)),
	notes: (state) => calm(openNotes(state)),
	quit: (state) => ({state, effects: [{kind: 'quit', exitCode: 0}]}),
	interrupt: (state) => ({state, effects: [{kind: 'quit', exitCode: 130}]}),
	suspend: (state) => ({state, effects: [{kind: 'suspend'}]}),
	redraw: (state) => ({state, effects: [{kind: 'redraw'}]}),
	test,
	'test-all': testAll,
	'deep-test': deepTest,
	'switch-off': switchOff,
	strategy: chooseStrategy,
	'dry-run': dryRun,
	acknowledge,
	silence,
	copy,
	'next-key': (state) => calm(turnDetail(state, 1)),
	'previous-key': (state) => calm(turnDetail(state, -1)),
};

/** One key press: the state it leads to and what it asks the outside for. Pure. */
export function press(state: DashboardState, name: KeyPress): Step {
	const place = placeOf(state);
	const command = commandOf(name, place, state);
	if (command !== undefined) return commands[command](anchoredAs(state, state));
	if (place === 'filter' && isPrintable(name)) return calm({...state, filter: state.filter + name});
	return calm(state);
}

/** From the first key on the mark stays on the row that was drawn with it, wherever sorting takes that row. */
export function anchoredAs(state: DashboardState, drawn: DashboardState): DashboardState {
	const {pane} = state;
	if (state.marks[pane].id !== undefined || drawn.pane !== pane) return state;
	const seen = markIndex(drawn, markedIndex(itemsOf(drawn), drawn.marks[pane])).marks[pane];
	return seen.id === undefined ? state : {...state, marks: {...state.marks, [pane]: seen}};
}

function showDetail(state: DashboardState): Step {
	const key = actionKey(state);
	return key === undefined ? calm(state) : calm(openDetail(state, key.kid));
}

/** Takes the chosen answer; the box closes first, so that what follows may open another. */
function choose(state: DashboardState): Step {
	if (state.dialog?.kind !== 'choice') return calm(state);
	const effect: Effect | undefined = state.dialog.choices[state.dialog.chosen]?.effect;
	return {state: {...state, dialog: undefined}, effects: effect === undefined ? [] : [effect]};
}
