import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {KeyOrder, SortId} from '../../../source/service/page/key-table.ts';
import {filterKeys, keyGroups, keyRow, nextOrder, sortKeys} from '../../../source/service/page/key-table.ts';
import {fixtureSnapshot, keyView, now} from '../../helpers/snapshot-fixture.ts';

const byTrouble: KeyOrder = {sort: 'trouble', reversed: false, filter: ''};
const labels = (keys: readonly {readonly label: string}[]): readonly string[] => keys.map(({label}) => label);

describe('the table of keys', () => {
	test('groups keys, trouble first, and leaves empty groups out', () => {
		const groups = keyGroups(fixtureSnapshot(), byTrouble, now);
		assert.deepEqual(
			groups.map(({title, rows}) => [title, ...labels(rows)]),
			[
				['Needs you', 'OPENAI_API_KEY2'],
				['Resting', 'OPENAI_API_KEY'],
				['Serving', 'CLAUDE_API_KEY'],
				['Unknown', 'GEMINI_API_KEY'],
			],
		);
	});

	test('a resting key says why, how long and until when', () => {
		const [row] = keyGroups(fixtureSnapshot(), byTrouble, now)[1]?.rows ?? [];
		assert.equal(row?.why, '429 gpt-4o 60/60 req/min · back 03:14:00');
		assert.equal(row?.left, '1m16s');
		assert.equal(row?.shape, 'clock');
		assert.equal(row?.advice, 'Nothing, it comes back by itself.');
	});

	test('a healthy key spends its width on numbers', () => {
		const row = keyRow(keyView('CLAUDE_API_KEY', {share: 0.5}), {now, intervalMs: 60_000, provider: undefined});
		assert.deepEqual(
			[row.why, row.advice, row.left, row.rate, row.latency, row.proof, row.use, row.useDetail],
			['', '88% of its tightest limit left', '', '98%', '0.8s', 'call now', '7/min', '50% share'],
		);
	});

	test('what was never measured is a dash, not a nought', () => {
		const [row] = keyGroups(fixtureSnapshot(), byTrouble, now).at(-1)?.rows ?? [];
		assert.deepEqual([row?.rate, row?.latency, row?.proof, row?.use], ['-', '-', '-', '-']);
	});

	test('control characters of a label never reach the page', () => {
		const row = keyRow(keyView('A\u202eB\u0007'), {now, intervalMs: 60_000, provider: undefined});
		assert.equal(row.label, 'AB');
	});

	test('a lone key says that it is the last one', () => {
		const [provider] = fixtureSnapshot().providers;
		assert.ok(provider);
		const scene = {now, intervalMs: 60_000, provider: {...provider, condition: 'last-key' as const}};
		const row = keyRow(keyView('A'), scene);
		assert.deepEqual([row.shape, row.why], ['bang', 'The last key openai can use']);
	});
});

describe('the filter', () => {
	const {keys} = fixtureSnapshot();

	test('finds every word somewhere, whatever the case', () => {
		assert.deepEqual(labels(filterKeys(keys, 'OPENAI Invalid')), ['OPENAI_API_KEY2']);
		assert.deepEqual(labels(filterKeys(keys, 'needs-you')), ['OPENAI_API_KEY2']);
		assert.deepEqual(filterKeys(keys, 'nowhere'), []);
	});

	test('of blanks only leaves every key', () => assert.equal(filterKeys(keys, '  '), keys));
});

describe('sorting', () => {
	const keys = [
		keyView('B', {latencyMs: 100, successRate: 0.5, usedThisMinute: 3}),
		keyView('A', {latencyMs: 900, successRate: 0.9, usedThisMinute: 9}),
		fixtureSnapshot().keys[3] ?? keyView('none'),
	];
	const sorted = (sort: SortId, reversed = false): readonly string[] =>
		labels(sortKeys(keys, {sort, reversed, filter: ''}));

	test('puts what is worth looking at on top', () => {
		assert.deepEqual(sorted('latency').slice(0, 2), ['A', 'B']);
		assert.deepEqual(sorted('rate').slice(0, 2), ['B', 'A']);
		assert.deepEqual(sorted('use').slice(0, 2), ['A', 'B']);
	});

	test('leaves what is not known last, both ways round', () => {
		assert.equal(sorted('latency').at(-1), 'GEMINI_API_KEY');
		assert.equal(sorted('latency', true).at(-1), 'GEMINI_API_KEY');
	});

	test('goes forward, backward and back to trouble first', () => {
		const once = nextOrder(byTrouble, 'rate');
		const twice = nextOrder(once, 'rate');
		assert.deepEqual([once.sort, once.reversed], ['rate', false]);
		assert.deepEqual([twice.sort, twice.reversed], ['rate', true]);
		assert.deepEqual(nextOrder(twice, 'rate'), byTrouble);
	});
});
