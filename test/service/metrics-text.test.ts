import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {watchEventLoop} from '../../source/service/event-loop.ts';
import {metricList} from '../../source/service/metric-list.ts';
import {processFamilies} from '../../source/service/process-families.ts';
import {contentType} from '../../source/service/prometheus-text.ts';
import {openEngine, until} from '../helpers/engine.ts';
import {promtool, withPromtool} from '../helpers/promtool.ts';
import {fixtureSnapshot, keyView} from '../helpers/snapshot-fixture.ts';
import {busyDeck, canaries, oddLabels} from './busy-deck.ts';
import {Exposition} from './exposition.ts';
import {metricsOf, still} from './read-metrics.ts';

describe('the text', () => {
	test('is what Prometheus accepts, without a word of warning', withPromtool, async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		const loop = watchEventLoop(deck.clock);
		await until(() => loop.families().length > 0);
		const text = metrics.text([...loop.families(), ...processFamilies()]);
		loop.stop();
		assert.deepEqual(await promtool(['check', 'metrics'], text), {code: 0, said: ''});
		assert.equal(contentType, 'text/plain; version=0.0.4; charset=utf-8');
	});

	test('has every metric of the list and no other, each with its type and labels', async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		deck.engine.start();
		await deck.clock.advance(1000);
		const loop = watchEventLoop(deck.clock);
		await until(() => loop.families().length > 0);
		const {series, types} = new Exposition(metrics.text([...loop.families(), ...processFamilies()]));
		loop.stop();
		for (const {name, type, labels} of Object.values(metricList)) {
			assert.equal(types.get(name), type, name);
			const own = series.filter((one) => one.name.replace(/_(bucket|sum|count)$/, '') === name || one.name === name);
			assert.ok(own.length > 0, name);
			for (const one of own)
				assert.deepEqual(
					Object.keys(one.labels).filter((label) => label !== 'le'),
					labels,
					one.id,
				);
		}
		assert.equal(types.size, Object.keys(metricList).length);
	});

	test('gives odd labels back as they were', async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		const shown = new Exposition(metrics.text()).all('keydeck_key_in_flight', {provider: 'openai'});
		assert.deepEqual(
			shown.map(({labels}) => labels.label),
			oddLabels.map((label) => label.toWellFormed()),
		);
		assert.equal(shown[0]?.labels.key, 'hash-k1_number0');
	});

	test('holds nothing of a key, not even its mask or its kid', async () => {
		const {deck, metrics} = await busyDeck();
		await using _ = deck;
		const text = metrics.text();
		for (const canary of canaries) {
			for (let at = 0; at + 8 <= canary.length; at++) assert.ok(!text.includes(canary.slice(at, at + 8)));
		}
		assert.ok(!text.includes('…'));
		const withoutHashes = text.replaceAll(/hash-k1_\w+/g, '');
		for (const {kid} of deck.engine.snapshot().keys) assert.ok(!withoutHashes.includes(kid));
	});

	test('of a thousand keys is written in less than 50 ms', async () => {
		const names = Array.from({length: 1000}, (_, index) => `key-${index}`);
		await using deck = await openEngine({keys: names, models: ['gpt-4o', 'claude-3-opus']});
		const {metrics} = metricsOf(deck);
		const spans = Array.from({length: 10}, () => {
			const startedAt = performance.now();
			metrics.text();
			return performance.now() - startedAt;
		});
		assert.ok(Math.min(...spans) < 50, `${Math.min(...spans)} ms`);
	});

	test('has keys that look alike once: a series told twice would spoil it all', () => {
		const twins = [keyView('TWIN', {kid: 'k1_one'}), keyView('TWIN', {kid: 'k1_two', inFlight: 3})];
		assert.equal(still(fixtureSnapshot({keys: twins})).value('keydeck_key_in_flight'), 0);
	});
});
