import {anthropic} from './anthropic.ts';
import {cohere} from './cohere.ts';
import {deepseek} from './deepseek.ts';
import {gemini} from './gemini.ts';
import {mistral} from './mistral.ts';
import {openai} from './openai.ts';
import {compatibleServers, openaiCompatible} from './openai-compatible.ts';
import {openrouter} from './openrouter.ts';
import type {Provider} from './provider.ts';

/** What the configuration may say of a provider, as far as adapters care. */
type ProviderChoice = {
	/** Makes a provider of one's own out of a name that is not built in. */
	readonly type?: 'openai-compatible';
	/** Replaces the vendor's own; required for one's own provider. */
	readonly baseUrl?: string;
	/** Upstream ids; the first is the one a one-token probe uses. */
	readonly models?: readonly string[];
	/** No key is needed. Only for servers that speak like OpenAI. */
	readonly keyless?: boolean;
};

const vendors: readonly ((baseUrl?: string) => Provider)[] = [
	anthropic,
	openai,
	gemini,
	deepseek,
	mistral,
	cohere,
	openrouter,
];

/**
 * Every provider by name: the built-in ones, with the base URLs the configuration gives, then the
 * user's own. A name that is neither built in nor `openai-compatible` with a base URL is left out.
 */
export function createProviders(choices: ReadonlyMap<string, ProviderChoice>): ReadonlyMap<string, Provider> {
	const providers = new Map<string, Provider>();
	for (const vendor of vendors) {
		const {name} = vendor();
		providers.set(name, vendor(choices.get(name)?.baseUrl));
	}
	for (const server of compatibleServers) {
		providers.set(server.name, openaiCompatible({...server, ...serverChoice(choices.get(server.name))}));
	}
	for (const [name, choice] of choices) {
		const {type, baseUrl, models} = choice;
		if (providers.has(name) || type !== 'openai-compatible' || baseUrl === undefined) continue;
		const own = {name, title: name, baseUrl, probeModel: models?.[0] ?? '', advice: ownAdvice(baseUrl)};
		providers.set(name, openaiCompatible({...own, ...serverChoice(choice)}));
	}
	return providers;
}

function serverChoice(choice: ProviderChoice = {}): {baseUrl?: string; keyless?: boolean; probeModel?: string} {
	const {baseUrl, keyless, models} = choice;
	const probeModel = models?.[0];
	return {
		...(baseUrl !== undefined && {baseUrl}),
		...(keyless !== undefined && {keyless}),
		...(probeModel !== undefined && {probeModel}),
	};
}

/** Only the server itself can say where its keys come from. */
function ownAdvice(baseUrl: string): Provider['advice'] {
	return {keysPage: baseUrl, billingPage: baseUrl};
}
