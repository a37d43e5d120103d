import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {openEngine} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

describe('a throttled key', () => {
	for (const strategy of ['round-robin', 'health-based', 'least-used'] as const) {
		test(`is never picked before its deadline and right after it, by ${strategy}`, async () => {
			await using deck = await openEngine({keys: ['a', 'b'], strategy});
			await deck.probe();
			const throttled = await deck.callWith(answers.throttled(20));
			const other = throttled === 'a' ? 'b' : 'a';
			for (let second = 0; second < 20; second++) {
				assert.equal(await deck.call('gpt-4o'), other, `after ${second} s`);
				await deck.clock.advance(second === 19 ? 999 : 1000);
			}
			assert.equal(await deck.call('gpt-4o'), other);
			await deck.clock.advance(1);
			const trial = await deck.acquire('gpt-4o');
			assert.equal(trial.key.kid, throttled);
			assert.equal(trial.why, `${strategy}: its trial call after a rest`);
		});
	}

	test('makes one trial call first, then takes all', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.throttled(20));
		await deck.clock.advance(20_000);
		const trial = await deck.acquire('gpt-4o');
		const refused = await deck.refused('gpt-4o');
		assert.deepEqual(
			refused.skipped.map(({reason}) => reason),
			['its trial call is under way'],
		);
		assert.equal(deck.key('a').word, 'trial');
		await deck.engine.release(trial.lease.id, await deck.send(trial));
		assert.equal(deck.key('a').state.kind, 'active');
		await Promise.all([deck.acquire('gpt-4o'), deck.acquire('gpt-4o')]);
	});

	test('whose trial fails rests longer', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.throttled());
		const first = (deck.key('a').until ?? 0) - deck.clock.now();
		await deck.clock.advance(first);
		await deck.callWith(answers.throttled());
		const second = (deck.key('a').until ?? 0) - deck.clock.now();
		assert.ok(first >= 2000 && first <= 4000, `${first}`);
		assert.ok(second >= 4000 && second <= 8000, `${second}`);
		assert.match(deck.key('a').untilRule ?? '', /step 2 of backoff/);
	});

	test('a trial that is given back unused lets the next one begin', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.throttled(20));
		await deck.clock.advance(20_000);
		const trial = await deck.acquire('gpt-4o');
		await deck.engine.release(trial.lease.id, 'unused');
		assert.equal(deck.key('a').word, 'trial');
		assert.equal(await deck.call('gpt-4o'), 'a');
	});

	test('a trial call that never comes back ends with its lease', async () => {
		await using deck = await openEngine({keys: ['a']});
		await deck.callWith(answers.throttled(20));
		deck.engine.start();
		await deck.clock.advance(20_000);
		await deck.acquire('gpt-4o');
		await deck.refused('gpt-4o');
		await deck.clock.advance(61_000);
		assert.equal(await deck.call('gpt-4o'), 'a');
	});

	test('rests for that model only', async () => {
		await using deck = await openEngine({keys: ['a'], models: ['gpt-4o', 'gpt-4-turbo']});
		await deck.callWith(answers.throttled(20));
		await deck.refused('gpt-4o');
		assert.equal(await deck.call('gpt-4-turbo'), 'a');
		const view = deck.key('a');
		assert.equal(view.onlyFor, 'gpt-4o');
		assert.equal(view.usable, true);
		assert.match(view.why, /It rests for gpt-4o only\./);
	});
});

