import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {chmodSync, truncateSync, utimesSync} from 'node:fs';
import {rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {firstWords, runScript, startScript} from '../../helpers/binary.ts';
import {createProject, type Project, type ProjectKey} from '../../helpers/project.ts';

type Check = {group: string; name: string; verdict: string; says: string; next: string | null};
type Report = {ok: boolean; attached: boolean; checks: Check[]};
type Seen = {code: number | null; report: Report; stderr: string; of: (group: string, name: string) => Check};

const twoKeys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai', account: 'alpha'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai', account: 'beta'},
];

/** Ports nobody else has, and none of the clocks of this machine's day. */
const ports = {API_KEY_MANAGER_PORT: '0', HEALTH_DASHBOARD_PORT: '0'};

async function doctor(project: Project, env: Record<string, string> = {}, ...args: string[]): Promise<Seen> {
	const options = {cwd: project.folder, env: {...project.env, ...ports, ...env}};
	const {code, stdout, stderr} = await runScript(['doctor', '--json', ...args], options);
	for (const text of project.texts.values()) {
		assert.ok(!`${stdout}${stderr}`.includes(text.slice(0, 14)), 'no key is printed');
	}
	assert.ok(stdout !== '', stderr);
	const report = JSON.parse(stdout) as Report;
	const of = (group: string, name: string): Check => {
		const found = report.checks.find((check) => check.group === group && check.name === name);
		assert.ok(found, `${group} ${name}: ${report.checks.map((check) => `${check.group}/${check.name}`).join(' ')}`);
		return found;
	};
	return {code, report, stderr, of};
}

/** A project whose store has lived. */
async function livedProject(t: TestContext): Promise<Project> {
	const project = await createProject(t, twoKeys);
	await runScript(['test'], {cwd: project.folder, env: project.env});
	return project;
}

