import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {openEngine, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

describe('an invalid key', () => {
	test('needs two refusals: the first is a suspicion, the second opinion is asked for by itself', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		deck.upstream.always('a', answers.invalid);
		assert.equal(await deck.callWith(answers.invalid), 'a');
		assert.equal(deck.key('a').word, 'refused');
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		assert.equal(deck.upstream.count('a', 'probe'), 0);
		await deck.clock.advance(1500);
		await until(() => deck.key('a').state.kind === 'invalid');
		assert.equal(deck.upstream.count('a', 'probe'), 1);
		assert.equal(deck.key('a').trouble, 'needs-you');
		assert.match(deck.key('a').why, /^Refused at .* and, asked again, at /);
	});

	test('a probe asks twice by itself', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.always('a', answers.invalid);
		assert.deepEqual(await deck.probe(), ['rejected']);
		assert.equal(deck.upstream.count('a'), 2);
		assert.equal(deck.key('a').state.kind, 'invalid');
	});

	test('twenty calls refused at once ask for one second opinion', async () => {
		await using deck = await openEngine({keys: ['a']});
		const leases = await Promise.all(Array.from({length: 20}, () => deck.acquire('gpt-4o')));
		deck.upstream.always('a', answers.invalid);
		const outcomes = await Promise.all(leases.map((lease) => deck.send(lease)));
		await Promise.all(leases.map(({lease}, place) => deck.engine.release(lease.id, outcomes[place] ?? 'unused')));
		assert.equal(deck.key('a').word, 'refused');
		await deck.clock.advance(1500);
		await until(() => deck.key('a').state.kind === 'invalid');
		await deck.clock.advance(5000);
		assert.equal(deck.upstream.count('a', 'probe'), 1);
	});

	test('a transient 401 is forgiven', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.invalid);
		await deck.refused('gpt-4o');
		await deck.clock.advance(1500);
		await until(() => deck.key('a').state.kind === 'active');
		assert.equal(await deck.call('gpt-4o'), 'a');
	});

	test('comes back by itself when the vendor accepts it again', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.always('a', answers.invalid);
		await deck.probe();
		deck.upstream.always('a', undefined);
		await deck.clock.advance(1000);
		await deck.probe();
		assert.equal(deck.key('a').state.kind, 'active');
	});
});

describe('an account without credit', () => {
	test('waits for proof of money: a free probe that sees the key alone does not lift it', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.noCredit);
		assert.equal(deck.key('a').word, 'no credit');
		assert.equal(deck.key('a').trouble, 'needs-you');
		const refused = await deck.refused('gpt-4o');
		assert.equal(refused.retryAt, undefined);
		await deck.clock.advance(1000);
		assert.deepEqual(await deck.probe(), ['ok']);
		assert.equal(deck.key('a').state.kind, 'exhausted');
		assert.deepEqual(await deck.probe(['a'], true), ['ok']);
		assert.equal(deck.key('a').state.kind, 'active');
		assert.equal(deck.key('a').grade, 'call');
	});

	test('of a vendor that tells the balance is lifted by a free probe', async () => {
		await using deck = await openEngine({keys: [{name: 'd', provider: 'deepseek'}], models: ['deepseek-coder']});
		await deck.callWith(
			{
				status: 402,
				body: {error: {message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error'}},
			},
			'deepseek-coder',
		);
		assert.equal(deck.key('d').state.kind, 'exhausted');
		await deck.clock.advance(1000);
		await deck.probe();
		assert.equal(deck.key('d').state.kind, 'active');
		assert.equal(deck.key('d').grade, 'money');
		assert.equal(deck.key('d').balance?.amount, 25);
	});

	test('with a date rests until that date, then makes a trial call', async () => {
		const keys = [{name: 'c', provider: 'anthropic'}];
		await using deck = await openEngine({keys, models: ['claude-3-opus']});
		await deck.callWith(answers.claudeLimit, 'claude-3-opus');
		const until = Date.UTC(2026, 11, 1);
		assert.equal(deck.key('c').until, until);
		assert.equal(deck.key('c').trouble, 'resting');
		const refused = await deck.refused('claude-3-opus');
		assert.equal(refused.retryAt, until);
		await deck.clock.advance(until - deck.clock.now() - 1);
		await deck.refused('claude-3-opus');
		await deck.clock.advance(1);
		assert.equal(await deck.call('claude-3-opus'), 'c');
		assert.equal(deck.key('c').state.kind, 'active');
	});
});

describe('what is not the key', () => {
	test('a forbidden model is skipped for that key only, and the key stays good', async () => {
		await using deck = await openEngine({keys: ['a', 'b'], models: ['gpt-4o', 'gpt-4-turbo']});
		await deck.probe();
		await deck.callWith(answers.modelMissing);
		assert.equal(deck.key('a').state.kind, 'active');
		assert.deepEqual(deck.key('a').forbiddenModels, ['gpt-4o']);
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		const others = [await deck.call('gpt-4-turbo'), await deck.call('gpt-4-turbo')];
		assert.deepEqual(others.sort(), ['a', 'b']);
	});

	test('a key forbidden for every model needs a person', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.probe();
		await deck.callWith(answers.modelMissing);
		const {usable, trouble, state} = deck.key('a');
		assert.deepEqual({usable, trouble, kind: state.kind}, {usable: false, trouble: 'needs-you', kind: 'forbidden'});
	});

	test("a caller's fault changes nothing", async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.probe();
		const before = deck.key('a');
		for (let turn = 0; turn < 10; turn++) await deck.callWith(answers.badRequest);
		const after = deck.key('a');
		assert.equal(after.state.kind, 'active');
		assert.deepEqual(
			[after.failures, after.consecutiveFailures, after.successRate],
			[before.failures, 0, before.successRate],
		);
		assert.equal(after.lastCheck?.verdict, 'caller-fault');
	});

	test('a cancelled call changes nothing', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.probe();
		const acquired = await deck.acquire('gpt-4o');
		const timing = {at: deck.clock.now(), latencyMs: 5};
		await deck.engine.release(acquired.lease.id, {
			kind: 'failed',
			failure: 'cancelled',
			detail: 'by the caller',
			timing,
		});
		assert.equal(deck.key('a').state.kind, 'active');
		assert.equal(deck.key('a').failures, 0);
	});
});

describe('a person', () => {
	test('disables a key and enables it again', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		await deck.probe();
		await deck.engine.setDuty('a', 'off', 'you');
		assert.equal(deck.key('a').trouble, 'off');
		assert.match(deck.key('a').why, /^It takes no calls: switched off by you at /);
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		await deck.engine.setDuty('a', 'on', 'you');
		assert.equal(deck.key('a').state.kind, 'active');
		assert.deepEqual([await deck.call('gpt-4o'), await deck.call('gpt-4o')].sort(), ['a', 'b']);
	});

	test('keeps a key off whatever the vendor says', async () => {
		await using deck = await openEngine({keys: ['a']});
		const acquired = await deck.acquire('gpt-4o');
		await deck.engine.setDuty('a', 'off', 'you');
		deck.upstream.always('a', answers.invalid);
		await deck.engine.release(acquired.lease.id, await deck.send(acquired));
		assert.equal(deck.key('a').state.kind, 'disabled');
		await deck.clock.advance(5000);
		assert.equal(deck.upstream.count('a', 'probe'), 0);
	});

	test('cannot switch an unknown key', async () => {
		await using deck = await openEngine({keys: ['a']});
		await assert.rejects(deck.engine.setDuty('nobody', 'off', 'you'), {code: 'UNKNOWN_KEY'});
	});
});
