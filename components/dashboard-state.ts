import type {Alert} from '../source/domain/alert.ts';
import type {Kid} from '../source/domain/key.ts';
import type {Deck, KeyHistory, Outage} from '../source/engine/deck.ts';
import type {Snapshot} from '../source/engine/snapshot.ts';
import type {StrategyName} from '../source/strategies/strategy.ts';
import type {PaneName} from './header-lines.ts';
import type {Place} from './key-bindings.ts';
import type {Line} from './line.ts';
import {type Mark, noMark} from './table-layout.ts';
import type {Tone} from './theme.ts';

/** What a key press asks the outside for; carried out by `DeckActions`. */
export type Effect =
	| {readonly kind: 'quit'; readonly exitCode: number}
	| {readonly kind: 'demo'}
	| {readonly kind: 'suspend'}
	| {readonly kind: 'redraw'}
	/** Without kids: every key. */
	| {readonly kind: 'test'; readonly kids?: readonly Kid[]; readonly deep: boolean; readonly label: string}
	| {readonly kind: 'price'; readonly kid: Kid; readonly label: string}
	| {readonly kind: 'disable'; readonly kid: Kid; readonly label: string; readonly disabled: boolean}
	| {readonly kind: 'strategy'; readonly model: string; readonly strategy: StrategyName}
	| {readonly kind: 'dry-run'; readonly model: string}
	| {readonly kind: 'acknowledge'; readonly alert: Alert}
	| {readonly kind: 'silence'; readonly alert: Alert; readonly until: number}
	| {readonly kind: 'copy'; readonly text: string; readonly what: string};

/** A box over the screen: a question with its answers, or text to read. */
export type Dialog =
	| {
			readonly kind: 'choice';
			readonly title: string;
			readonly text: readonly string[];
			readonly choices: readonly {readonly title: string; readonly effect?: Effect}[];
			readonly chosen: number;
	  }
	| {readonly kind: 'page'; readonly title: string; readonly lines: readonly Line[]; readonly top: number};

export type Toast = {readonly id: number; readonly text: string; readonly tone: Tone; readonly until: number};

type Detail = {readonly kid: Kid; readonly top: number; readonly history: KeyHistory | undefined};

/** How far the word after the first sweep has got. */
type Announced = 'nothing' | 'sweep' | 'proof' | 'all';

export type DashboardState = {
	/** What is drawn: the newest picture, or the frozen one. */
	readonly snapshot: Snapshot;
	readonly now: number;
	readonly columns: number;
	readonly rows: number;
	readonly readOnly: boolean;
	readonly attachment: Deck['attachment'];
	/** The engine cannot be reached. */
	readonly outage: Outage | undefined;
	/** Enter on the first screen starts a demo. */
	readonly offersDemo: boolean;
	readonly pane: PaneName;
	readonly marks: Readonly<Record<PaneName, Mark>>;
	readonly detail: Detail | undefined;
	readonly dialog: Dialog | undefined;
	readonly filter: string;
	/** The filter is being typed. */
	readonly filtering: boolean;
	readonly onlyTrouble: boolean;
	readonly sort: string;
	readonly reversed: boolean;
	readonly frozenAt: number | undefined;
	readonly toasts: readonly Toast[];
	/** A test a person started. */
	readonly testing: {readonly done: number; readonly total: number} | undefined;
	readonly notice: {readonly text: string; readonly until: number} | undefined;
	readonly announced: Announced;
	/** What one real call with every key costs, USD. */
	readonly proofPrice: number | undefined;
};

type StateStart = {
	readonly snapshot: Snapshot;
	readonly now: number;
	readonly columns: number;
	readonly rows: number;
	readonly readOnly: boolean;
	readonly attachment: Deck['attachment'];
	readonly offersDemo: boolean;
};

export function startState(start: StateStart): DashboardState {
	return {
		...start,
		outage: undefined,
		pane: 'keys',
		marks: {keys: noMark, rotation: noMark, health: noMark, alerts: noMark},
		detail: undefined,
		dialog: undefined,
		filter: '',
		filtering: false,
		onlyTrouble: false,
		sort: 'trouble',
		reversed: false,
		frozenAt: undefined,
		toasts: [],
		testing: undefined,
		notice: undefined,
		// Keys that were known before this dashboard opened are no news.
		announced: start.snapshot.keys.length === 0 || hasUnasked(start.snapshot) ? 'nothing' : 'all',
		proofPrice: undefined,
	};
}

/** Some key has never been asked: the first sweep is not over. */
export function hasUnasked(snapshot: Snapshot): boolean {
	return snapshot.keys.some((key) => key.trouble === 'unknown' && key.lastCheck === undefined);
}

/** What takes the keys now. */
export function placeOf(state: DashboardState): Place {
	if (state.dialog !== undefined) return state.dialog.kind;
	if (state.filtering) return 'filter';
	if (state.detail !== undefined) return 'detail';
	if (state.snapshot.keys.length === 0 && state.pane === 'keys') return 'empty';
	return state.pane;
}

/**
 * State outside React: each key of a burst must meet what the key before it left behind,
 * and a closure over a render would not.
 */
export class DashboardStore {
	#state: DashboardState;
	readonly #listeners = new Set<() => void>();

	constructor(state: DashboardState) {
		this.#state = state;
	}

	readonly get = (): DashboardState => this.#state;

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	};

	/** Listeners hear only of a state that is another object. */
	set(state: DashboardState): void {
		if (state === this.#state) return;
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}

	update(change: (state: DashboardState) => DashboardState): void {
		this.set(change(this.#state));
	}
}
