import assert from 'node:assert/strict';
import {test} from 'node:test';
import {judgeKey} from '../../source/config/key-judgement.ts';
import {isPlaceholder} from '../../source/config/placeholder.ts';
import {guessProvider} from '../../source/domain/key-shape.ts';
import {sampleKey} from './workspace.ts';

test('texts that stand where a key is still to come are placeholders', () => {
	const placeholders = [
		'',
		'xxxxx',
		'XXXX',
		'sk-ant-api03-xxxxx',
		'sk-proj-xxxxx',
		'sk-xxxxxxxx',
		'AIzaxxxxx',
		'gsk_xxxx',
		'sk-or-v1-xxxx',
		'sk-...',
		'***',
		'…',
		'sk-…',
		'key',
		'key1',
		'key4',
		'key99',
		'KEY2',
		'token1',
		'your-key',
		'your_api_key',
		'YOUR_KEY_HERE',
		'YOUR_OPENAI_API_KEY_HERE',
		'sk-your-key-here',
		'<key>',
		'<your key>',
		'changeme',
		'CHANGE_ME',
		'replace-me',
		'insert-key',
		'placeholder',
		'todo',
		'null',
		'my-api-key',
		'$OPENAI_KEY',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the text as people leave it
		'${OPENAI_KEY}',
		'{{ key }}',
	];
	for (const text of placeholders) assert.ok(isPlaceholder(text), text);
	const keys = ['key100', 'keystone-8271', 'sk-1234', 'testing-123', 'xxxxa', 'AIzaSyD', 'yourself1'];
	for (const text of keys) assert.ok(!isPlaceholder(text), text);
	for (const vendor of [
		'anthropic',
		'openai',
		'deepseek',
		'gemini',
		'groq',
		'openrouter',
		'cohere',
		'together',
		'mistral',
	]) {
		for (let seed = 0; seed < 50; seed++) assert.ok(!isPlaceholder(sampleKey(vendor, seed)));
	}
});

test('the maker of a key is guessed by the first shape that fits', () => {
	const hex = '0123456789abcdef';
	const rows: readonly [key: string, provider: string | undefined, certain: boolean, admin: boolean][] = [
		[`sk-or-v1-${hex.repeat(4)}`, 'openrouter', true, false],
		[`sk-ant-admin01-${hex}`, 'anthropic', true, true],
		[`sk-ant-api03-${hex}`, 'anthropic', true, false],
		[`sk-admin-${hex}`, 'openai', true, true],
		[`sk-proj-${hex}`, 'openai', true, false],
		[`sk-svcacct-${hex}`, 'openai', true, false],
		[`sk-${hex}T3BlbkFJ${hex}`, 'openai', true, false],
		[`gsk_${hex}`, 'groq', true, false],
		[`xai-${hex}`, 'xai', true, false],
		[`AIza${hex}`, 'gemini', true, false],
		[`AQ.${hex}`, 'gemini', true, false],
		[`pplx-${hex}`, 'perplexity', true, false],
		[`tgp_v1_${hex}`, 'together', true, false],
		[`sk-${hex}${hex}`, 'deepseek', false, false],
		['A'.repeat(40), 'cohere', false, false],
		['A'.repeat(32), 'mistral', false, false],
		[hex.repeat(4), 'together', false, false],
		['local-secret', undefined, false, false],
		[`sk-${hex}`, undefined, false, false],
	];
	for (const [key, provider, certain, admin] of rows) {
		const expected = provider === undefined ? {certain, admin} : {provider, certain, admin};
		assert.deepEqual(guessProvider(key), expected, key);
	}
});

test('what is no key is refused by its rule', () => {
	const rows: readonly [string, string][] = [
		['abc', 'is too short'],
		['a'.repeat(513), 'is too long'],
		['abcdefgh ijkl', 'holds a space'],
		['abcdefgh\nijkl', 'holds a line break'],
		['abcdefgh\tijkl', 'holds a control character'],
		['abcdefgh\u0000', 'holds a control character'],
		['abcdefgh\u0085', 'holds a control character'],
		['abcdefghé', 'holds a character that is not ASCII'],
		['abcdefgh\u200b', 'holds a character that is not ASCII'],
		['abcdefgh“', 'holds a character that is not ASCII'],
	];
	for (const [text, fault] of rows) {
		const rule = `${fault}; a key is 8 to 512 printable ASCII characters`;
		assert.deepEqual(judgeKey(text, 'openai'), {kind: 'refused', rule});
	}
	assert.deepEqual(judgeKey('abcdefgh', 'openai'), {kind: 'usable'});
	assert.deepEqual(judgeKey('~'.repeat(512), 'openai'), {kind: 'usable'});
});

test("a provider of the user takes keys of any look, but none that is certainly another vendor's", () => {
	assert.deepEqual(judgeKey(sampleKey('mistral', 1), 'vllm'), {kind: 'usable'});
	assert.equal(judgeKey(sampleKey('anthropic', 1), 'vllm').kind, 'misplaced');
});
