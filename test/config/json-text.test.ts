import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseJson} from '../../source/config/json-text.ts';

test('the first fault is named with line and column', () => {
	const rows: readonly [text: string, place: string, rule: string][] = [
		['', '1:1', 'ends too early'],
		['{', '1:2', 'ends too early'],
		['{"a": [1,', '1:10', 'ends too early'],
		['{"a": "x', '1:7', 'has a text that is not closed or holds a forbidden character'],
		['{\n  "a": 1,\n}', '3:1', 'has a comma before }'],
		['[1 2]', '1:4', 'lacks a comma or ]'],
		['{"a" 1}', '1:6', 'lacks a colon'],
		['{a: 1}', '1:2', 'has a name without quotes'],
		["{'a': 1}", '1:2', 'has a name without quotes'],
		['{"a": nope}', '1:7', 'has no value where one must stand'],
		['{"a": 01}', '1:7', 'has no value where one must stand'],
		['{"a": "x\ny"}', '1:7', 'has a text that is not closed or holds a forbidden character'],
		['{"a": "\\x"}', '1:7', 'has a text that is not closed or holds a forbidden character'],
		['{} // c', '1:4', 'has a comment'],
		['{"a": /* c */ 1}', '1:7', 'has a comment'],
		['{}\n{}', '2:1', 'has text after its end'],
		['{"a": 1,\n "a": 2}', '2:5', 'has a name that stands twice in one object'],
		['{"__proto__": 1}', '1:13', 'has a name that is not allowed'],
		['['.repeat(100_000), '1:34', 'is nested too deeply'],
	];
	for (const [text, place, rule] of rows) {
		const read = parseJson(text);
		assert.ok(!read.ok, text.slice(0, 40));
		assert.deepEqual([`${read.line}:${read.column}`, read.rule], [place, rule], text.slice(0, 40));
		assert.throws(() => {
			// What we refuse beyond Node's own rules.
			if (/twice|not allowed|deeply/.test(rule)) throw new SyntaxError();
			JSON.parse(text);
		}, SyntaxError);
	}
});

test("good texts give Node's value and the line of each part", () => {
	const text = '{\n "a.b": {"c": [1, -2.5e3,\n  "\\u00e9 \\"q\\" ü"]},\n "d": [[], {}, true, null, false, 0, ""]\n}\n';
	const read = parseJson(text);
	assert.ok(read.ok);
	assert.deepEqual(read.value, JSON.parse(text));
	assert.equal(read.lineOf('a.b.c[2]'), 3);
	assert.equal(read.lineOf('d[1]'), 4);
	assert.equal(read.lineOf('nowhere'), undefined);
});
