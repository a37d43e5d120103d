/** Vendors that can be simulated, in the order of their ports: base, base + 1, … */
export const vendorNames = [
	'openai',
	'anthropic',
	'gemini',
	'deepseek',
	'mistral',
	'cohere',
	'groq',
	'openrouter',
	'together',
	'ollama',
] as const;

export type VendorName = (typeof vendorNames)[number];
