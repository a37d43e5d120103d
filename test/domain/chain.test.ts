import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Availability, chainOf, linksOf, liveLink} from '../../source/domain/chain.ts';
import {builtInCatalogue} from '../../source/domain/models.ts';

const chains = [
	['claude-3-opus', 'claude-3-sonnet', 'gpt-4o', 'gemini-pro'],
	['gpt-4o', 'gpt-4-turbo', 'claude-3-opus', 'gemini-pro'],
	['deepseek-coder', 'codellama-70b', 'gpt-4o', 'claude-3-opus'],
	['command-r-plus', 'mistral-large', 'claude-3-opus', 'gpt-4o'],
	['gemini-pro', 'gemini-1.5-pro', 'claude-3-opus', 'gpt-4o'],
] as const;

for (const chain of chains) {
	test(`by default: ${chain.join(' → ')}`, () => {
		assert.deepEqual(
			chainOf(chain[0], builtInCatalogue).map(({name}) => name),
			chain,
		);
	});
}

test('the same pool with the same upstream id is visited once, and shown as the same', () => {
	assert.deepEqual(
		linksOf('command-r-plus', builtInCatalogue).map(({name}) => name),
		['command-r-plus', 'claude-3-opus', 'gpt-4o'],
	);
	const {links, live} = liveLink(chainOf('command-r-plus', builtInCatalogue), () => ({usable: 0, keys: 2, backAt: 5}));
	assert.equal(links[1]?.skipped, 'same as link 1');
	assert.equal(live, undefined);
});

test('another upstream id of the same pool is another link', () => {
	assert.equal(linksOf('gpt-4o', builtInCatalogue).length, 4);
});

test("an unknown model has no links, and only the asked model's own chain counts", () => {
	assert.deepEqual(linksOf('gpt-9', builtInCatalogue), []);
	const chain = ['b'];
	const catalogue = new Map([
		['a', {name: 'a', provider: 'p', upstream: 'a', chain: ['b', 'gone']}],
		['b', {name: 'b', provider: 'p', upstream: 'b', chain: ['c']}],
		['c', {name: 'c', provider: 'p', upstream: 'c', chain}],
	]);
	assert.deepEqual(
		linksOf('a', catalogue).map(({name}) => name),
		['a', 'b'],
	);
});

test('each link says why it would not serve; the first that can is live', () => {
	const pools: Record<string, Availability> = {
		deepseek: {usable: 0, keys: 3, backAt: 1000},
		ollama: {usable: 0, keys: 0},
		openai: {usable: 2, keys: 3},
		anthropic: {usable: 1, keys: 1},
	};
	const {links, live} = liveLink(
		linksOf('deepseek-coder', builtInCatalogue),
		({provider}) => pools[provider] as Availability,
	);
	assert.equal(live, 2);
	assert.deepEqual(
		links.map(({skipped}) => skipped),
		['all 3 keys rest', 'no key for ollama', undefined, undefined],
	);
	assert.deepEqual(links[0], {
		model: 'deepseek-coder',
		provider: 'deepseek',
		upstream: 'deepseek-flash',
		usable: 0,
		keys: 3,
		backAt: 1000,
		skipped: 'all 3 keys rest',
	});
});

test('a pool that nothing brings back by itself needs a person', () => {
	const said = (found: Availability) =>
		liveLink(linksOf('gpt-6-luna', builtInCatalogue), () => found).links[0]?.skipped;
	assert.equal(said({usable: 0, keys: 1}), 'its only key needs you');
	assert.equal(said({usable: 0, keys: 1, backAt: 9}), 'its only key rests');
	assert.equal(said({usable: 0, keys: 4}), 'all 4 keys need you');
});
