import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Box} from 'ink';
import {render} from 'ink-testing-library';
import {Dialog} from '../../components/Dialog.tsx';
import {Lines} from '../../components/Lines.tsx';
import {span} from '../../components/line.ts';
import {Table} from '../../components/Table.tsx';
import type {Column, Item} from '../../components/table-layout.ts';
import {noMark} from '../../components/table-layout.ts';
import {themes} from '../../components/theme.ts';

const columns: readonly Column<string>[] = [{id: 'name', title: 'NAME', width: 10, cell: (row) => span(row)}];
const items: readonly Item<string>[] = ['apple', 'pear', 'fig', 'plum'].map((row) => ({kind: 'row', id: row, row}));
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with one.
const plain = (frame: string | undefined): string => (frame ?? '').replaceAll(/\u001b\[[\d;]*m/g, '');

describe('Table', () => {
	test('draws the window the mark is in, and the mark', () => {
		const table = (
			<Table
				items={items}
				columns={columns}
				mark={{id: 'fig', line: 2, top: 0}}
				width={20}
				height={2}
				theme={themes.dark}
				symbol={() => span('●')}
			/>
		);
		const {lastFrame, unmount} = render(table);
		assert.deepEqual(
			plain(lastFrame())
				.split('\n')
				.map((line) => line.trimEnd()),
			['   NAME', ' ● pear', '▌● fig'],
		);
		unmount();
	});

	test('fills the height that was asked for when there is less to show', () => {
		const table = (
			<Table
				items={items.slice(0, 1)}
				columns={columns}
				mark={noMark}
				width={20}
				height={3}
				theme={themes.dark}
				symbol={() => span('●')}
			/>
		);
		const {lastFrame, unmount} = render(table);
		assert.equal(plain(lastFrame()).split('\n').length, 4);
		unmount();
	});
});

describe('Lines', () => {
	test('paint by meaning, and quiet when the picture is old', () => {
		const lines = [[span('dead', 'bad', true)]];
		const fresh = render(<Lines lines={lines} theme={themes.dark} />);
		const old = render(<Lines lines={lines} theme={themes.dark} dim />);
		assert.equal(fresh.lastFrame(), '\u001b[1m\u001b[91mdead\u001b[39m\u001b[22m');
		assert.equal(old.lastFrame(), '\u001b[90mdead\u001b[39m');
		fresh.unmount();
		old.unmount();
	});
});

describe('Dialog', () => {
	test('frames a question with its answers, all lines equally wide', () => {
		const dialog = {
			kind: 'choice',
			title: 'Disable K?',
			text: ['It is the last one.'],
			choices: [{title: 'Cancel'}, {title: 'Disable it'}],
			chosen: 0,
		} as const;
		const {lastFrame, unmount} = render(
			<Box width={80} height={24}>
				<Dialog dialog={dialog} columns={80} rows={24} theme={themes.light} />
			</Box>,
		);
		const box = plain(lastFrame())
			.split('\n')
			.map((line) => line.trim())
			.filter(Boolean);
		assert.deepEqual(new Set(box.map((line) => line.length)), new Set([44]));
		assert.match(box.join('\n'), /▸ Cancel/);
		unmount();
	});
});
