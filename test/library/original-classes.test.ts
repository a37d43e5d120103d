import assert from 'node:assert/strict';
import {once} from 'node:events';
import {describe, type TestContext, test} from 'node:test';
import {inspect} from 'node:util';
import {APIHealthMonitor, APIKeyManager, APIKeyRotator, type KeyFailure, SetupAPIKeys} from '../../source/index.ts';
import {madeUpKey} from '../../source/simulator/key-text.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';

const keys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
];

type Tools = {
	readonly project: Project;
	readonly manager: APIKeyManager;
	readonly rotator: APIKeyRotator;
	readonly monitor: APIHealthMonitor;
	readonly text: (name: string) => string;
};

async function tools(context: TestContext, wanted: readonly ProjectKey[] = keys): Promise<Tools> {
	const project = await createProject(context, wanted);
	const options = {
		root: project.folder,
		env: {...project.env, API_KEY_MANAGER_PORT: '0', HEALTH_DASHBOARD_PORT: '0'},
	};
	const manager = new APIKeyManager(options);
	const rotator = new APIKeyRotator(options);
	const monitor = new APIHealthMonitor(options);
	context.after(() => Promise.all([manager.cleanup(), rotator.cleanup(), monitor.cleanup()]));
	return {project, manager, rotator, monitor, text: (name) => project.texts.get(name) ?? ''};
}

const refusal = (status: number): Error => Object.assign(new Error(`${status} refused`), {status});

describe('APIKeyManager', () => {
	test('gives keys in turn and counts each call once', async (context) => {
		const {manager, text} = await tools(context);
		const first = await manager.getKey('gpt-4o');
		const second = await manager.getNextKey('gpt-4o');
		assert.deepEqual([first, second].toSorted(), [text('OPENAI_API_KEY'), text('OPENAI_API_KEY2')].toSorted());
		assert.equal(await manager.trackUsage('gpt-4o', first), 1);
		assert.equal(await manager.trackUsage('gpt-4o', first), 1, 'no lease is open any more');
		assert.equal(await manager.trackUsage('gpt-4o', 'a key nobody knows'), 0);
		const {keys: rows = []} = (await manager.generateReport()).providers['gpt-4o'] ?? {};
		assert.deepEqual(
			rows.map(({label, usage}) => [label, usage]),
			[
				['OPENAI_API_KEY', 1],
				['OPENAI_API_KEY2', 1],
			],
		);
	});

	test('tests a key of the pool, and any other, of which nothing is kept', async (context) => {
		const [first, ...others] = keys;
		assert.ok(first);
		const {project, manager, text} = await tools(context, [{...first, behaviour: 'revoked'}, ...others]);
		assert.partialDeepStrictEqual(await manager.testKey('gpt-4o', text('OPENAI_API_KEY2')), {
			valid: true,
			label: 'OPENAI_API_KEY2',
			error: null,
			status: 200,
		});
		assert.partialDeepStrictEqual(await manager.testKey('gpt-4o', text('OPENAI_API_KEY')), {
			valid: false,
			verdict: 'rejected',
			state: 'invalid',
			status: 401,
		});
		const stranger = madeUpKey('openai', Math.random);
		project.simulator.change({vendor: 'openai', add: [{key: stranger}]});
		assert.partialDeepStrictEqual(await manager.testKey('gpt-4o', stranger), {valid: true, label: null, state: null});
		const before = project.simulator.counts().requests;
		const misplaced = await manager.testKey('gpt-4o', text('CLAUDE_API_KEY'));
		assert.deepEqual([misplaced.valid, misplaced.verdict], [false, 'not-sent']);
		assert.equal(project.simulator.counts().requests, before, 'a key of another vendor is not sent');
		assert.equal((await manager.loadKeys())['gpt-4o']?.length, 2);
		assert.equal(await manager.hashKey(stranger), await manager.hashKey(stranger));
		assert.match(await manager.hashKey(text('CLAUDE_API_KEY')), /^[0-9a-f]{8}$/);
	});

	test('tells a throttled key from a refused and from a good one', async (context) => {
		const {manager, rotator, text} = await tools(context);
		const limited = (name: string) => manager.isRateLimited('gpt-4o', text(name));
		assert.equal(await limited('OPENAI_API_KEY'), false);
		await rotator.handleKeyFailure('gpt-4o', text('OPENAI_API_KEY'), refusal(429));
		assert.equal(await limited('OPENAI_API_KEY'), true);
		await rotator.handleKeyFailure('gpt-4o', text('OPENAI_API_KEY2'), refusal(401));
		assert.equal(await limited('OPENAI_API_KEY2'), false);
	});

	test('starts the service and the web page once for all of them, and ends both with the last one', async (context) => {
		const {manager, monitor, rotator} = await tools(context);
		const served = await manager.start();
		assert.deepEqual(await monitor.startDashboard(), served);
		const status = await fetch(`${served.keyUrl}/api/keys/status`);
		assert.equal(status.status, 200);
		assert.equal((await fetch(`${served.healthUrl}/healthz`)).status, 200);
		await Promise.all([manager.cleanup(), monitor.cleanup(), rotator.cleanup()]);
		await assert.rejects(fetch(`${served.healthUrl}/healthz`));
	});

	test('says how the setup is started', async () => {
		await assert.rejects(new SetupAPIKeys().run(), {code: 'NOT_IN_LIBRARY', hint: /keydeck setup/});
	});

	test('refuses an unknown model and one without a key with the next step', async (context) => {
		const {manager} = await tools(context);
		await assert.rejects(manager.getKey('gpt-9'), {code: 'UNKNOWN_MODEL'});
		await assert.rejects(manager.getKey('gemini-pro'), {code: 'NO_KEY', hint: /GEMINI_API_KEY=/});
		await assert.rejects(manager.testKey('gpt-9', 'x'), {code: 'UNKNOWN_MODEL'});
	});
});

