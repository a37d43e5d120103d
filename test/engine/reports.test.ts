import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {chainReport, healthSummary, historyReport, rotationStats, statusReport} from '../../source/engine/reports.ts';
import {fixtureSnapshot, keyView, now} from '../helpers/snapshot-fixture.ts';

const snapshot = fixtureSnapshot();

suite('status report', () => {
	const report = statusReport(snapshot);

	test('lists every model with its vendor and its keys', () => {
		assert.equal(report.timestamp, '2026-11-22T03:12:44.000Z');
		assert.deepEqual(Object.keys(report.providers), ['gpt-4o', 'claude-3-opus', 'gemini-pro']);
		const model = report.providers['gpt-4o'];
		assert.deepEqual(
			[model?.name, model?.keyCount, model?.keys.map(({label}) => label)],
			['OpenAI', 2, ['OPENAI_API_KEY', 'OPENAI_API_KEY2']],
		);
	});

	const rows: readonly [string, string, number, object][] = [
		[
			'a resting key is not healthy and says until when',
			'gpt-4o',
			0,
			{
				hash: '11111111',
				health: false,
				lastCheck: '2026-11-22T03:11:44.000Z',
				usage: 7,
				error: '429 rate_limit_exceeded',
				state: 'cooling',
				until: '2026-11-22T03:14:00.000Z',
			},
		],
		[
			'a refused key has the words of the vendor',
			'gpt-4o',
			1,
			{hash: '22222222', health: false, error: '401 invalid_api_key', state: 'invalid', until: null, proof: 'none'},
		],
		[
			'a serving key has no error',
			'claude-3-opus',
			0,
			{hash: '33333333', health: true, error: null, state: 'active', avgLatency: 812},
		],
		[
			'what was never asked is unknown, never 0',
			'gemini-pro',
			0,
			{health: 'unknown', lastCheck: null, error: null, successRate: null, avgLatency: null, headroom: null},
		],
	];
	for (const [name, model, place, expected] of rows) {
		test(name, () => {
			assert.partialDeepStrictEqual(report.providers[model]?.keys[place], expected);
		});
	}

	test('an error that healed is not an error any more', () => {
		const healed = keyView('CLAUDE_API_KEY', {
			provider: 'anthropic',
			state: {
				kind: 'recovering',
				stage: 'trial',
				because: {cause: 'throttled', evidence: '429', from: 'call', at: now},
			},
		});
		const {providers} = statusReport(fixtureSnapshot({keys: [healed]}));
		assert.equal(providers['claude-3-opus']?.keys[0]?.error, null);
	});

	test('a model with the name of a built-in property is a model like others', () => {
		const [model] = snapshot.models;
		assert.ok(model);
		const {providers} = statusReport({...snapshot, models: [{...model, name: '__proto__'}]});
		assert.deepEqual(Object.keys(providers), ['__proto__']);
	});
});

suite('health summary', () => {
	const summary = healthSummary(snapshot);

	test('keeps the shape of the original service', () => {
		const [key] = summary.providers['claude-3-opus']?.keys ?? [];
		assert.partialDeepStrictEqual(key, {
			index: 0,
			status: 'healthy',
			lastCheck: '2026-11-22T03:11:44.000Z',
			metrics: {successCount: 412, failureCount: 9, successRate: 0.978, avgLatency: 812},
			state: 'active',
		});
	});

	test('tells healthy, unhealthy and unknown apart', () => {
		const states = Object.values(summary.providers).flatMap(({keys}) => keys.map(({status}) => status));
		assert.deepEqual(states, ['unhealthy', 'unhealthy', 'healthy', 'unknown']);
	});

	test('an alert about a key names its model and place, one about a pool its model only', () => {
		const [pool, key] = summary.alerts;
		assert.partialDeepStrictEqual(pool, {
			type: 'pool_dry',
			model: 'gpt-4o',
			keyIndex: null,
			state: 'firing',
			timestamp: '2026-11-22T03:12:30.000Z',
			resolvedAt: null,
		});
		assert.partialDeepStrictEqual(key, {
			type: 'key_invalid',
			model: 'gpt-4o',
			keyIndex: 1,
			severity: 'high',
			acknowledged: {by: 'kim', at: '2026-11-22T03:11:19.000Z'},
		});
	});

	test('has at most ten alerts, and none that is still pending', () => {
		const [alert] = snapshot.alerts;
		assert.ok(alert);
		const many = Array.from(
			{length: 15},
			(_, place) => ({...alert, id: `a${place}`, state: place === 0 ? 'pending' : 'firing'}) as const,
		);
		const ids = healthSummary({...snapshot, alerts: many}).alerts.map(({id}) => id);
		assert.deepEqual(ids, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10']);
	});
});

test('rotation statistics give numbers, and null where nothing was measured', () => {
	assert.deepEqual(rotationStats(snapshot)['gemini-pro'], {
		strategy: 'health-based',
		totalKeys: 1,
		keys: [
			{
				index: 0,
				label: 'GEMINI_API_KEY',
				health: 'unknown',
				successRate: null,
				avgLatency: null,
				usageCount: 14,
				share: null,
			},
		],
	});
	assert.partialDeepStrictEqual(rotationStats(snapshot)['gpt-4o']?.keys[1], {
		index: 1,
		health: false,
		successRate: 0.978,
		avgLatency: 812,
		usageCount: 7,
	});
});

test('chains say which link is live and why others are skipped', () => {
	assert.deepEqual(chainReport(snapshot.models)['gpt-4o'], {
		live: 1,
		links: [
			{
				model: 'gpt-4o',
				provider: 'openai',
				upstream: 'gpt-4o',
				usable: 0,
				keys: 2,
				skipped: 'all 2 keys rest',
				backAt: '2026-11-22T03:14:00.000Z',
			},
			{
				model: 'claude-3-opus',
				provider: 'anthropic',
				upstream: 'claude-opus-5-5',
				usable: 1,
				keys: 1,
				skipped: null,
				backAt: null,
			},
		],
	});
	assert.equal(chainReport(snapshot.models)['gemini-pro']?.live, null);
});

test('history has ISO times and null for what the answer did not tell', () => {
	const [report] = historyReport([
		{at: now, kid: 'k1_x', from: 'probe', verdict: 'timeout', counted: 'failure', evidence: 'no answer in 10 s'},
	]);
	assert.deepEqual(report, {
		timestamp: '2026-11-22T03:12:44.000Z',
		from: 'probe',
		verdict: 'timeout',
		evidence: 'no answer in 10 s',
		effect: null,
		model: null,
		status: null,
		code: null,
		latencyMs: null,
		firstByteMs: null,
		costUsd: null,
	});
});
