import assert from 'node:assert/strict';
import {test} from 'node:test';
import {InvalidInputError, KeydeckError} from '../../source/errors.ts';
import type {Change} from '../../source/simulator/change.ts';
import {startSimulator} from '../../source/simulator/simulator.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {startVendor} from './simulated-vendor.ts';

test('base URLs have the form of the variables that lead to them', async (t) => {
	const {simulator} = await startVendor(t, 'openai');
	const forms: Record<string, RegExp> = {
		KEYDECK_OPENAI_BASE_URL: /:\d+\/v1$/,
		KEYDECK_ANTHROPIC_BASE_URL: /:\d+$/,
		KEYDECK_GEMINI_BASE_URL: /:\d+\/v1beta$/,
		KEYDECK_DEEPSEEK_BASE_URL: /:\d+$/,
		KEYDECK_MISTRAL_BASE_URL: /:\d+$/,
		KEYDECK_COHERE_BASE_URL: /:\d+$/,
		KEYDECK_GROQ_BASE_URL: /:\d+\/openai\/v1$/,
		KEYDECK_OPENROUTER_BASE_URL: /:\d+\/api\/v1$/,
		KEYDECK_TOGETHER_BASE_URL: /:\d+\/v1$/,
		KEYDECK_OLLAMA_BASE_URL: /:\d+\/v1$/,
	};
	const env = simulator.env();
	assert.deepEqual(Object.keys(env).sort(), Object.keys(forms).sort());
	for (const [name, form] of Object.entries(forms)) assert.match(env[name] ?? '', form, name);
});

test('a port in use is one clear error, and nothing is left running', async (t) => {
	const {simulator} = await startVendor(t, 'openai');
	const {port} = new URL(simulator.baseUrls.ollama);
	const base = Number(port) - 9;
	await assert.rejects(
		startSimulator({clock: new SimulatedClock(), ports: base}),
		(error) =>
			error instanceof KeydeckError &&
			error.code === 'PORT_IN_USE' &&
			error.message.includes('127.0.0.1 cannot be used'),
	);
});

test('counts tell free requests, completions and tokens apart, per vendor, key and endpoint', async (t) => {
	const {simulator, free, complete} = await startVendor(t, 'openai');
	await free();
	await free();
	await free('sk-nobody-knows-this-key');
	await (await complete()).text();
	const {requests, free: freeOnes, completions, tokens} = simulator.counts({vendor: 'openai', key: 'it'});
	assert.deepEqual({requests, freeOnes, completions, tokens}, {requests: 3, freeOnes: 2, completions: 1, tokens: 8});
	assert.deepEqual(simulator.counts({key: 'unknown'}).rows, [
		{
			vendor: 'openai',
			key: 'unknown',
			endpoint: 'GET /v1/models',
			cost: 'free',
			requests: 1,
			tokens: 0,
			answers: {401: 1},
		},
	]);
	assert.equal(simulator.counts({endpoint: 'GET /v1/models'}).requests, 3);
	assert.equal(simulator.counts({vendor: 'gemini'}).requests, 0);
});

test('a pattern stands for many keys, which have counts of their own and change together or alone', async (t) => {
	const {simulator, free} = await startVendor(t, 'openai');
	simulator.change({vendor: 'openai', add: [{pattern: 'sk-many-*-end', label: 'many'}]});
	const first = 'sk-many-1-end';
	const second = 'sk-many-2-end';
	const statuses = async () => [(await free(first)).status, (await free(second)).status];
	assert.deepEqual(await statuses(), [200, 200]);
	assert.equal((await free('sk-many-1-ending')).status, 401);
	assert.equal(simulator.counts({key: 'many[0]'}).requests, 1);
	simulator.change({vendor: 'openai', keys: {key: first}, behaviour: 'revoked'});
	assert.deepEqual(await statuses(), [401, 200]);
	simulator.change({vendor: 'openai', keys: {label: 'many'}, behaviour: 'revoked'});
	assert.deepEqual(await statuses(), [401, 401]);
	assert.equal((await free('sk-many-3-end')).status, 401);
});

test('another scenario takes the place of the present one; keys that stay keep their windows and counts', async (t) => {
	const {simulator, key, free, complete} = await startVendor(t, 'openai', {limits: {requestsPerMinute: 1}});
	assert.equal((await complete()).status, 200);
	const entry = {key, label: 'it', limits: {requestsPerMinute: 1}};
	simulator.change({scenario: {vendors: {openai: {keys: [entry]}}}});
	assert.equal((await complete()).status, 429);
	assert.equal(simulator.counts({key: 'it'}).completions, 2);
	simulator.change({scenario: {}});
	assert.equal((await free()).status, 401);
});

test('the control path shows and changes what runs, without ever telling a key', async (t) => {
	const {simulator, key, free} = await startVendor(t, 'openai');
	await free();
	const url = new URL('/__simulator', simulator.baseUrls.openai);
	const seen = await (await fetch(url)).text();
	assert.match(seen, /"label": "it"/);
	assert.ok(!seen.includes(key));
	const post = (body: string, type = 'application/json') =>
		fetch(url, {method: 'POST', headers: {'content-type': type}, body});
	const changes: readonly Change[] = [
		{vendor: 'openai', keys: {label: 'it'}, behaviour: 'revoked'},
		{vendor: 'gemini', condition: 'overloaded'},
	];
	const changed = await post(JSON.stringify(changes));
	assert.equal(changed.status, 200);
	assert.ok(!(await changed.text()).includes(key));
	assert.equal((await free()).status, 401);
	assert.equal((await fetch(`${simulator.baseUrls.gemini}/models`)).status, 503);
	assert.equal((await post(JSON.stringify(changes), 'text/plain')).status, 415);
	assert.equal((await post('{')).status, 400);
	assert.equal((await fetch(url, {method: 'DELETE'})).status, 405);
	const refused = await post(JSON.stringify({vendor: 'openai', keys: {key}, behaviour: 'gone', extra: key}));
	assert.equal(refused.status, 400);
	const text = await refused.text();
	assert.match(text, /change: behaviour\.kind must be one of valid, revoked, .*got gone/);
	assert.ok(!text.includes(key));
});

test('a change that fits no key is an error and changes nothing', async (t) => {
	const {simulator} = await startVendor(t, 'openai');
	assert.throws(
		() => simulator.change({vendor: 'openai', keys: {label: 'nobody'}, behaviour: 'revoked'}),
		(error) => error instanceof InvalidInputError && error.message === 'change: keys fits no key of openai',
	);
});
