/** First part of the variables that hold a vendor's keys; the first spelling is the one we suggest. */
const prefixes: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
	['anthropic', ['CLAUDE', 'ANTHROPIC']],
	['openai', ['OPENAI']],
	['deepseek', ['DEEPSEEK']],
	['mistral', ['MISTRAL']],
	['gemini', ['GEMINI', 'GOOGLE']],
	['cohere', ['COHERE']],
	['groq', ['GROQ']],
	['openrouter', ['OPENROUTER']],
	['together', ['TOGETHER']],
]);

/** Providers keydeck brings along; others are declared in the configuration. */
export const builtInProviders: readonly string[] = [...prefixes.keys(), 'ollama'];

/** Spellings of a provider in variables: `CLAUDE` and `ANTHROPIC`, or the name of a user's own in capitals. */
function prefixesOf(provider: string): readonly [string, ...string[]] {
	return prefixes.get(provider) ?? [provider.toUpperCase().replaceAll('-', '_')];
}

/** A variable that may hold keys; `list` ones are numbered even when they hold one key only. */
export type KeyName = {readonly name: string; readonly list: boolean};

const highest = 99;

/** Variables of a provider in the order of its pool: `_API_KEY`, `_API_KEY2` … `_API_KEY99`, `_API_KEYS`. */
export function keyNamesOf(provider: string): readonly KeyName[] {
	const names: KeyName[] = [];
	for (const prefix of prefixesOf(provider)) {
		const single = `${prefix}_API_KEY`;
		names.push({name: single, list: false});
		for (let number = 2; number <= highest; number++) names.push({name: `${single}${number}`, list: false});
		names.push({name: `${single}S`, list: true});
	}
	return names;
}

/** The variable a person should put a key of this provider into. */
export function suggestedKeyName(provider: string): string {
	return `${prefixesOf(provider)[0]}_API_KEY`;
}

/** Variables that hold a provider's base URL, e.g. `KEYDECK_OPENAI_BASE_URL`. */
export function baseUrlNamesOf(provider: string): readonly string[] {
	const own = provider.toUpperCase().replaceAll('-', '_');
	return [...new Set([own, ...prefixesOf(provider)])].map((prefix) => `KEYDECK_${prefix}_BASE_URL`);
}

const knownNames = new Set([...prefixes.keys()].flatMap((provider) => keyNamesOf(provider).map(({name}) => name)));

/** Whether a variable holds keys of a built-in provider; one such name makes a folder a configuration root. */
export function isKeyName(name: string): boolean {
	return knownNames.has(name);
}
