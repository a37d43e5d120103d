import assert from 'node:assert/strict';
import {test} from 'node:test';
import {inspect} from 'node:util';
import {loadSettings, readConfiguration} from '../../source/config/load.ts';
import {KeydeckError} from '../../source/errors.ts';
import {sampleKey, workspace} from './workspace.ts';

const vendors = [
	'anthropic',
	'openai',
	'deepseek',
	'mistral',
	'gemini',
	'cohere',
	'groq',
	'openrouter',
	'together',
	'other',
];
const canaries = vendors.flatMap((vendor, index) => [sampleKey(vendor, 100 + index), sampleKey(vendor, 200 + index)]);

/** Rows that only show what is accepted. */
const accepted = new Set(['accepted settings', 'a name in .env']);

/** Fails when a text holds more of a canary than its mask shows. */
function assertClean(output: unknown): void {
	const text = inspect(output, {depth: 20, maxArrayLength: null, maxStringLength: null});
	for (const canary of canaries) {
		for (let at = 0; at + 12 <= canary.length; at++) {
			const part = canary.slice(at, at + 12);
			assert.ok(!text.includes(part), `${canary.slice(0, 6)}… leaks from place ${at}`);
		}
	}
}

test('the check for leaks finds a planted one', () => {
	assert.equal(canaries.length, 20);
	assert.throws(() => assertClean({deep: [`x ${canaries[3]?.slice(5, 20)}`]}), assert.AssertionError);
});

test('good keys show as masks only', async (t) => {
	const {write, load} = workspace(t);
	const names = ['CLAUDE', 'OPENAI', 'DEEPSEEK', 'MISTRAL', 'GEMINI', 'COHERE', 'GROQ', 'OPENROUTER', 'TOGETHER'];
	write('.env', names.map((name, index) => `${name}_API_KEY=${canaries[2 * index]}`).join('\n'));
	const pool = {'gpt-4o': [canaries[3], {key: canaries[2]}], 'gemini-pro': [canaries[8], canaries[9]]};
	write('shared/tokenpool.json', JSON.stringify(pool));
	const settings = await load({OPENAI_API_KEY: canaries[3] ?? '', CLAUDE_API_KEY2: canaries[1] ?? ''});
	assert.ok(settings.keys.length >= 10);
	assertClean(settings);
	assertClean(JSON.stringify(settings.keys));
});

test('keys in every wrong place leave no trace in problems, notes and values', async (t) => {
	const rows: readonly [string, (canary: string) => {files?: Record<string, string>; env?: Record<string, string>}][] =
		[
			['a bare line of .env', (canary) => ({files: {'.env': `OPENAI_API_KEY=your-key\n${canary}\n${canary}: x\n`}})],
			['a name in .env', (canary) => ({files: {'.env': `OPENAI_API_KEY=${canary}\nKEYDECK_${canary}=1\n`}})],
			[
				'every setting',
				(canary) => ({
					env: {
						ROTATION_STRATEGY: canary,
						API_KEY_MANAGER_PORT: canary,
						KEYDECK_HOST: `${canary}/`,
						KEYDECK_ALLOWED_HOSTS: `${canary} ${canary}`,
						KEYDECK_PEPPER: `${canary}-`,
						KEYDECK_TOKEN: canary,
						KEYDECK_OPENAI_BASE_URL: `https://x.example/v1?key=${canary}`,
						KEYDECK_GROQ_BASE_URL: `https://${canary}@x.example/${canary}`,
						REDIS_URL: `redis://:${canary}@127.0.0.1`,
					},
				}),
			],
			[
				'accepted settings',
				(canary) => ({env: {KEYDECK_OPENAI_BASE_URL: `https://x.example/${canary}/v1`, KEYDECK_HOST: canary}}),
			],
			['a key with a line break', (canary) => ({files: {'.env': `OPENAI_API_KEY="${canary}\n${canary}"\n`}})],
			[
				'a key with an odd letter',
				(canary) => ({env: {OPENAI_API_KEY: `${canary}ü`, GROQ_API_KEY: `${canary} ${canary}`}}),
			],
			[
				'references',
				(canary) => ({
					env: {
						OPENAI_API_KEY: `env:${canary}`,
						OPENAI_API_KEY2: `file:/nowhere/${canary}`,
						OPENAI_API_KEY3: `exec:["${canary}"]`,
						OPENAI_API_KEY4: `exec:["sh","-c","echo ${canary} >&2; echo ${canary}; exit 3"]`,
						OPENAI_API_KEY5: `exec:${canary}`,
						OPENAI_API_KEY6: `vault:${canary}`,
						OPENAI_API_KEY7: `op://${canary}`,
					},
				}),
			],
			['a model of the pool', (canary) => ({files: {'shared/tokenpool.json': JSON.stringify({[canary]: ['gpt-4o']})}})],
			[
				'values of the pool',
				(canary) => ({
					files: {
						'shared/tokenpool.json': JSON.stringify({
							'gpt-4o': [{kye: canary, [canary]: 1}, [canary], {key: [canary]}],
							'gemini-pro': canary,
						}),
					},
				}),
			],
			['a cut pool', (canary) => ({files: {'shared/tokenpool.json': `{"gpt-4o": ["${canary}"], ${canary}`}})],
			['a doubled name', (canary) => ({files: {'shared/tokenpool.json': `{"${canary}": [], "${canary}": []}`}})],
			[
				'names of the configuration',
				(canary) => ({
					files: {
						'keydeck.config.json': JSON.stringify({
							[canary]: 1,
							providers: {[canary]: {[canary]: 1}},
							models: {[canary]: {chain: [canary], strategy: canary}},
						}),
					},
				}),
			],
			[
				'values of the configuration',
				(canary) => ({
					files: {
						'keydeck.config.json': JSON.stringify({
							providers: {[canary.toLowerCase()]: {}},
							models: {[canary]: {chain: [canary]}, 'gpt-4o': {provider: canary, chain: [canary]}},
							keys: [{provider: canary, key: canary}],
						}),
					},
				}),
			],
		];
	for (const [name, place] of rows) {
		await t.test(name, async (inner) => {
			let refused = 0;
			for (const canary of canaries) {
				const {write, options} = workspace(inner);
				const {files = {}, env = {}} = place(canary);
				for (const [path, text] of Object.entries(files)) write(path, text);
				const read = await readConfiguration(options(env));
				if (read.ok) {
					// The settings themselves hold what was set; what people see of them does not.
					const {notes, values, searched, drafts} = read.configuration;
					assertClean({notes, values, searched, drafts});
				} else {
					refused++;
					assertClean(read.problems);
				}
			}
			if (!accepted.has(name)) assert.ok(refused > 0);
		});
	}
});

test('an error about the home holds no key either', async (t) => {
	const {write, options} = workspace(t);
	write('.env', `OPENAI_API_KEY=${canaries[2]}\n`);
	const path = write('state', 'a file where a folder must be');
	await assert.rejects(loadSettings(options({KEYDECK_HOME: path})), (error: unknown) => {
		assert.ok(error instanceof KeydeckError);
		assert.equal(error.code, 'HOME_UNUSABLE');
		assertClean(error);
		return true;
	});
});
