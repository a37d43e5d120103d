import type {Alert} from '../source/domain/alert.ts';
import type {KeyView, ModelView, Snapshot} from '../source/engine/snapshot.ts';
import {count, money, plural} from '../source/format.ts';
import {strategyNames} from '../source/strategies/strategy.ts';
import {alertCopy, healthCopy, keyCopy, modelCopy} from './copy-text.ts';
import type {DashboardState, Dialog, Effect} from './dashboard-state.ts';
import {span} from './line.ts';
import {openDetail} from './navigation.ts';
import {pickLine} from './rotation-rows.ts';
import {alertsOf, detailKey, healthOf, keysOf, markedItem, modelsOf} from './scene.ts';

/** A state and what it asks the outside for. */
export type Step = {readonly state: DashboardState; readonly effects: readonly Effect[]};

const hourMs = 3_600_000;

export function calm(state: DashboardState): Step {
	return {state, effects: []};
}

/** The key an action is about: the open one, else the marked one. Undefined on rows that are no key. */
export function actionKey(state: DashboardState): KeyView | undefined {
	if (state.detail !== undefined) return detailKey(state);
	if (state.pane === 'keys') return markedItem(state, keysOf(state));
	if (state.pane !== 'health') return undefined;
	const row = markedItem(state, healthOf(state));
	return row?.kind === 'key' ? row.key : undefined;
}

/** Free test of the marked key, or of all keys of the marked vendor. */
export function test(state: DashboardState): Step {
	const key = actionKey(state);
	if (key !== undefined) return ask(state, {kind: 'test', kids: [key.kid], deep: false, label: key.label});
	if (state.pane !== 'health' || state.detail !== undefined) return calm(state);
	const row = markedItem(state, healthOf(state));
	if (row?.kind !== 'provider') return calm(state);
	const kids = state.snapshot.keys.filter((each) => each.provider === row.provider.name).map((each) => each.kid);
	return ask(state, {kind: 'test', kids, deep: false, label: row.provider.name});
}

export function testAll(state: DashboardState): Step {
	const {length} = state.snapshot.keys;
	return length === 0 ? calm(state) : ask(state, {kind: 'test', deep: false, label: plural(length, 'key')});
}

/** The price is asked first; the question comes with its answer. */
export function deepTest(state: DashboardState): Step {
	const key = actionKey(state);
	return key === undefined ? calm(state) : ask(state, {kind: 'price', kid: key.kid, label: key.label});
}

/** The question before money is spent. `prices` in USD for this key and for all; undefined = not known. */
export function deepTestQuestion(
	key: {readonly kid: string; readonly label: string},
	keys: number,
	prices: {readonly one: number | undefined; readonly all: number | undefined},
): Dialog {
	const words = (price: number | undefined): string =>
		price === undefined ? 'price unknown' : `at most ${money(price)}`;
	return {
		kind: 'choice',
		title: 'One-token test',
		text: [`Sends one real call with ${key.label}: ${words(prices.one)}.`],
		choices: [
			{title: 'Cancel'},
			{title: `Test ${key.label}`, effect: {kind: 'test', kids: [key.kid], deep: true, label: key.label}},
			...(keys > 1
				? [
						{
							title: `Test all ${count(keys)} keys, ${words(prices.all)}`,
							effect: {kind: 'test', deep: true, label: plural(keys, 'key')} as const,
						},
					]
				: []),
		],
		chosen: 0,
	};
}

/** Disables or enables the marked key; asks first where it is the last one its pool can use. */
export function switchOff(state: DashboardState): Step {
	const key = actionKey(state);
	if (key === undefined) return calm(state);
	const disabled = key.state.kind !== 'disabled';
	const effect: Effect = {kind: 'disable', kid: key.kid, label: key.label, disabled};
	if (!disabled || !isLastUsable(key, state.snapshot)) return ask(state, effect);
	const dialog: Dialog = {
		kind: 'choice',
		title: `Disable ${key.label}?`,
		text: [`It is the last key ${key.provider} can use: the pool runs dry until you enable one again.`],
		choices: [{title: 'Cancel'}, {title: 'Disable it', effect}],
		chosen: 0,
	};
	return calm({...state, dialog});
}

