import assert from 'node:assert/strict';
import {describe, type TestContext, test} from 'node:test';
import {inspect} from 'node:util';
import {createEngine, type EngineOptions, type KeydeckEngine, NoCandidateError} from '../../source/index.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';

const twoKeys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
];

async function open(context: TestContext, project: Project, options: EngineOptions = {}): Promise<KeydeckEngine> {
	const engine = await createEngine({root: project.folder, env: project.env, probe: false, ...options});
	context.after(() => engine.close());
	return engine;
}

describe('an engine of the library', () => {
	test('grants a key with everything a call needs, and the call works', async (context) => {
		const project = await createProject(context, twoKeys);
		const engine = await open(context, project);
		const grant = await engine.acquire('gpt-4o');
		assert.equal(grant.reveal(), project.texts.get('OPENAI_API_KEY'));
		assert.partialDeepStrictEqual(JSON.parse(JSON.stringify(grant)), {
			model: 'gpt-4o',
			requestedModel: 'gpt-4o',
			provider: 'openai',
			upstreamModel: 'gpt-4o',
			key: {label: 'OPENAI_API_KEY', index: 0},
		});
		assert.match(grant.why, /^health-based: /);
		assert.ok(grant.expiresAt > Date.now());
		const answer = await fetch(`${grant.baseUrl}/chat/completions`, {
			method: 'POST',
			headers: {...grant.headers, 'content-type': 'application/json'},
			body: JSON.stringify({model: grant.upstreamModel, messages: [{role: 'user', content: 'Hello'}]}),
		});
		assert.equal(answer.status, 200);
		assert.equal(await engine.settle(grant, {status: 200, tokens: {input: 3, output: 4}}), true);
		assert.equal(await engine.settle(grant), false, 'a lease is settled once');
		assert.partialDeepStrictEqual(
			(await engine.snapshot()).keys.find(({label}) => label === 'OPENAI_API_KEY'),
			{
				inFlight: 0,
				successes: 1,
				grade: 'call',
				usedThisMinute: 1,
			},
		);
	});

	test('headers of Anthropic name the version, and none of them is printed', async (context) => {
		const project = await createProject(context, twoKeys);
		const grant = await (await open(context, project)).acquire('claude-3-opus');
		assert.equal(grant.headers['x-api-key'], project.texts.get('CLAUDE_API_KEY'));
		assert.ok(grant.headers['anthropic-version']);
		assert.match(grant.warning ?? '', /claude-opus-5-5/);
		const printed = inspect([grant, grant.headers, grant.secret], {depth: 9, showHidden: true});
		const written = JSON.stringify([grant, grant.headers, grant.secret]);
		for (const key of project.texts.values()) assert.ok(!(printed + written + String(grant)).includes(key));
	});

	test('settles by lease id too, and gives an unused lease back', async (context) => {
		const engine = await open(context, await createProject(context, twoKeys));
		const first = await engine.acquire('gpt-4o');
		assert.equal(await engine.settle(first.leaseId, {status: 429, headers: {'retry-after': '60'}}), true);
		await assert.rejects(engine.acquire('gpt-4o'), (error: NoCandidateError) => {
			assert.equal(error.code, 'NO_CANDIDATE');
			assert.match(error.message, /^no key can serve gpt-4o now: OPENAI_API_KEY cooling: 429/);
			assert.match(error.hint ?? '', /the first one is back at .* waitMs .* fallback/);
			assert.equal(error.skipped.length, 1);
			assert.ok((error.retryAt ?? 0) > Date.now() + 50_000);
			return true;
		});
		const other = await engine.acquire({model: 'gpt-4o', fallback: true});
		assert.deepEqual([other.model, other.requestedModel, other.provider], ['gpt-4-turbo', 'gpt-4o', 'openai']);
		assert.equal(await engine.release(other.leaseId, 'unused'), true);
		assert.equal((await engine.snapshot()).keys.find(({label}) => label === 'CLAUDE_API_KEY')?.successes, 0);
	});

	test('tests keys, explains a pick, tells events and closes once', async (context) => {
		const project = await createProject(context, [
			...twoKeys,
			{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
		]);
		const engine = await open(context, project);
		const types: string[] = [];
		const granted: string[] = [];
		const ends = [
			engine.on('*', ({type}) => types.push(type)),
			engine.on('lease.granted', ({label}) => granted.push(label)),
		];
		const results = await engine.test();
		assert.deepEqual(results.map(({label, ok}) => [label, ok]).toSorted(), [
			['CLAUDE_API_KEY', true],
			['OPENAI_API_KEY', true],
			['OPENAI_API_KEY2', false],
		]);
		const why = await engine.why('gpt-4o');
		assert.equal(why.pick?.label, 'OPENAI_API_KEY');
		assert.match(why.skipped[0]?.reason ?? '', /^invalid: 401/);
		await engine.acquire('gpt-4o');
		for (const end of ends) end();
		await engine.acquire('gpt-4o');
		assert.deepEqual(granted, ['OPENAI_API_KEY']);
		assert.ok(types.includes('key.probed'));
		await Promise.all([engine.close(), engine.close()]);
		await assert.rejects(engine.acquire('gpt-4o'), {code: 'CLOSED'});
	});

	test('probes in the background unless told not to', async (context) => {
		const project = await createProject(context, twoKeys);
		const engine = await open(context, project, {probe: true});
		const probed = new Promise<void>((resolve) => {
			let count = 0;
			engine.on('key.probed', () => {
				count += 1;
				if (count === 2) resolve();
			});
		});
		await probed;
		assert.equal(project.simulator.counts().requests, 2);
	});

	test('applies a changed .env without a restart', async (context) => {
		const project = await createProject(context, twoKeys);
		const engine = await open(context, project);
		const applied = new Promise((resolve) => engine.on('config.applied', resolve));
		const fresh = `sk-proj-fresh-${'aB3'.repeat(12)}`;
		await project.write('.env', `OPENAI_API_KEY=${fresh}\n`);
		await applied;
		assert.equal((await engine.acquire('gpt-4o')).reveal(), fresh);
	});
});

describe('what cannot be served names the next step', () => {
	test('a model nobody knows', async (context) => {
		const engine = await open(context, await createProject(context, twoKeys));
		await assert.rejects(engine.acquire('gpt-9'), {
			code: 'UNKNOWN_MODEL',
			message: 'unknown model "gpt-9"',
			hint: /keydeck models/,
		});
	});

	test('a model whose vendor has no key', async (context) => {
		const project = await createProject(context, twoKeys);
		const engine = await open(context, project);
		await assert.rejects(engine.acquire('gemini-pro'), {
			code: 'NO_KEY',
			message: 'no key for gemini-pro (gemini)',
			hint: `put one into ${project.folder}/.env, e.g. GEMINI_API_KEY=…`,
		});
	});

	test('a project without a single key', async (context) => {
		const engine = await open(context, await createProject(context, []));
		await assert.rejects(engine.acquire('gpt-4o'), {code: 'NO_KEY', message: /no key found at all; looked in .*\.env/});
	});

	test('a configuration with faults tells all of them, and no key', async (context) => {
		const project = await createProject(context, twoKeys);
		await project.write('keydeck.config.json', '{"strategy": "fastest", "probe": {"intervalMs": 1}}');
		const failure = await createEngine({root: project.folder, env: project.env}).catch((error: unknown) => error);
		assert.ok(failure instanceof Error && 'problems' in failure && Array.isArray(failure.problems));
		assert.equal(failure.problems.length, 2);
		for (const key of project.texts.values()) assert.ok(!inspect(failure).includes(key));
	});

	test('a home another engine holds, when it must not be shared', async (context) => {
		const project = await createProject(context, twoKeys);
		await open(context, project);
		await assert.rejects(open(context, project, {attach: false}), {code: 'HOME_IN_USE'});
	});

	test('errors are told apart by their class', () => {
		const error = new NoCandidateError('NO_KEY', 'no key', {model: 'm', hint: 'add one'});
		assert.deepEqual(
			[error.name, error.code, error.skipped, error.retryAt],
			['NoCandidateError', 'NO_KEY', [], undefined],
		);
	});
});
