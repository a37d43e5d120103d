import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Key} from 'ink';
import {alertColumns, alertItems, alertSymbol} from '../../components/alert-rows.ts';
import {copySequence} from '../../components/clipboard.ts';
import {keyCopy} from '../../components/copy-text.ts';
import {detailLines} from '../../components/detail-lines.ts';
import {farewell, headerLine, poolStrip, tabsLine, windowTitle} from '../../components/header-lines.ts';
import {healthItems} from '../../components/health-rows.ts';
import {sweepWords} from '../../components/intake.ts';
import {keyPresses} from '../../components/key-press.ts';
import {headroomCell, type KeyOrder, keyItems, keyReason, keySymbol, latencyTrend} from '../../components/key-rows.ts';
import type {Line} from '../../components/line.ts';
import {detourOf} from '../../components/reason-lines.ts';
import {modelLines} from '../../components/rotation-rows.ts';
import type {KeyView} from '../../source/engine/snapshot.ts';
import {alertFixture, modelFixture, providerFixture, snapshotFixture} from './fixtures.ts';
import {keyFixture, now} from './key-fixtures.ts';

const text = (line: Line): string => line.map((each) => each.text).join('');
const texts = (lines: readonly Line[]): string => lines.map(text).join('\n');
const byTrouble: KeyOrder = {sort: 'trouble', reversed: false, filter: '', onlyTrouble: false};

function outline(order: Partial<KeyOrder>, keys?: readonly KeyView[]): readonly string[] {
	const snapshot = keys === undefined ? snapshotFixture() : snapshotFixture({keys});
	return keyItems(snapshot, {...byTrouble, ...order}).map((item) =>
		item.kind === 'heading' ? text(item.line).trim() : item.row.label,
	);
}

describe('the order of keys', () => {
	test('trouble comes first, in groups', () => {
		assert.deepEqual(outline({}).slice(0, 8), [
			'NEEDS YOU 2',
			'OPENAI_API_KEY2',
			'OPENAI_API_KEY3',
			'RESTING 2',
			'OPENAI_API_KEY',
			'MISTRAL_API_KEY2',
			'SERVING 11',
			'CLAUDE_API_KEY',
		]);
	});

	test('only trouble leaves what serves out', () => {
		assert.equal(outline({onlyTrouble: true}).length, 6);
	});

	test('the filter looks at labels, vendors, accounts and reasons', () => {
		assert.deepEqual(outline({filter: 'DEEP'}).length, 4);
		assert.deepEqual(outline({filter: 'beta'}), ['NEEDS YOU 1', 'OPENAI_API_KEY3']);
		assert.deepEqual(outline({filter: 'invalid_api'}), ['NEEDS YOU 1', 'OPENAI_API_KEY2']);
		assert.deepEqual(outline({filter: 'no such key'}), []);
	});

	test('by headroom, what is not told comes last', () => {
		const sorted = outline({sort: 'headroom'});
		assert.equal(sorted[0], 'MISTRAL_API_KEY');
		assert.equal(sorted[3], 'CLAUDE_API_KEY3');
	});

	test('unknown and disabled keys have groups of their own', () => {
		const keys = [keyFixture({label: 'A', trouble: 'unknown'}), keyFixture({label: 'B', trouble: 'off'})];
		assert.deepEqual(outline({}, keys), ['UNKNOWN 1', 'A', 'OFF 1', 'B']);
	});
});

describe('the sign of a key', () => {
	const key = (change: Partial<KeyView>): KeyView => keyFixture({label: 'K', ...change});
	const rows: readonly (readonly [
		string,
		Partial<KeyView>,
		Parameters<typeof providerFixture>[0] | undefined,
		string,
	])[] = [
		['proven by a call', {grade: 'call'}, undefined, '●'],
		['valid, credit shown, no call', {grade: 'money'}, undefined, '◐'],
		['valid only', {grade: 'key'}, undefined, '◐'],
		['resting', {trouble: 'resting'}, undefined, '◷'],
		['needs you', {trouble: 'needs-you'}, undefined, '✗'],
		['never asked', {trouble: 'unknown', grade: 'none'}, undefined, '?'],
		['switched off', {trouble: 'off'}, undefined, '⊘'],
		['the last of its pool', {grade: 'call'}, {name: 'openai', condition: 'last-key'}, '!'],
	];
	for (const [name, change, provider, sign] of rows) {
		test(name, () => {
			assert.equal(keySymbol(key(change), provider === undefined ? undefined : providerFixture(provider)).text, sign);
		});
	}
});

