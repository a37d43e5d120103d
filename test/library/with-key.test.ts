import assert from 'node:assert/strict';
import {describe, type TestContext, test} from 'node:test';
import {createEngine, type Grant, type KeydeckEngine} from '../../source/index.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';

const keys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
];

async function open(context: TestContext, project: Project): Promise<KeydeckEngine> {
	const engine = await createEngine({root: project.folder, env: project.env, probe: false});
	context.after(() => engine.close());
	return engine;
}

function complete(grant: Grant): Promise<Response> {
	const anthropic = grant.provider === 'anthropic';
	return fetch(`${grant.baseUrl}${anthropic ? '/v1/messages' : '/chat/completions'}`, {
		method: 'POST',
		headers: {...grant.headers, 'content-type': 'application/json'},
		body: JSON.stringify({model: grant.upstreamModel, max_tokens: 5, messages: [{role: 'user', content: 'Hello'}]}),
	});
}

/** What every key of the pool has counted, by label. */
async function counts(engine: KeydeckEngine): Promise<Record<string, readonly [number, number, string]>> {
	const {keys: views} = await engine.snapshot();
	return Object.fromEntries(views.map((key) => [key.label, [key.successes, key.failures, key.state.kind]]));
}

const failure = (fields: object): Error => Object.assign(new Error('it failed'), fields);

describe('a call made with a key', () => {
	test('gives its result, settles its lease and counts the tokens it used', async (context) => {
		const engine = await open(context, await createProject(context, keys.slice(0, 1)));
		const answer = await engine.withKey('gpt-4o', async (grant) => {
			const response = await complete(grant);
			return (await response.json()) as {usage: {total_tokens: number}};
		});
		assert.ok(answer.usage.total_tokens > 0);
		assert.deepEqual(await counts(engine), {OPENAI_API_KEY: [1, 0, 'active']});
		assert.equal((await engine.snapshot()).keys[0]?.inFlight, 0);
	});

	test('that is refused with an answer goes to the next key, and the refused one is benched', async (context) => {
		const [first, ...others] = keys;
		assert.ok(first);
		const project = await createProject(context, [{...first, behaviour: 'no-credit'}, ...others]);
		const engine = await open(context, project);
		const used: string[] = [];
		const response = await engine.withKey('gpt-4o', (grant) => {
			used.push(grant.key.label);
			return complete(grant);
		});
		assert.equal(response.status, 200);
		assert.deepEqual(used, ['OPENAI_API_KEY', 'OPENAI_API_KEY2']);
		assert.equal((await counts(engine)).OPENAI_API_KEY?.[2], 'exhausted');
	});

	test('that is thrown out of one pool goes on along the chain of the model', async (context) => {
		const engine = await open(context, await createProject(context, keys));
		const used: string[] = [];
		const served = await engine.withKey(
			{model: 'gpt-4o', tokens: 10},
			(grant) => {
				used.push(grant.key.label);
				if (grant.provider === 'openai') throw failure({status: 500});
				return grant.model;
			},
			{attempts: 5},
		);
		assert.deepEqual(used.toSorted(), ['CLAUDE_API_KEY', 'OPENAI_API_KEY', 'OPENAI_API_KEY2']);
		assert.equal(served, 'claude-3-opus');
	});

	test("that is the caller's own fault is not tried again", async (context) => {
		const engine = await open(context, await createProject(context, keys));
		let calls = 0;
		const error = failure({status: 400, error: {type: 'invalid_request_error'}});
		await assert.rejects(
			engine.withKey('gpt-4o', () => {
				calls += 1;
				throw error;
			}),
			(thrown) => thrown === error,
		);
		assert.equal(calls, 1);
		assert.deepEqual((await counts(engine)).OPENAI_API_KEY, [0, 0, 'unknown']);
	});

	test('that meets a fault of the program says nothing about the key', async (context) => {
		const engine = await open(context, await createProject(context, keys));
		await assert.rejects(
			engine.withKey('gpt-4o', () => {
				throw new TypeError('x is not a function');
			}),
			TypeError,
		);
		assert.deepEqual((await counts(engine)).OPENAI_API_KEY, [0, 0, 'unknown']);
		assert.equal((await engine.snapshot()).keys[0]?.inFlight, 0);
	});

	test('fails with its last error when the attempts are used up or nobody else is left', async (context) => {
		const engine = await open(context, await createProject(context, keys));
		let calls = 0;
		const fail = (): never => {
			calls += 1;
			throw failure({status: 401, call: calls});
		};
		await assert.rejects(engine.withKey('gpt-4o', fail, {attempts: 2}), {call: 2});
		await assert.rejects(engine.withKey('claude-3-opus', fail), {call: 3});
		await assert.rejects(engine.withKey('claude-3-opus', fail), {code: 'NO_CANDIDATE'});
		assert.equal(calls, 3);
	});

	test('may be settled by the caller in more detail', async (context) => {
		const engine = await open(context, await createProject(context, keys.slice(0, 1)));
		await engine.withKey('gpt-4o', (grant) => engine.settle(grant, {status: 200, tokens: 9}));
		assert.equal((await counts(engine)).OPENAI_API_KEY?.[0], 1);
	});
});