describe('APIKeyRotator', () => {
	test('takes the next key of those that are named, by the strategy that is named', async (context) => {
		const {rotator, text} = await tools(context);
		const only = [text('OPENAI_API_KEY2')];
		for (let turn = 0; turn < 3; turn++) {
			assert.equal(await rotator.getNextKey('gpt-4o', only, 'round-robin'), text('OPENAI_API_KEY2'));
		}
		await assert.rejects(rotator.getNextKey('gpt-4o', ['none of ours']), {code: 'NO_KEY', hint: /\.env/});
		await assert.rejects(rotator.getNextKey('gpt-4o', undefined, 'fastest' as 'weighted'), {code: 'INVALID_INPUT'});
		assert.deepEqual(await rotator.getModelKeys('gpt-4o'), [text('OPENAI_API_KEY'), text('OPENAI_API_KEY2')]);
	});

	test('tells each failure with what it means and who serves instead, and never a key', async (context) => {
		const {rotator, project, text} = await tools(context);
		const told: KeyFailure[] = [];
		rotator.on('key-failure', (failure) => told.push(failure));
		const failing = text('OPENAI_API_KEY');
		const answer = await rotator.handleKeyFailure('gpt-4o', failing, {
			status: 401,
			error: {code: 'invalid_api_key', message: `Incorrect API key provided: ${failing}`},
		});
		assert.deepEqual(answer, {model: 'gpt-4o', key: text('OPENAI_API_KEY2')});
		assert.partialDeepStrictEqual(told, [
			{
				model: 'gpt-4o',
				label: 'OPENAI_API_KEY',
				keyIndex: 0,
				verdict: 'rejected',
				fallback: {model: 'gpt-4o', label: 'OPENAI_API_KEY2'},
			},
		]);
		for (const key of project.texts.values()) assert.ok(!inspect([told, rotator], {depth: 9}).includes(key));
	});

	test('goes along chains of its own, and says when nobody is left', async (context) => {
		const {rotator, manager, text} = await tools(context);
		rotator.configureFallbacks({'claude-3-opus': ['no-such-model', 'gemini-pro', 'gpt-4-turbo']});
		const claude = await manager.getKey('claude-3-opus');
		assert.equal((await rotator.handleKeyFailure('claude-3-opus', claude, refusal(401))).model, 'gpt-4-turbo');
		rotator.configureFallbacks({'claude-3-opus': []});
		const told = once(rotator, 'key-failure');
		await assert.rejects(rotator.handleKeyFailure('claude-3-opus', claude, refusal(401)), {code: 'NO_CANDIDATE'});
		const [failure] = (await told) as [KeyFailure];
		assert.deepEqual([failure.label, failure.fallback], ['CLAUDE_API_KEY', null]);
		assert.ok(text('CLAUDE_API_KEY') === claude);
	});

	test('counts a call that was tracked and measured once, and a failed one as failed', async (context) => {
		const {rotator, manager} = await tools(context, keys.slice(0, 1));
		const key = await manager.getKey('gpt-4o');
		await manager.trackUsage('gpt-4o', key);
		await rotator.updateMetrics('gpt-4o', 0, true, 800);
		await manager.getKey('gpt-4o');
		await rotator.updateMetrics('gpt-4o', 0, false, 900);
		const [row] = (await rotator.getRotationStats())['gpt-4o']?.keys ?? [];
		assert.deepEqual([row?.usageCount, row?.successRate], [2, 0.5]);
		await assert.rejects(rotator.updateMetrics('gpt-4o', 7, true, 1), {code: 'UNKNOWN_KEY'});
	});
});

