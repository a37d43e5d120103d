import assert from 'node:assert/strict';
import {test} from 'node:test';
import {guessProvider} from '../../source/domain/key-shape.ts';
import {keyShapes} from '../../source/providers/key-shape.ts';

const openaiBody = `${'aB1'.repeat(20)}T3BlbkFJ${'xY9'.repeat(20)}`;
const samples: readonly [key: string, provider: string | undefined, certain: boolean, admin?: true][] = [
	[`sk-or-v1-${'0f'.repeat(32)}`, 'openrouter', true],
	[`sk-ant-admin01-${'a'.repeat(93)}AA`, 'anthropic', true, true],
	[`sk-ant-api03-${'a'.repeat(93)}AA`, 'anthropic', true],
	[`sk-admin-${'a'.repeat(58)}T3BlbkFJ${'a'.repeat(58)}`, 'openai', true, true],
	[`sk-proj-${openaiBody}`, 'openai', true],
	['sk-svcacct-abc', 'openai', true],
	[`sk-${'a'.repeat(20)}T3BlbkFJ${'b'.repeat(20)}`, 'openai', true],
	[`gsk_${'a'.repeat(52)}`, 'groq', true],
	[`xai-${'a'.repeat(80)}`, 'xai', true],
	[`AIza${'a'.repeat(35)}`, 'gemini', true],
	['AQ.Ab8RN6Kx-lq_3ZzPo0aaaa', 'gemini', true],
	[`pplx-${'a'.repeat(48)}`, 'perplexity', true],
	[`sk-${'a1'.repeat(16)}`, 'deepseek', false],
	['a1'.repeat(20), 'cohere', false],
	['a1'.repeat(16), 'mistral', false],
	['0f'.repeat(32), 'together', false],
	['something else', undefined, false],
	['', undefined, false],
];

test('a pasted key is told by its shape, and shared shapes are only a guess', () => {
	for (const [key, provider, certain, admin] of samples) {
		assert.deepEqual(guessProvider(key), {...(provider && {provider}), certain, admin: admin === true}, key);
	}
});

test('each vendor’s own key has its shape, and an administration key has not', () => {
	const shapes: Readonly<Record<string, RegExp>> = keyShapes;
	for (const [key, provider = '', , admin] of samples) {
		const shape = shapes[provider];
		if (shape !== undefined && key !== 'sk-svcacct-abc') assert.equal(shape.test(key), admin !== true, key);
	}
});
