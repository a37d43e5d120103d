import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {type DashboardState, type Effect, startState} from '../../components/dashboard-state.ts';
import {anchoredAs, press} from '../../components/dispatch.ts';
import {actionKey, deepTestQuestion} from '../../components/key-actions.ts';
import {itemsOf} from '../../components/scene.ts';
import {statusLine} from '../../components/status-line.ts';
import {alertFixture, snapshotFixture} from './fixtures.ts';
import {keyFixture, now} from './key-fixtures.ts';

function start(change: Partial<DashboardState> = {}): DashboardState {
	const base = startState({
		snapshot: snapshotFixture(),
		now,
		columns: 80,
		rows: 24,
		readOnly: false,
		attachment: 'local',
		offersDemo: false,
	});
	return {...base, ...change};
}

/** Presses one key after the other; gives the last state and all that was asked for. */
function typed(
	names: readonly string[],
	from: DashboardState = start(),
): {state: DashboardState; effects: readonly Effect[]} {
	let state = from;
	const effects: Effect[] = [];
	for (const name of names) {
		const next = press(state, name);
		state = next.state;
		effects.push(...next.effects);
	}
	return {state, effects};
}

const markedLabel = (state: DashboardState): string | undefined => actionKey(state)?.label;

describe('moving', () => {
	const rows: readonly (readonly [string, readonly string[], string])[] = [
		['the first row is trouble', [], 'OPENAI_API_KEY2'],
		['j goes down', ['j'], 'OPENAI_API_KEY3'],
		['j steps over a heading', ['j', 'j'], 'OPENAI_API_KEY'],
		['the arrow does the same', ['Down', 'Down', 'Up'], 'OPENAI_API_KEY3'],
		['G goes to the end', ['G'], 'GROQ_API_KEY'],
		['g goes back', ['G', 'g'], 'OPENAI_API_KEY2'],
		['page down and up', ['PgDn', 'PgUp'], 'OPENAI_API_KEY2'],
		['nothing is beyond the end', ['G', 'j', 'j'], 'GROQ_API_KEY'],
	];
	for (const [name, names, label] of rows) test(name, () => assert.equal(markedLabel(typed(names).state), label));
});

describe('the notes on what was read', () => {
	const snapshot = {
		...snapshotFixture(),
		notes: ['OPENAI_API_KEY9 in .env line 9 holds a placeholder; it is ignored.'],
	};

	test('n shows them, Esc goes back', () => {
		const {state} = typed(['n'], start({snapshot}));
		const page = state.dialog;
		assert.ok(page?.kind === 'page');
		assert.match(
			page.lines
				.flat()
				.map(({text}) => text)
				.join(''),
			/OPENAI_API_KEY9 in \.env line 9/,
		);
		assert.equal(typed(['Esc'], state).state.dialog, undefined);
	});

	test('the line under the keys says how many there are', () => {
		const state = start({snapshot});
		const line = statusLine(state, itemsOf(state));
		assert.match(line.map(({text}) => text).join(''), /1 note: n/);
	});
});

describe('a burst of keys', () => {
	test('typing a filter with digits never switches panes', () => {
		const {state} = typed(['/', '2', '3', 'x']);
		assert.equal(state.filter, '23x');
		assert.equal(state.pane, 'keys');
	});

	test('letters that are commands elsewhere only filter', () => {
		const {state, effects} = typed(['/', 't', 'q', 'd', '?', '!']);
		assert.equal(state.filter, 'tqd?!');
		assert.deepEqual(effects, []);
		assert.equal(state.dialog, undefined);
	});

	test('the filter is kept by Enter and gone with Esc', () => {
		const kept = typed(['/', 'c', 'l', 'a', 'u', 'Backspace', 'Enter', 'j']).state;
		assert.equal(kept.filter, 'cla');
		assert.equal(markedLabel(kept), 'CLAUDE_API_KEY2');
		assert.equal(typed(['Esc'], kept).state.filter, '');
	});
});

describe('an action belongs to the key that was marked', () => {
	test('t tests the marked key, and only that', () => {
		assert.deepEqual(typed(['j', 'j', 't']).effects, [
			{kind: 'test', kids: ['k1_openaiapikey'], deep: false, label: 'OPENAI_API_KEY'},
		]);
	});

	test('sorting under the mark takes the mark along', () => {
		const {state} = typed(['j']);
		const sorted = typed(['o', 'O'], state).state;
		assert.equal(sorted.sort, 'key');
		assert.equal(markedLabel(sorted), 'OPENAI_API_KEY3');
	});

	test('a picture that came in since the row was drawn does not move an untouched mark', () => {
		const drawn = start();
		const dead = keyFixture({label: 'AAA', trouble: 'needs-you', word: 'invalid'});
		const since = {...drawn, snapshot: snapshotFixture({keys: [dead, ...drawn.snapshot.keys]})};
		assert.equal(markedLabel(since), 'AAA');
		assert.equal(markedLabel(anchoredAs(since, drawn)), 'OPENAI_API_KEY2');
	});

	test('T tests all', () => {
		assert.deepEqual(typed(['T']).effects, [{kind: 'test', deep: false, label: '15 keys'}]);
	});

	test('D asks for the price before anything else', () => {
		assert.deepEqual(typed(['D']).effects, [{kind: 'price', kid: 'k1_openaiapikey2', label: 'OPENAI_API_KEY2'}]);
	});

	test('t on a vendor in Health tests the keys of that vendor', () => {
		const [effect] = typed(['3', 't']).effects;
		assert.deepEqual(effect?.kind === 'test' && effect.kids, [
			'k1_openaiapikey',
			'k1_openaiapikey2',
			'k1_openaiapikey3',
		]);
	});
});

