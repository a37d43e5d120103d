import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {Home} from '../helpers/home.ts';
import {answers} from '../helpers/scripted-upstream.ts';

describe('after a restart', () => {
	const keys = ['r1', 'r2', 'r3'].map((name) => ({name, account: name === 'r3' ? 'other' : 'acme'}));

	test('health, counters, states, history, picks, strategies, limits and alerts are as before', async (context) => {
		const home = await Home.make(context, {keys, models: ['gpt-4o', 'gpt-4-turbo']});
		const deck = await home.open();
		deck.engine.start();
		await deck.probe();
		const limits = {
			'x-ratelimit-limit-requests': '100',
			'x-ratelimit-remaining-requests': '40',
			'x-ratelimit-reset-requests': '30s',
		};
		home.upstream.always('r1', {status: 200, headers: limits});
		for (let turn = 0; turn < 7; turn++) {
			await deck.call('gpt-4o');
			await home.clock.advance(700);
		}
		home.upstream.always('r2 call', answers.throttled(200));
		home.upstream.always('r3 call', answers.noCredit);
		for (let turn = 0; turn < 3; turn++)
			await deck.engine.acquire({model: 'gpt-4o'}).then(async (acquired) => {
				if (acquired.granted) await deck.engine.release(acquired.lease.id, await deck.send(acquired));
			});
		await deck.engine.setStrategy('gpt-4-turbo', 'sticky', 'by you');
		const open = await deck.acquire('gpt-4-turbo');
		await home.clock.advance(1000);
		const before = deck.engine.snapshot();
		assert.ok(before.alerts.length > 0);

		const again = (await home.reopen()).engine.snapshot();
		assert.deepEqual(again.keys, before.keys);
		assert.deepEqual(again.providers, before.providers);
		assert.deepEqual(again.alerts, before.alerts);
		assert.deepEqual(again.probing, before.probing);
		const rotation = before.models.map(({lastPicks: _, ...model}) => model);
		assert.deepEqual(
			again.models.map(({lastPicks: _, ...model}) => model),
			rotation,
		);
		assert.equal(again.keys.find(({kid}) => kid === open.key.kid)?.inFlight, 1);
	});

	test('an open lease can still be released, and counts', async (context) => {
		const home = await Home.make(context, {keys: ['r4']});
		const deck = await home.open();
		const acquired = await deck.acquire('gpt-4o');
		const again = await home.reopen();
		assert.equal(await again.engine.release(acquired.lease.id, await again.send(acquired)), true);
		assert.deepEqual([again.key('r4').successes, again.key('r4').inFlight], [1, 0]);
	});

	for (const strategy of ['round-robin', 'health-based', 'least-used', 'headroom', 'sticky'] as const) {
		test(`turns go on where they stood: ${strategy}`, async (context) => {
			const names = ['r5', 'r6', 'r7', 'r8'];
			const home = await Home.make(context, {keys: names, strategy});
			const deck = await home.open();
			await deck.probe();
			const picks: string[] = [];
			for (let turn = 0; turn < 6; turn++) {
				picks.push(await deck.call('gpt-4o'));
				await home.clock.advance(300);
			}
			const again = await home.reopen();
			for (let turn = 0; turn < 2; turn++) picks.push(await again.call('gpt-4o'));
			assert.deepEqual(picks, [...names, ...names]);
		});
	}

	test('what fell due meanwhile is on trial', async (context) => {
		const home = await Home.make(context, {keys: ['r5']});
		const deck = await home.open();
		home.upstream.script('r5', answers.throttled(20));
		await deck.call('gpt-4o');
		await home.close();
		await home.clock.advance(60_000);
		const again = await home.open();
		assert.equal(again.key('r5').word, 'trial');
		assert.equal(await again.call('gpt-4o'), 'r5');
		assert.equal(again.key('r5').state.kind, 'active');
	});

	test('the recovery of a vendor goes on at its stage', async (context) => {
		const home = await Home.make(context, {keys: [{name: 'r6', provider: 'anthropic'}], models: ['claude-3-opus']});
		const deck = await home.open();
		for (let turn = 0; turn < 3; turn++) home.upstream.script('r6', answers.overloaded);
		for (let turn = 0; turn < 3; turn++) await deck.call('claude-3-opus');
		await home.clock.advance(30_000);
		await deck.call('claude-3-opus');
		assert.equal(deck.key('r6').word, 'at 10 %');
		assert.equal((await home.reopen()).key('r6').word, 'at 10 %');
	});

	test('a key that was replaced meanwhile is told once, not at every start', async (context) => {
		const label = 'OPENAI_API_KEY';
		const home = await Home.make(context, {keys: [{name: 'r7', label}]});
		await (await home.open()).probe();
		const replaced = {keys: [{name: 'r8', label}]};
		await (await home.reopen(replaced)).probe();
		const again = await home.reopen(replaced);
		const {entries} = await again.engine.keyHistory('r8', 10);
		assert.equal(entries.filter(({verdict}) => verdict === 'changed').length, 1);
	});

	test('no secret is in the file', async (context) => {
		const secret = 'sk-canary-1234567890';
		const home = await Home.make(context, {keys: [{name: 'r9', secret}]});
		const deck = await home.open();
		home.upstream.always(secret, {
			status: 401,
			body: {error: {code: 'invalid_api_key', message: `Incorrect API key provided: ${secret}.`}},
		});
		await deck.probe();
		assert.equal(deck.key('r9').state.kind, 'invalid');
		await home.close();
		for (const file of await readdir(home.folder, {recursive: true, withFileTypes: true})) {
			if (!file.isFile()) continue;
			const bytes = await readFile(join(file.parentPath, file.name));
			assert.equal(bytes.includes('canary'), false, file.name);
		}
	});
});
