import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Behaviour} from '../../source/simulator/scenario.ts';
import {type VendorName, vendorNames} from '../../source/simulator/vendor-name.ts';
import {asking, limitHeadersOf, startVendor} from './simulated-vendor.ts';

type Row = {
	readonly behaviour: Behaviour;
	/** Status of the free endpoint. */
	readonly free: number;
	/** Status of a completion, and what its body says. */
	readonly completion: number;
	readonly says?: RegExp;
};

const spend: Behaviour = {kind: 'spend-limit', until: '2026-12-01'};
const forbidden = (vendor: VendorName): Behaviour => ({kind: 'model-forbidden', models: [asking[vendor].model]});
const row = (behaviour: Behaviour | Behaviour['kind'], free: number, completion: number, says?: RegExp): Row => ({
	behaviour: typeof behaviour === 'string' ? ({kind: behaviour} as Behaviour) : behaviour,
	free,
	completion,
	...(says && {says}),
});

const table: Partial<Record<VendorName, readonly Row[]>> = {
	openai: [
		row('revoked', 401, 401, /Incorrect API key provided: .*"code":"invalid_api_key"/),
		row('blocked', 401, 401, /account_deactivated/),
		row('restricted', 403, 200),
		row('no-credit', 200, 429, /"type":"insufficient_quota","param":null,"code":"insufficient_quota"/),
		row(spend, 200, 429, /organization_spend_limit_exceeded/),
		row(forbidden('openai'), 200, 404, /model_not_found/),
	],
	anthropic: [
		row('revoked', 401, 401, /"type":"authentication_error","message":"invalid x-api-key"/),
		row('blocked', 400, 400, /organization_on_hold/),
		row('restricted', 403, 200),
		row('no-credit', 200, 400, /Your credit balance is too low to access the Anthropic API/),
		row(spend, 200, 400, /You will regain access on 2026-12-01 at 00:00 UTC\./),
		row(forbidden('anthropic'), 200, 403, /permission_error/),
	],
	gemini: [
		row('revoked', 400, 400, /"reason": "API_KEY_INVALID"/),
		row('leaked', 403, 403, /Your API key was reported as leaked\. Please use another API key\./),
		row('blocked', 403, 403, /SERVICE_DISABLED/),
		row('restricted', 403, 200),
		row('no-credit', 200, 402, /RESOURCE_EXHAUSTED/),
		row(forbidden('gemini'), 200, 404, /NOT_FOUND/),
	],
	deepseek: [
		row('revoked', 401, 401, /Authentication Fails, Your api key: \*{4}.* is invalid/),
		row('no-credit', 200, 402, /"message":"Insufficient Balance","type":"unknown_error"/),
		row(forbidden('deepseek'), 200, 404, /Model Not Exist/),
	],
	mistral: [
		row('revoked', 401, 401, /^\{"detail":"Invalid API Key"\}$/),
		row('no-credit', 200, 402),
		row(forbidden('mistral'), 200, 403, /not available in your tier/),
	],
	cohere: [
		row('revoked', 401, 401, /"message":"Incorrect API key provided: \*{3}\./),
		row('no-credit', 200, 402, /Please add or update your payment method/),
		row(spend, 200, 402, /Maximum billing reached for this API key/),
		row(forbidden('cohere'), 200, 404, /model 'command-r7b-12-2024' not found/),
	],
	groq: [
		row('revoked', 401, 401, /invalid_api_key/),
		row('blocked', 400, 400, /organization_restricted/),
		row('no-credit', 200, 402),
	],
	openrouter: [
		row('revoked', 401, 401, /"error_type":"authentication"/),
		row('no-credit', 200, 402, /"error_type":"payment_required"/),
		row(forbidden('openrouter'), 200, 404, /"error_type":"not_found"/),
	],
	together: [row('revoked', 401, 401), row('no-credit', 200, 402)],
};

for (const [vendor, rows] of Object.entries(table) as [VendorName, readonly Row[]][]) {
	test(`${vendor} says no to each kind of bad key in its own words`, async (t) => {
		const {simulator, key, free, complete} = await startVendor(t, vendor);
		for (const {behaviour, free: freeStatus, completion, says} of rows) {
			simulator.change({vendor, keys: {label: 'it'}, behaviour});
			const probed = await free();
			assert.equal(probed.status, freeStatus, `${behaviour.kind}: free`);
			const probedText = await probed.text();
			const answer = await complete();
			const text = await answer.text();
			assert.equal(answer.status, completion, `${behaviour.kind}: completion`);
			if (says) assert.match(text, says, behaviour.kind);
			assert.ok(!`${probedText}${text}`.includes(key), `${behaviour.kind}: the key is not repeated`);
		}
	});
}

for (const vendor of vendorNames) {
	test(`${vendor} serves a good key, tells limits on completions only, and knows its models`, async (t) => {
		const {free, complete} = await startVendor(t, vendor);
		const probed = await free();
		assert.equal(probed.status, 200);
		assert.deepEqual(limitHeadersOf(probed), {});
		await probed.json();
		assert.equal((await complete()).status, 200);
		const unknown = await complete({model: 'no-such-model'});
		assert.equal(unknown.status, 404);
		assert.ok((await unknown.json()) !== undefined);
	});
}

test('a vendor turns away a key nobody knows and a request without one, in its own form', async (t) => {
	const statuses: Partial<Record<VendorName, readonly [unknown: number, none: number]>> = {
		openai: [401, 401],
		anthropic: [401, 401],
		gemini: [400, 403],
		deepseek: [401, 401],
		mistral: [401, 401],
		cohere: [401, 401],
		groq: [401, 401],
		openrouter: [401, 401],
		together: [401, 401],
	};
	for (const [vendor, [unknown, none]] of Object.entries(statuses) as [VendorName, readonly [number, number]][]) {
		const {simulator, free} = await startVendor(t, vendor);
		assert.equal((await free(`x${'y'.repeat(40)}`)).status, unknown, vendor);
		const {method, path} = asking[vendor].free;
		const headers = vendor === 'anthropic' ? {'anthropic-version': '2023-06-01'} : {};
		assert.equal((await fetch(simulator.baseUrls[vendor] + path, {method, headers})).status, none, vendor);
	}
});

test('ollama and the public lists answer without a key', async (t) => {
	const {simulator} = await startVendor(t, 'ollama');
	assert.equal((await fetch(`${simulator.baseUrls.ollama}/models`)).status, 200);
	assert.equal((await fetch(simulator.baseUrls.ollama.replace('/v1', '/api/tags'))).status, 200);
	assert.equal((await fetch(`${simulator.baseUrls.openrouter}/models`)).status, 200);
});

test('anthropic wants exactly one credential and a version, and takes either header', async (t) => {
	const {simulator, key} = await startVendor(t, 'anthropic');
	const ask = (headers: Record<string, string>) => fetch(`${simulator.baseUrls.anthropic}/v1/models`, {headers});
	const version = {'anthropic-version': '2023-06-01'};
	const bearer = {authorization: `Bearer ${key}`};
	assert.equal((await ask({...version, ...bearer})).status, 200);
	assert.equal((await ask({...version, 'x-api-key': key})).status, 200);
	assert.equal((await ask({...version, ...bearer, 'x-api-key': key})).status, 401);
	const unversioned = await ask(bearer);
	assert.equal(unversioned.status, 400);
	assert.match(await unversioned.text(), /anthropic-version: header is required/);
	assert.equal((await ask({...bearer, 'anthropic-version': '2020-01-01'})).status, 400);
});

test('anthropic refuses sampling fields from version 2026-10-21 on', async (t) => {
	const {simulator, key} = await startVendor(t, 'anthropic');
	const ask = (version: string) =>
		fetch(`${simulator.baseUrls.anthropic}/v1/messages`, {
			method: 'POST',
			headers: {'x-api-key': key, 'anthropic-version': version},
			body: JSON.stringify({
				model: 'claude-haiku-5-5',
				max_tokens: 1,
				temperature: 1,
				messages: [{role: 'user', content: '.'}],
			}),
		});
	assert.equal((await ask('2023-06-01')).status, 200);
	assert.equal((await ask('2026-10-21')).status, 400);
});

test('gemini takes the key in the header or the query, never in two places', async (t) => {
	const {simulator, key} = await startVendor(t, 'gemini');
	const base = `${simulator.baseUrls.gemini}/models`;
	assert.equal((await fetch(`${base}?key=${key}`)).status, 200);
	assert.equal((await fetch(base, {headers: {'x-goog-api-key': key}})).status, 200);
	const twice = await fetch(`${base}?key=${key}`, {headers: {'x-goog-api-key': key}});
	assert.equal(twice.status, 400);
	assert.match(await twice.text(), /Multiple authentication credentials received/);
});

test('balance endpoints tell money: what there is, and nothing once the account is dry', async (t) => {
	const deepseek = await startVendor(t, 'deepseek', {balanceUsd: 3.1});
	const rich = (await (await deepseek.free()).json()) as {
		is_available: boolean;
		balance_infos: {total_balance: string}[];
	};
	assert.deepEqual([rich.is_available, rich.balance_infos[0]?.total_balance], [true, '3.10']);
	deepseek.simulator.change({vendor: 'deepseek', keys: {}, behaviour: 'no-credit'});
	const poor = (await (await deepseek.free()).json()) as typeof rich;
	assert.deepEqual([poor.is_available, poor.balance_infos[0]?.total_balance], [false, '0.00']);
	const openrouter = await startVendor(t, 'openrouter', {balanceUsd: 74.5});
	const card = (await (await openrouter.free()).json()) as {data: {limit_remaining: number}};
	assert.equal(card.data.limit_remaining, 74.5);
});

test('keys of one account tell the same organisation, others another one', async (t) => {
	const {simulator, free} = await startVendor(t, 'openai', {account: 'acme'});
	simulator.change({
		vendor: 'openai',
		add: [{key: 'sk-second-key-of-acme', account: 'acme'}, {key: 'sk-key-of-somebody-else'}],
	});
	const organisations = [];
	for (const key of [undefined, 'sk-second-key-of-acme', 'sk-key-of-somebody-else']) {
		const {headers} = await free(key);
		organisations.push(`${headers.get('openai-organization')} ${headers.get('openai-project')}`);
	}
	assert.match(organisations[0] ?? '', /^acme proj_[0-9a-f]{24}$/);
	assert.equal(organisations[1], organisations[0]);
	assert.notEqual(organisations[2], organisations[0]);
	simulator.change({vendor: 'openai', keys: {label: 'it'}, behaviour: 'revoked'});
	assert.equal((await free()).headers.get('openai-organization'), null);
});

test('a prompt beyond the context, a body that is no JSON and a path that is not there are the caller’s fault', async (t) => {
	const {simulator, key, complete} = await startVendor(t, 'anthropic');
	const long = await complete({more: {messages: [{role: 'user', content: 'x'.repeat(4_000_004)}]}});
	assert.equal(long.status, 400);
	assert.match(await long.text(), /prompt is too long: 1000002 tokens > 1000000 maximum/);
	const headers = asking.anthropic.auth(key);
	const url = simulator.baseUrls.anthropic;
	assert.equal((await fetch(`${url}/v1/messages`, {method: 'POST', headers, body: '{'})).status, 400);
	assert.equal((await fetch(`${url}/v1/nothing`, {headers})).status, 404);
});