describe('APIHealthMonitor', () => {
	test('checks a key by its text or its place, and sums up', async (context) => {
		const {monitor, text} = await tools(context);
		assert.partialDeepStrictEqual(await monitor.checkHealth('gpt-4o', text('OPENAI_API_KEY2'), 1), {
			status: 'healthy',
			statusCode: 200,
			keyIndex: 1,
			label: 'OPENAI_API_KEY2',
		});
		assert.equal((await monitor.checkHealth('gpt-4o', undefined, 0)).label, 'OPENAI_API_KEY');
		const {providers} = await monitor.getHealthSummary();
		assert.deepEqual(
			providers['gpt-4o']?.keys.map(({status}) => status),
			['healthy', 'healthy'],
		);
	});

	test('tells an alert as it fires', {timeout: 20_000}, async (context) => {
		const [first, ...others] = keys;
		assert.ok(first);
		const {monitor} = await tools(context, [{...first, behaviour: 'revoked'}, ...others]);
		const told = once(monitor, 'alert');
		await monitor.startMonitoring();
		const [alert] = (await told) as [{type: string; severity: string; label: string}];
		assert.deepEqual([alert.severity, alert.label], ['high', 'OPENAI_API_KEY']);
	});
});

describe('all of them in one process', () => {
	test('share one engine, which the last one closes and the next one opens again', async (context) => {
		const {manager, rotator, monitor, text} = await tools(context);
		await Promise.all([manager.getKey('gpt-4o'), rotator.getNextKey('gpt-4o'), monitor.getHealthSummary()]);
		assert.equal(
			(await rotator.getRotationStats())['gpt-4o']?.keys.reduce((sum, {usageCount}) => sum + usageCount, 0),
			2,
		);
		await manager.cleanup();
		await rotator.cleanup();
		assert.equal((await monitor.checkHealth('gpt-4o', text('OPENAI_API_KEY'))).status, 'healthy');
		await monitor.cleanup();
		assert.equal((await rotator.getModelKeys('gpt-4o')).length, 2);
		for (const key of [text('OPENAI_API_KEY'), text('CLAUDE_API_KEY')]) {
			assert.ok(!inspect([manager, rotator, monitor], {depth: 9, showHidden: true}).includes(key));
		}
	});
});
