import assert from 'node:assert/strict';
import {join} from 'node:path';
import {suite, test} from 'node:test';
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
const anyPort = ['--port', '0', '--health-port', '0'];

const run = (project: Project, ...args: string[]) => runScript(args, {cwd: project.folder, env: project.env});

async function json(
	project: Project,
	...args: string[]
): Promise<{code: number | null; value: Record<string, unknown>}> {
	const {code, stdout} = await run(project, ...args, '--json');
	return {code, value: JSON.parse(stdout)};
}

suite('keydeck status and stop', {concurrency: 2}, () => {
	test('tell of the service that runs, end it, and tell that none does', async (t) => {
		const project = await createProject(t, keys);
		assert.deepEqual((await json(project, 'status')).value, {
			running: false,
			root: project.folder,
			home: project.env.KEYDECK_HOME,
		});
		const service = await startService(t, project);
		await service.line(({msg}) => msg.startsWith('3 keys: 2 can serve'));
		const {code, value} = await json(project, 'status');
		assert.equal(code, 0);
		assert.partialDeepStrictEqual(value, {
			running: true,
			command: 'start',
			pid: service.child.pid,
			root: project.folder,
			keyService: service.keyUrl,
			page: service.page,
			keys: {total: 3, usable: 2, needYou: 1},
			store: {kind: 'sqlite', state: 'ok'},
		});
		const told = await run(project, 'status');
		assert.match(told.stdout, new RegExp(`^keydeck start \\(pid ${service.child.pid}\\) runs\n {2}since`));
		const stopped = await run(project, 'stop');
		assert.deepEqual([stopped.code, stopped.stdout], [0, `keydeck start (pid ${service.child.pid}) has ended\n`]);
		assert.equal(await service.exited, 0);
		assert.equal((await run(project, 'status')).code, 3);
		const again = await run(project, 'stop');
		assert.equal(again.code, 0);
		assert.match(again.stdout, /^no keydeck runs for /);
	});

	test('status works while the configuration is bad', async (t) => {
		const project = await createProject(t, keys);
		await startService(t, project);
		await project.write('keydeck.config.json', '{');
		assert.equal((await run(project, 'status')).code, 0);
		assert.equal((await run(project, 'stop')).code, 0);
	});

	test("stop leaves a dashboard in somebody's terminal alone, unless it is forced", async (t) => {
		const project = await createProject(t, keys);
		const screen = new RealTerminal(t, [bin], project.env, project.folder);
		await screen.waitFor(/OPENAI_API_KEY2/);
		assert.match((await run(project, 'status')).stdout, /ports +none: keydeck start and keydeck dashboard --serve/);
		const refused = await run(project, 'stop');
		assert.equal(refused.code, 2);
		assert.match(refused.stderr, /runs in somebody's terminal: quit it there \(q or Ctrl-C\).*--force/);
		assert.equal((await run(project, 'stop', '--force')).code, 0);
		assert.equal(await screen.exited, 143);
	});
});

suite('keydeck token', {concurrency: 2}, () => {
	test('rotate has the old token refused within a second by a running service', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		const old = service.token();
		assert.equal((await run(project, 'token', 'show')).stdout, `${old}\n`);
		const ask = (token: string) =>
			fetch(`${service.keyUrl}/api/keys/gpt-4o`, {headers: {authorization: `Bearer ${token}`}});
		assert.equal((await ask(old)).status, 200);
		const rotated = await run(project, 'token', 'rotate');
		assert.equal(rotated.code, 0);
		await new Promise((resolve) => setTimeout(resolve, 1000));
		assert.equal((await ask(old)).status, 401);
		assert.equal((await ask(rotated.stdout.trim())).status, 200);
	});

	test('add prints a token with its rights once, list never does, remove takes it back', async (t) => {
		const project = await createProject(t, keys);
		const added = await json(project, 'token', 'add', 'ci', '--scope', 'keys');
		assert.deepEqual([added.code, added.value.name, added.value.scopes], [0, 'ci', ['keys']]);
		const token = String(added.value.token);
		assert.match(token, /^kd_/);
		const again = await run(project, 'token', 'add', 'ci');
		assert.equal(again.code, 2);
		assert.match(again.stderr, /there is a token called "ci" already/);
		const listed = await run(project, 'token', 'list');
		assert.match(listed.stdout, /^ci +keys +\d{4}-/m);
		assert.ok(!listed.stdout.includes(token.slice(3, 15)));
		assert.equal((await run(project, 'token', 'remove', 'ci')).code, 0);
		assert.equal((await run(project, 'token', 'remove', 'ci')).code, 1);
		const own = await runScript(['token', 'rotate'], {
			cwd: project.folder,
			env: {...project.env, KEYDECK_TOKEN: 'a-token-of-the-environment'},
		});
		assert.equal(own.code, 2);
		assert.match(own.stderr, /comes from KEYDECK_TOKEN/);
		for (const args of [['add', 'two words'], ['add', 'ci', '--scope', 'all'], ['forge']]) {
			assert.equal((await run(project, 'token', ...args)).code, 2, args.join(' '));
		}
	});
});

