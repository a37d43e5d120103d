import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {verdictKinds} from '../../source/domain/verdict.ts';
import {openEngine, until} from '../helpers/engine.ts';
import {answers} from '../helpers/scripted-upstream.ts';
import {fixtureSnapshot, keyView, now} from '../helpers/snapshot-fixture.ts';
import {busyDeck} from './busy-deck.ts';
import {Exposition} from './exposition.ts';
import {metricsOf, still} from './read-metrics.ts';

describe('a key', () => {
	test('has 1 for its state and 0 for every other, also when the state passes', async () => {
		await using deck = await openEngine({keys: ['a']});
		const {read} = metricsOf(deck);
		const stateNow = (): string[] => {
			const states = read().all('keydeck_key_state');
			assert.equal(states.length, 10);
			return states.filter(({value}) => value === 1).map(({labels}) => labels.state ?? '');
		};
		assert.deepEqual(stateNow(), ['unknown']);
		await deck.callWith(answers.throttled(90));
		assert.deepEqual(stateNow(), ['cooling']);
		const restsUntil = read().value('keydeck_key_rest_until_timestamp_seconds') ?? 0;
		assert.ok(Math.abs(restsUntil - deck.clock.now() / 1000 - 90) <= 1);
		deck.engine.start();
		await deck.clock.advance(95_000);
		await deck.call('gpt-4o');
		assert.deepEqual(stateNow(), ['active']);
		assert.equal(read().value('keydeck_key_rest_until_timestamp_seconds'), undefined);
	});

	test('that was never asked is neither usable nor not, and has proven nothing', async () => {
		await using deck = await openEngine({keys: ['a', {name: 'b', disabled: true}]});
		const {read} = metricsOf(deck);
		assert.equal(read().value('keydeck_key_usable', {label: 'a'}), undefined);
		assert.equal(read().value('keydeck_key_usable', {label: 'b'}), 0);
		assert.equal(read().all('keydeck_key_proof_timestamp_seconds').length, 0);
		await deck.probe(['a']);
		assert.equal(read().value('keydeck_key_usable', {label: 'a'}), 1);
		const grades = read().all('keydeck_key_proof_timestamp_seconds', {label: 'a'});
		assert.deepEqual(
			grades.map(({labels}) => labels.grade),
			['key'],
		);
		assert.ok((grades[0]?.value ?? 0) <= deck.clock.now() / 1000);
	});

	test('tells per kind the tightest window, which is full again once it has been reset', () => {
		const window = {kind: 'requests-minute', limit: 60, at: now, from: 'header'} as const;
		const limits = [
			{...window, model: 'gpt-4o', remaining: 15, resetAt: now + 1000},
			{...window, model: 'gpt-4-turbo', remaining: 6, limit: 10, resetAt: now + 1000},
			{...window, limit: 5, from: 'configuration'} as const,
			{...window, kind: 'tokens-minute', limit: 1000, remaining: 0, at: now - 9000, resetAt: now - 1} as const,
			{...window, kind: 'concurrency', limit: 20, from: 'configuration'} as const,
			{...window, kind: 'concurrency', limit: 8, from: 'configuration'} as const,
		];
		const shown = still(fixtureSnapshot({keys: [keyView('A', {limits})]}));
		const both = (kind: string): unknown =>
			['keydeck_key_limit', 'keydeck_key_limit_remaining'].map((name) => shown.value(name, {kind}));
		assert.deepEqual(both('requests-minute'), [60, 15]);
		assert.deepEqual(both('tokens-minute'), [1000, 1000]);
		assert.deepEqual(both('concurrency'), [8, undefined]);
	});

	test('has the balance its vendor told', async () => {
		await using deck = await openEngine({keys: [{name: 'd', provider: 'deepseek'}], models: ['deepseek-coder']});
		const {read} = metricsOf(deck);
		await deck.probe();
		assert.equal(read().value('keydeck_key_balance', {currency: 'USD', provider: 'deepseek'}), 25);
	});

	test('that was removed is gone from the text, and its calls with it', async () => {
		await using deck = await openEngine({keys: ['a', 'b', {name: 'd', provider: 'deepseek'}]});
		const {read} = metricsOf(deck);
		await deck.call('gpt-4o');
		await deck.call('gpt-4o');
		await deck.probe();
		assert.equal(read().all('keydeck_requests_total').length, 2);
		assert.ok(read().series.some(({labels}) => labels.provider === 'deepseek'));
		await deck.engine.apply({...deck.settings, keys: deck.settings.keys.filter(({key}) => key.kid === 'b')});
		const left = read();
		assert.deepEqual([...new Set(left.series.flatMap(({labels}) => labels.label ?? []))], ['b']);
		assert.ok(!left.series.some(({labels}) => labels.provider === 'deepseek'));
		assert.equal(left.value('keydeck_requests_total', {label: 'b'}), 1);
	});

	test('that came with a changed configuration is counted before anybody has looked', async () => {
		await using deck = await openEngine({keys: ['a']});
		const {read} = metricsOf(deck);
		const [first] = deck.settings.keys;
		assert.ok(first !== undefined);
		const key = {...first.key, kid: 'late', hash: 'hash-late', label: 'late', index: 1};
		await deck.engine.apply({...deck.settings, keys: [first, {...first, key}]});
		await until(() => deck.events.some((event) => event.type === 'key.probed' && event.kid === 'late'));
		await Promise.all([deck.call('gpt-4o'), deck.call('gpt-4o')]);
		assert.equal(read().value('keydeck_requests_total', {label: 'late', verdict: 'ok'}), 1);
		assert.equal(read().value('keydeck_probes_total', {provider: 'openai', verdict: 'ok'}), 1);
	});
});

