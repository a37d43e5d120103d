import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {assertClean, canaries, disguises} from '../helpers/leaks.ts';
import {createProject, type Project} from '../helpers/project.ts';
import {RealTerminal} from '../helpers/real-terminal.ts';
import {Running, startService} from '../helpers/running-service.ts';

const bin = join(packageRoot, 'bin/keydeck.js');

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
	['keys', 'list'],
	['keys', 'list', '--json'],
	['alerts', 'list', '--json'],
	['status'],
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

test('no key leaves the service by its log, its events or its files', async (t) => {
	const project = await createProject(t, canaries);
	const texts = [...project.texts.values()];
	const service = await startService(t, project, ['start', '--log-level', 'trace']);
	await service.line(({msg}) => /^20 keys: .*needs? you/.test(msg));
	const monitor = new Running(t, project, ['monitor', '--json']);
	await monitor.until(() => monitor.stderr !== '');
	for (const model of ['gpt-4o', 'claude-3-opus', 'mistral-large', 'no-such-model']) {
		await (await service.ask(`/api/keys/${model}`)).text();
		await (await service.post(`/api/keys/${model}/0/test`)).text();
	}
	await (await fetch(`${service.keyUrl}/api/keys/gpt-4o`, {headers: {authorization: `Bearer ${texts[0]}`}})).text();
	await monitor.until(() => monitor.lines.some(({type}) => type === 'key.probed'));
	await service.end();
	await monitor.end('SIGINT');
	assertClean('the log', service.stdout + service.stderr, texts);
	assertClean('the events', monitor.stdout + monitor.stderr, texts);
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
	// On a busy machine an Escape and the key after it may be read as one press: it is pressed again.
	let left = false;
	const leaving = screen.exited.then((code) => {
		left = true;
		return code;
	});
	while (!left) {
		await Promise.race([leaving, new Promise((resolve) => setTimeout(resolve, 300))]);
		if (!left) screen.process.write('q');
	}
	assert.equal(await leaving, 0);
	return screen.raw;
}

async function filesOf(folder: string): Promise<Map<string, string>> {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
}
