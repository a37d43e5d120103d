import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';
import {RealTerminal} from '../helpers/real-terminal.ts';

const bin = join(packageRoot, 'bin/keydeck.js');
const leastPart = 12;

/** Twenty keys over every vendor, well and unwell, so that every kind of answer and error is met. */
const canaries: readonly ProjectKey[] = [
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	{name: 'CLAUDE_API_KEY2', vendor: 'anthropic', behaviour: 'revoked'},
	{name: 'CLAUDE_API_KEY3', vendor: 'anthropic', behaviour: 'no-credit', account: 'c'},
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
	{name: 'OPENAI_API_KEY3', vendor: 'openai', behaviour: 'no-credit', account: 'b'},
	{name: 'OPENAI_API_KEY4', vendor: 'openai', behaviour: 'restricted', account: 'c'},
	{name: 'OPENAI_API_KEY5', vendor: 'openai', behaviour: {kind: 'throttled', forMs: 60_000}, account: 'd'},
	{name: 'DEEPSEEK_API_KEY', vendor: 'deepseek'},
	{name: 'DEEPSEEK_API_KEY2', vendor: 'deepseek', behaviour: 'revoked'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
	{name: 'MISTRAL_API_KEY2', vendor: 'mistral', behaviour: 'revoked'},
	{name: 'GEMINI_API_KEY', vendor: 'gemini'},
	{name: 'GEMINI_API_KEY2', vendor: 'gemini', behaviour: 'leaked'},
	{name: 'COHERE_API_KEY', vendor: 'cohere'},
	{name: 'COHERE_API_KEY2', vendor: 'cohere', behaviour: 'revoked'},
	{name: 'GROQ_API_KEY', vendor: 'groq', behaviour: 'blocked'},
	{name: 'OPENROUTER_API_KEY', vendor: 'openrouter', behaviour: 'revoked'},
	{name: 'TOGETHER_API_KEY', vendor: 'together'},
	{name: 'TOGETHER_API_KEY2', vendor: 'together', behaviour: 'revoked'},
];

const commandLines: readonly (readonly string[])[] = [
	['test'],
	['test', '--deep', '--yes'],
	['check', '--json'],
	...['table', 'json', 'csv', 'markdown'].map((format) => ['report', '--format', format]),
	['summary'],
	['summary', '--line'],
	['summary', '--json'],
	['stats'],
	['stats', '--json'],
	['rotate', 'gpt-4o', 'weighted'],
	['why', 'gpt-4o'],
	['why', 'OPENAI_API_KEY2', '--json'],
	['models'],
	['chains'],
	['config'],
	['config', '--json'],
	['doctor'],
	['doctor', '--json'],
	['backup', 'a.backup'],
	[],
];

test('no key leaves keydeck by any command, pane, error or file', async (t) => {
	const project = await createProject(t, canaries);
	const texts = [...project.texts.values()];
	assert.equal(texts.length, 20);
	for (const args of commandLines) {
		const {code, stdout, stderr} = await runScript(args, {
			cwd: project.folder,
			env: {...project.env, KEYDECK_DEBUG: '1'},
		});
		assert.notEqual(code, 70, args.join(' '));
		assertClean(`keydeck ${args.join(' ')}`, stdout + stderr, texts);
	}
	assertClean('the dashboard', await everyPane(t, project), texts);
	for (const [file, content] of await filesOf(join(project.folder, 'home'))) assertClean(file, content, texts);
});

test('a key typed in the wrong place is not repeated', async (t) => {
	const project = await createProject(t, canaries.slice(0, 1));
	const [text = ''] = project.texts.values();
	for (const args of [['why', text], [text], ['test', text], ['report', `--${text}`], ['rotate', 'gpt-4o', text]]) {
		const {code, stdout, stderr} = await runScript(args, {cwd: project.folder, env: project.env});
		assert.equal(code, 2);
		assertClean(`keydeck ${args.length} words`, stdout + stderr, [text]);
	}
});

test('the check finds a planted leak in each disguise', () => {
	const text = 'sk-planted-0123456789abcdefghij';
	for (const disguise of disguises(text)) assert.throws(() => assertClean('plant', `x${disguise}y`, [text]));
	assert.throws(() => assertClean('plant', text.slice(4, 4 + leastPart), [text]));
});

/** Raw bytes of a dashboard that was led through every pane, detail, help, filter and a deep test. */
async function everyPane(t: TestContext, project: Project): Promise<string> {
	const screen = new RealTerminal(t, [bin], project.env, project.folder);
	await screen.waitFor(/OPENAI_API_KEY2\s+invalid/);
	for (const press of ['\r', '\u001b', '2', 'r', '\u001b', '3', '4', '1', '?', '\u001b', 'y', 'T', 'D']) {
		screen.process.write(press);
		await new Promise((resolve) => setTimeout(resolve, 60));
	}
	screen.process.write('\u001b');
	await new Promise((resolve) => setTimeout(resolve, 60));
	screen.process.write('q');
	assert.equal(await screen.exited, 0);
	return screen.raw;
}

async function filesOf(folder: string): Promise<Map<string, string>> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
}

function assertClean(where: string, output: string, texts: readonly string[]): void {
	for (const text of texts) {
		for (const disguise of disguises(text)) assert.ok(!output.includes(disguise), `${where} holds a key`);
		for (let at = 0; at + leastPart <= text.length; at++) {
			assert.ok(!output.includes(text.slice(at, at + leastPart)), `${where} holds a part of a key, from place ${at}`);
		}
	}
}

function disguises(text: string): string[] {
	const bytes = Buffer.from(text);
	const reversed = [...text].toReversed().join('');
	return [
		text,
		bytes.toString('base64'),
		bytes.toString('base64url'),
		bytes.toString('hex'),
		encodeURIComponent(text),
		reversed,
	];
}
