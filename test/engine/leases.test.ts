import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {createMemoryStore} from '../../source/stores/memory-store.ts';
import {openEngine, type TestEngine, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';

async function picksOf(deck: TestEngine, count: number): Promise<Record<string, number>> {
	const leases = await Promise.all(Array.from({length: count}, () => deck.acquire('gpt-4o')));
	const picks: Record<string, number> = {};
	for (const {key} of leases) picks[key.kid] = (picks[key.kid] ?? 0) + 1;
	await Promise.all(leases.map(({lease}) => deck.engine.release(lease.id, 'unused')));
	return picks;
}

describe('taking turns', () => {
	test('over 3 equal keys 300 picks give 100 each, also when 50 run at once', async () => {
		await using deck = await openEngine({keys: ['a', 'b', 'c']});
		const total: Record<string, number> = {};
		for (let round = 0; round < 6; round++) {
			for (const [kid, picks] of Object.entries(await picksOf(deck, 50))) total[kid] = (total[kid] ?? 0) + picks;
		}
		assert.deepEqual(total, {a: 100, b: 100, c: 100});
		const [model] = deck.engine.snapshot().models;
		assert.equal(model?.picks, 300);
		assert.deepEqual(
			model?.shares.map(({picks}) => picks),
			[100, 100, 100],
		);
		assert.equal(model?.lastPicks.length, 20);
	});

	test('a disabled key gets none of them and the others share', async () => {
		await using deck = await openEngine({keys: ['a', {name: 'b', disabled: true}, 'c']});
		assert.deepEqual(await picksOf(deck, 50), {a: 25, c: 25});
		assert.match(deck.key('b').why, /switched off in the configuration/);
	});
});

describe('a lease', () => {
	test('that is never released comes back after a minute', async () => {
		await using deck = await openEngine({keys: [{name: 'a', limits: {concurrency: 1}}]});
		deck.engine.start();
		const {lease} = await deck.acquire('gpt-4o');
		assert.equal(deck.key('a').inFlight, 1);
		await deck.clock.advance(59_000);
		await deck.refused('gpt-4o');
		await deck.clock.advance(2000);
		assert.equal(deck.key('a').inFlight, 0);
		const expired = deck.events.filter((event) => event.type === 'lease.expired');
		assert.deepEqual(
			expired.map(({leaseId, model}) => [leaseId, model]),
			[[lease.id, 'gpt-4o']],
		);
		await deck.acquire('gpt-4o');
		assert.equal(await deck.engine.release(lease.id, 'unused'), false);
		assert.equal(deck.key('a').inFlight, 1);
	});

	test('released twice is harmless', async () => {
		await using deck = await openEngine({keys: ['a']});
		const acquired = await deck.acquire('gpt-4o');
		const outcome = await deck.send(acquired);
		const both = await Promise.all([
			deck.engine.release(acquired.lease.id, outcome),
			deck.engine.release(acquired.lease.id, outcome),
		]);
		assert.deepEqual(both, [true, false]);
		assert.equal(await deck.engine.release(acquired.lease.id, outcome), false);
		assert.deepEqual([deck.key('a').successes, deck.key('a').inFlight], [1, 0]);
	});

	test('of a key that was removed meanwhile is given back all the same', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		const acquired = await deck.acquire('gpt-4o');
		await deck.engine.apply({...deck.settings, keys: deck.settings.keys.filter(({key}) => key.kid !== 'a')});
		assert.equal(await deck.engine.release(acquired.lease.id, await deck.send(acquired)), true);
	});

	test('of a key that is removed while the store is asked is given back', async () => {
		const store = createMemoryStore();
		// A store answers later than at once: before, in and after that moment.
		for (let turns = 0; turns < 12; turns++) {
			await using deck = await openEngine({keys: ['a'], store, newId: () => `lease ${turns}`});
			const asked = deck.engine.acquire({model: 'gpt-4o'});
			for (let turn = 0; turn < turns; turn++) await Promise.resolve();
			await deck.engine.apply({...deck.settings, keys: []});
			const answer = await asked;
			if (answer.granted) await deck.engine.release(answer.lease.id, 'unused');
			assert.deepEqual(await store.openLeases(), [], `after ${turns} turns`);
		}
	});

	test('counts in the last minute', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.engine.start();
		await deck.call('gpt-4o');
		await deck.call('gpt-4o');
		assert.equal(deck.key('a').usedThisMinute, 2);
		await deck.clock.advance(60_000);
		assert.equal(deck.key('a').usedThisMinute, 0);
	});
});