describe('cells of a key', () => {
	const rows: readonly (readonly [string, string])[] = [
		[headroomCell(keyFixture({label: 'K', headroom: 0.88})).text, '███████░ 88%'],
		[headroomCell(keyFixture({label: 'K', balance: {amount: 3.1, currency: 'USD', at: now}})).text, '$3.10 left'],
		[headroomCell(keyFixture({label: 'K'})).text, 'not told'],
		[headroomCell(keyFixture({label: 'K', trouble: 'unknown'})).text, '-'],
		[
			keyReason(keyFixture({label: 'K', trouble: 'resting', summary: '429 full', onlyFor: 'gpt-4o'}))?.text ?? '',
			'gpt-4o: 429 full',
		],
		[keyReason(keyFixture({label: 'K', summary: 'never shown'}))?.text ?? 'numbers', 'numbers'],
		[latencyTrend({day: []}), '············'],
	];
	for (const [actual, expected] of rows) test(expected, () => assert.equal(actual, expected));
});

describe('the head of the screen', () => {
	const at = (cells: number): string => text(headerLine(snapshotFixture(), {now, cells, homeFolder: '/home/ada'}));

	test('shows each group in its order at 80 columns', () => {
		assert.equal(at(80), ' keydeck  ~/agents    15 keys · 11 can serve · 2 need you · 2 resting   03:12:44');
	});
	test('has signs for words where it is narrow', () =>
		assert.equal(at(40), ' keydeck    15 keys ●11 ✗2 ◷2   03:12:44'));
	test('says DEMO in a demo', () => {
		assert.match(
			text(headerLine(snapshotFixture({mode: 'demo'}), {now, cells: 100, homeFolder: undefined})),
			/keydeck DEMO/,
		);
	});
	test('the strip has trouble first and says how many pools it leaves out', () => {
		assert.equal(
			text(poolStrip(snapshotFixture(), now, 80)),
			' ✗ openai 0/3 DRY 1m16s  ! mistral 1/2 last key  ✓ anthropic  ✓ deepseek +3',
		);
	});
	test('the tabs mark the pane without colour and count alerts that fire', () => {
		assert.equal(text(tabsLine(snapshotFixture(), 'health', 80)), ' 1 Keys   2 Rotation  ▸3 Health   4 Alerts(2)  ');
	});
	test('the title bar tells the worst', () => assert.equal(windowTitle(snapshotFixture()), 'keydeck ✗2 openai dry'));
	test('five lines stay after a demo', () => {
		const lines = farewell(snapshotFixture({mode: 'demo'}), now)
			.trimEnd()
			.split('\n');
		assert.equal(lines.length, 5);
		assert.equal(lines[2], '  picks   426, most for gpt-4o (426)');
	});
});

