import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {sampleKey, workspace} from './workspace.ts';

test('object entries carry label, account, weight, limits and disabled', async (t) => {
	const {write, load} = workspace(t);
	const entry = {
		label: 'team b',
		account: 'acme',
		weight: 2.5,
		limits: {requestsPerMinute: 60, burst: 10},
		disabled: true,
	};
	write(
		'shared/tokenpool.json',
		JSON.stringify({'gpt-4o': [sampleKey('openai', 1), {key: sampleKey('openai', 2), ...entry}]}, undefined, 1),
	);
	const {keys} = await load();
	const [plain, full] = keys.map(({key}) => key);
	assert.equal(plain?.label, 'tokenpool:gpt-4o[0]');
	assert.deepEqual([plain?.weight, plain?.disabled, plain?.account, plain?.limits], [1, false, undefined, undefined]);
	assert.deepEqual(
		{label: full?.label, account: full?.account, weight: full?.weight, limits: full?.limits, disabled: full?.disabled},
		entry,
	);
	assert.deepEqual(full?.source, {kind: 'token-pool', file: 'shared/tokenpool.json', line: 4});
});

test('what an element may not be is told by its place', async (t) => {
	const {write, refusals} = workspace(t);
	const pool = {
		'gpt-4o': [1, null, ['abcdefgh1'], {}, {key: 'abcdefgh1', limits: {burst: 0}}, {key: 'abcdefgh2', acount: 'x'}],
	};
	write('shared/tokenpool.json', JSON.stringify(pool));
	assert.deepEqual(
		(await refusals()).map((line) => line.replace('shared/tokenpool.json line 1: ', '')),
		[
			'gpt-4o[0] must be an object, got 1 (number)',
			'gpt-4o[1] must be an object, got null',
			'gpt-4o[2] must be an object, got a list',
			'gpt-4o[3].key must be a key or a reference, got nothing',
			'gpt-4o[4].limits.burst must be an integer from 1 to 10000000, got 0 (number)',
			'gpt-4o[5].acount is not a known setting. Did you mean account?',
		],
	);
});

test('no reading writes the token pool, good or damaged', async (t) => {
	const {write, options, load, refusals} = workspace(t);
	const path = write('shared/tokenpool.json', JSON.stringify({'gpt-4o': [sampleKey('openai', 1)]}), 0o400);
	const before = statSync(path);
	await load({}, options());
	assert.deepEqual([statSync(path).mtimeMs, statSync(path).ino], [before.mtimeMs, before.ino]);
	chmodSync(path, 0o600);
	const damaged = '{"gpt-4o": ["a", ]\n\n';
	write('shared/tokenpool.json', damaged);
	await refusals();
	assert.equal(readFileSync(path, 'utf8'), damaged);
});

test('a command is not run for a file that others may change', async (t) => {
	const {write, refusals, root} = workspace(t);
	const command = `exec:${JSON.stringify(['touch', join(root, 'ran')])}`;
	write('shared/tokenpool.json', JSON.stringify({'gpt-4o': [{key: command}]}), 0o666);
	assert.deepEqual(await refusals(), [
		'shared/tokenpool.json line 1: tokenpool:gpt-4o[0] runs a command, but other users may change the file. Run: chmod go-w shared/tokenpool.json',
	]);
	assert.throws(() => statSync(join(root, 'ran')));
});

test('a token pool of ten thousand keys is read', async (t) => {
	const {write, load} = workspace(t);
	write(
		'shared/tokenpool.json',
		JSON.stringify({'gpt-4o': Array.from({length: 10_000}, (_, seed) => sampleKey('openai', seed))}),
	);
	assert.equal((await load()).keys.length, 10_000);
});

test('files this user may not read are named', (t) => {
	if (process.getuid?.() !== 0) return t.skip('needs root, to become another user');
	const {write, root} = workspace(t);
	chmodSync(dirname(root), 0o755);
	write('.env', 'OPENAI_API_KEY=sk-proj-abcdefghijkl');
	write('shared/tokenpool.json', '{}');
	write('keydeck.config.json', '{}');
	const module = new URL('../../source/config/load.js', import.meta.url).href;
	const script = `const {readConfiguration} = await import(${JSON.stringify(module)});
		const read = await readConfiguration({cwd: ${JSON.stringify(root)}, env: {HOME: '/nonexistent'}, providerOf: () => undefined});
		process.stdout.write(JSON.stringify(read.problems.map(({source, rule}) => source + ' ' + rule)));`;
	const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
		uid: 65534,
		gid: 65534,
		cwd: '/',
		encoding: 'utf8',
	});
	if (ran.status !== 0) return t.skip('the other user cannot run the built files');
	assert.deepEqual(JSON.parse(ran.stdout), [
		'.env may not be read by this user',
		'keydeck.config.json may not be read by this user',
		'shared/tokenpool.json may not be read by this user',
	]);
});