describe('limits', () => {
	test('a burst is admitted at once, then one a second, and the refusal says when', async () => {
		await using deck = await openEngine({keys: ['a'], modelLimits: {'gpt-4o': {requestsPerMinute: 60, burst: 3}}});
		for (let turn = 0; turn < 3; turn++) await deck.acquire('gpt-4o');
		const refused = await deck.refused('gpt-4o');
		assert.equal(refused.code, 'NO_CANDIDATE');
		assert.equal(refused.retryAt, deck.clock.now() + 1000);
		assert.deepEqual(refused.skipped, [
			{
				kid: 'a',
				label: 'a',
				model: 'gpt-4o',
				reason: 'its limit is reached: requests a minute',
				until: deck.clock.now() + 1000,
			},
		]);
		await deck.clock.advance(1000);
		await deck.acquire('gpt-4o');
		await deck.refused('gpt-4o');
	});

	test('a limit of the vendor holds for each account by itself', async () => {
		const keys = [
			{name: 'a', account: 'x'},
			{name: 'b', account: 'x'},
			{name: 'c', account: 'y'},
		];
		await using deck = await openEngine({keys, providerLimits: {openai: {concurrency: 1}}});
		const first = await deck.acquire('gpt-4o');
		const second = await deck.acquire('gpt-4o');
		assert.deepEqual([first.key.kid, second.key.kid], ['a', 'c']);
		const refused = await deck.refused('gpt-4o');
		assert.deepEqual(
			refused.skipped.map(({reason}) => reason),
			Array(3).fill('its limit is reached: calls at once'),
		);
		assert.equal(refused.retryAt, deck.clock.now() + 1000);
		await deck.engine.release(first.lease.id, 'unused');
		await deck.acquire('gpt-4o');
	});

	test('a call larger than the window never fits, and no time is named', async () => {
		await using deck = await openEngine({keys: ['a'], modelLimits: {'gpt-4o': {tokensPerMinute: 100}}});
		const refused = await deck.refused({model: 'gpt-4o', tokens: 500});
		assert.deepEqual(refused.skipped, [
			{kid: 'a', label: 'a', model: 'gpt-4o', reason: 'the call is larger than its limit: tokens a minute'},
		]);
		assert.equal(refused.retryAt, undefined);
		await deck.acquire({model: 'gpt-4o', tokens: 100});
	});

	test('a key that is full is passed over for one that is not', async () => {
		const keys = [{name: 'a', limits: {concurrency: 1}}, 'b'];
		await using deck = await openEngine({keys});
		const kids: string[] = [];
		for (let turn = 0; turn < 4; turn++) kids.push((await deck.acquire('gpt-4o')).key.kid);
		assert.deepEqual(kids, ['a', 'b', 'b', 'b']);
	});
});

