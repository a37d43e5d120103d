import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {isDeepStrictEqual} from 'node:util';
import {loadSettings} from '../../source/config/load.ts';
import {originalEnvironment, originalTokenPool} from '../helpers/original-examples.ts';
import {sampleKey, workspace} from './workspace.ts';

test('example files pasted as they stand give notes about placeholders, and no keys', async (t) => {
	const {write, load} = workspace(t);
	write('.env', originalEnvironment);
	const pool = write('shared/tokenpool.json', originalTokenPool);
	const settings = await load();
	assert.deepEqual(settings.keys, []);
	assert.deepEqual(new Set(settings.notes.map(({kind}) => kind)), new Set(['placeholder']));
	assert.equal(settings.notes.length, 11 + 5);
	assert.deepEqual(settings.poolModels, ['claude-3-opus', 'gpt-4o', 'deepseek-coder', 'command-r-plus', 'gemini-pro']);
	assert.equal(readFileSync(pool, 'utf8'), originalTokenPool);
	assert.equal(settings.strategy, 'health-based');
});

test('the example file that comes with the project gives notes about placeholders only', async (t) => {
	const {write, load} = workspace(t);
	// Tests run from the build folder, two levels below the root of the project.
	const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
	write('.env', example.replaceAll(/^#([A-Z])/gm, '$1'));
	const settings = await load();
	assert.deepEqual(settings.keys, []);
	assert.deepEqual(
		settings.notes.filter(({kind}) => kind !== 'placeholder'),
		[],
	);
});

test('keys come in the order environment, token pool, configuration, numbered per provider', async (t) => {
	const {write, load} = workspace(t);
	const key = (seed: number) => sampleKey('openai', seed);
	write('.env', `OPENAI_API_KEYS=${key(4)},${key(5)}\nOPENAI_API_KEY10=${key(3)}\nOPENAI_API_KEY2=${key(2)}\n`);
	write('shared/tokenpool.json', JSON.stringify({'gpt-4o': [{key: key(6), label: 'pool one', weight: 3}]}));
	write('keydeck.config.json', JSON.stringify({keys: [{provider: 'openai', key: key(7), account: 'acme'}]}));
	const {keys} = await load({OPENAI_API_KEY: key(1), CLAUDE_API_KEY: sampleKey('anthropic', 1)});
	assert.deepEqual(
		keys.map(({key: {provider, label, index, source}}) => [provider, label, index, source.kind]),
		[
			['anthropic', 'CLAUDE_API_KEY', 0, 'environment'],
			['openai', 'OPENAI_API_KEY', 0, 'environment'],
			['openai', 'OPENAI_API_KEY2', 1, 'env-file'],
			['openai', 'OPENAI_API_KEY10', 2, 'env-file'],
			['openai', 'OPENAI_API_KEYS[0]', 3, 'env-file'],
			['openai', 'OPENAI_API_KEYS[1]', 4, 'env-file'],
			['openai', 'pool one', 5, 'token-pool'],
			['openai', 'config:keys[0]', 6, 'config'],
		],
	);
	assert.deepEqual(keys[2]?.key.source, {kind: 'env-file', file: '.env', line: 3});
	assert.equal(keys[6]?.key.weight, 3);
	assert.equal(keys[7]?.key.account, 'acme');
	assert.equal(new Set(keys.map(({key: {kid}}) => kid)).size, keys.length);
	for (const {key: one} of keys) assert.match(one.kid, /^k1_[a-z2-7]{26}$/);
});

test('every provider has its variables, under each spelling', async (t) => {
	const {load} = workspace(t);
	const env: Record<string, string> = {
		CLAUDE_API_KEY: sampleKey('anthropic', 1),
		ANTHROPIC_API_KEY: sampleKey('anthropic', 2),
		OPENAI_API_KEY99: sampleKey('openai', 3),
		DEEPSEEK_API_KEYS: sampleKey('deepseek', 4),
		MISTRAL_API_KEY: sampleKey('mistral', 5),
		GEMINI_API_KEY: sampleKey('gemini', 6),
		GOOGLE_API_KEY: sampleKey('gemini', 7),
		COHERE_API_KEY: sampleKey('cohere', 8),
		GROQ_API_KEY: sampleKey('groq', 9),
		OPENROUTER_API_KEY: sampleKey('openrouter', 10),
		TOGETHER_API_KEY: sampleKey('together', 11),
	};
	const {keys, notes} = await load(env);
	assert.deepEqual(new Set(keys.map(({key}) => key.label.replace('[0]', ''))), new Set(Object.keys(env)));
	assert.deepEqual(notes, []);
});

test('a provider of the user has variables of its own', async (t) => {
	const {write, load} = workspace(t);
	write(
		'keydeck.config.json',
		JSON.stringify({
			providers: {
				'my-vllm': {type: 'openai-compatible', baseUrl: 'http://10.1.2.3:8000/v1/', models: ['llama-3.3-70b']},
			},
			models: {'gpt-4o': {chain: ['llama-3.3-70b']}},
		}),
	);
	write('shared/tokenpool.json', JSON.stringify({'llama-3.3-70b': ['pool-text-one']}));
	const {keys, providers} = await load({
		MY_VLLM_API_KEY: 'local-secret-1',
		KEYDECK_GROQ_BASE_URL: 'http://127.0.0.1:9/v1',
	});
	assert.deepEqual(
		keys.map(({key}) => [key.provider, key.label]),
		[['my-vllm', 'MY_VLLM_API_KEY']],
	);
	assert.equal(providers.get('my-vllm')?.baseUrl, 'http://10.1.2.3:8000/v1');
	assert.equal(providers.get('groq')?.baseUrl, 'http://127.0.0.1:9/v1');
});

test('a flag wins over the environment, that over .env, that over the file, that over the default', async (t) => {
	const {write, load} = workspace(t);
	write('.env', 'OPENAI_API_KEY=your-key\nROTATION_STRATEGY=weighted\nAPI_KEY_MANAGER_PORT=4001\n');
	write('keydeck.config.json', '{\n"strategy": "sticky",\n"server": {"keyPort": 5001, "healthPort": 5002}\n}');
	const settings = await load({ROTATION_STRATEGY: 'least-used'}, {flags: {strategy: 'round-robin'}});
	assert.equal(settings.strategy, 'round-robin');
	assert.deepEqual(settings.server, {
		host: '127.0.0.1',
		keyPort: 4001,
		healthPort: 5002,
		allowedHosts: [],
		allowedOrigins: [],
		tls: {cert: '', key: ''},
	});
	const shown = (path: string) => settings.values.find((value) => value.path === path);
	assert.deepEqual(shown('strategy'), {
		path: 'strategy',
		value: 'round-robin',
		origin: 'flag',
		where: '--strategy',
		shadows: ['ROTATION_STRATEGY: least-used', '.env line 2: weighted', 'keydeck.config.json line 2: sticky'],
	});
	assert.equal(shown('server.healthPort')?.where, 'keydeck.config.json line 3');
	assert.deepEqual(shown('probe.intervalMs'), {path: 'probe.intervalMs', value: '60000', origin: 'default'});
	assert.equal((await load({ROTATION_STRATEGY: 'least-used'})).strategy, 'least-used');
	assert.equal((await load()).strategy, 'weighted');
	assert.equal((await load({ROTATION_STRATEGY: '  '})).strategy, 'weighted');
});

test('a key of the environment shadows the one of the same name in .env, and says so', async (t) => {
	const {write, load} = workspace(t);
	const [winner, loser] = [sampleKey('openai', 1), sampleKey('openai', 2)];
	write('.env', `OPENAI_API_KEY=${loser}\n`);
	const {keys, values} = await load({OPENAI_API_KEY: winner});
	assert.deepEqual(
		keys.map(({secret}) => secret.reveal()),
		[winner],
	);
	assert.deepEqual(
		values.find(({path}) => path === 'keys.OPENAI_API_KEY'),
		{
			path: 'keys.OPENAI_API_KEY',
			value: `${winner.slice(0, 10)}…`,
			origin: 'environment',
			where: 'OPENAI_API_KEY',
			shadows: [`.env line 1: ${loser.slice(0, 10)}…`],
		},
	);
});

test('plain texts of the pool are shadowed where the environment has keys; object entries always count', async (t) => {
	const {write, load} = workspace(t);
	const mine = sampleKey('openai', 1);
	write('.env', `OPENAI_API_KEY=${mine}\n`);
	write(
		'shared/tokenpool.json',
		JSON.stringify({
			'gpt-4o': [sampleKey('openai', 2), sampleKey('openai', 3), mine, {key: sampleKey('openai', 4)}],
			'gemini-pro': [sampleKey('gemini', 5)],
		}),
	);
	const {keys, notes, values} = await load();
	assert.deepEqual(
		keys.map(({key}) => key.label),
		['OPENAI_API_KEY', 'tokenpool:gpt-4o[3]', 'tokenpool:gemini-pro[0]'],
	);
	assert.deepEqual(notes, [
		{
			kind: 'shadowed',
			text: 'gpt-4o in shared/tokenpool.json: 2 keys are not used, because the environment has keys of openai.',
		},
		{kind: 'duplicate', text: 'gpt-4o in shared/tokenpool.json: 1 key is also in the environment; each counts once.'},
	]);
	const shadowed = values.filter(({value}) => value.includes('(shadowed'));
	assert.deepEqual(
		shadowed.map(({path}) => path),
		['keys.tokenpool:gpt-4o[0]', 'keys.tokenpool:gpt-4o[1]'],
	);
});

test('doubled keys collapse to one kid; an entry adds what it says about a key found before', async (t) => {
	const {write, load} = workspace(t);
	const key = sampleKey('openai', 1);
	write('.env', `OPENAI_API_KEY=${key}\nOPENAI_API_KEY2="  ${key} "\n`);
	write('shared/tokenpool.json', JSON.stringify({'gpt-4o': [{key: 'env:OPENAI_API_KEY', weight: 4, account: 'acme'}]}));
	const {keys, notes} = await load();
	assert.equal(keys.length, 1);
	assert.equal(keys[0]?.key.label, 'OPENAI_API_KEY');
	assert.equal(keys[0]?.key.weight, 4);
	assert.equal(keys[0]?.key.account, 'acme');
	assert.deepEqual(
		notes.map(({kind, text}) => [kind, text]),
		[
			['duplicate', 'OPENAI_API_KEY2 in .env line 2 is the same key as OPENAI_API_KEY; it counts once.'],
			[
				'duplicate',
				'tokenpool:gpt-4o[0] in shared/tokenpool.json line 1 is the same key as OPENAI_API_KEY; it counts once.',
			],
		],
	);
});

test('one key under several models of the pool is its format, not a mistake', async (t) => {
	const {write, load} = workspace(t);
	const key = sampleKey('anthropic', 1);
	write('shared/tokenpool.json', JSON.stringify({'claude-3-opus': [key], 'claude-3-sonnet': [key]}));
	const {keys, notes} = await load();
	assert.equal(keys.length, 1);
	assert.deepEqual(notes, []);
});

test('misplaced and admin keys are named and never become keys', async (t) => {
	const {load} = workspace(t);
	const {keys, notes} = await load({
		CLAUDE_API_KEY: sampleKey('openrouter', 1),
		OPENAI_API_KEY: `sk-admin-${sampleKey('mistral', 2)}`,
		GROQ_API_KEY: `xai-${sampleKey('mistral', 3)}`,
		MISTRAL_API_KEY: sampleKey('cohere', 4),
	});
	assert.deepEqual(
		keys.map(({key}) => key.label),
		['MISTRAL_API_KEY'],
	);
	assert.deepEqual(notes, [
		{
			kind: 'misplaced',
			text: 'CLAUDE_API_KEY in the environment looks like a key of openrouter and is not sent to anthropic. Move it to OPENROUTER_API_KEY.',
		},
		{
			kind: 'misplaced',
			text: 'OPENAI_API_KEY in the environment is an admin key of openai: it cannot make calls and is not sent. Make an ordinary key.',
		},
		{
			kind: 'shape',
			text: 'MISTRAL_API_KEY in the environment looks like a key of cohere; it is used for mistral, as written.',
		},
		{
			kind: 'misplaced',
			text: 'GROQ_API_KEY in the environment looks like a key of xai and is not sent to groq. keydeck does not know xai: take it out.',
		},
	]);
});

test('references are resolved wherever a key may stand', async (t) => {
	const {write, load, root} = workspace(t);
	const [first, second, third] = [sampleKey('openai', 1), sampleKey('openai', 2), sampleKey('openai', 3)];
	write('secret.txt', `${second}\n`);
	write('.env', `TEAM=${first}\nOPENAI_API_KEY=env:TEAM\nOPENAI_API_KEY2=file:secret.txt\n`);
	write(
		'keydeck.config.json',
		JSON.stringify({
			keys: [{provider: 'openai', key: `exec:${JSON.stringify(['printf', '%s', third])}`, label: 'vault'}],
		}),
	);
	const {keys, watched} = await load();
	assert.deepEqual(
		keys.map(({key, secret}) => [key.label, secret.reveal()]),
		[
			['OPENAI_API_KEY', first],
			['OPENAI_API_KEY2', second],
			['vault', third],
		],
	);
	assert.ok(watched.includes(join(root, 'secret.txt')));
});

test('names that look like key names but are read by nobody are pointed out', async (t) => {
	const {write, load} = workspace(t);
	write('.env', 'OPENAI_API_KEY=your-key\nOPENAI_API_KEY=your-key\nOPENAI_APIKEY=x\nKEYDECK_HOM=y\nDATABASE_URL=z\n');
	const {notes} = await load({KEYDECK_HSOT: '0.0.0.0'});
	assert.deepEqual(
		notes.map(({text}) => text),
		[
			'OPENAI_API_KEY in .env line 2 holds a placeholder; it is ignored.',
			'OPENAI_API_KEY stands on lines 1 and 2 of .env; only the last one counts.',
			'OPENAI_APIKEY in .env line 3 is not a name keydeck reads. Did you mean OPENAI_API_KEY?',
			'KEYDECK_HOM in .env line 4 is not a name keydeck reads. Did you mean KEYDECK_HOME?',
			'KEYDECK_HSOT in the environment is not a name keydeck reads. Did you mean KEYDECK_HOST?',
		],
	);
});

test('a file that sends the keys of the environment elsewhere is named; its own keys and this machine are not', async (t) => {
	const {load, write} = workspace(t);
	const elsewhere = (baseUrl: string) => write('keydeck.config.json', JSON.stringify({providers: {openai: {baseUrl}}}));
	const told = async (env: Record<string, string>): Promise<readonly string[]> =>
		(await load(env)).notes.filter(({kind}) => kind === 'destination').map(({text}) => text);
	const env = {OPENAI_API_KEY: sampleKey('openai', 1)};
	elsewhere('https://collector.example/v1');
	assert.deepEqual(await told(env), [
		'openai keys of the environment are sent to https://collector.example/v1, because keydeck.config.json line 1 says so.',
	]);
	write('.env', `OPENAI_API_KEY=${sampleKey('openai', 2)}\n`);
	assert.deepEqual(await told({}), []);
	for (const local of ['http://127.0.0.1:9100/v1', 'http://localhost:9100/v1']) {
		elsewhere(local);
		assert.deepEqual(await told(env), []);
	}
	assert.deepEqual(await told({...env, KEYDECK_OPENAI_BASE_URL: 'https://collector.example/v1'}), []);
});

test('what comes with a later release is named in one line', async (t) => {
	const {load, write} = workspace(t);
	write('keydeck.config.json', '{"notifiers": [{"type": "slack", "url": "https://example.org/secret-hook"}]}');
	const {notes, values, redisUrl} = await load({REDIS_URL: 'redis://user:hunter22@127.0.0.1:6379'});
	assert.deepEqual(notes, [
		{kind: 'not-yet', text: 'notifiers are configured, but sending alerts comes with a later release'},
	]);
	assert.equal(redisUrl, 'redis://user:hunter22@127.0.0.1:6379');
	assert.ok(!JSON.stringify(values).includes('hunter22'));
	assert.ok(!JSON.stringify(values).includes('secret-hook'));
});

test('files others can read are warned about with the command that mends it', async (t) => {
	const {load, write} = workspace(t);
	const path = write('.env', 'OPENAI_API_KEY=your-key\n', 0o644);
	const {notes} = await load();
	assert.deepEqual(notes[1], {
		kind: 'file-mode',
		text: `.env is open to other users (mode 644). Run: chmod 600 ${path}`,
	});
});

test('the places searched are listed with what they gave, the current folder too when there is no root', async (t) => {
	const {load, write, root} = workspace(t);
	const none = await load();
	assert.equal(none.root, join(root, '..', '.config', 'keydeck'));
	assert.deepEqual(none.searched.slice(0, 2), [
		{place: 'environment', found: 'no usable key', keys: 0},
		{place: join(root, '.env'), found: 'not there', keys: 0},
	]);
	assert.ok(none.watched.includes(join(root, '.env')));
	write('.env', `OPENAI_API_KEY=${sampleKey('openai', 1)}\n`);
	const one = await load();
	assert.equal(one.root, root);
	assert.deepEqual(one.searched, [
		{place: 'environment', found: 'no usable key', keys: 0},
		{place: join(root, '.env'), found: '1 key', keys: 1},
		{place: join(root, 'shared', 'tokenpool.json'), found: 'not there', keys: 0},
		{place: join(root, 'keydeck.config.json'), found: 'not there', keys: 0},
	]);
});

test('bad input makes one line each, all at once, and nothing is written', async (t) => {
	const {write, refusals, root, options} = workspace(t);
	write(
		'.env',
		`OPENAI_API_KEY="${sampleKey('openai', 1)}\n${sampleKey('openai', 2)}"\nROTATION_STRATEGY=fastest\nodd line\n`,
	);
	write('shared/tokenpool.json', '{"gpt-9000": ["abcdefgh1234"], "gpt-4o": "abc"}');
	write('keydeck.config.json', '{"probe": {"intervalMs": 100}, "stratgy": "sticky"}');
	const lines = await refusals({
		MISTRAL_API_KEY: 'schlüssel-eins-zwei',
		KEYDECK_OPENAI_BASE_URL: 'http://user:pw@x/v1',
	});
	assert.deepEqual(lines, [
		'.env line 4 is not NAME=value. Mend the line, or make it a comment with #',
		'keydeck.config.json line 1: probe.intervalMs must be an integer from 500 to 86400000, got 100 (number)',
		'keydeck.config.json line 1: stratgy is not a known setting. Did you mean strategy?',
		'shared/tokenpool.json line 1: gpt-9000 is an unknown model. Declare it in keydeck.config.json under models, or take it out',
		'shared/tokenpool.json line 1: gpt-4o must be a list of keys, got "abc"',
		'.env line 3: ROTATION_STRATEGY must be one of round-robin, least-used, weighted, health-based, headroom, sticky, got "fastest"',
		'the environment: KEYDECK_OPENAI_BASE_URL must be an http or https URL without user, password, query and fragment, got "http://…@x/v1"',
		'.env line 1: OPENAI_API_KEY holds a line break; a key is 8 to 512 printable ASCII characters. Copy the key again, without spaces or line breaks',
		'the environment: MISTRAL_API_KEY holds a character that is not ASCII; a key is 8 to 512 printable ASCII characters. Copy the key again, without spaces or line breaks',
	]);
	const loaded = await loadSettings(options({KEYDECK_HOME: join(root, 'state')}));
	assert.equal(loaded.ok, false);
	assert.equal(existsSync(join(root, 'state')), false);
	assert.equal(existsSync(join(root, '..', '.local')), false);
});

test('a file that cannot be read is one problem', async (t) => {
	const rows: readonly [string, (write: ReturnType<typeof workspace>['write'], root: string) => void, RegExp][] = [
		['a folder', (_, root) => mkdirSync(join(root, '.env')), /^\.env is a folder, not a file/],
		['binary', (write) => write('.env', Uint8Array.of(79, 0, 1, 2)), /^\.env is not UTF-8 text/],
		['latin-1', (write) => write('.env', Uint8Array.of(0x41, 0x3d, 0xe4)), /^\.env is not UTF-8 text/],
		['a loop of links', (_, root) => symlinkSync('.env', join(root, '.env')), /^\.env cannot be read \(ELOOP\)/],
		[
			'a cut token pool',
			(write) => write('shared/tokenpool.json', '{\n  "gpt-4o": ["sk-proj-abcdefgh'),
			/^shared\/tokenpool\.json line 2 column 14 /,
		],
		[
			'a token pool that is a list',
			(write) => write('shared/tokenpool.json', '[]'),
			/^shared\/tokenpool\.json must be an object of models, each with a list of keys, got a list$/,
		],
		[
			'a configuration with a comment',
			(write) => write('keydeck.config.json', '{\n// mine\n}'),
			/^keydeck\.config\.json line 2 column 1 has a comment\. JSON has no comments: take it out$/,
		],
	];
	for (const [name, prepare, expected] of rows) {
		await t.test(name, async (inner) => {
			const {write, root, refusals} = workspace(inner);
			prepare(write, root);
			const lines = await refusals();
			assert.equal(lines.length, 1);
			assert.match(lines[0] ?? '', expected);
			assert.ok(!lines[0]?.includes('abcdefgh'));
		});
	}
});

test('an unknown strategy given as a flag lists the six, and two services do not share a port', async (t) => {
	const {refusals} = workspace(t);
	assert.deepEqual(await refusals({API_KEY_MANAGER_PORT: '3002'}, {flags: {strategy: 'luck'}}), [
		'--strategy must be one of round-robin, least-used, weighted, health-based, headroom, sticky, got "luck"',
		'default: server.healthPort must differ from server.keyPort, got 3002',
	]);
	assert.deepEqual(await refusals({}, {flags: {root: '/nowhere/at/all'}}), [
		'--root must be a folder, got /nowhere/at/all. Name the folder of your .env',
	]);
});

test('the root is the nearest folder upward that configures keydeck, and each root has its own home', async (t) => {
	const {write, load, root} = workspace(t);
	write('.env', 'OPENAI_API_KEY=your-key\n');
	write('deep/.env', 'DATABASE_URL=x\n');
	write('deep/er/file.txt', '');
	mkdirSync(join(root, 'deep', 'er', '.env'));
	mkdirSync(join(root, 'deep', 'er', 'est'));
	const upper = await load({}, {cwd: join(root, 'deep', 'er', 'est')});
	assert.equal(upper.root, root);
	assert.match(upper.home, /\.local\/state\/keydeck\/agents-[0-9a-f]{8}$/);
	assert.equal(statSync(upper.home).mode & 0o777, 0o700);
	write('deep/keydeck.config.json', '{}');
	const nearer = await load({}, {cwd: join(root, 'deep', 'er', 'est')});
	assert.equal(nearer.root, join(root, 'deep'));
	assert.notEqual(nearer.home, upper.home);
	const again = await load();
	assert.equal(again.home, upper.home);
	const flagged = await load({KEYDECK_HOME: '../state'}, {cwd: join(root, 'deep'), flags: {root: '..'}});
	assert.equal(flagged.root, root);
	assert.equal(flagged.home, join(root, 'state'));
});

test('a path in a variable is relative to where it is stated', async (t) => {
	const {write, load, root} = workspace(t);
	write('.env', `TOKENPOOL_PATH=pools/mine.json\nKEYDECK_HOME=state\n`);
	write('keydeck.config.json', '{}');
	write('pools/mine.json', JSON.stringify({'gpt-4o': [sampleKey('openai', 1)]}));
	write('deep/other.json', JSON.stringify({'gemini-pro': [sampleKey('gemini', 1)]}));
	const plain = await load();
	assert.equal(plain.home, join(root, 'state'));
	assert.deepEqual(
		plain.keys.map(({key}) => [key.label, key.source]),
		[['tokenpool:gpt-4o[0]', {kind: 'token-pool', file: 'pools/mine.json', line: 1}]],
	);
	const other = await load({TOKENPOOL_PATH: 'other.json'}, {cwd: join(root, 'deep')});
	assert.deepEqual(
		other.keys.map(({key}) => key.label),
		['tokenpool:gemini-pro[0]'],
	);
});

test('the same key keeps its kid over loads, another pepper gives another', async (t) => {
	const {load, write} = workspace(t);
	write('.env', `OPENAI_API_KEY=${sampleKey('openai', 1)}\n`);
	const kidOf = async (env?: Record<string, string>) => (await load(env)).keys[0]?.key.kid;
	const first = await kidOf();
	assert.equal(await kidOf(), first);
	const peppered = await kidOf({KEYDECK_PEPPER: 'ab'.repeat(32)});
	assert.notEqual(peppered, first);
	assert.equal(await kidOf({KEYDECK_PEPPER: 'AB'.repeat(32)}), peppered);
});

test('names that touch the prototype change nothing', async (t) => {
	const {write, refusals, load} = workspace(t);
	const before = Object.getOwnPropertyNames(Object.prototype);
	write('.env', '__proto__=x\nconstructor=y\nOPENAI_API_KEY=your-key\n');
	write(
		'shared/tokenpool.json',
		'{"constructor": ["abcdefgh12"], "toString": ["abcdefgh12"], "hasOwnProperty": [], "": [], "a/../b": [], "{tag}": []}',
	);
	write(
		'keydeck.config.json',
		'{"models": {"toString": {}, "prototype": {"chain": ["valueOf"]}}, "providers": {"constructor": {}}}',
	);
	const lines = await refusals();
	assert.equal(lines.length, 4 + 6);
	assert.match(lines.join('\n'), /constructor is an unknown model/);
	write('shared/tokenpool.json', '{"__proto__": ["abcdefgh12"]}');
	write('keydeck.config.json', '{"__proto__": {"strategy": "sticky"}}');
	assert.deepEqual(await refusals(), [
		'keydeck.config.json line 1 column 13 has a name that is not allowed. Take out the member __proto__',
		'shared/tokenpool.json line 1 column 13 has a name that is not allowed. Take out the member __proto__',
	]);
	write('shared/tokenpool.json', '{}');
	write('keydeck.config.json', '{}');
	assert.deepEqual((await load({constructor: 'x'})).keys, []);
	assert.ok(isDeepStrictEqual(Object.getOwnPropertyNames(Object.prototype), before));
});
