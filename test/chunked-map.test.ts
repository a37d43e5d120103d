import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ChunkedMap} from '../source/chunked-map.ts';

const many = 200_000;

function filled(): ChunkedMap<number> {
	const map = new ChunkedMap<number>();
	for (let at = 0; at < many; at++) map.add(`id ${at}`, at);
	return map;
}

test('a chunked map finds the first, the last and no other of very many entries', () => {
	const map = filled();
	assert.deepEqual(
		['id 0', `id ${many - 1}`, `id ${many}`].map((id) => map.get(id)),
		[0, many - 1, undefined],
	);
});

test('a chunked map gives its values in the order they came, across its parts and past what was taken out', () => {
	const map = filled();
	for (let at = 0; at < many; at++) if (at % 7 !== 0) map.delete(`id ${at}`);
	map.add('again', -1);
	const values = [...map.values()];
	assert.equal(values.length, Math.ceil(many / 7) + 1);
	assert.deepEqual([values[0], values[1], values.at(-2), values.at(-1)], [0, 7, 199_997 - (199_997 % 7), -1]);
	assert.deepEqual(
		values.slice(0, -1),
		values.slice(0, -1).toSorted((one, other) => one - other),
	);
});

test('a chunked map that was emptied, while it is gone through too, takes new entries', () => {
	const map = filled();
	let seen = 0;
	for (const value of map.values()) {
		map.delete(`id ${value}`);
		seen += 1;
	}
	assert.equal(seen, many);
	assert.deepEqual([...map.values()], []);
	map.delete('id 3');
	map.add('id 3', 3);
	assert.deepEqual([map.get('id 3'), [...map.values()]], [3, [3]]);
});
