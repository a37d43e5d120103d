import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createStrategy} from '../../source/strategies/index.ts';
import type {Strategy} from '../../source/strategies/strategy.ts';
import {candidate, seeded} from '../helpers/seeded.ts';

const random = seeded(1);

/** Picks the best for a session (none when undefined) and says which it was. */
function pick(strategy: Strategy, affinity?: string): string | undefined {
	const context = affinity === undefined ? {now: 0, random} : {now: 0, random, affinity};
	const kid = strategy.offer(context).next()?.kid;
	if (kid !== undefined) strategy.picked(kid, context);
	return kid;
}

function three(): Strategy {
	const strategy = createStrategy('sticky');
	for (const index of [0, 1, 2]) strategy.set(candidate(index));
	return strategy;
}

test('a session stays with its key, while other calls take turns', () => {
	const strategy = three();
	assert.equal(pick(strategy, 'a'), 'k0');
	assert.equal(strategy.why('k0', {now: 0, random, affinity: 'a'}), 'served this session before');
	assert.deepEqual(
		[pick(strategy), pick(strategy, 'a'), pick(strategy), pick(strategy, 'a'), pick(strategy)],
		['k1', 'k0', 'k2', 'k0', 'k0'],
	);
});

test('a busy session does not draw new sessions to one key', () => {
	const strategy = three();
	pick(strategy, 'busy');
	const kids = ['a', 'b', 'c'].map((session) => {
		pick(strategy, 'busy');
		return pick(strategy, session);
	});
	assert.deepEqual(kids, ['k1', 'k2', 'k0']);
});

test('a session moves on when its key has 5 % headroom or less, or is gone, and stays with the new one', () => {
	const strategy = three();
	pick(strategy, 'a');
	strategy.set(candidate(0, {headroom: 0.05}));
	assert.equal(pick(strategy, 'a'), 'k1');
	strategy.set(candidate(0, {headroom: 1}));
	assert.equal(pick(strategy, 'a'), 'k1');
	strategy.delete('k1');
	assert.equal(pick(strategy, 'a'), 'k2');
});

test('a session stays with a degraded key: its cache is worth more', () => {
	const strategy = three();
	pick(strategy, 'a');
	strategy.set(candidate(0, {grade: 'degraded'}));
	assert.equal(pick(strategy, 'a'), 'k0');
});

test('the 10,000 most recent sessions are remembered', () => {
	const strategy = three();
	for (let session = 0; session < 10_000; session++) pick(strategy, `s${session}`);
	assert.equal(strategy.offer({now: 0, random, affinity: 's1'}).next()?.kid, 'k1');
	pick(strategy, 's0');
	pick(strategy, 'one more');
	assert.match(strategy.why('k0', {now: 0, random, affinity: 's0'}), /session/);
	assert.doesNotMatch(strategy.why('k1', {now: 0, random, affinity: 's1'}), /session/);
	assert.match(strategy.why('k2', {now: 0, random, affinity: 's2'}), /session/);
});
