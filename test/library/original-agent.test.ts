import assert from 'node:assert/strict';
import {symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, type TestContext, test} from 'node:test';
import {packageRoot} from '../helpers/binary.ts';
import {originalAgent} from '../helpers/original-examples.ts';
import {createProject, type ProjectKey} from '../helpers/project.ts';
import {runProgram} from './programs.ts';

const oneEach: readonly ProjectKey[] = [
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'DEEPSEEK_API_KEY', vendor: 'deepseek'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
	{name: 'GEMINI_API_KEY', vendor: 'gemini'},
];

/** `model key`: who serves after a failure of the only key; the key by its variable. */
const chains: readonly {readonly model: string; readonly throttled: string; readonly refused: string}[] = [
	{model: 'claude-3-opus', throttled: 'claude-3-sonnet CLAUDE_API_KEY', refused: 'gpt-4o OPENAI_API_KEY'},
	{model: 'gpt-4o', throttled: 'gpt-4-turbo OPENAI_API_KEY', refused: 'claude-3-opus CLAUDE_API_KEY'},
	// Nobody has declared a server for codellama-70b.
	{model: 'deepseek-coder', throttled: 'gpt-4o OPENAI_API_KEY', refused: 'gpt-4o OPENAI_API_KEY'},
	// mistral-large is the same model of the same vendor.
	{model: 'command-r-plus', throttled: 'claude-3-opus CLAUDE_API_KEY', refused: 'claude-3-opus CLAUDE_API_KEY'},
	{model: 'gemini-pro', throttled: 'gemini-1.5-pro GEMINI_API_KEY', refused: 'claude-3-opus CLAUDE_API_KEY'},
];

/** Runs the agent against a vendor that refuses its call; gives `model key` of the fallback. */
async function runAgent(
	context: TestContext,
	keys: readonly ProjectKey[],
	{model, status}: {readonly model: string; readonly status: number},
): Promise<string> {
	const project = await createProject(context, keys);
	await symlink(join(packageRoot, 'cli'), join(project.folder, 'cli'), 'dir');
	const agent = originalAgent
		.replaceAll("'gpt-4o'", `'${model}'`)
		.replace('// Make API call', `throw Object.assign(new Error('refused'), {status: ${status}});`)
		.replace('// Use fallback.model and fallback.key', 'console.log(JSON.stringify([apiKey, fallback]));');
	const program = `const rotator = new (require('./cli/api-key-rotator'))();\n(async () => {\n${agent}})();\n`;
	const {code, stdout, stderr} = await runProgram(project, 'agent.cjs', program);
	assert.deepEqual([code, stderr], [0, '']);
	const [apiKey, fallback] = JSON.parse(stdout) as [string, {model: string; key: string}];
	const named = (text: string): string => [...project.texts].find(([, key]) => key === text)?.[0] ?? 'unknown';
	assert.ok(named(apiKey) !== 'unknown');
	return `${fallback.model} ${named(fallback.key)}`;
}

describe('the agent of the original tool runs as it stands', {concurrency: 2}, () => {
	for (const {model, throttled, refused} of chains) {
		test(`${model}: a throttled key gives way to ${throttled}`, async (context) => {
			assert.equal(await runAgent(context, oneEach, {model, status: 429}), throttled);
		});

		test(`${model}: a refused key gives way to ${refused}`, async (context) => {
			assert.equal(await runAgent(context, oneEach, {model, status: 401}), refused);
		});
	}

	for (const status of [429, 401, 402, 500]) {
		test(`gpt-4o: after ${status} another key of the model comes before the chain`, async (context) => {
			const keys: ProjectKey[] = [...oneEach, {name: 'OPENAI_API_KEY2', vendor: 'openai'}];
			assert.equal(await runAgent(context, keys, {model: 'gpt-4o', status}), 'gpt-4o OPENAI_API_KEY2');
		});
	}
});
