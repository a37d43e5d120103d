import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {CatalogueEntry} from '../../source/domain/catalogue.ts';
import {builtInCatalogue, priceOf, retirementWarning, withModels} from '../../source/domain/models.ts';

const entry = (name: string): CatalogueEntry => {
	const found = builtInCatalogue.get(name);
	assert.ok(found, name);
	return found;
};

const servedBy = {
	'claude-3-opus': ['anthropic', 'claude-opus-5-5'],
	'claude-3-sonnet': ['anthropic', 'claude-sonnet-5-5'],
	'gpt-4o': ['openai', 'gpt-4o'],
	'gpt-4-turbo': ['openai', 'gpt-6-sol'],
	'deepseek-coder': ['deepseek', 'deepseek-flash'],
	'codellama-70b': ['ollama', 'codellama:70b'],
	'command-r-plus': ['mistral', 'mistral-large-latest'],
	'mistral-large': ['mistral', 'mistral-large-latest'],
	'gemini-pro': ['gemini', 'gemini-pro-latest'],
	'gemini-1.5-pro': ['gemini', 'gemini-flash-latest'],
} as const;

for (const [name, [provider, upstream]] of Object.entries(servedBy)) {
	test(`${name} is served by ${upstream} of ${provider}`, () => {
		assert.deepEqual([entry(name).provider, entry(name).upstream], [provider, upstream]);
	});
}

test('every entry has three other links that the catalogue knows', () => {
	for (const {name, chain} of builtInCatalogue.values()) {
		assert.equal(chain.length, 3, name);
		assert.equal(new Set([name, ...chain]).size, 4, name);
		for (const link of chain) assert.ok(builtInCatalogue.has(link), `${name} → ${link}`);
	}
});

test('every vendor has models, every name is unique, every day is a day, every price is sane', () => {
	const providers = new Set([...builtInCatalogue.values()].map(({provider}) => provider));
	assert.deepEqual([...providers].sort(), [
		'anthropic',
		'cohere',
		'deepseek',
		'gemini',
		'groq',
		'mistral',
		'ollama',
		'openai',
		'openrouter',
		'together',
	]);
	for (const {name, retires, price} of builtInCatalogue.values()) {
		if (retires !== undefined) assert.equal(new Date(retires).toISOString().slice(0, 10), retires, name);
		if (price === undefined) continue;
		assert.ok(price.input >= 0 && price.output >= price.input, name);
		assert.ok((price.cachedInput ?? price.input) <= price.input, name);
	}
});

test('a name whose model is gone says which model serves it, and costs what that one costs', () => {
	for (const {name, upstream, aliasBecause} of builtInCatalogue.values()) {
		if (aliasBecause !== undefined) assert.ok(aliasBecause.includes(name) && aliasBecause.includes(upstream), name);
	}
	assert.deepEqual(entry('claude-3-opus').price, entry('claude-opus-5-5').price);
	assert.deepEqual(entry('deepseek-coder').price, {input: 0.3, output: 1.2, cachedInput: 0.006});
});

test('a call costs its fresh and cached input and its output, or what the vendor said', () => {
	const usage = {inputTokens: 3_000_000, cachedInputTokens: 1_000_000, outputTokens: 500_000};
	assert.equal(priceOf(entry('gpt-4o'), usage), 2 * 2.5 + 1.25 + 5);
	assert.equal(priceOf(entry('command-r-08-2024'), usage), 3 * 0.15 + 0.3, 'no price for cached input');
	assert.equal(priceOf(entry('gpt-4o'), {...usage, costUsd: 0.07}), 0.07);
	assert.equal(priceOf(entry('codellama-70b'), usage), 0);
	assert.equal(priceOf(entry('gemini-pro'), usage), undefined, 'not known is not free');
});

const warnings: readonly [name: string, day: string, text: string | undefined][] = [
	['gpt-4o', '2026-11-22', 'gpt-4o retires on 14 Jan 2027 (in 53 days)'],
	['gpt-4o', '2026-11-15T23:59:59Z', 'gpt-4o retires on 14 Jan 2027 (in 60 days)'],
	['gpt-4o', '2026-11-14', undefined],
	['gpt-4o', '2027-01-13', 'gpt-4o retires on 14 Jan 2027 (in 1 day)'],
	['gpt-4o', '2027-01-14T12:00:00Z', 'gpt-4o retires today'],
	['gpt-4o', '2028-03-01', 'gpt-4o was retired on 14 Jan 2027: choose another model'],
	['claude-sonnet-4-5', '2026-11-22', 'claude-sonnet-4-5 retires on 30 Nov 2026 (in 8 days)'],
	['gpt-6-luna', '2026-11-22', undefined],
	['claude-3-opus', '2026-11-22', 'claude-3-opus was retired on 5 Jan 2026; claude-opus-5-5 serves it'],
];

for (const [name, day, text] of warnings) {
	test(`on ${day} ${name} says: ${text ?? 'nothing'}`, () => {
		assert.equal(retirementWarning(entry(name), Date.parse(day)), text);
	});
}

test('days are counted rightly over leap years', () => {
	const model: CatalogueEntry = {name: 'm', provider: 'p', upstream: 'm', chain: []};
	for (let day = Date.UTC(1999, 11, 1); day < Date.UTC(2105, 2, 5); day += 86_400_000) {
		const retires = new Date(day).toISOString().slice(0, 10);
		assert.equal(retirementWarning({...model, retires}, day), 'm retires today', retires);
	}
});

test("a user's model comes on top, and a name changes its provider only when told to", () => {
	const {catalogue, problems} = withModels(
		builtInCatalogue,
		new Map([
			['llama-3.3-70b', {provider: 'vllm', chain: ['gpt-4o']}],
			['gpt-4o', {chain: ['llama-3.3-70b', 'gpt-4o']}],
			['command-r-plus', {provider: 'cohere', upstream: 'command-r-plus-08-2024'}],
			['gpt-6-luna', {price: {input: 1, output: 2}}],
		]),
	);
	assert.deepEqual(problems, []);
	assert.deepEqual(catalogue.get('llama-3.3-70b'), {
		name: 'llama-3.3-70b',
		provider: 'vllm',
		upstream: 'llama-3.3-70b',
		chain: ['gpt-4o'],
	});
	assert.deepEqual(catalogue.get('gpt-4o'), {...entry('gpt-4o'), chain: ['llama-3.3-70b']});
	const moved = catalogue.get('command-r-plus');
	assert.deepEqual(
		[moved?.provider, moved?.upstream, moved?.aliasBecause],
		['cohere', 'command-r-plus-08-2024', undefined],
	);
	assert.deepEqual(moved?.price, entry('command-r-plus-08-2024').price);
	assert.deepEqual(moved?.chain, entry('command-r-plus').chain);
	assert.deepEqual(catalogue.get('gpt-6-luna')?.price, {input: 1, output: 2});
	assert.equal(catalogue.size, builtInCatalogue.size + 1);
});

test("all that is wrong with the user's models is told at once, and the rest is used", () => {
	const {catalogue, problems} = withModels(
		builtInCatalogue,
		new Map([
			['mine', {upstream: 'x'}],
			['gpt-4o', {chain: ['gpt-9', 'claude-3-opus']}],
		]),
	);
	assert.deepEqual(
		problems.map(({path, value}) => [path, value]),
		[
			['models.mine.provider', undefined],
			['models.gpt-4o.chain', 'gpt-9'],
		],
	);
	assert.equal(catalogue.has('mine'), false);
	assert.deepEqual(catalogue.get('gpt-4o')?.chain, ['claude-3-opus']);
});
