import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Outcome} from '../../source/domain/outcome.ts';
import {openEngine, type TestEngine, until} from '../helpers/engine.ts';

function answered(deck: TestEngine, status: number, headers: Readonly<Record<string, string>> = {}): Outcome {
	return {kind: 'answered', status, headers, body: '', timing: {at: deck.clock.now(), latencyMs: 5}};
}

test('a call that was made without a lease is judged like any other', async () => {
	await using deck = await openEngine({keys: ['a', 'b']});
	assert.equal(await deck.engine.report('a', 'gpt-4o', answered(deck, 429, {'retry-after': '30'})), true);
	const {key} = await deck.acquire('gpt-4o');
	assert.equal(key.kid, 'b');
	const {skipped} = await deck.refused({model: 'gpt-4o', avoid: ['b']});
	assert.match(skipped.find(({kid}) => kid === 'a')?.reason ?? '', /^cooling: 429/);
});

test('a refusal of a key nobody leased has the vendor asked again', async () => {
	await using deck = await openEngine({keys: ['a']});
	deck.upstream.always('a', {status: 401, body: {error: {code: 'invalid_api_key'}}});
	await deck.engine.report('a', 'gpt-4o', answered(deck, 401));
	await deck.clock.advance(2000);
	await until(() => deck.key('a').state.kind === 'invalid');
});

test('nothing is judged for a key, a model or a vendor that does not go with the report', async () => {
	await using deck = await openEngine({keys: ['a']});
	for (const [kid, model] of [
		['z', 'gpt-4o'],
		['a', 'no-such-model'],
		['a', 'claude-3-opus'],
	] as const) {
		assert.equal(await deck.engine.report(kid, model, answered(deck, 401)), false);
	}
	assert.equal(deck.key('a').failures, 0);
});

test('a caller that brings its own chain falls back along that one', async () => {
	await using deck = await openEngine({
		keys: [
			{name: 'o', provider: 'openai'},
			{name: 'd', provider: 'deepseek'},
			{name: 'c', provider: 'anthropic'},
		],
	});
	await deck.engine.report('o', 'gpt-4o', answered(deck, 429, {'retry-after': '30'}));
	const chain = ['no-such-model', 'deepseek-coder', 'claude-3-opus'];
	assert.equal(
		(await deck.acquire({model: 'gpt-4o', fallback: true, chain, avoid: ['o']})).entry.name,
		'deepseek-coder',
	);
	assert.equal((await deck.acquire({model: 'gpt-4o', fallback: true, avoid: ['o']})).entry.name, 'claude-3-opus');
});

test('the requests of a key are counted over the last minute', async () => {
	await using deck = await openEngine({keys: ['a']});
	await deck.call('gpt-4o');
	await deck.call('gpt-4o');
	assert.equal(await deck.engine.usedThisMinute('a'), 2);
	await deck.clock.advance(61_000);
	assert.equal(await deck.engine.usedThisMinute('a'), 0);
	assert.equal(await deck.engine.usedThisMinute('z'), 0);
});
