import assert from 'node:assert/strict';
import {readFile, stat} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';
import {RealTerminal} from '../helpers/real-terminal.ts';
import {eventually, Running, startService} from '../helpers/running-service.ts';

const bin = join(packageRoot, 'bin/keydeck.js');
const keys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
];

const run = (project: Project, ...args: string[]) => runScript(args, {cwd: project.folder, env: project.env});

suite('keydeck start', {concurrency: 2}, () => {
	test('serves keys on both ports, names the token file, and logs JSON lines without a key', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project, ['start', '--log-level', 'debug']);
		await service.line(({msg}) => msg.startsWith('3 keys: 2 can serve, 1 needs you'));
		const needs = await service.line(({key}) => key === 'OPENAI_API_KEY2');
		assert.match(needs.msg, /needs you, invalid: .*Make a new one at /);
		const handed = await service.ask('/api/keys/gpt-4o');
		assert.equal(((await handed.json()) as {key: string}).key, project.texts.get('OPENAI_API_KEY'));
		assert.equal((await fetch(`${service.page}/healthz`)).status, 200);
		await service.line(({event}) => event === 'lease.granted');
		const fired = await service.line(({event}) => event === 'alert.fired');
		assert.equal(fired.level, 'error');
		assert.match(fired.msg, /^ALERT high: OPENAI_API_KEY2 .*Make a new one at /);
		assert.ok(!service.stdout.includes(service.token()));
		const {code} = await service.end();
		assert.equal(code, 0);
		assert.equal(service.stderr, '');
		assert.equal(service.lines.at(-1)?.msg, 'stopped');
		for (const text of project.texts.values()) assert.ok(!service.stdout.includes(text.slice(-12)));
	});

	test('finishes a running answer and ends in under five seconds, exit code 0, the home free again', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		await service.line(({msg}) => msg.startsWith('3 keys: 2 can serve'));
		project.simulator.change({vendor: 'openai', latencyMs: 1200});
		const before = project.simulator.counts().requests;
		const slow = service.post('/api/keys/gpt-4o/0/test');
		await eventually(
			() => project.simulator.counts().requests > before,
			() => 'the vendor was never asked',
		);
		const {code, ms} = await service.end();
		assert.equal(code, 0);
		assert.ok(ms < 5000, `${ms} ms`);
		const answer = (await (await slow).json()) as {ok: boolean};
		assert.equal(answer.ok, true);
		assert.equal((await run(project, 'status')).code, 3);
	});

	test('ends with 130 on Ctrl-C', async (t) => {
		const service = await startService(t, await createProject(t, keys));
		assert.equal((await service.end('SIGINT')).code, 130);
	});

	test('a second one on the same home exits 2 and names the first and its page', async (t) => {
		const project = await createProject(t, keys);
		const first = await startService(t, project);
		const second = await run(project, 'start', '--port', '0', '--health-port', '0');
		assert.equal(second.code, 2);
		assert.equal(second.stdout, '');
		const words = `^keydeck start \\(pid ${first.child.pid}\\) already runs .* its page is ${first.page}: .*keydeck stop`;
		assert.match(second.stderr, new RegExp(words));
		assert.equal((await first.end()).code, 0);
	});

	test('beside a dashboard it exits 2 and says how to go on', async (t) => {
		const project = await createProject(t, keys);
		const screen = new RealTerminal(t, [bin], project.env, project.folder);
		await screen.waitFor(/OPENAI_API_KEY2/);
		const {code, stderr} = await run(project, 'start');
		assert.equal(code, 2);
		assert.match(stderr, /^keydeck dashboard \(pid \d+\) already runs .* quit that dashboard with q .*--serve/);
		screen.process.write('q');
		await screen.exited;
	});

	test('a port in use is one line that names the setting, exit code 2, and nothing is left behind', async (t) => {
		const project = await createProject(t, keys);
		const port = await takenPort(t);
		const {code, stdout, stderr} = await run(project, 'start', '--port', '0', '--health-port', String(port));
		assert.deepEqual([code, stdout], [2, '']);
		assert.match(stderr, new RegExp(`^keydeck: port ${port} is in use .*HEALTH_DASHBOARD_PORT.*\n$`));
		assert.equal(project.simulator.counts().requests, 0);
		const service = await startService(t, project);
		assert.equal((await service.end()).code, 0);
	});

	test('starts over the socket that a killed one left', async (t) => {
		const project = await createProject(t, keys);
		const killed = await startService(t, project);
		killed.child.kill('SIGKILL');
		await killed.exited;
		const next = await startService(t, project);
		assert.equal((await next.ask('/api/keys/gpt-4o')).status, 200);
		assert.equal((await next.end()).code, 0);
	});

	test('starts without a key, says where it looked, and takes one up that appears in .env', async (t) => {
		const project = await createProject(t, [{name: 'MISTRAL_API_KEY', vendor: 'mistral'}]);
		await project.write('.env', 'MISTRAL_API_KEY=your-key\n');
		const service = await startService(t, project);
		await service.line(({level, msg}) => level === 'warn' && /^no key found \(.*\.env/.test(msg));
		await project.write('.env', `MISTRAL_API_KEY=${project.texts.get('MISTRAL_API_KEY')}\n`);
		await service.line(({event, label}) => event === 'key.added' && label === 'MISTRAL_API_KEY');
		assert.equal((await service.ask('/api/keys/mistral-large')).status, 200);
		await service.end();
	});

	test('SIGHUP reads the configuration again, opens the log file anew, and ends nothing', async (t) => {
		const project = await createProject(t, keys);
		const file = join(project.folder, 'keydeck.log');
		const service = new Running(t, project, ['start', '--port', '0', '--health-port', '0', '--log-file', file]);
		const log = async (): Promise<string> => readFile(file, 'utf8').catch(() => '');
		const logged = (words: RegExp) =>
			eventually(
				async () => words.test(await log()),
				() => `no ${words}`,
			);
		await logged(/3 keys: 2 can serve/);
		assert.equal((await stat(file)).mode & 0o777, 0o600);
		await project.write('keydeck.config.json', '{"server": {"allowedHosts": ["keys.example"]}}');
		service.child.kill('SIGHUP');
		await logged(/"event":"config.applied"/);
		await logged(/server\.\* was changed: .* at the next start/);
		await project.write('keydeck.config.json', '{"strategy": "fastest"}');
		service.child.kill('SIGHUP');
		await logged(/"level":"error".*"event":"config.refused".*fastest/);
		assert.equal((await service.end()).code, 0);
		assert.equal(service.stdout, '');
	});

	test('on a terminal it speaks to people, a line each, and a dashboard attaches', async (t) => {
		const project = await createProject(t, keys);
		const args = [bin, 'start', '--port', '0', '--health-port', '0'];
		const service = new RealTerminal(t, args, project.env, project.folder);
		await service.waitFor(/\d\d:\d\d:\d\d info {2}key service {5}http:\/\/127\.0\.0\.1:\d+/);
		await service.waitFor(/warn {2}OPENAI_API_KEY2 needs you, invalid/);
		const screen = new RealTerminal(t, [bin], project.env, project.folder);
		await screen.waitFor(/attached · store local/);
		screen.process.write('q');
		assert.equal(await screen.exited, 0);
		service.process.write('\u0003');
		await service.waitFor(/stopping: Ctrl-C/);
		assert.equal(await service.exited, 130);
	});
});

/** A port somebody else listens at. */
async function takenPort(t: TestContext): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	t.after(() => server.close());
	const address = server.address();
	return typeof address === 'object' && address !== null ? address.port : 0;
}
