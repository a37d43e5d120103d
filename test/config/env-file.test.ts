import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseEnv} from 'node:util';
import {readEnvText} from '../../source/config/env-file.ts';
import {problemLine} from '../../source/errors.ts';

test('each form of a line', () => {
	const rows: readonly [text: string, expected: Record<string, [value: string, line: number]>][] = [
		['A=1', {A: ['1', 1]}],
		['\n# c\n  A = 1  # c\n', {A: ['1', 3]}],
		['A=sk-1 # a # b', {A: ['sk-1', 1]}],
		['A="x # y" # c', {A: ['x # y', 1]}],
		["A='x # y'", {A: ['x # y', 1]}],
		['A=`a"b\'c`', {A: ['a"b\'c', 1]}],
		['export A=1\r\nB=2\r\n', {A: ['1', 1], B: ['2', 2]}],
		['A=\nB=2', {A: ['', 1], B: ['2', 2]}],
		['A=   \nB=2', {A: ['', 1], B: ['2', 2]}],
		['A=# only a comment\nB=2', {A: ['', 1], B: ['2', 2]}],
		['A="one\ntwo\nthree" # c\nB=2', {A: ['one\ntwo\nthree', 1], B: ['2', 4]}],
		['A="never closed\nB=2', {A: ['"never closed', 1], B: ['2', 2]}],
		['A="x\\ny"', {A: ['x\ny', 1]}],
		['A=1\nA=2', {A: ['2', 2]}],
	];
	for (const [text, expected] of rows) {
		const {variables, problems} = readEnvText(text, '.env');
		const read = Object.fromEntries([...variables].map(([name, {value, line}]) => [name, [value, line]]));
		assert.deepEqual(read, expected, JSON.stringify(text));
		assert.deepEqual(problems, []);
	}
});

test('values are those of Node for any mix of lines', () => {
	const parts = [
		'A=1',
		'B="q"',
		"C='x",
		'D="a',
		'b"',
		'E=`',
		'`',
		'# "',
		'',
		'F=x # "',
		'export G=2',
		'A=3',
		'H= y ',
		"'",
	];
	let state = 7;
	const random = (below: number) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state >>> 8) % below;
	};
	for (let round = 0; round < 3000; round++) {
		const text = Array.from({length: random(9)}, () => parts[random(parts.length)]).join('\n');
		const read = Object.fromEntries([...readEnvText(text, '').variables].map(([name, {value}]) => [name, value]));
		assert.deepEqual(read, {...parseEnv(text)}, JSON.stringify(text));
	}
});

test('a name that stands twice keeps its last value and remembers the earlier lines', () => {
	const {variables} = readEnvText('A=1\nB=2\nA=3\nA=4\n', '.env');
	assert.deepEqual(variables.get('A'), {name: 'A', value: '4', line: 4, earlier: [1, 3]});
});

test('lines that are no NAME=value make one problem that repeats nothing of them', () => {
	const {problems, variables} = readEnvText('A=1\nsecret words\nB: 2\n=x\nodd name=1\nC=3', '.env');
	assert.deepEqual(problems.map(problemLine), [
		'.env line 2 is not NAME=value (nor are lines 3, 4, 5). Mend the line, or make it a comment with #',
	]);
	assert.deepEqual([...variables.keys()], ['A', 'C']);
});
