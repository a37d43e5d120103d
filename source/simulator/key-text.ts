import type {VendorName} from './vendor-name.ts';

const digits = '0123456789';
const hex = `${digits}abcdef`;
const lower = `${digits}abcdefghijklmnopqrstuvwxyz`;
const alphanumeric = `${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const word = `${alphanumeric}_-`;

/** What stands in the middle of every key of OpenAI. */
const openaiMark = ['T3Blbk', 'FJ'].join('');

/**
 * A made-up key in the vendor's shape, so that nothing in the repository looks like a key. It opens
 * nothing but a simulator.
 */
export function madeUpKey(vendor: VendorName, random: () => number): string {
	const some = (count: number, letters: string) =>
		Array.from({length: count}, () => letters[Math.floor(random() * letters.length)]).join('');
	switch (vendor) {
		case 'openai':
			return `sk-proj-${some(74, word)}${openaiMark}${some(74, word)}`;
		case 'anthropic':
			return `sk-ant-api03-${some(93, word)}AA`;
		case 'gemini':
			return `AQ.Ab8${some(47, word)}`;
		case 'deepseek':
			return `sk-${some(32, lower)}`;
		case 'mistral':
			return some(32, alphanumeric);
		case 'cohere':
			return some(40, alphanumeric);
		case 'groq':
			return `gsk_${some(52, alphanumeric)}`;
		case 'openrouter':
			return `sk-or-v1-${some(64, hex)}`;
		case 'together':
			return some(64, hex);
		case 'ollama':
			return some(16, lower);
	}
}