describe('counters', () => {
	test('know every verdict', async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		const counted = new Exposition(metrics.text()).all('keydeck_requests_total');
		assert.deepEqual(counted.map(({labels}) => labels.verdict).toSorted(), verdictKinds.toSorted());
		assert.ok(counted.every(({value}) => value === 1));
	});

	test('only grow', async () => {
		await using deck = await openEngine({keys: ['a', 'b', 'c']});
		deck.engine.start();
		const {read} = metricsOf(deck);
		let before = new Map<string, number>();
		for (const answer of [{status: 200}, answers.badRequest, answers.throttled(5), {status: 200}, answers.failing]) {
			await deck.callWith(answer);
			await deck.probe();
			await deck.clock.advance(10_000);
			const growing = read().series.filter(({name}) => /_(total|bucket|sum|count)$/.test(name));
			const after = new Map(growing.map(({id, value}) => [id, value]));
			for (const [id, value] of before) assert.ok((after.get(id) ?? -1) >= value, id);
			assert.ok(after.size >= before.size);
			before = after;
		}
	});

	test('of refusals and leases stand at 0 for every model that is listed', async () => {
		await using deck = await openEngine({keys: ['a'], models: ['gpt-4o', 'claude-3-opus']});
		const {read} = metricsOf(deck);
		const names = ['keydeck_refusals_total', 'keydeck_leases_granted_total', 'keydeck_leases_expired_total'];
		for (const name of names) {
			for (const model of ['gpt-4o', 'claude-3-opus']) assert.equal(read().value(name, {model}), 0);
		}
	});

	test('of refusals name only models of the picture, all others together', async () => {
		await using deck = await openEngine({keys: ['a'], models: ['gpt-4o', 'claude-3-opus']});
		const {read} = metricsOf(deck);
		await deck.refused('claude-3-opus');
		await deck.refused('mistral-large');
		await deck.refused('command-r-plus');
		await deck.refused('nobody knows this');
		const refusals = read().all('keydeck_refusals_total');
		assert.deepEqual(Object.fromEntries(refusals.map(({labels, value}) => [labels.model, value])), {
			'gpt-4o': 0,
			'claude-3-opus': 1,
			other: 2,
		});
	});

	test('of leases tell those that were granted, are open and were forgotten', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.engine.start();
		const {read} = metricsOf(deck);
		await deck.acquire('gpt-4-turbo');
		const model = 'gpt-4-turbo';
		assert.equal(read().value('keydeck_leases_granted_total', {model}), 1);
		assert.equal(read().value('keydeck_leases_open'), 1);
		assert.equal(read().value('keydeck_key_in_flight'), 1);
		await deck.clock.advance(62_000);
		assert.equal(read().value('keydeck_leases_expired_total', {model}), 1);
		assert.equal(read().value('keydeck_leases_open'), 0);
	});

	test('stand still once it is closed', async () => {
		await using deck = await openEngine({keys: ['a']});
		const {metrics, read} = metricsOf(deck);
		metrics.close();
		metrics.close();
		await deck.call('gpt-4o');
		assert.equal(read().all('keydeck_requests_total').length, 0);
	});
});