describe('disabling', () => {
	test('a key among others goes at once', () => {
		assert.deepEqual(typed(['/', 'c', 'l', 'a', 'Enter', 'd']).effects, [
			{kind: 'disable', kid: 'k1_claudeapikey', label: 'CLAUDE_API_KEY', disabled: true},
		]);
	});

	test('the last key of a pool is asked for, with Cancel chosen', () => {
		const asked = typed(['/', 'g', 'r', 'o', 'q', 'Enter', 'd']);
		assert.deepEqual(asked.effects, []);
		assert.equal(
			asked.state.dialog?.kind === 'choice' && asked.state.dialog.choices[asked.state.dialog.chosen]?.title,
			'Cancel',
		);
		assert.deepEqual(typed(['Enter'], asked.state).effects, []);
		assert.deepEqual(typed(['j', 'Enter'], asked.state).effects, [
			{kind: 'disable', kid: 'k1_groqapikey', label: 'GROQ_API_KEY', disabled: true},
		]);
	});

	test('a disabled key is enabled again without a question', () => {
		const off = keyFixture({
			label: 'OFF',
			trouble: 'off',
			usable: false,
			state: {kind: 'disabled', because: {cause: 'person', evidence: 'by you', from: 'person', at: now}},
		});
		const {effects} = typed(['d'], start({snapshot: snapshotFixture({keys: [off]})}));
		assert.deepEqual(effects, [{kind: 'disable', kid: 'k1_off', label: 'OFF', disabled: false}]);
	});
});

describe('a one-token test', () => {
	test('is asked for with its price, Cancel first', () => {
		const dialog = deepTestQuestion({kid: 'k', label: 'K'}, 15, {one: 0.00001, all: undefined});
		assert.equal(dialog.kind === 'choice' && dialog.chosen, 0);
		assert.deepEqual(dialog.kind === 'choice' && dialog.choices.map((choice) => choice.title), [
			'Cancel',
			'Test K',
			'Test all 15 keys, price unknown',
		]);
		assert.deepEqual(dialog.kind === 'choice' && dialog.text, ['Sends one real call with K: at most $0.00001.']);
	});
});

describe('panes', () => {
	test('digits, Tab and Shift-Tab go round', () => {
		assert.equal(typed(['4']).state.pane, 'alerts');
		assert.equal(typed(['Tab']).state.pane, 'rotation');
		assert.equal(typed(['Shift-Tab']).state.pane, 'alerts');
		assert.equal(typed(['4', 'Tab']).state.pane, 'keys');
	});

	test('s offers the strategies with the one in force chosen', () => {
		const {state} = typed(['2', 's']);
		assert.equal(
			state.dialog?.kind === 'choice' && state.dialog.choices[state.dialog.chosen]?.title,
			'health-based (now)',
		);
		assert.deepEqual(typed(['Enter'], state).effects, []);
		assert.deepEqual(typed(['j', 'Enter'], state).effects, [{kind: 'strategy', model: 'gpt-4o', strategy: 'headroom'}]);
	});

	test('alerts are acknowledged, silenced for an hour, and lead to their key', () => {
		assert.equal(typed(['4', 'a']).effects[0]?.kind, 'acknowledge');
		const [silence] = typed(['4', 'j', 'z']).effects;
		assert.equal(silence?.kind === 'silence' && silence.until - now, 3_600_000);
		assert.equal(typed(['4', 'j', 'Enter']).state.detail?.kid, 'k1_openaiapikey2');
		const pool = typed(['4', 'Enter']).state;
		assert.deepEqual([pool.pane, pool.filter], ['keys', 'openai']);
		const alert = alertFixture({type: 'probe_budget', subject: {kind: 'pool', provider: 'all vendors'}});
		const nowhere = typed(['4', 'Enter'], start({snapshot: snapshotFixture({alerts: [alert]})})).state;
		assert.deepEqual([nowhere.pane, nowhere.filter], ['alerts', ''], 'one about no pool leads nowhere');
	});

	test('a key that means nothing here does nothing', () => {
		const before = start();
		assert.deepEqual(press(before, 's'), {state: before, effects: []});
		assert.deepEqual(press(before, 'F1'), {state: before, effects: []});
	});
});

describe('detail', () => {
	test('Enter opens, J and K turn, Esc closes', () => {
		const open = typed(['Enter']).state;
		assert.equal(open.detail?.kid, 'k1_openaiapikey2');
		assert.equal(typed(['J'], open).state.detail?.kid, 'k1_openaiapikey3');
		assert.equal(typed(['J', 'K'], open).state.detail?.kid, 'k1_openaiapikey2');
		const closed = typed(['J', 'Esc'], open).state;
		assert.equal(closed.detail, undefined);
		assert.equal(markedLabel(closed), 'OPENAI_API_KEY3');
	});
});

describe('read-only', () => {
	test('nothing that changes or sends anything has a key', () => {
		const keys = ['t', 'T', 'D', 'd', '4', 'a', 'z', '2', 's'];
		assert.deepEqual(typed(keys, start({readOnly: true})).effects, []);
		assert.equal(typed(keys, start({readOnly: true})).state.dialog, undefined);
	});
});

describe('leaving', () => {
	test('q ends well, Ctrl-C says interrupted, from anywhere', () => {
		assert.deepEqual(typed(['q']).effects, [{kind: 'quit', exitCode: 0}]);
		for (const before of [[], ['/'], ['Enter'], ['?'], ['2', 's']]) {
			assert.deepEqual(typed([...before, 'Ctrl-C']).effects.at(-1), {kind: 'quit', exitCode: 130});
		}
	});
});
