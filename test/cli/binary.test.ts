import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cp, mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {emptyFolder, finished, firstWords, packageRoot, runScript, startScript} from '../helpers/binary.ts';

const original = (name: string): {readonly script: string} => ({script: join(packageRoot, 'cli', `${name}.js`)});

suite('bin/keydeck.js', {concurrency: 2}, () => {
	test('prints the manual and exits 0', async () => {
		const {code, stdout, stderr} = await runScript(['--help']);
		assert.deepEqual([code, stderr], [0, '']);
		assert.match(stdout, /^keydeck keeps a pool of LLM API keys alive/);
	});

	test('prints the version of the package', async () => {
		assert.match((await runScript(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
	});

	test('exits 2 on an unknown command, with the message on stderr alone', async () => {
		const {code, stdout, stderr} = await runScript(['reprot']);
		assert.deepEqual([code, stdout], [2, '']);
		assert.match(stderr, /Did you mean keydeck report\?/);
	});

	test('ends quietly when nobody reads its output', async () => {
		const child = startScript(['--help']);
		child.stdout.destroy();
		const {code, stderr} = await finished(child);
		assert.deepEqual([code, stderr], [0, '']);
	});

	test('says how to build when it is not built', async (context) => {
		const folder = await emptyFolder(context);
		await cp(join(packageRoot, 'bin'), join(folder, 'bin'), {recursive: true});
		await writeFile(join(folder, 'package.json'), '{"type": "module"}');
		const {code, stderr} = await runScript([], {script: join(folder, 'bin/keydeck.js')});
		assert.deepEqual([code, stderr], [2, 'keydeck is not built: run npm run build\n']);
	});
});

suite('on an older Node.js', {skip: olderNode() === undefined ? 'there is none on the PATH' : false}, () => {
	test('the Node.js of the checkout takes over, with arguments and exit code', async () => {
		const {code, stderr} = await runScript(['test', '--deap'], {node: olderNode() ?? ''});
		assert.deepEqual([code, stderr], [2, 'keydeck test has no option "--deap". Did you mean --deep?\n']);
	});

	test('signals reach the one that took over', async () => {
		const child = startScript(['simulate'], {node: olderNode() ?? ''});
		await firstWords(child, 'stdout');
		child.kill('SIGINT');
		assert.equal((await finished(child)).code, 0);
	});

	test('without one in the checkout it names the version it needs', async (context) => {
		const folder = await emptyFolder(context);
		await cp(join(packageRoot, 'bin'), join(folder, 'bin'), {recursive: true});
		await writeFile(join(folder, 'package.json'), '{"type": "module"}');
		const {code, stderr} = await runScript([], {node: olderNode() ?? '', script: join(folder, 'bin/keydeck.js')});
		assert.equal(code, 2);
		assert.match(stderr, /^keydeck needs Node\.js 24 or newer, this is \d+\..*\n$/);
	});

	test('an old one in the checkout is not started again and again', async (context) => {
		const folder = await emptyFolder(context);
		await cp(join(packageRoot, 'bin'), join(folder, 'bin'), {recursive: true});
		await writeFile(join(folder, 'package.json'), '{"type": "module"}');
		await mkdir(join(folder, 'node_modules/.bin'), {recursive: true});
		await symlink(olderNode() ?? '', join(folder, 'node_modules/.bin/node'));
		const {code, stderr} = await runScript([], {node: olderNode() ?? '', script: join(folder, 'bin/keydeck.js')});
		assert.equal(code, 2);
		assert.match(stderr, /^keydeck needs Node\.js 24/);
	});
});

suite("the original's scripts", {concurrency: 2}, () => {
	const rows: readonly [string, readonly string[], RegExp][] = [
		['api-key-manager', ['start', '--prot'], /^keydeck start has no option "--prot"/],
		['api-key-manager', ['report', '--format', 'xml'], /there is no format "xml"/],
		['api-key-manager', ['test', '--deap'], /^keydeck test has no option/],
		['api-key-rotator', ['test', 'gpt-4o', 'fastest'], /there is no strategy "fastest"/],
		['api-key-rotator', ['stats', 'all'], /^keydeck stats does not take "all"/],
		['api-key-rotator', ['monitor', 'all'], /^keydeck monitor does not take "all"/],
		['api-health-monitor', ['check', 'all'], /^keydeck check does not take "all"/],
		['api-health-monitor', ['summary', 'all'], /^keydeck summary does not take "all"/],
		['api-health-monitor', ['monitor', 'all'], /^keydeck watch does not take "all"/],
		['setup-api-keys', [], /^keydeck setup comes with a later release; /],
		['api-key-manager', [], /^usage: node cli\/api-key-manager\.js test\|report\|start /],
		['api-key-rotator', ['toString'], /^usage: node cli\/api-key-rotator\.js stats\|test\|monitor /],
	];
	for (const [name, args, words] of rows) {
		test(`${name}.js ${args.join(' ')} runs the command beside it`, async () => {
			const {code, stderr} = await runScript(args, original(name));
			assert.match(stderr, words);
			assert.equal(code, 2);
		});
	}
});

suite('keydeck simulate', () => {
	test('prints base URLs, answers on them, follows its scenario file and ends on SIGTERM', async (context) => {
		const folder = await emptyFolder(context);
		const file = join(folder, 'scenario.json');
		const {stdout: example} = await runScript(['simulate', '--example']);
		await writeFile(file, example);
		const child = startScript(['simulate', '--scenario', file, '--json']);
		const ending = finished(child);
		const [urls] = await Promise.all([firstWords(child, 'stdout'), firstWords(child, 'stderr')]);
		const {KEYDECK_OPENAI_BASE_URL: url} = JSON.parse(urls);
		assert.equal((await fetch(`${url}/models`)).status, 401);
		await writeFile(file, '{');
		await firstWords(child, 'stderr');
		child.kill('SIGTERM');
		const {code, stderr} = await ending;
		assert.equal(code, 0);
		assert.match(
			stderr,
			/until you press Ctrl-C; changes of .*scenario\.json apply at once\.\nkeydeck: .*scenario\.json is not JSON.*\nThe vendors go on as they were\.\n$/,
		);
	});

	test('a scenario that cannot be read is one line and exit code 2', async () => {
		const {code, stdout, stderr} = await runScript(['simulate', '--scenario', 'nowhere.json']);
		assert.deepEqual([code, stdout], [2, '']);
		assert.match(stderr, /^keydeck: nowhere\.json cannot be read \(ENOENT\)\. .*\n$/);
	});

	test('a port in use is one line and exit code 2', async () => {
		const child = startScript(['simulate', '--json']);
		const ending = finished(child);
		const urls: Record<string, string> = JSON.parse(await firstWords(child, 'stdout'));
		const {port} = new URL(Object.values(urls)[0] ?? '');
		const {code, stderr} = await runScript(['simulate', '--port', port]);
		child.kill('SIGINT');
		assert.equal(code, 2);
		assert.match(stderr, new RegExp(`^keydeck: port ${port} on 127\\.0\\.0\\.1 cannot be used\\. Choose another.*\n$`));
		assert.equal((await ending).code, 0);
	});
});

suite('keydeck config', () => {
	test('shows values with their source, masks keys and names what cannot be used', async (context) => {
		const cwd = await emptyFolder(context);
		const canary = `sk-proj-${'a1B2c3D4'.repeat(6)}`;
		await writeFile(
			join(cwd, '.env'),
			`OPENAI_API_KEY=${canary}\nCLAUDE_API_KEY=sk-ant-api03-xxxxx\nROTATION_STRATEGY=headroom\n`,
			{mode: 0o600},
		);
		const table = await runScript(['config'], {cwd, env: {ROTATION_STRATEGY: 'sticky'}});
		assert.deepEqual([table.code, table.stderr], [0, '']);
		assert.match(table.stdout, /strategy +sticky +ROTATION_STRATEGY +\.env line 3: headroom/);
		assert.match(table.stdout, /OPENAI_API_KEY +sk-proj-a1…/);
		assert.match(table.stdout, /cohere +0 .*/);
		const json = await runScript(['config', '--json'], {cwd});
		const report = JSON.parse(json.stdout);
		assert.deepEqual(Object.keys(report), ['root', 'home', 'values', 'providers', 'notes', 'searched']);
		assert.partialDeepStrictEqual(
			report.values.find(({path}: {path: string}) => path === 'strategy'),
			{value: 'headroom', source: '.env', where: '.env line 3', shadows: []},
		);
		assert.equal(report.notes[0].kind, 'placeholder');
		for (const {stdout, stderr} of [table, json]) assert.ok(!`${stdout}${stderr}`.includes(canary.slice(0, 14)));
	});

	test('tells every problem of a bad configuration in one line each, and exits 2', async (context) => {
		const cwd = await emptyFolder(context);
		await writeFile(join(cwd, '.env'), 'OPENAI_API_KEY=\nROTATION_STRATEGY=fastest\nAPI_KEY_MANAGER_PORT=door\n', {
			mode: 0o600,
		});
		const {code, stdout, stderr} = await runScript(['config'], {cwd});
		assert.deepEqual([code, stdout], [2, '']);
		assert.match(stderr, /^(?:keydeck: .*\n){2}$/);
		assert.match(stderr, /ROTATION_STRATEGY.*fastest/);
		assert.match(stderr, /API_KEY_MANAGER_PORT.*door/);
	});
});

/** A Node.js before 24 on the PATH, as many hosts have. */
function olderNode(): string | undefined {
	const found = execFileSync('which', ['-a', 'node'], {encoding: 'utf8'}).split('\n').filter(Boolean);
	return found.find((node) => {
		const version = execFileSync(node, ['--version'], {encoding: 'utf8'});
		return Number.parseInt(version.slice(1), 10) < 24;
	});
}
