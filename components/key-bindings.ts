import type {PaneName} from './header-lines.ts';
import type {KeyPress} from './key-press.ts';

/** What is on top and so takes the keys. */
export type Place = PaneName | 'detail' | 'empty' | 'filter' | 'choice' | 'page';

export type Command =
	| 'down'
	| 'up'
	| 'first'
	| 'last'
	| 'page-down'
	| 'page-up'
	| 'open-detail'
	| 'open-picks'
	| 'open-alert-key'
	| 'choose'
	| 'start-demo'
	| 'back'
	| 'clear'
	| 'pane-1'
	| 'pane-2'
	| 'pane-3'
	| 'pane-4'
	| 'next-pane'
	| 'previous-pane'
	| 'filter'
	| 'keep-filter'
	| 'erase'
	| 'only-trouble'
	| 'next-sort'
	| 'reverse'
	| 'freeze'
	| 'help'
	| 'notes'
	| 'quit'
	| 'interrupt'
	| 'suspend'
	| 'redraw'
	| 'test'
	| 'test-all'
	| 'deep-test'
	| 'switch-off'
	| 'strategy'
	| 'dry-run'
	| 'acknowledge'
	| 'silence'
	| 'copy'
	| 'next-key'
	| 'previous-key';

/** One line of the table that dispatch, footer and help are made from. */
type Binding = {
	readonly command: Command;
	readonly presses: readonly KeyPress[];
	readonly places: readonly Place[];
	/** It changes or sends something: absent in read-only dashboards. Or it starts a demo, where one is offered. */
	readonly needs?: 'hands' | 'demo';
	/** Words in the footer; absent = not shown there. */
	readonly footer?: string;
	/** How the footer writes the keys. @default the first press */
	readonly footerKeys?: string;
	/** Line of the help; bindings with the same words share one. */
	readonly help?: {readonly part: 'look' | 'act'; readonly words: string; readonly keys: string};
};

const panes: readonly Place[] = ['keys', 'rotation', 'health', 'alerts'];
const lists: readonly Place[] = [...panes, 'detail', 'page', 'choice'];
const keyPlaces: readonly Place[] = ['keys', 'health', 'detail'];
const screens: readonly Place[] = [...panes, 'detail', 'empty'];
const everywhere: readonly Place[] = [...screens, 'filter', 'choice', 'page'];

const look = (keys: string, words: string): NonNullable<Binding['help']> => ({part: 'look', keys, words});
const act = (keys: string, words: string): NonNullable<Binding['help']> => ({part: 'act', keys, words});