suite('keydeck keys and alerts', {concurrency: 2}, () => {
	test('a key switched off from the shell is seen at once by GET /api/keys/status', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		await service.line(({msg}) => msg.startsWith('3 keys: 2 can serve'));
		const off = await run(project, 'keys', 'disable', 'gpt-4o', '0');
		assert.deepEqual([off.code, off.stdout], [0, 'OPENAI_API_KEY is switched off\n']);
		assert.match(off.stderr, /from the running keydeck \(pid \d+\)/);
		const status = async (): Promise<unknown> => {
			const body = (await (await service.ask('/api/keys/status')).json()) as {
				providers: Record<string, {keys: {state: string; health: unknown}[]}>;
			};
			const key = body.providers['gpt-4o']?.keys[0];
			return [key?.state, key?.health];
		};
		assert.deepEqual(await status(), ['disabled', false]);
		assert.equal((await run(project, 'keys', 'enable', 'OPENAI_API_KEY')).code, 0);
		assert.deepEqual(await status(), ['active', true]);
	});

	test('alone a switch is kept for the next engine', async (t) => {
		const project = await createProject(t, keys);
		const off = await run(project, 'keys', 'drain', 'MISTRAL_API_KEY');
		assert.equal(off.code, 0);
		assert.match(off.stderr, /no keydeck runs here: it is kept for the next one/);
		const {value} = await json(project, 'keys', 'list');
		const rows = value.keys as {label: string; state: string}[];
		assert.equal(rows.find(({label}) => label === 'MISTRAL_API_KEY')?.state, 'draining');
	});

	test('alerts are listed with their ids, acknowledged and silenced', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		await service.line(({event}) => event === 'alert.fired');
		const listed = await run(project, 'alerts', 'list');
		assert.equal(listed.code, 1);
		assert.match(listed.stdout, /^\d alerts? firing\n/);
		const {value} = await json(project, 'alerts', 'list');
		const [alert] = value.alerts as {id: string}[];
		assert.equal((await run(project, 'alerts', 'ack', alert?.id ?? '')).code, 0);
		await service.line(({event}) => event === 'alert.acknowledged');
		const silenced = await run(project, 'alerts', 'silence', 'all', '--for', '2h');
		assert.match(silenced.stdout, /^silent for 2h00m: OPENAI_API_KEY2 /);
		assert.match((await run(project, 'alerts', 'list')).stdout, /\(.*silent until /);
		const unknown = await run(project, 'alerts', 'ack', 'nothing');
		assert.equal(unknown.code, 2);
		assert.match(unknown.stderr, /no alert fires that is called "nothing": keydeck alerts list/);
	});
});

