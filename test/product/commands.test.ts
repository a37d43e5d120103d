import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, type TestContext, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {originalEnvironment, originalTokenPool} from '../helpers/original-examples.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';
import {RealTerminal} from '../helpers/real-terminal.ts';

const bin = join(packageRoot, 'bin/keydeck.js');

const keys: readonly ProjectKey[] = [
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
	{name: 'OPENAI_API_KEY3', vendor: 'openai', behaviour: 'no-credit', account: 'beta'},
	{name: 'DEEPSEEK_API_KEYS', vendor: 'deepseek'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
	{name: 'GEMINI_API_KEY', vendor: 'gemini'},
];

type Row = {
	readonly label: string;
	readonly state: string;
	readonly proof: string;
	readonly ok: boolean;
	readonly why: string;
};

async function json(
	project: Project,
	...args: string[]
): Promise<{code: number | null; value: unknown; stderr: string}> {
	const {code, stdout, stderr} = await runScript([...args, '--json'], {cwd: project.folder, env: project.env});
	return {code, value: JSON.parse(stdout), stderr};
}

async function tested(project: Project, ...args: string[]): Promise<{code: number | null; rows: Map<string, Row>}> {
	const {code, value} = await json(project, 'test', ...args);
	const {results} = value as {results: Row[]};
	return {code, rows: new Map(results.map((row) => [row.label, row]))};
}

describe('the commands against vendors over real sockets', () => {
	test('test is free and finds the revoked key, test --deep finds the empty account, report and summary agree', async (t) => {
		const project = await createProject(t, keys);
		const free = await tested(project);
		assert.equal(free.code, 1);
		assert.equal(free.rows.get('OPENAI_API_KEY2')?.state, 'invalid');
		assert.equal(free.rows.get('OPENAI_API_KEY3')?.state, 'active');
		assert.equal(free.rows.get('DEEPSEEK_API_KEYS[0]')?.proof, 'money');
		assert.equal(project.simulator.counts().completions, 0);

		const deep = await tested(project, '--deep', '--yes');
		assert.equal(deep.rows.get('OPENAI_API_KEY3')?.state, 'exhausted');
		assert.equal(deep.rows.get('OPENAI_API_KEY')?.proof, 'call');

		const report = await json(project, 'report');
		const states = reportStates(report.value);
		for (const [label, {state}] of deep.rows) assert.equal(states.get(label), state, label);
		const summary = await json(project, 'summary');
		const {providers, alerts} = summary.value as {
			providers: Record<string, {keys: {label: string; status: string}[]}>;
			alerts: {severity: string; type: string}[];
		};
		assert.deepEqual(
			providers['gpt-4o']?.keys.map(({status}) => status),
			['healthy', 'unhealthy', 'unhealthy'],
		);
		assert.ok(alerts.some(({type, severity}) => type === 'consecutive_failures' && severity === 'high'));
	});

	test('rotate, stats, why, models, chains and config answer with their shapes', async (t) => {
		const project = await createProject(t, keys);
		await tested(project);
		const rotate = (await json(project, 'rotate', 'gpt-4o', 'round-robin', '--count', '4')).value as {
			picks: {label: string}[];
		};
		assert.deepEqual(
			rotate.picks.map(({label}) => label),
			['OPENAI_API_KEY', 'OPENAI_API_KEY3', 'OPENAI_API_KEY', 'OPENAI_API_KEY3'],
		);
		const why = (await json(project, 'why', 'gpt-4o')).value as {pick: {label: string}; skipped: {label: string}[]};
		assert.equal(why.pick.label, 'OPENAI_API_KEY');
		assert.deepEqual(
			why.skipped.map(({label}) => label),
			['OPENAI_API_KEY2'],
		);
		const stats = (await json(project, 'stats')).value as Record<string, {totalKeys: number}>;
		assert.equal(stats['gpt-4o']?.totalKeys, 3);
		for (const command of ['models', 'chains', 'config']) assert.equal((await json(project, command)).code, 0, command);
	});

	test('beside an open dashboard the commands ask its engine and say so', async (t) => {
		const project = await createProject(t, keys);
		const screen = new RealTerminal(t, [bin], project.env, project.folder);
		await screen.waitFor(/✗ OPENAI_API_KEY2\s+invalid/);
		const report = await json(project, 'report');
		assert.match(report.stderr, new RegExp(`from the running keydeck \\(pid ${screen.process.pid}\\)`));
		assert.equal(reportStates(report.value).get('OPENAI_API_KEY2'), 'invalid');
		for (const command of ['summary', 'stats', 'why']) {
			const answer = await json(project, command, ...(command === 'why' ? ['gpt-4o'] : []));
			assert.match(answer.stderr, /from the running keydeck/, command);
		}
		screen.process.write('q');
		assert.equal(await screen.exited, 0);
		const afterwards = await json(project, 'report');
		assert.doesNotMatch(afterwards.stderr, /running keydeck/);
		assert.equal(reportStates(afterwards.value).get('OPENAI_API_KEY2'), 'invalid');
	});

	test('a second dashboard attaches to the first, and runs the engine itself when that one quits', async (t) => {
		const project = await createProject(t, keys);
		const first = new RealTerminal(t, [bin], project.env, project.folder);
		await first.waitFor(/✗ OPENAI_API_KEY2\s+invalid/);
		const second = new RealTerminal(t, [bin], project.env, project.folder);
		await second.waitFor(/attached · store local/);
		await second.waitFor(/✗ OPENAI_API_KEY2\s+invalid/);
		first.process.write('q');
		assert.equal(await first.exited, 0);
		await second.waitFor(/this one runs it now/);
		await second.waitFor(/live · store local/);
		const report = await json(project, 'report');
		assert.match(report.stderr, new RegExp(`from the running keydeck \\(pid ${second.process.pid}\\)`));
		second.process.write('q');
		assert.equal(await second.exited, 0);
	});

	test('a key added to .env while the dashboard is open gets a row, and nonsense is refused aloud', async (t) => {
		const project = await createProject(t, [{name: 'MISTRAL_API_KEY', vendor: 'mistral'}]);
		await project.write('.env', 'MISTRAL_API_KEY=your-key\n');
		const screen = new RealTerminal(t, [bin], project.env, project.folder);
		await screen.waitFor(/\.env/);
		await project.write('.env', `MISTRAL_API_KEY=${project.texts.get('MISTRAL_API_KEY')}\n`);
		await screen.waitFor(/◐ MISTRAL_API_KEY\s+key valid/);
		await project.write('.env', 'nonsense\n');
		await screen.waitFor(/The changed configuration is refused/);
		await screen.waitFor(/◐ MISTRAL_API_KEY\s+key valid/);
		screen.process.kill('SIGTERM');
		assert.equal(await screen.exited, 143);
		assert.equal(screen.terminal.buffer.active.type, 'normal');
	});
});

describe('bad input', () => {
	const faulty: readonly (readonly [string, string, string, RegExp])[] = [
		['a damaged token pool', 'shared/tokenpool.json', '{"gpt-4o": ["sk-proj-', /shared\/tokenpool\.json/],
		['a damaged configuration', 'keydeck.config.json', '{"strategy": ', /keydeck\.config\.json/],
		['an unknown strategy', 'keydeck.config.json', '{"strategy": "fastest"}', /strategy must be one of round-robin/],
		['an unknown model', 'shared/tokenpool.json', '{"gpt-9": ["x"]}', /gpt-9/],
		['a key with a non-ASCII character', '.env', 'OPENAI_API_KEY=sk-proj-ключ-ключ-ключ\n', /OPENAI_API_KEY/],
		['a key with a line break', '.env', 'OPENAI_API_KEY="sk-proj-abcdefgh\nijklmnop"\n', /OPENAI_API_KEY/],
	];
	for (const [name, file, text, says] of faulty) {
		test(`${name} is told in a line with what to do, exit code 2, and nothing is written`, async (t) => {
			const project = await faultyProject(t, file, text);
			const {code, stdout, stderr} = await runScript(['report'], {cwd: project.folder, env: project.env});
			assert.equal(code, 2);
			assert.equal(stdout, '');
			assert.match(stderr, says);
			assert.doesNotMatch(stderr, /\n\s+at /);
			assert.equal(await readFile(join(project.folder, file), 'utf8'), text);
			await assert.rejects(readFile(join(project.folder, 'home', 'pepper')));
		});
	}

	test("the original's own examples, pasted as they stand, are named as placeholders and nothing is probed", async (t) => {
		const project = await createProject(t, []);
		await project.write('.env', originalEnvironment);
		await project.write('shared/tokenpool.json', originalTokenPool);
		const {code, stderr} = await runScript(['test'], {cwd: project.folder, env: project.env});
		assert.equal(code, 2);
		assert.match(stderr, /CLAUDE_API_KEY/);
		assert.match(stderr, /placeholder/);
		assert.equal(project.simulator.counts().requests, 0);
		assert.equal(await readFile(join(project.folder, 'shared/tokenpool.json'), 'utf8'), originalTokenPool);
	});
});

async function faultyProject(t: TestContext, file: string, text: string): Promise<Project> {
	const project = await createProject(t, [{name: 'MISTRAL_API_KEY', vendor: 'mistral'}]);
	await project.write(file, text);
	return project;
}

function reportStates(value: unknown): Map<string, string> {
	const {providers} = value as {providers: Record<string, {keys: {label: string; state: string}[]}>};
	return new Map(
		Object.values(providers).flatMap(({keys: rows}) => rows.map(({label, state}) => [label, state] as const)),
	);
}