/** Every key of the dashboard, in the order the footer and the help show them. */
const bindings: readonly Binding[] = [
	{
		command: 'strategy',
		presses: ['s'],
		places: ['rotation'],
		needs: 'hands',
		footer: 'strategy',
		help: act('s', 'strategy of this model (Rotation)'),
	},
	{
		command: 'dry-run',
		presses: ['r'],
		places: ['rotation'],
		footer: 'dry run',
		help: act('r', 'dry run of this model (Rotation)'),
	},
	{command: 'open-picks', presses: ['Enter'], places: ['rotation'], footer: 'picks'},
	{
		command: 'acknowledge',
		presses: ['a'],
		places: ['alerts'],
		needs: 'hands',
		footer: 'ack',
		help: act('a z', 'acknowledge, silence 1 h (Alerts)'),
	},
	{command: 'silence', presses: ['z'], places: ['alerts'], needs: 'hands', footer: 'silence'},
	{command: 'open-alert-key', presses: ['Enter'], places: ['alerts'], footer: 'key'},
	{
		command: 'test',
		presses: ['t'],
		places: keyPlaces,
		needs: 'hands',
		footer: 'test',
		help: act('t', 'test now, free'),
	},
	{command: 'test-all', presses: ['T'], places: ['keys', 'health'], needs: 'hands', help: act('T', 'test all, free')},
	{
		command: 'deep-test',
		presses: ['D'],
		places: keyPlaces,
		needs: 'hands',
		footer: 'deep',
		help: act('D', 'one-token test, price shown first'),
	},
	{
		command: 'switch-off',
		presses: ['d'],
		places: keyPlaces,
		needs: 'hands',
		footer: 'disable',
		help: act('d', 'disable / enable (asks for last key)'),
	},
	{command: 'down', presses: ['j', 'Down'], places: lists, help: look('j k ↓ ↑', 'move')},
	{command: 'up', presses: ['k', 'Up'], places: lists},
	{command: 'first', presses: ['g', 'Home'], places: lists, help: look('g G', 'first, last')},
	{command: 'last', presses: ['G', 'End'], places: lists},
	{
		command: 'page-down',
		presses: ['PgDn', 'Ctrl-F', 'Ctrl-D'],
		places: lists,
		help: look('PgUp PgDn', 'a screen further'),
	},
	{command: 'page-up', presses: ['PgUp', 'Ctrl-B', 'Ctrl-U'], places: lists},
	{
		command: 'open-detail',
		presses: ['Enter'],
		places: ['keys', 'health'],
		footer: 'detail',
		help: look('Enter Esc', 'detail, back'),
	},
	{command: 'choose', presses: ['Enter'], places: ['choice'], footer: 'choose'},
	{command: 'start-demo', presses: ['Enter'], places: ['empty'], needs: 'demo', footer: 'demo'},
	{command: 'pane-1', presses: ['1'], places: screens, help: look('1-4 Tab', 'pane')},
	{command: 'pane-2', presses: ['2'], places: screens},
	{command: 'pane-3', presses: ['3'], places: screens},
	{command: 'pane-4', presses: ['4'], places: screens},
	{command: 'next-pane', presses: ['Tab', 'Right', ']'], places: screens},
	{command: 'previous-pane', presses: ['Shift-Tab', 'Left', '['], places: screens},
	{command: 'only-trouble', presses: ['!'], places: ['keys'], footer: 'trouble', help: look('!', 'only trouble')},
	{command: 'filter', presses: ['/'], places: panes, footer: 'filter', help: look('/', 'filter, Esc clears')},
	{command: 'next-sort', presses: ['o'], places: ['keys'], help: look('o O', 'sort column, reverse')},
	{command: 'reverse', presses: ['O'], places: ['keys']},
	{command: 'freeze', presses: ['p'], places: [...panes, 'detail'], help: look('p', 'freeze the screen')},
	{command: 'notes', presses: ['n'], places: panes, help: look('n', 'notes on what was read')},
	{command: 'copy', presses: ['y'], places: panes, footer: 'copy', help: act('y', 'copy row or incident, masked')},
	{command: 'copy', presses: ['y'], places: ['detail'], footer: 'copy incident'},
	{
		command: 'next-key',
		presses: ['J'],
		places: ['detail'],
		footer: 'prev/next',
		footerKeys: 'J K',
		help: look('J K', 'next, previous key'),
	},
	{command: 'previous-key', presses: ['K'], places: ['detail']},
	{command: 'keep-filter', presses: ['Enter', 'Down', 'Up'], places: ['filter'], footer: 'keep'},
	{command: 'erase', presses: ['Backspace'], places: ['filter']},
	{command: 'clear', presses: ['Esc', 'Ctrl-U'], places: ['filter'], footer: 'clear'},
	{command: 'back', presses: ['Esc', 'q'], places: ['choice', 'page'], footer: 'back'},
	{command: 'back', presses: ['Esc'], places: ['detail'], footer: 'back'},
	{command: 'clear', presses: ['Esc'], places: panes},
	{command: 'help', presses: ['?'], places: screens, footer: 'help'},
	{command: 'back', presses: ['?'], places: ['page']},
	{command: 'quit', presses: ['q'], places: screens, help: look('q Ctrl-C', 'quit')},
	{command: 'interrupt', presses: ['Ctrl-C'], places: everywhere},
	{command: 'suspend', presses: ['Ctrl-Z'], places: everywhere, help: look('Ctrl-Z', 'suspend')},
	{command: 'redraw', presses: ['Ctrl-L'], places: everywhere, help: look('Ctrl-L', 'redraw')},
];

/** What this dashboard may do. */
export type Allowed = {readonly readOnly: boolean; readonly offersDemo: boolean};

function available(binding: Binding, allowed: Allowed): boolean {
	if (binding.needs === undefined) return true;
	return binding.needs === 'demo' ? allowed.offersDemo : !allowed.readOnly;
}

/** The command of a press where it was pressed; undefined when the key means nothing there. */
export function commandOf(press: KeyPress, place: Place, allowed: Allowed): Command | undefined {
	return bindings.find(
		(binding) => available(binding, allowed) && binding.places.includes(place) && binding.presses.includes(press),
	)?.command;
}

/** Keys and words of the footer, in order. */
export function footerOf(place: Place, allowed: Allowed): readonly {readonly keys: string; readonly words: string}[] {
	return bindings.flatMap((binding) =>
		binding.footer !== undefined && available(binding, allowed) && binding.places.includes(place)
			? [{keys: binding.footerKeys ?? binding.presses[0] ?? '', words: binding.footer}]
			: [],
	);
}

/** Lines of one half of the help. */
export function helpOf(
	part: 'look' | 'act',
	allowed: Allowed,
): readonly {readonly keys: string; readonly words: string}[] {
	return bindings.flatMap((binding) =>
		binding.help?.part === part && available(binding, allowed) ? [binding.help] : [],
	);
}
