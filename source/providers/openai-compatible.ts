import {baseOf} from './base-url.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import {openaiFault, openaiLimits, openaiRules} from './openai.ts';
import type {Provider, ProviderAdvice} from './provider.ts';
import {bearer, get, post, shortestPrompt} from './request.ts';
import {callerFault, overloaded, type Rule, rejected} from './ruling.ts';
import {openaiUsage} from './usage.ts';

/** A server that speaks OpenAI's Chat Completions: one row of the table, or a user's own. */
type CompatibleServer = {
	readonly name: string;
	readonly title: string;
	readonly baseUrl: string;
	/** @default false */
	readonly keyless?: boolean;
	/** @default false */
	readonly verified?: boolean;
	readonly probeModel: string;
	readonly advice: ProviderAdvice;
	readonly shape?: RegExp;
	/** Rows that come before OpenAI's own. */
	readonly rules?: readonly Rule[];
	/** @default OpenAI's header names */
	readonly limits?: Dialect['limits'];
};

/** The servers known by name. */
export const compatibleServers: readonly CompatibleServer[] = [
	{
		name: 'groq',
		title: 'Groq',
		baseUrl: 'https://api.groq.com/openai/v1',
		verified: true,
		probeModel: 'llama-3.1-8b-instant',
		advice: {
			keysPage: 'https://console.groq.com/keys',
			billingPage: 'https://console.groq.com/settings/billing',
			statusPage: 'https://groqstatus.com',
		},
		shape: keyShapes.groq,
		// console.groq.com, "Errors", and recorded answers.
		rules: [
			{code: 'organization_restricted', means: rejected('account')},
			// The flex tier has no room.
			{status: 498, means: overloaded('provider')},
			// Said with the code of a rate limit.
			{status: 413, means: callerFault},
		],
		// Groq counts requests by the day and tokens by the minute (console.groq.com, "Rate limits").
		limits: openaiLimits.map((names) => (names.daily === undefined ? names : {...names, kind: names.daily})),
	},
	{
		name: 'together',
		title: 'Together',
		baseUrl: 'https://api.together.ai/v1',
		probeModel: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
		advice: {
			keysPage: 'https://api.together.ai/settings/api-keys',
			billingPage: 'https://api.together.ai/settings/billing',
			statusPage: 'https://status.together.ai',
		},
		shape: keyShapes.together,
		// docs.together.ai, "Error codes": a 403 means prompt and answer together are too long.
		rules: [{status: 403, means: callerFault}],
	},
	{
		name: 'ollama',
		title: 'Ollama',
		baseUrl: 'http://localhost:11434/v1',
		keyless: true,
		probeModel: 'codellama:70b',
		advice: {keysPage: 'https://docs.ollama.com', billingPage: 'https://docs.ollama.com'},
	},
];

/** The provider for one such server. */
export function openaiCompatible(server: CompatibleServer): Provider {
	const dialect: Dialect = {
		freeProbeProves: 'key',
		fault: openaiFault,
		rules: [...(server.rules ?? []), ...openaiRules],
		limits: server.limits ?? openaiLimits,
		usage: openaiUsage,
		requestIdHeader: 'x-request-id',
	};
	return {
		name: server.name,
		title: server.title,
		verified: server.verified ?? false,
		baseUrl: baseOf(server.baseUrl),
		keyless: server.keyless ?? false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: server.probeModel,
		advice: server.advice,
		shape: server.shape,
		authorize: bearer,
		freeProbe: () => get('/models'),
		deepProbe: (model) => post('/chat/completions', {model, max_tokens: 1, messages: shortestPrompt}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
