import assert from 'node:assert/strict';
import {test} from 'node:test';
import {MinuteCount} from '../../source/domain/minute-count.ts';
import {now} from './cases.ts';

test('an event counts for a minute, to the second', () => {
	const count = new MinuteCount();
	count.add(now);
	assert.equal(count.count(now), 1);
	assert.equal(count.count(now + 59_999), 1);
	assert.equal(count.count(now + 60_000), 0);
});

test('events leave in the order they came', () => {
	const count = new MinuteCount();
	for (let second = 0; second < 90; second++) count.add(now + second * 1000);
	assert.equal(count.count(now + 89_000), 60);
	assert.equal(count.count(now + 119_000), 30);
	assert.equal(count.count(now + 148_999), 1);
	assert.equal(count.count(now + 149_000), 0);
});

test('a long silence empties it at once', () => {
	const count = new MinuteCount();
	for (let turn = 0; turn < 1000; turn++) count.add(now);
	assert.equal(count.count(now), 1000);
	assert.equal(count.count(now + 86_400_000), 0);
	count.add(now + 86_400_000);
	assert.equal(count.count(now + 86_400_000), 1);
});

test('grants of the last minute that a store gives back are counted where they belong', () => {
	const count = new MinuteCount();
	for (const age of [59_000, 30_000, 500]) count.add(now - age);
	assert.equal(count.count(now), 3);
	assert.equal(count.count(now + 1000), 2);
	assert.equal(count.count(now + 30_000), 1);
});