describe('a refusal', () => {
	test('of an unknown model says so', async () => {
		await using deck = await openEngine({keys: ['a']});
		assert.deepEqual(await deck.refused('gpt-99'), {granted: false, code: 'UNKNOWN_MODEL', skipped: []});
	});

	test('without a key for the vendor says so', async () => {
		await using deck = await openEngine({keys: ['a']});
		assert.deepEqual(await deck.refused('claude-3-opus'), {granted: false, code: 'NO_KEY', skipped: []});
	});

	test('carries every reason and the earliest time', async () => {
		await using deck = await openEngine({keys: ['a', 'b', 'c', 'd']});
		deck.upstream.always('a', answers.throttled(90));
		deck.upstream.always('b', answers.throttled(30));
		deck.upstream.always('c call', answers.noCredit);
		for (let turn = 0; turn < 3; turn++) await deck.call('gpt-4o');
		await deck.engine.setDuty('d', 'off', 'you');
		const now = deck.clock.now();
		const refused = await deck.refused('gpt-4o');
		assert.equal(refused.retryAt, now + 30_000);
		assert.deepEqual(refused.skipped, [
			{
				kid: 'a',
				label: 'a',
				model: 'gpt-4o',
				reason: 'cooling: 429 rate_limit_exceeded: Rate limit reached',
				until: now + 90_000,
			},
			{
				kid: 'b',
				label: 'b',
				model: 'gpt-4o',
				reason: 'cooling: 429 rate_limit_exceeded: Rate limit reached',
				until: now + 30_000,
			},
			{
				kid: 'c',
				label: 'c',
				model: 'gpt-4o',
				reason: 'exhausted: 429 insufficient_quota: You exceeded your current quota',
			},
			{kid: 'd', label: 'd', model: 'gpt-4o', reason: 'disabled: by you'},
		]);
		const {pick, skipped} = await deck.engine.why('gpt-4o');
		assert.deepEqual(skipped.slice(0, 4), refused.skipped);
		assert.deepEqual([...new Set(skipped.map(({model}) => model))].slice(0, 2), ['gpt-4o', 'gpt-4-turbo']);
		assert.equal(pick?.servedBy, 'gpt-4-turbo');
	});
});

describe('falling back', () => {
	const keys = ['a', {name: 'c', provider: 'anthropic'}];

	test('goes along the chain when the caller allows it, and says so', async () => {
		await using deck = await openEngine({keys, models: ['gpt-4o', 'claude-3-opus']});
		await deck.engine.setDuty('a', 'off', 'you');
		await deck.refused('gpt-4o');
		const acquired = await deck.acquire({model: 'gpt-4o', fallback: true});
		assert.equal(acquired.key.kid, 'c');
		assert.deepEqual([acquired.lease.model, acquired.lease.servedBy], ['gpt-4o', 'claude-3-opus']);
		assert.match(acquired.warning ?? '', /^gpt-4o cannot serve now: claude-3-opus of its chain does/);
		const pick = deck.engine.snapshot().models.find(({name}) => name === 'gpt-4o')?.lastPicks[0];
		assert.equal(pick?.servedBy, 'claude-3-opus');
		const live = deck.engine.snapshot().models.find(({name}) => name === 'gpt-4o');
		assert.equal(live?.chain[live.liveLink ?? -1]?.model, 'claude-3-opus');
	});

	test('refuses with the reasons of every link when the whole chain rests', async () => {
		await using deck = await openEngine({keys, models: ['gpt-4o']});
		await deck.engine.setDuty('a', 'off', 'you');
		await deck.engine.setDuty('c', 'off', 'you');
		const refused = await deck.refused({model: 'gpt-4o', fallback: true});
		assert.deepEqual([...new Set(refused.skipped.map(({kid}) => kid))], ['a', 'c']);
	});
});

describe('waiting', () => {
	test('for a key that comes back in time is rewarded', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.script('a', answers.throttled(20));
		await deck.call('gpt-4o');
		const waiting = deck.acquire({model: 'gpt-4o', waitMs: 30_000});
		await deck.clock.advance(19_999);
		assert.equal(deck.key('a').inFlight, 0);
		await deck.clock.advance(1);
		assert.equal((await waiting).lease.grantedAt, deck.clock.now());
	});

	test('longer than allowed is refused at once', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.script('a', answers.throttled(20));
		await deck.call('gpt-4o');
		const refused = await deck.refused({model: 'gpt-4o', waitMs: 19_000});
		assert.equal(refused.retryAt, deck.clock.now() + 20_000);
	});

	test('ends when the caller gives up', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.script('a', answers.throttled(20));
		await deck.call('gpt-4o');
		const caller = new AbortController();
		const waiting = deck.refused({model: 'gpt-4o', waitMs: 30_000, signal: caller.signal});
		await deck.clock.advance(1000);
		caller.abort();
		assert.equal((await waiting).code, 'NO_CANDIDATE');
	});

	test('ends when the engine closes', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.upstream.script('a', answers.throttled(20));
		await deck.call('gpt-4o');
		let ended = false;
		const waiting = deck.refused({model: 'gpt-4o', waitMs: 30_000}).finally(() => {
			ended = true;
		});
		await deck.clock.advance(1000);
		assert.equal(ended, false);
		await deck.engine.close();
		await until(() => ended);
		await waiting;
	});

	test('for a limit lasts as long as the limit says', async () => {
		await using deck = await openEngine({keys: ['a'], modelLimits: {'gpt-4o': {requestsPerMinute: 120, burst: 1}}});
		await deck.acquire('gpt-4o');
		const waiting = deck.acquire({model: 'gpt-4o', waitMs: 600});
		await deck.clock.advance(500);
		assert.equal((await waiting).key.kid, 'a');
	});
});

