import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {lineWidth, span} from '../../components/line.ts';
import {
	type Column,
	headLine,
	type Item,
	layoutColumns,
	markAt,
	markedIndex,
	noMark,
	rowLine,
	step,
	windowTop,
} from '../../components/table-layout.ts';

type Fruit = {readonly name: string; readonly grams: number};

const columns: readonly Column<Fruit>[] = [
	{id: 'name', title: 'NAME', width: 6, flex: 1, most: 12, cell: (fruit) => span(fruit.name)},
	{id: 'grams', title: 'GRAMS', width: 5, align: 'right', from: 20, cell: (fruit) => span(String(fruit.grams))},
];

const row = (id: string): Item<string> => ({kind: 'row', id, row: id});
const heading: Item<string> = {kind: 'heading', line: []};
const items = [heading, row('a'), row('b'), heading, row('c'), row('d')];

describe('columns', () => {
	test('one that needs more room than there is falls away', () => {
		assert.deepEqual(
			layoutColumns(columns, 19).map((placed) => placed.column.id),
			['name'],
		);
	});

	test('spare room goes to the flexible one, up to its most', () => {
		assert.deepEqual(
			layoutColumns(columns, 20).map((placed) => placed.width),
			[11, 5],
		);
		assert.deepEqual(
			layoutColumns(columns, 200).map((placed) => placed.width),
			[12, 5],
		);
	});

	test('no line is wider than the screen, whatever stands in it', () => {
		const fruit = {name: 'a very long name 鍵鍵鍵', grams: 123_456_789};
		for (let total = 1; total < 60; total++) {
			const placed = layoutColumns(columns, total);
			assert.ok(lineWidth(headLine(placed, total)) <= total);
			assert.ok(lineWidth(rowLine(placed, fruit, {total, marked: true, symbol: span('●')})) <= total);
			const reason = {from: 'grams', text: span('because of this and that and something else')};
			assert.ok(lineWidth(rowLine(placed, fruit, {total, marked: true, symbol: span('●'), reason})) <= total);
		}
	});

	test('a reason takes the place of the numbers', () => {
		const placed = layoutColumns(columns, 40);
		const reason = {from: 'grams', text: span('rotten · throw it away')};
		const line = rowLine(placed, {name: 'apple', grams: 100}, {total: 40, marked: false, symbol: span('✗'), reason});
		assert.equal(line.map((each) => each.text).join(''), ' ✗ apple        rotten · throw it away');
	});
});

describe('the mark', () => {
	test('without an id it stands on the first row', () => assert.equal(markedIndex(items, noMark), 1));
	test('with an id it stays with the row, wherever that is', () => {
		assert.equal(markedIndex(items, {id: 'c', line: 1, top: 0}), 4);
	});
	test('of a row that has gone falls on the one now in its place', () => {
		assert.equal(markedIndex(items, {id: 'gone', line: 3, top: 0}), 4);
		assert.equal(markedIndex(items, {id: 'gone', line: 99, top: 0}), 5);
	});
	test('of nothing is nowhere', () => assert.equal(markedIndex([], noMark), -1));

	const moves: readonly (readonly [string, number, number, number])[] = [
		['down over a heading', 2, 1, 4],
		['up over a heading', 4, -1, 2],
		['stops at the end', 5, 3, 5],
		['stops at the start', 1, -9, 1],
		['far goes to the end', 1, Number.MAX_SAFE_INTEGER, 5],
	];
	for (const [name, from, rows, expected] of moves) test(name, () => assert.equal(step(items, from, rows), expected));

	test('cannot be set on a heading', () => assert.equal(markAt(items, 0, noMark, 3), noMark));
});

describe('the window', () => {
	const rows: readonly (readonly [string, number, number, number])[] = [
		['stays while the mark is inside', 2, 0, 0],
		['follows the mark down', 4, 0, 2],
		['shows the heading over the first row of a group', 1, 3, 0],
		['shows no emptiness below the last row', 5, 9, 3],
	];
	for (const [name, marked, top, expected] of rows) {
		test(name, () => assert.equal(windowTop(items, marked, top, 3), expected));
	}
});
