import assert from 'node:assert/strict';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, type TestContext, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {createProject, type ProjectKey} from '../helpers/project.ts';

const examples = join(packageRoot, 'examples');
const [good, dead, spare]: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
	{name: 'OPENAI_API_KEY', vendor: 'openai', behaviour: 'revoked'},
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
];
assert.ok(good && dead && spare);

async function run(context: TestContext, script: string, keys: readonly ProjectKey[]) {
	const project = await createProject(context, keys);
	const ran = await runScript([], {script: join(examples, script), cwd: project.folder, env: project.env});
	assert.equal(ran.stderr, '');
	for (const key of project.texts.values()) assert.ok(!ran.stdout.includes(key));
	return ran;
}

describe('the examples', {concurrency: 2}, () => {
	test('agent-loop answers every question in spite of a dead key', async (context) => {
		const {code, stdout} = await run(context, 'agent-loop/index.js', [dead, good]);
		assert.equal(code, 0);
		assert.equal(stdout.trim().split('\n').length, 3);
	});

	test('agent-loop goes on with another vendor', async (context) => {
		const {code, stdout} = await run(context, 'agent-loop/index.js', [dead, spare]);
		assert.deepEqual([code, stdout.trim().split('\n').length], [0, 3]);
	});

	test('original-classes makes its call, or tells the failure and goes on', async (context) => {
		const worked = await run(context, 'original-classes/index.cjs', [good]);
		assert.deepEqual([worked.code, worked.stdout], [0, 'requests this minute: 1\nthe call worked\n']);
		const failed = await run(context, 'original-classes/index.cjs', [dead, spare]);
		assert.equal(failed.code, 0);
		assert.match(
			failed.stdout,
			/^requests this minute: 1\nOPENAI_API_KEY rejected: 401 .*; CLAUDE_API_KEY serves instead\ngoes on with claude-3-opus\n$/,
		);
	});

	test('raw-lease settles what came of its call, or says why nobody can serve', async (context) => {
		const {code, stdout} = await run(context, 'raw-lease/index.js', [good]);
		assert.equal(code, 0);
		assert.match(
			stdout,
			/^OPENAI_API_KEY2 for gpt-4o \(gpt-4o\): health-based: .*\n(?:note: .*\n)?200, settled: true\n$/,
		);
		const none = await run(context, 'raw-lease/index.js', []);
		assert.match(none.stdout, /^no key found at all; .*OPENAI_API_KEY=…\n$/);
	});

	test('health-report names what needs a person', async (context) => {
		const {code, stdout} = await run(context, 'health-report/index.js', [dead, good]);
		assert.equal(code, 1);
		assert.match(stdout, /BAD {2}OPENAI_API_KEY {2}rejected/);
		assert.match(stdout, /OPENAI_API_KEY: Refused at .* Make a new one/s);
		assert.equal((await run(context, 'health-report/index.js', [good])).code, 0);
	});

	test('each stands in a folder of its own', async () => {
		const found = await readdir(examples, {withFileTypes: true});
		assert.ok(found.filter((one) => one.isFile() && /\.c?js$/.test(one.name)).length === 0);
	});
});