describe('keys of one account', () => {
	const keys = [
		{name: 'a1', account: 'acme'},
		{name: 'a2', account: 'acme'},
		{name: 'b1', account: 'other'},
	];

	test('cool together, and a key of another account serves', async () => {
		await using deck = await openEngine({keys});
		assert.equal(await deck.callWith(answers.throttled(20)), 'a1');
		assert.deepEqual(
			[deck.key('a1').state.kind, deck.key('a2').state.kind, deck.key('b1').state.kind],
			['cooling', 'cooling', 'unknown'],
		);
		for (let turn = 0; turn < 4; turn++) assert.equal(await deck.call('gpt-4o'), 'b1');
		assert.match(deck.key('a1').why, /a2 of the same account rests with it/);
		assert.match(deck.key('a1').advice, /More keys of the same account add no quota/);
	});

	test('come back together after one trial', async () => {
		await using deck = await openEngine({keys: keys.slice(0, 2)});
		await deck.callWith(answers.throttled(20));
		await deck.clock.advance(20_000);
		const trial = await deck.acquire('gpt-4o');
		await deck.refused('gpt-4o');
		await deck.engine.release(trial.lease.id, await deck.send(trial));
		assert.deepEqual(
			['a1', 'a2'].map((name) => deck.key(name).usable),
			[true, undefined],
		);
		await Promise.all([deck.acquire('gpt-4o'), deck.acquire('gpt-4o')]);
	});

	test('are found out by an answer that names the account, and what rested moves to it', async () => {
		const organization = {'openai-organization': 'acme-inc'};
		await using deck = await openEngine({keys: ['a', 'b', 'c']});
		for (const name of ['a', 'b']) deck.upstream.script(name, {status: 200, headers: organization});
		await deck.probe();
		assert.deepEqual(deck.key('a').account, {name: 'acme-inc', from: 'learned', size: 2});
		assert.equal(deck.key('c').account.from, 'own');
		await deck.callWith(answers.throttled(20));
		assert.deepEqual(
			['a', 'b', 'c'].map((name) => deck.key(name).state.kind),
			['cooling', 'cooling', 'active'],
		);
	});

	test('that is learned late takes over what the key alone was benched for', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		await deck.callWith(answers.noCredit);
		assert.equal(deck.key('a').state.kind, 'exhausted');
		deck.upstream.script('b', {status: 200, headers: {'openai-organization': 'acme-inc'}});
		deck.upstream.script('a', {status: 200, headers: {'openai-organization': 'acme-inc'}});
		await deck.probe();
		assert.deepEqual(
			['a', 'b'].map((name) => deck.key(name).state.kind),
			['exhausted', 'exhausted'],
		);
		await deck.refused('gpt-4o');
	});
});

describe('a window', () => {
	const used = {
		status: 200,
		headers: {
			'x-ratelimit-limit-requests': '60',
			'x-ratelimit-remaining-requests': '0',
			'x-ratelimit-reset-requests': '15s',
		},
	};

	test('used up by this very call rests the group before a call fails', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		assert.equal(await deck.callWith(used), 'a');
		assert.equal(deck.key('a').summary.startsWith('all 60 requests a minute are used · back '), true);
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		await deck.clock.advance(15_000);
		assert.deepEqual([await deck.call('gpt-4o'), await deck.call('gpt-4o')].sort(), ['a', 'b']);
		assert.equal(deck.upstream.heard.length, 6);
	});

	test('told by headers is kept from then on: what would not fit is refused before the vendor has to', async () => {
		await using deck = await openEngine({keys: ['a']});
		const told = {
			status: 200,
			headers: {
				'x-ratelimit-limit-requests': '3',
				'x-ratelimit-remaining-requests': '2',
				'x-ratelimit-reset-requests': '60s',
			},
		};
		await deck.callWith(told);
		for (let turn = 0; turn < 3; turn++) await deck.call('gpt-4o');
		const refused = await deck.refused('gpt-4o');
		assert.match(refused.skipped[0]?.reason ?? '', /requests a minute/);
		assert.ok((refused.retryAt ?? 0) > deck.clock.now());
		await deck.clock.advance((refused.retryAt ?? 0) - deck.clock.now());
		assert.equal(await deck.call('gpt-4o'), 'a');
	});

	test('told by headers is the headroom that the strategy goes by', async () => {
		await using deck = await openEngine({keys: ['a', 'b'], strategy: 'headroom'});
		const left = (remaining: number) => ({
			status: 200,
			headers: {
				'x-ratelimit-limit-requests': '100',
				'x-ratelimit-remaining-requests': String(remaining),
				'x-ratelimit-reset-requests': '40s',
			},
		});
		deck.upstream.always('a', left(20));
		deck.upstream.always('b', left(90));
		await deck.callWith(left(20));
		await deck.callWith(left(90));
		assert.deepEqual([deck.key('a').headroom, deck.key('b').headroom], [0.2, 0.9]);
		for (let turn = 0; turn < 3; turn++) assert.equal(await deck.call('gpt-4o'), 'b');
		deck.upstream.always('b', left(10));
		await deck.call('gpt-4o');
		assert.equal(await deck.call('gpt-4o'), 'a');
	});
});