function isLastUsable(key: KeyView, snapshot: Snapshot): boolean {
	if (key.usable === false) return false;
	return !snapshot.keys.some((each) => each.provider === key.provider && each.kid !== key.kid && each.usable === true);
}

export function chooseStrategy(state: DashboardState): Step {
	const model = markedItem(state, modelsOf(state));
	if (model === undefined) return calm(state);
	const dialog: Dialog = {
		kind: 'choice',
		title: `Strategy of ${model.name}`,
		text: [],
		choices: strategyNames.map((strategy) => ({
			title: `${strategy}${strategy === model.strategy ? ' (now)' : ''}`,
			...(strategy === model.strategy ? {} : {effect: {kind: 'strategy', model: model.name, strategy} as const}),
		})),
		chosen: strategyNames.indexOf(model.strategy),
	};
	return calm({...state, dialog});
}

export function dryRun(state: DashboardState): Step {
	const model = markedItem(state, modelsOf(state));
	return model === undefined ? calm(state) : ask(state, {kind: 'dry-run', model: model.name});
}

/** The last picks of the marked model with their reasons. */
export function openPicks(state: DashboardState): Step {
	const model: ModelView | undefined = markedItem(state, modelsOf(state));
	if (model === undefined) return calm(state);
	const lines =
		model.lastPicks.length === 0
			? [[span(`Nobody has asked for ${model.name} yet; r shows what it would pick.`, 'quiet')]]
			: model.lastPicks.map((pick) => pickLine(pick, model, state.now));
	return calm({...state, dialog: {kind: 'page', title: `Last picks of ${model.name}`, lines, top: 0}});
}

function markedAlert(state: DashboardState): Alert | undefined {
	return markedItem(state, alertsOf(state));
}

export function acknowledge(state: DashboardState): Step {
	const alert = markedAlert(state);
	return alert === undefined ? calm(state) : ask(state, {kind: 'acknowledge', alert});
}

export function silence(state: DashboardState): Step {
	const alert = markedAlert(state);
	return alert === undefined ? calm(state) : ask(state, {kind: 'silence', alert, until: state.now + hourMs});
}

/** The key an alert is about; a pool's alert leads to the pool's keys, one about no pool nowhere. */
export function openAlertKey(state: DashboardState): Step {
	const alert = markedAlert(state);
	if (alert === undefined) return calm(state);
	const {subject} = alert;
	const {keys} = state.snapshot;
	if (subject.kind === 'pool') {
		const {provider} = subject;
		return calm(keys.some((key) => key.provider === provider) ? {...state, pane: 'keys', filter: provider} : state);
	}
	return calm(keys.some(({kid}) => kid === subject.kid) ? openDetail(state, subject.kid) : state);
}

export function copy(state: DashboardState): Step {
	const key = actionKey(state);
	if (key !== undefined) {
		const history = state.detail?.kid === key.kid ? state.detail.history : undefined;
		return ask(state, {kind: 'copy', what: key.label, text: keyCopy(key, state.now, history)});
	}
	switch (state.pane) {
		case 'rotation': {
			const model = markedItem(state, modelsOf(state));
			return model === undefined ? calm(state) : ask(state, {kind: 'copy', what: model.name, text: modelCopy(model)});
		}
		case 'alerts': {
			const alert = markedAlert(state);
			return alert === undefined ? calm(state) : ask(state, {kind: 'copy', what: 'the alert', text: alertCopy(alert)});
		}
		default: {
			const row = markedItem(state, healthOf(state));
			return row?.kind === 'provider'
				? ask(state, {kind: 'copy', what: row.provider.name, text: healthCopy(row.provider)})
				: calm(state);
		}
	}
}

function ask(state: DashboardState, effect: Effect): Step {
	return {state, effects: [effect]};
}
