import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {daySeries} from '../../../source/service/page/day-series.ts';
import {callsLastMinute, LiveSeries, meanLatencyMs} from '../../../source/service/page/live-series.ts';
import {fixtureSnapshot, keyView, now} from '../../helpers/snapshot-fixture.ts';

const picture = fixtureSnapshot({
	keys: [
		keyView('A', {usedThisMinute: 3, latencyMs: 1000}),
		keyView('B', {usedThisMinute: 1, latencyMs: 3000}),
		keyView('C', {usedThisMinute: 0, latencyMs: 60_000}),
	],
});

describe('the live series', () => {
	test('weighs the latency of a key by its use', () => {
		assert.equal(callsLastMinute(picture), 4);
		assert.equal(meanLatencyMs(picture), 1500);
		assert.equal(meanLatencyMs(fixtureSnapshot({keys: [keyView('A', {usedThisMinute: 0})]})), undefined);
	});

	test('keeps one point every two seconds, the newest', () => {
		const series = new LiveSeries();
		series.gap(10_000);
		series.add(picture, 10_900);
		series.add(picture, 12_100);
		assert.deepEqual(series.columns(), [
			[10, 12],
			[4, 4],
			[1500, 1500],
		]);
	});

	test('shows a lost connection as a gap', () => {
		const series = new LiveSeries();
		series.add(picture, 10_000);
		series.gap(12_000);
		assert.deepEqual(series.columns()[1], [4, null]);
	});

	test('keeps half an hour', () => {
		const series = new LiveSeries();
		for (let second = 0; second < 7200; second++) series.add(picture, second * 1000);
		const [at] = series.columns();
		assert.equal(at.length, 900);
		assert.equal(at.at(-1), 7198);
	});

	test('starts anew when the clock was set back', () => {
		const series = new LiveSeries();
		series.add(picture, 100_000);
		series.add(picture, 50_000);
		assert.deepEqual(series.columns()[0], [50]);
	});
});

describe('the series of the day', () => {
	const day = Array.from({length: 24}, (_, hour) =>
		hour === 22 ? undefined : {calls: 1, probes: 1, latencyMs: 800, successRate: 0.9},
	);
	const [provider] = fixtureSnapshot().providers;
	assert.ok(provider);
	const keyless = {...provider, name: 'cohere', keys: 0};
	const snapshot = fixtureSnapshot({providers: [keyless, {...provider, day}]});

	test('ends with the hour that runs now and leaves silent hours as gaps', () => {
		const {columns} = daySeries(snapshot, 'latency');
		assert.equal(columns[0].at(-1), Math.floor(now / 3_600_000) * 3600);
		assert.equal(columns[0].length, 24);
		assert.deepEqual(columns[1]?.slice(-3), [0.8, null, 0.8]);
	});

	test('takes an hour that came as null through JSON for a gap too', () => {
		const sent: typeof snapshot = JSON.parse(JSON.stringify(snapshot));
		assert.equal(daySeries(sent, 'rate').columns[1]?.at(-2), null);
	});

	test('leaves out vendors without a key, and each keeps its colour', () => {
		const {providers} = daySeries(snapshot, 'rate');
		assert.deepEqual(providers, [{name: 'openai', title: 'OpenAI', place: 1}]);
	});

	test('says so when nothing was measured', () => assert.equal(daySeries(fixtureSnapshot(), 'rate').empty, true));
});