suite('keydeck doctor', {concurrency: 2}, () => {
	test('finds nothing to do where all is well, group by group, and exits 0', async (t) => {
		const project = await livedProject(t);
		const {code, report, of} = await doctor(project);
		assert.deepEqual(
			report.checks.filter(({verdict}) => verdict === 'problem'),
			[],
		);
		assert.deepEqual([code, report.ok, report.attached], [0, true, false]);
		assert.match(of('store', 'store').says, /^whole \(quick_check, check sums\), .* schema 2$/);
		assert.match(
			of('network', 'openai').says,
			/^127\.0\.0\.1:\d+: DNS \d+ ms, TCP \d+ ms, HTTP \d+ ms, answers 4\d\d$/,
		);
		assert.equal(of('machine', 'clock').says, 'agrees with the vendors');
		assert.equal(of('redis', 'Redis').says, 'not configured: the embedded store is used');
		assert.match(of('configuration', 'strategy').says, /^health-based, from default$/);
		assert.equal(of('keys', 'OPENAI_API_KEY').verdict, 'ok');
		assert.match(of('files', '.env').says, /^changed \d+s ago$/);
		assert.equal(project.simulator.counts().completions, 0, 'it is free');
	});

	test('prints a table by groups for people, and each finding that is not fine says what to do', async (t) => {
		const project = await createProject(t, [{name: 'OPENAI_API_KEY', vendor: 'openai', behaviour: 'revoked'}]);
		const {code, stdout} = await runScript(['doctor'], {cwd: project.folder, env: {...project.env, ...ports}});
		assert.equal(code, 1);
		assert.match(stdout, /^MACHINE\n {2}✓ Node\.js/);
		assert.match(stdout, /\nKEYS\n {2}✗ OPENAI_API_KEY +invalid: .*\n +→ .+\n/);
		assert.match(stdout, /\n {2}! pool openai +1 key: nothing to change over to\n +→ Add a second key/);
		assert.match(stdout, /\n1 problem, \d+ warnings?, \d+ ok, \d+ skipped\n$/);
	});

	test('says which lines of a .env that has just changed fail, and is silent about old ones', async (t) => {
		const project = await createProject(t, [
			...twoKeys,
			{name: 'OPENAI_API_KEY3', vendor: 'openai', behaviour: 'revoked'},
		]);
		const fresh = await doctor(project);
		assert.match(fresh.of('files', '.env').says, /and OPENAI_API_KEY3 of it fail$/);
		const old = new Date(Date.now() - 5 * 86_400_000);
		utimesSync(join(project.folder, '.env'), old, old);
		assert.deepEqual((await doctor(project)).of('files', '.env').verdict, 'ok');
	});

	test('names the stage on the way to a vendor that fails: DNS, TCP, TLS, proxy', async (t) => {
		const project = await createProject(t, twoKeys);
		const closed = await closedPort();
		const plain = new URL(project.env.KEYDECK_OPENAI_BASE_URL ?? '').host;
		const rows: readonly [string, RegExp, Record<string, string>][] = [
			['http://nowhere.invalid/v1', /^nowhere\.invalid: DNS failed \((ENOTFOUND|EAI_AGAIN)\)$/, {}],
			[`http://127.0.0.1:${closed}/v1`, /: TCP failed \(ECONNREFUSED\) after DNS \d+ ms$/, {}],
			[`https://${plain}/v1`, /: TLS failed \(.+\) after DNS \d+ ms, TCP \d+ ms$/, {}],
			[
				'https://vendor.invalid/v1',
				/^vendor\.invalid through the proxy .*: proxy failed/,
				{HTTPS_PROXY: `http://${plain}`},
			],
		];
		await Promise.all(
			rows.map(async ([url, says, env]) => {
				const {code, of} = await doctor(project, {
					...env,
					KEYDECK_OPENAI_BASE_URL: url,
					KEYDECK_HOME: join(project.folder, `home-${url.length}${Object.keys(env).length}`),
				});
				const found = of('network', 'openai');
				assert.match(found.says, says);
				assert.ok(found.next);
				assert.deepEqual([code, found.verdict], [1, 'problem']);
			}),
		);
	});

	test('beside a running keydeck lets that one check the keys and does not touch its store', async (t) => {
		const project = await createProject(t, twoKeys);
		const holder = startHolder(project);
		t.after(() => holder.kill('SIGKILL'));
		await firstWords(holder, 'stdout');
		const {report, stderr, of} = await doctor(project);
		assert.equal(report.attached, true);
		assert.match(stderr, /from the running keydeck \(pid \d+\)/);
		assert.match(of('store', 'store').says, /open in the keydeck that runs/);
		assert.equal(of('keys', 'OPENAI_API_KEY').verdict, 'ok');
	});

	test('finds a damaged store before it is opened, and a store of another pepper', async (t) => {
		const project = await livedProject(t);
		const file = join(project.folder, 'home', 'keydeck.sqlite');
		truncateSync(file, 5000);
		const damaged = await doctor(project);
		assert.equal(damaged.code, 1);
		assert.match(damaged.of('store', 'store').says, /is damaged: /);
		assert.match(damaged.stderr, /was damaged .* moved to/);

		const kept = (await doctor(project)).of('store', 'kept aside');
		assert.match(kept.says, /^1 earlier store kept aside, .*B; remove what you do not miss: \S+\/corrupt-\S+$/);

		await rm(join(project.folder, 'home', 'pepper'));
		const lost = await doctor(project);
		assert.equal(lost.code, 1);
		assert.match(lost.of('store', 'opening').says, /written with another pepper/);
		assert.match(lost.of('store', 'opening').next ?? '', /home\/pepper.*--accept-new-pepper/);
		assert.equal(lost.of('keys', 'keys').verdict, 'skipped');
		const refused = await runScript(['report'], {cwd: project.folder, env: project.env});
		assert.deepEqual([refused.code, /every key counts as new/.test(refused.stderr)], [2, true]);

		const accepted = await doctor(project, {}, '--accept-new-pepper');
		assert.equal(accepted.of('keys', 'OPENAI_API_KEY').verdict, 'ok');
		assert.equal((await doctor(project)).report.ok, true);
	});

	test('says who holds a port, and which files are open to others', async (t) => {
		const project = await createProject(t, twoKeys);
		const server = createServer().listen(0, '127.0.0.1');
		t.after(() => server.close());
		await new Promise((resolve) => server.once('listening', resolve));
		const address = server.address();
		const port = typeof address === 'object' ? String(address?.port) : '';
		chmodSync(join(project.folder, '.env'), 0o644);
		const {code, of} = await doctor(project, {API_KEY_MANAGER_PORT: port});
		const held = of('ports', `port ${port}`);
		assert.equal(held.verdict, 'warning');
		if (process.platform === 'linux') assert.ok(held.says.endsWith(`(pid ${process.pid})`), held.says);
		assert.match(of('files', 'file modes').next ?? '', /^Run: chmod 600 /);
		assert.equal(code, 0, 'warnings only');
	});

	test('names models that go, keys of one account, and the better vendor of command-r-plus', async (t) => {
		const project = await createProject(t, [
			{name: 'OPENAI_API_KEY', vendor: 'openai'},
			{name: 'COHERE_API_KEY', vendor: 'cohere'},
		]);
		const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
		await project.write('keydeck.config.json', '{"models": {"gpt-4o": {"strategy": "headroom"}}}');
		const {of, report} = await doctor(project);
		assert.match(of('configuration', 'command-r-plus').next ?? '', /"provider": "cohere"/);
		const models = report.checks.filter(({group, name}) => group === 'configuration' && name.startsWith('model'));
		assert.ok(models.length > 0, soon);
		await project.write('keydeck.config.json', '{"models": {"command-r-plus": {"provider": "cohere"}}}');
		assert.equal((await doctor(project)).of('configuration', 'command-r-plus').verdict, 'ok');
	});

	test('a Redis that does not answer is a problem without its password', async (t) => {
		const project = await createProject(t, twoKeys);
		const {of, code} = await doctor(project, {REDIS_URL: `redis://kim:geheim@127.0.0.1:${await closedPort()}`});
		const found = of('redis', 'Redis');
		assert.deepEqual([code, found.verdict], [1, 'problem']);
		assert.match(found.says, /does not answer \(ECONNREFUSED\)$/);
		assert.ok(!found.says.includes('geheim'));
	});

	test('a Redis that runs is asked for its version, policy and latency', async (t) => {
		if (spawnSync('redis-server', ['--version']).error !== undefined) return t.skip('redis-server is not there');
		const project = await createProject(t, twoKeys);
		const port = String(await closedPort());
		const options = ['--port', port, '--save', '', '--maxmemory-policy', 'allkeys-lru', '--bind', '127.0.0.1'];
		const server = spawn('redis-server', options, {cwd: project.folder, stdio: ['ignore', 'pipe', 'ignore']});
		t.after(() => server.kill('SIGKILL'));
		for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break;
		const {of, code} = await doctor(project, {REDIS_URL: `redis://127.0.0.1:${port}`});
		assert.match(of('redis', 'Redis').says, /answers, the slowest of 5 pings in \d+ ms$/);
		assert.match(of('redis', 'Redis version').says, /^\d+\.\d+/);
		assert.deepEqual(
			[of('redis', 'Redis policy').verdict, of('redis', 'Redis policy').says, code],
			['warning', 'allkeys-lru', 0],
		);
	});

	test('bad configuration is exit 2 with every problem', async (t) => {
		const project = await createProject(t, twoKeys);
		await writeFile(join(project.folder, 'keydeck.config.json'), '{"strategy": "fastest"}');
		const {code, stdout, stderr} = await runScript(['doctor'], {cwd: project.folder, env: project.env});
		assert.deepEqual([code, stdout], [2, '']);
		assert.match(stderr, /strategy/);
	});
});

/** A process that keeps the engine of the project's home open. */
function startHolder(project: Project) {
	const script = new URL('./holder-process.js', import.meta.url).pathname;
	return startScript([], {script, cwd: project.folder, env: project.env});
}

async function closedPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const address = server.address();
	const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