describe('durations', () => {
	test('are counted in buckets that hold the smaller ones too', async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		await deck.probe();
		const shown = new Exposition(metrics.text());
		for (const name of ['keydeck_request_duration_seconds', 'keydeck_probe_duration_seconds']) {
			const buckets = shown.all(`${name}_bucket`, {provider: 'openai'});
			const bounds = buckets.map(({labels}) => Number(labels.le?.replace('+Inf', 'Infinity')));
			assert.deepEqual(
				bounds,
				bounds.toSorted((a, b) => a - b),
			);
			const counts = buckets.map(({value}) => value);
			assert.deepEqual(
				counts,
				counts.toSorted((a, b) => a - b),
			);
			assert.equal(counts.at(-1), shown.value(`${name}_count`, {provider: 'openai'}));
		}
		const duration = 'keydeck_request_duration_seconds';
		assert.equal(shown.value(`${duration}_bucket`, {le: '0.1'}), 8);
		assert.equal(shown.value(`${duration}_bucket`, {le: '2.5'}), 8);
		assert.equal(shown.value(`${duration}_bucket`, {le: '5'}), 11);
		assert.equal(shown.value(`${duration}_sum`), 8 * 0.02 + 3 * 5);
		assert.equal(shown.value('keydeck_request_first_byte_seconds_count'), 8);
	});

	test('of calls that nobody timed are not taken for 0', async () => {
		await using deck = await openEngine({keys: ['a']});
		const {read} = metricsOf(deck);
		const {lease} = await deck.acquire('gpt-4o');
		const timing = {at: deck.clock.now(), latencyMs: 0};
		await deck.engine.release(lease.id, {kind: 'answered', status: 200, headers: {}, body: '', timing});
		assert.equal(read().value('keydeck_requests_total'), 1);
		assert.equal(read().value('keydeck_request_duration_seconds_count'), undefined);
	});
});

describe('the deck as a whole', () => {
	test('tells pools, conditions and the link that serves', () => {
		const shown = still();
		assert.equal(shown.value('keydeck_provider_keys', {provider: 'openai'}), 2);
		assert.equal(shown.value('keydeck_provider_keys_usable', {provider: 'openai'}), 0);
		assert.equal(shown.value('keydeck_provider_condition', {provider: 'openai', condition: 'dry'}), 1);
		assert.equal(shown.value('keydeck_provider_condition', {provider: 'openai', condition: 'ok'}), 0);
		assert.equal(shown.value('keydeck_model_keys', {model: 'gpt-4o'}), 2);
		assert.equal(shown.value('keydeck_model_keys_usable', {model: 'gpt-4o'}), 0);
		assert.equal(shown.value('keydeck_model_live_link', {model: 'gpt-4o'}), 1);
		assert.equal(shown.value('keydeck_model_live_link', {model: 'claude-3-opus'}), 0);
		assert.equal(shown.value('keydeck_model_live_link', {model: 'gemini-pro'}), -1);
		assert.equal(shown.value('keydeck_probe_budget_usd'), 0.05);
		assert.equal(shown.value('keydeck_start_time_seconds'), (now - 3_600_000) / 1000);
		assert.equal(shown.value('keydeck_build_info', {version: '1.2.3'}), 1);
	});

	test('tells a store that cannot keep what it is told', () => {
		assert.equal(still().value('keydeck_store_degraded', {kind: 'sqlite'}), 0);
		const store = {kind: 'redis', state: 'degraded', detail: 'no answer'} as const;
		assert.equal(still(fixtureSnapshot({store})).value('keydeck_store_degraded', {kind: 'redis'}), 1);
	});

	test('tells alerts while they fire, and 0 once they do not', async () => {
		await using deck = await openEngine({keys: ['a']});
		deck.engine.start();
		const {read} = metricsOf(deck);
		const labels = {severity: 'high', type: 'key_invalid'};
		assert.equal(read().value('keydeck_alerts_firing', labels), undefined);
		assert.equal(read().value('keydeck_alerts_fired_total', {severity: 'high'}), 0);
		deck.upstream.always('a', answers.invalid);
		await deck.probe();
		await deck.clock.advance(2000);
		assert.equal(read().value('keydeck_alerts_firing', labels), 1);
		const fired = read().value('keydeck_alerts_fired_total', {severity: 'high'}) ?? 0;
		assert.ok(fired >= 1);
		deck.upstream.always('a', undefined);
		await deck.probe();
		await deck.clock.advance(12_000);
		assert.equal(read().value('keydeck_alerts_firing', labels), 0);
		assert.equal(read().value('keydeck_alerts_fired_total', {severity: 'high'}), fired);
	});
});