suite('keydeck monitor and watch', {concurrency: 2}, () => {
	test('monitor --json prints one event a line, keys by their hash, chosen by --only', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		await service.line(({msg}) => msg.startsWith('3 keys: 2 can serve'));
		const monitor = new Running(t, project, ['monitor', '--json', '--only', 'leases,benches']);
		await monitor.until(() => monitor.stderr !== '');
		assert.match(monitor.stderr, /^from keydeck start \(pid \d+\)\n$/);
		await service.ask('/api/keys/gpt-4o');
		await service.post('/api/keys/gpt-4o/0/disable');
		await monitor.until(() => monitor.lines.length >= 2);
		const [lease, bench] = monitor.lines;
		assert.partialDeepStrictEqual(lease, {type: 'lease.granted', label: 'OPENAI_API_KEY', model: 'gpt-4o'});
		assert.match(String(lease?.hash), /^[0-9a-f]{8}$/);
		assert.match(String(lease?.at), /^\d{4}-.*Z$/);
		assert.partialDeepStrictEqual(bench, {type: 'bench.placed', kind: 'disabled'});
		assert.ok(!monitor.stdout.includes('k1_'));
		await run(project, 'stop');
		await monitor.until(() => monitor.stderr.includes('waiting for the next one'));
		const next = await startService(t, project);
		await monitor.until(() => monitor.stderr.includes(`from keydeck start (pid ${next.child.pid})`));
		assert.equal((await monitor.end('SIGINT')).code, 130);
	});

	test('monitor alone runs the engine, and ends when nobody reads it', async (t) => {
		const project = await createProject(t, keys);
		const monitor = new Running(t, project, ['monitor']);
		await monitor.until(() => /benches OPENAI_API_KEY2 is invalid: 401/.test(monitor.stdout));
		assert.match(monitor.stderr, /^no keydeck runs here: this one runs the engine/);
		monitor.child.stdout.destroy();
		await run(project, 'keys', 'disable', 'MISTRAL_API_KEY');
		assert.equal(await monitor.exited, 0);
	});

	test('watch opens the page and tells alerts', async (t) => {
		const project = await createProject(t, keys);
		const watch = await startService(t, project, ['watch']);
		const fired = await watch.line(({event}) => event === 'alert.fired');
		assert.match(fired.msg, /^ALERT high: OPENAI_API_KEY2 /);
		assert.equal((await fetch(`${watch.page}/healthz`)).status, 200);
		assert.ok(!watch.lines.some(({event}) => event === 'key.probed' || event === 'bench.placed'));
		assert.equal((await watch.end()).code, 0);
	});

	test('watch beside a service names its page, tells its alerts, and takes over when it is gone', async (t) => {
		const project = await createProject(t, keys);
		const service = await startService(t, project);
		await service.line(({event}) => event === 'alert.fired');
		const watch = new Running(t, project, ['watch', ...anyPort]);
		await watch.line(({msg}) =>
			msg.includes(`attached to keydeck start (pid ${service.child.pid}): its page is ${service.page}/`),
		);
		await watch.line(({msg}) => /^still firing, high: OPENAI_API_KEY2/.test(msg));
		await run(project, 'alerts', 'ack', 'all');
		await watch.line(({event}) => event === 'alert.acknowledged');
		assert.equal((await service.end()).code, 0);
		await watch.line(({msg}) => msg.startsWith('the keydeck that ran the engine has ended'));
		const {page} = await watch.line(({event, page: address}) => event === 'service.started' && address !== undefined);
		assert.equal((await fetch(`${page}/healthz`)).status, 200);
		assert.equal((await watch.end('SIGINT')).code, 130);
	});
});

suite('a dashboard and a demo that serve', {concurrency: 2}, () => {
	test('dashboard --serve opens both ports and says where the page is', async (t) => {
		const project = await createProject(t, keys);
		const screen = new RealTerminal(t, [bin, 'dashboard', '--serve', ...anyPort], project.env, project.folder);
		await screen.waitFor(/the page is http:\/\/127\.0\.0\.1:\d+\//);
		await screen.waitFor(/OPENAI_API_KEY2\s+invalid/);
		const {value} = await json(project, 'status');
		assert.equal(value.command, 'dashboard');
		assert.equal((await fetch(`${value.page}/healthz`)).status, 200);
		const taken = new URL(String(value.page)).port;
		const other = {...project.env, KEYDECK_HOME: join(project.folder, 'other')};
		const second = new RealTerminal(t, [bin, 'dashboard', '--serve', '--port', taken], other, project.folder);
		assert.equal(await second.exited, 2);
		assert.match(second.raw, new RegExp(`port ${taken} is in use`));
		assert.ok(!second.raw.includes('\u001b[?1049h'), 'the screen was never opened');
		screen.process.write('q');
		assert.equal(await screen.exited, 0);
		await eventually(
			() =>
				fetch(`${value.page}/healthz`).then(
					() => false,
					() => true,
				),
			() => 'the port is still open',
		);
	});

	test('demo --headless serves simulated keys on free ports and leaves no home behind', async (t) => {
		const project = await createProject(t, []);
		const demo = await startService(t, project, ['demo', '--headless']);
		const answer = await demo.ask('/api/keys/gpt-4o');
		assert.equal(answer.status, 200);
		const {tokenFile} = await demo.line((line) => 'tokenFile' in line);
		assert.equal((await demo.end()).code, 0);
		assert.throws(() => demo.token(), {code: 'ENOENT'}, String(tokenFile));
	});
});