describe('words', () => {
	test('who serves while a pool is dry', () => {
		assert.equal(detourOf(snapshotFixture(), 'openai'), 'While openai is dry: gpt-4o → claude-3-opus.');
		assert.equal(detourOf(snapshotFixture(), 'anthropic'), '');
	});
	test('how the first sweep went', () => {
		assert.equal(sweepWords(snapshotFixture()), '15 keys: 11 good, 1 dead, 1 without credit, 2 resting: press !');
		assert.equal(sweepWords(snapshotFixture({keys: [keyFixture({label: 'A'})]})), '1 key: 1 good');
	});
	test('a key is copied masked, with its reason', () => {
		const [resting] = snapshotFixture().keys;
		assert.ok(resting);
		const copied = keyCopy(resting, now, undefined);
		assert.match(copied, /^OPENAI_API_KEY \(sk-proj-Ab…, 7f2c91ab\) openai: resting at 2026-11-22T03:12:44.000Z$/m);
		assert.match(copied, /^until: 2026-11-22T03:14:00.000Z \("retry-after: 90"/m);
	});
	test('the clipboard sequence is wrapped for tmux and refused when too long', () => {
		assert.equal(copySequence('hi', false), '\u001b]52;c;aGk=\u0007');
		assert.equal(copySequence('hi', true), '\u001bPtmux;\u001b\u001b]52;c;aGk=\u0007\u001b\\');
		assert.equal(copySequence('x'.repeat(90_000), false), undefined);
	});
});

describe('the lower half of Rotation', () => {
	test('shows the chain with its live link, shares and picks with reasons', () => {
		const shown = texts(modelLines(modelFixture(), now, 80));
		assert.match(shown, /1 gpt-4o {2}openai 0\/3 {2}1 of 3 keys rests, 2 need you, back in 1m16s/);
		assert.match(shown, /▸3 claude-3-opus {2}anthropic 3\/3 {2}serves now/);
		assert.match(shown, /OPENAI_API_KEY +████████ 97% +412/);
		assert.match(shown, /03:12:42 {2}CLAUDE_API_KEY {2}by claude-3-opus {2}healthy, in turn/);
	});
	test('says so when there was no traffic, and offers the dry run', () => {
		const shown = texts(modelLines(modelFixture({picks: 0, lastPicks: []}), now, 80));
		assert.match(shown, /No traffic yet: nobody has asked for gpt-4o\. r shows what it would pick\./);
	});
	test('an unmeasured share is a dash, never 0 or 100 %', () => {
		const share = {kid: 'k', label: 'FRESH', index: 0, usable: undefined, picks: 0, usedThisMinute: 0};
		assert.match(texts(modelLines(modelFixture({shares: [share]}), now, 80)), /\? FRESH +- +0 +0 +- +-/);
	});
});

describe('other panes', () => {
	test('Health lists each vendor before its keys; the filter keeps the vendor of a hit', () => {
		const ids = healthItems(snapshotFixture(), 'mistral_api_key2').map((item) => item.kind === 'row' && item.id);
		assert.deepEqual(ids, ['provider mistral', 'k1_mistralapikey2']);
	});

	const states: readonly (readonly [string, Parameters<typeof alertFixture>[0], string, string])[] = [
		['firing', {}, '✗', 'firing'],
		['a low one', {severity: 'low'}, '!', 'firing'],
		['acknowledged', {acknowledged: {by: 'you', at: now}}, '✗', 'ack by you'],
		['silenced', {silencedUntil: now + 3_540_000}, '✗', 'silent 59m00s'],
		['a silence that is over', {silencedUntil: now - 1}, '✗', 'firing'],
		['resolved', {state: 'resolved', resolvedAt: now - 60_000}, '✓', 'resolved 03:11:44'],
		['pending', {state: 'pending'}, '?', 'pending'],
	];
	for (const [name, change, sign, words] of states) {
		test(`an alert: ${name}`, () => {
			const alert = alertFixture(change);
			assert.equal(alertSymbol(alert).text, sign);
			assert.equal(
				alertColumns(now)
					.find((column) => column.id === 'state')
					?.cell(alert).text,
				words,
			);
		});
	}

	test('alerts are filtered by what they say', () => {
		assert.equal(alertItems(snapshotFixture(), '401').length, 1);
	});
});

describe('the detail of a key', () => {
	const shown = (key: KeyView | undefined, cells = 80): string => {
		assert.ok(key);
		return texts(detailLines({key, snapshot: snapshotFixture(), history: undefined, now, cells}));
	};

	test('says why, until, blame, what to do, what comes next, proof and limits with their age', () => {
		const detail = shown(snapshotFixture().keys[0]);
		for (const expected of [
			' ◷ RESTING  1m16s left, back at 03:14:00',
			' WHY   429 rate_limit_exceeded: requests per minute, gpt-4o, 60 of 60.',
			'       Until: "retry-after: 90" in the answer of 03:12:30 (req_7f2c).',
			'       Blame: account acme, not this key. It rests for gpt-4o only.',
			' NEXT  03:14:00 one trial call, then all. Fails again: rests 3m.',
			' NOW   While openai is dry: gpt-4o → claude-3-opus.',
			' KEY   sk-proj-Ab… · k1_open · .env line 5 · since 12 Aug (102 days)',
			' PROOF key 03:12:30 · credit 03:12:29 · call 03:12:29',
			' LIMIT req/min 60/60     ████████ full, resets 03:14:00  header, 15s old gpt-4o',
			'       tok/min 31k/90k   ███░░░░░ resets 03:13:05  header, 15s old',
		]) {
			assert.ok(detail.split('\n').includes(expected), `missing: ${expected}\n${detail}`);
		}
	});

	test('a key nobody has asked claims nothing', () => {
		const detail = shown(
			keyFixture({label: 'NEW', trouble: 'unknown', proof: {}, grade: 'none', word: 'not asked', day: []}),
		);
		assert.match(detail, /key not proven · credit not proven · no real call yet/);
		assert.doesNotMatch(detail, /100%/);
	});
});

describe('one read of the terminal', () => {
	const none = {eventType: undefined} as unknown as Key;
	const rows: readonly (readonly [string, string, Partial<Key>, readonly string[]])[] = [
		['a burst is split', 'jjj', {}, ['j', 'j', 'j']],
		['a pasted line ends in Enter', 'ab\r', {}, ['a', 'b', 'Enter']],
		['an arrow has a name', '', {upArrow: true}, ['Up']],
		['Escape has a name', '', {escape: true}, ['Esc']],
		['Shift-Tab has a name', '', {tab: true, shift: true}, ['Shift-Tab']],
		['Ctrl-C has a name', 'c', {ctrl: true}, ['Ctrl-C']],
		['Ctrl-C in the middle of a burst is not lost', 'j\u0003', {}, ['j', 'Ctrl-C']],
		['Backspace has a name', '', {backspace: true}, ['Backspace']],
		['a released key is no press', 'j', {eventType: 'release'}, []],
		['Alt and a letter is no letter', 'd', {meta: true}, []],
		['a function key is nothing', '', {}, []],
	];
	for (const [name, input, flags, presses] of rows) {
		test(name, () => assert.deepEqual(keyPresses(input, {...none, ...flags}), presses));
	}
});
