/** What the look of a key says about the vendor that made it. */
export type KeyGuess = {
	/** `openrouter`, `xai`; absent when no vendor's keys look like this. */
	readonly provider?: string;
	/** A prefix of that vendor alone. False for mere length and alphabet, which other vendors share. */
	readonly certain: boolean;
	/** Manages an organisation and cannot make calls. */
	readonly admin: boolean;
};

// First hit wins, so a longer prefix stands before the shorter one it begins with. Prefixes are those of the
// vendors' own documentation and of the public secret scanners' rules.
const shapes: readonly (readonly [pattern: RegExp, guess: KeyGuess])[] = [
	[/^sk-or-/, {provider: 'openrouter', certain: true, admin: false}],
	[/^sk-ant-admin/, {provider: 'anthropic', certain: true, admin: true}],
	[/^sk-ant-/, {provider: 'anthropic', certain: true, admin: false}],
	[/^sk-admin-/, {provider: 'openai', certain: true, admin: true}],
	[/^sk-(proj|svcacct|service)-|T3BlbkFJ/, {provider: 'openai', certain: true, admin: false}],
	[/^gsk_/, {provider: 'groq', certain: true, admin: false}],
	[/^xai-/, {provider: 'xai', certain: true, admin: false}],
	[/^AIza|^AQ\./, {provider: 'gemini', certain: true, admin: false}],
	[/^pplx-/, {provider: 'perplexity', certain: true, admin: false}],
	[/^hf_[A-Za-z]{34}$/, {provider: 'huggingface', certain: true, admin: false}],
	[/^tgp_v1_/, {provider: 'together', certain: true, admin: false}],
	[/^sk-[a-z0-9]{32}$/, {provider: 'deepseek', certain: false, admin: false}],
	[/^[A-Za-z0-9]{40}$/, {provider: 'cohere', certain: false, admin: false}],
	[/^[A-Za-z0-9]{32}$/, {provider: 'mistral', certain: false, admin: false}],
	[/^[0-9a-f]{64}$/, {provider: 'together', certain: false, admin: false}],
];

/**
 * Whose key this looks like. A guess that is not certain is a question for a person, never a reason to refuse:
 * vendors change their formats, and several share one.
 */
export function guessProvider(key: string): KeyGuess {
	for (const [pattern, guess] of shapes) if (pattern.test(key)) return guess;
	return {certain: false, admin: false};
}
