import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {openEngine, settingsOf, type TestEngine, type TestKey, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

function apply(
	deck: TestEngine,
	keys: readonly (string | TestKey)[],
	more: Partial<Parameters<typeof settingsOf>[0]> = {},
): Promise<void> {
	return deck.engine.apply(settingsOf({keys, ...more}, deck.upstream));
}

describe('a changed configuration', () => {
	test('keeps what was learned of the keys that stay', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		deck.upstream.script('a', answers.throttled(60));
		await deck.call('gpt-4o');
		await deck.call('gpt-4o');
		const before = deck.engine.snapshot().keys;
		await apply(deck, ['a', 'b', 'c']);
		assert.deepEqual(deck.engine.snapshot().keys.slice(0, 2), before);
		assert.deepEqual([await deck.call('gpt-4o'), await deck.call('gpt-4o')].sort(), ['b', 'c']);
	});

	test('probes new keys at once', async () => {
		await using deck = await openEngine({keys: ['a']});
		await apply(deck, ['a', 'b']);
		await until(() => deck.key('b').state.kind === 'active');
		assert.deepEqual(
			deck.upstream.heard.map(({key}) => key),
			['b'],
		);
	});

	test('tells of a key that was put in the place of another', async () => {
		await using deck = await openEngine({keys: [{name: 'old', label: 'OPENAI_API_KEY'}, 'b']});
		await apply(deck, [{name: 'new', label: 'OPENAI_API_KEY'}]);
		const told = deck.events.filter(({type}) => type.startsWith('key.') && type !== 'key.probed');
		assert.deepEqual(
			told.map(({seq: _, at: __, ...fact}) => fact),
			[
				{type: 'key.replaced', kid: 'new', label: 'OPENAI_API_KEY', where: '.env'},
				{type: 'key.removed', kid: 'b', label: 'b'},
			],
		);
		const {entries} = await deck.engine.keyHistory('new', 5);
		assert.ok(entries.some(({verdict, evidence}) => verdict === 'changed' && evidence === 'replaced in .env'));
		assert.equal(deck.key('new').firstSeenAt, deck.clock.now());
		assert.equal(await deck.call('gpt-4o'), 'new');
	});

	test('remembers a key that left and came back', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		deck.upstream.always('a call', answers.noCredit);
		await deck.call('gpt-4o');
		await apply(deck, ['b']);
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		await apply(deck, ['a', 'b']);
		assert.equal(deck.key('a').state.kind, 'exhausted');
		assert.equal(deck.key('a').failures, 1);
	});

	test('disables and enables keys, but never undoes what a person did', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		await deck.engine.setDuty('b', 'off', 'you');
		await apply(deck, [{name: 'a', disabled: true}, 'b']);
		assert.deepEqual(
			['a', 'b'].map((name) => deck.key(name).state.kind),
			['disabled', 'disabled'],
		);
		await apply(deck, ['a', 'b']);
		assert.deepEqual(
			['a', 'b'].map((name) => deck.key(name).state.kind),
			['unknown', 'disabled'],
		);
	});

	test('does not make a strategy that stays forget who was used', async () => {
		await using deck = await openEngine({keys: ['a', 'b', 'c'], strategy: 'least-used'});
		await deck.acquire('gpt-4o');
		await deck.acquire('gpt-4o');
		await apply(deck, ['a', 'b', 'c'], {strategy: 'least-used'});
		assert.equal((await deck.acquire('gpt-4o')).key.kid, 'c');
	});

	test('changes the strategy, unless a person chose one', async () => {
		await using deck = await openEngine({keys: ['a'], models: ['gpt-4o', 'gpt-4-turbo']});
		await deck.engine.setStrategy('gpt-4-turbo', 'sticky', 'by you');
		await apply(deck, ['a'], {models: ['gpt-4o', 'gpt-4-turbo'], strategy: 'weighted'});
		assert.deepEqual(
			deck.engine.snapshot().models.map(({strategy}) => strategy),
			['weighted', 'sticky'],
		);
	});

	test('moves a model to another vendor', async () => {
		const keys = ['a', {name: 'c', provider: 'anthropic'}];
		await using deck = await openEngine({keys});
		assert.equal(await deck.call('gpt-4o'), 'a');
		const moved = {name: 'gpt-4o', provider: 'anthropic', upstream: 'claude-opus-5-5', chain: []};
		await apply(deck, keys, {catalogue: [moved]});
		const acquired = await deck.acquire('gpt-4o');
		assert.deepEqual([acquired.key.kid, acquired.entry.upstream], ['c', 'claude-opus-5-5']);
	});

	test('joins keys to an account', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		await apply(deck, [
			{name: 'a', account: 'acme'},
			{name: 'b', account: 'acme'},
		]);
		deck.upstream.always('a', answers.throttled(20));
		await deck.call('gpt-4o');
		assert.deepEqual(
			['a', 'b'].map((name) => deck.key(name).state.kind),
			['cooling', 'cooling'],
		);
		assert.deepEqual(deck.key('a').account, {name: 'acme', from: 'configured', size: 2});
	});

	test('that is bad is refused and told', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.engine.refuseSettings(['.env line 3 is damaged']);
		assert.deepEqual(deck.events.at(-1)?.type, 'config.refused');
		assert.match(
			deck.engine.snapshot().notes[0] ?? '',
			/^The changed configuration is refused and the old one stays: /,
		);
		await deck.engine.apply(deck.settings);
		assert.deepEqual(deck.engine.snapshot().notes, []);
		assert.equal(await deck.call('gpt-4o'), 'a');
	});
});