describe('a dry run', () => {
	test('reserves and counts nothing', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		const run = await deck.engine.dryRun('gpt-4o', 'round-robin', 4);
		assert.deepEqual(
			run.picks.map(({label, why}) => [label, why]),
			[
				['a', 'in turn'],
				['b', 'in turn'],
				['a', 'in turn'],
				['b', 'in turn'],
			],
		);
		assert.equal(deck.key('a').usedThisMinute, 0);
		assert.equal(deck.engine.snapshot().models[0]?.picks, 0);
	});
});

describe('a caller', () => {
	test('that asks for another strategy gets its order, and the turns of the model go on undisturbed', async () => {
		await using deck = await openEngine({
			keys: [
				{name: 'a', weight: 1},
				{name: 'b', weight: 1},
			],
			strategy: 'round-robin',
		});
		const first = await deck.acquire({model: 'gpt-4o', strategy: 'sticky', affinity: 's'});
		const again = await deck.acquire({model: 'gpt-4o', strategy: 'sticky', affinity: 's'});
		assert.equal(again.key.kid, first.key.kid);
		assert.match(again.why, /^sticky: /);
		assert.deepEqual([(await deck.acquire('gpt-4o')).key.kid, (await deck.acquire('gpt-4o')).key.kid], ['a', 'b']);
		assert.equal(deck.engine.snapshot().models[0]?.picks, 4);
	});

	test('whose key has just failed gets another one, and is told when there is none', async () => {
		await using deck = await openEngine({keys: ['a', 'b']});
		for (let call = 0; call < 4; call++) {
			assert.equal((await deck.acquire({model: 'gpt-4o', avoid: ['a']})).key.kid, 'b');
		}
		const refused = await deck.refused({model: 'gpt-4o', avoid: ['a', 'b']});
		assert.deepEqual(
			refused.skipped.map(({reason}) => reason),
			['it has just failed this caller', 'it has just failed this caller'],
		);
	});

	test('that knows only the key finds its oldest open lease', async () => {
		await using deck = await openEngine({keys: ['a']});
		const first = await deck.acquire('gpt-4o');
		await deck.acquire('gpt-4o');
		assert.equal((await deck.engine.openLease({kid: 'a', model: 'gpt-4o'}))?.id, first.lease.id);
		assert.equal(await deck.engine.openLease({kid: 'a', model: 'claude-3-opus'}), undefined);
		await deck.engine.release(first.lease.id, 'unused');
		assert.notEqual((await deck.engine.openLease({kid: 'a'}))?.id, first.lease.id);
	});

	test('that tells the tokens itself has them counted', async () => {
		await using deck = await openEngine({keys: ['a']});
		const {lease} = await deck.acquire('gpt-4o');
		const outcome = {
			kind: 'answered',
			status: 200,
			headers: {},
			body: '',
			timing: {at: deck.clock.now(), latencyMs: 9},
		} as const;
		await deck.engine.release(lease.id, outcome, {inputTokens: 12, outputTokens: 3, cachedInputTokens: 0});
		const {entries} = await deck.engine.keyHistory('a', 1);
		assert.deepEqual([entries[0]?.inputTokens, entries[0]?.outputTokens], [12, 3]);
	});
});
