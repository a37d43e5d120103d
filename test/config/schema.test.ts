import assert from 'node:assert/strict';
import {test} from 'node:test';
import {configReference} from '../../source/config/schema-walk.ts';
import {workspace} from './workspace.ts';

const whole = {
	strategy: 'health-based',
	providers: {
		openai: {baseUrl: 'https://api.openai.com/v1', probe: {deep: false}, limits: {concurrency: 20}},
		vllm: {type: 'openai-compatible', baseUrl: 'http://10.1.2.3:8000/v1', models: ['llama-3.3-70b'], keyless: true},
	},
	models: {
		'gpt-4o': {
			provider: 'openai',
			upstream: 'gpt-4o',
			strategy: 'headroom',
			chain: ['gpt-4-turbo', 'claude-3-opus'],
			limits: {requestsPerMinute: 60, burst: 10, tokensPerMinute: 90000, requestsPerDay: 10000, concurrency: 8},
		},
	},
	keys: [{provider: 'openai', key: 'env:TEAM_B_KEY', label: 'team-b', account: 'acme', weight: 2}],
	probe: {intervalMs: 60000, timeoutMs: 10000, deep: false, dailyBudgetUsd: 0.05},
	alerts: {
		consecutiveFailures: 3,
		errorRate: 0.2,
		minSamples: 10,
		latencyMs: 5000,
		groupWaitMs: 2000,
		repeatMs: 14400000,
	},
	notifiers: [
		{
			type: 'webhook',
			url: 'https://example.org/hook',
			secret: 'env:HOOK_SECRET',
			allowPrivate: false,
			minSeverity: 'medium',
		},
	],
	server: {
		host: '127.0.0.1',
		keyPort: 3001,
		healthPort: 3002,
		allowedHosts: [],
		allowedOrigins: [],
		tls: {cert: '', key: ''},
	},
	store: {redisUrl: 'redis://127.0.0.1:6379', prefix: 'keydeck'},
	dashboard: {theme: 'dark', intervalMs: 1000, mouse: true, readOnly: false},
};

test('every documented part of the configuration file is read', async (t) => {
	const {write, load} = workspace(t);
	write('keydeck.config.json', JSON.stringify(whole));
	const settings = await load({TEAM_B_KEY: 'sk-proj-abcdefghijklmnop'});
	assert.deepEqual(settings.providers.get('openai'), {
		baseUrl: 'https://api.openai.com/v1',
		deepProbe: false,
		limits: {concurrency: 20},
	});
	assert.deepEqual(settings.providers.get('vllm'), whole.providers.vllm);
	assert.deepEqual(settings.models.get('gpt-4o'), whole.models['gpt-4o']);
	assert.equal(settings.keys[0]?.key.label, 'team-b');
	assert.deepEqual(settings.alerts, whole.alerts);
	assert.equal(settings.redisUrl, 'redis://127.0.0.1:6379');
});

test('each rule of the file is told with path and value', async (t) => {
	const rows: readonly [config: object, line: string][] = [
		[
			{strategy: 'luck'},
			'strategy must be one of round-robin, least-used, weighted, health-based, headroom, sticky, got "luck"',
		],
		[{probe: {intervalMs: 499}}, 'probe.intervalMs must be an integer from 500 to 86400000, got 499 (number)'],
		[{probe: {intervalMs: '1m'}}, 'probe.intervalMs must be an integer from 500 to 86400000, got "1m"'],
		[{probe: []}, 'probe must be an object, got a list'],
		[{probe: null}, 'probe must be an object, got null'],
		[{probe: {deep: 1}}, 'probe.deep must be true or false, got 1 (number)'],
		[{alerts: {errorRate: 20}}, 'alerts.errorRate must be a number above 0 and at most 1, got 20 (number)'],
		[{server: {keyPort: 70000}}, 'server.keyPort must be an integer from 0 to 65535, got 70000 (number)'],
		[
			{server: {allowedHosts: ['a b']}},
			'server.allowedHosts[0] must be a host name or address, with a port if need be, got "a b"',
		],
		[{keys: {}}, 'keys must be a list, got an object'],
		[{keys: [{provider: 'openai'}]}, 'keys[0].key must be a key or a reference, got nothing'],
		[
			{keys: [{provider: 'opnai', key: 'abcdefgh12'}]},
			'keys[0].provider is an unknown provider, got "opnai". Did you mean openai?',
		],
		[
			{keys: [{provider: 'openai', key: 'abcdefgh12', weight: 0}]},
			'keys[0].weight must be a number above 0, got 0 (number)',
		],
		[
			{keys: [{provider: 'openai', key: 'abcdefgh12', wieght: 2}]},
			'keys[0].wieght is not a known setting. Did you mean weight?',
		],
		[
			{providers: {openai: {baseUrl: 'ftp://x'}}},
			'providers.openai.baseUrl must be an http or https URL without user, password, query and fragment, got "ftp://x"',
		],
		[
			{providers: {openai: {type: 'openai-compatible'}}},
			'providers.openai is built in. Take out its type, or choose another name',
		],
		[
			{providers: {opnai: {baseUrl: 'http://x'}}},
			'providers.opnai is an unknown provider. Did you mean openai? A provider of your own needs "type": "openai-compatible"',
		],
		[{providers: {mine: {type: 'openai-compatible'}}}, 'providers.mine has no base URL. Add "baseUrl": "http://…/v1"'],
		[{models: {foo: {}}}, 'models.foo has no provider. It is not built in: add "provider": "…"'],
		[
			{models: {'gpt-4o': {chain: ['gpt-5o']}}},
			'models.gpt-4o.chain[0] is an unknown model, got "gpt-5o". Did you mean gpt-4o?',
		],
		[
			{models: {'gpt-4o': {chain: ['gpt-4o']}}},
			'models.gpt-4o.chain[0] falls back to itself, got "gpt-4o". Take it out',
		],
		[
			{models: {'gpt-4o': {upstream: '../x'}}},
			'models.gpt-4o.upstream must be a model name: letters, digits and . _ : @ + - in parts separated by /, got "../x"',
		],
		[
			{models: {'gpt-4o': {limits: {burst: 0}}}},
			'models.gpt-4o.limits.burst must be an integer from 1 to 10000000, got 0 (number)',
		],
	];
	for (const [config, line] of rows) {
		const {write, refusals} = workspace(t);
		write('keydeck.config.json', JSON.stringify(config));
		assert.deepEqual(await refusals(), [`keydeck.config.json line 1: ${line}`]);
	}
});

test('two keys do not share a label', async (t) => {
	const {write, refusals} = workspace(t);
	const keys = ['one', 'two'].map((name) => ({provider: 'openai', key: `text-of-${name}`, label: 'team'}));
	write('keydeck.config.json', JSON.stringify({keys}));
	assert.deepEqual(await refusals(), [
		'keydeck.config.json and keydeck.config.json: team is the label of 2 keys. Give each its own',
	]);
});

test('the reference lists every setting once, with rule and text', () => {
	const paths = configReference.map(({path}) => path);
	assert.equal(new Set(paths).size, paths.length);
	for (const path of [
		'strategy',
		'providers.<name>.baseUrl',
		'models.<name>.limits.burst',
		'keys[].weight',
		'notifiers[].type',
		'server.tls.cert',
	]) {
		assert.ok(paths.includes(path), path);
	}
	for (const {path, rule, text} of configReference) {
		assert.match(rule, /^must be /, path);
		assert.match(text, /\.$/, path);
	}
	assert.equal(configReference.find(({path}) => path === 'probe.intervalMs')?.default, '60000');
});
