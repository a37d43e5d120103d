import assert from 'node:assert/strict';
import type {ProjectKey} from './project.ts';

/** So many characters of a key in a row are a leak. */
const leastPart = 12;

/** Twenty keys over every vendor, well and unwell, so that every kind of answer and error is met. */
export const canaries: readonly ProjectKey[] = [
	{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	{name: 'CLAUDE_API_KEY2', vendor: 'anthropic', behaviour: 'revoked'},
	{name: 'CLAUDE_API_KEY3', vendor: 'anthropic', behaviour: 'no-credit', account: 'c'},
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
	{name: 'OPENAI_API_KEY3', vendor: 'openai', behaviour: 'no-credit', account: 'b'},
	{name: 'OPENAI_API_KEY4', vendor: 'openai', behaviour: 'restricted', account: 'c'},
	{name: 'OPENAI_API_KEY5', vendor: 'openai', behaviour: {kind: 'throttled', forMs: 60_000}, account: 'd'},
	{name: 'DEEPSEEK_API_KEY', vendor: 'deepseek'},
	{name: 'DEEPSEEK_API_KEY2', vendor: 'deepseek', behaviour: 'revoked'},
	{name: 'MISTRAL_API_KEY', vendor: 'mistral'},
	{name: 'MISTRAL_API_KEY2', vendor: 'mistral', behaviour: 'revoked'},
	{name: 'GEMINI_API_KEY', vendor: 'gemini'},
	{name: 'GEMINI_API_KEY2', vendor: 'gemini', behaviour: 'leaked'},
	{name: 'COHERE_API_KEY', vendor: 'cohere'},
	{name: 'COHERE_API_KEY2', vendor: 'cohere', behaviour: 'revoked'},
	{name: 'GROQ_API_KEY', vendor: 'groq', behaviour: 'blocked'},
	{name: 'OPENROUTER_API_KEY', vendor: 'openrouter', behaviour: 'revoked'},
	{name: 'TOGETHER_API_KEY', vendor: 'together'},
	{name: 'TOGETHER_API_KEY2', vendor: 'together', behaviour: 'revoked'},
];

/** Fails when a key, in any disguise, or a part of one stands in the output. */
export function assertClean(where: string, output: string, texts: readonly string[]): void {
	const parts = new Set<string>();
	for (const text of texts) {
		for (const disguise of disguises(text)) assert.ok(!output.includes(disguise), `${where} holds a key`);
		for (let at = 0; at + leastPart <= text.length; at++) parts.add(text.slice(at, at + leastPart));
	}
	for (let at = 0; at + leastPart <= output.length; at++)
		assert.ok(!parts.has(output.slice(at, at + leastPart)), `${where} holds a part of a key, at ${at}`);
}

/** The forms a key may leave in. */
export function disguises(text: string): string[] {
	const bytes = Buffer.from(text);
	const reversed = [...text].toReversed().join('');
	return [
		text,
		text.slice(3, 3 + leastPart),
		bytes.toString('base64'),
		bytes.toString('base64url'),
		bytes.toString('hex'),
		encodeURIComponent(text),
		reversed,
	];
}
