import type {TestContext} from 'node:test';
import {madeUpKey} from '../../source/simulator/key-text.ts';
import type {Scenario} from '../../source/simulator/scenario.ts';
import type {Simulator} from '../../source/simulator/simulator.ts';
import {startSimulator} from '../../source/simulator/simulator.ts';
import type {VendorName} from '../../source/simulator/vendor-name.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';

type KeySetup = Omit<NonNullable<NonNullable<NonNullable<Scenario['vendors']>[VendorName]>['keys']>[number], 'key'>;

/** How each vendor is asked, as its documentation says. */
type Asking = {
	readonly auth: (key: string) => Record<string, string>;
	readonly free: {readonly method: 'GET' | 'POST'; readonly path: string};
	readonly model: string;
	readonly completion: (model: string, stream: boolean) => {readonly path: string; readonly body: object};
};

const bearer = (key: string) => ({authorization: `Bearer ${key}`});
const messages = [{role: 'user', content: 'Say something.'}];
const chat = (path: string) => (model: string, stream: boolean) => ({
	path,
	body: {model, messages, max_tokens: 3, stream},
});
const versioned = (headers: Record<string, string>) => ({...headers, 'anthropic-version': '2023-06-01'});

export const asking: Readonly<Record<VendorName, Asking>> = {
	openai: {
		auth: bearer,
		free: {method: 'GET', path: '/models'},
		model: 'gpt-6-luna',
		completion: chat('/chat/completions'),
	},
	anthropic: {
		auth: (key) => versioned({'x-api-key': key}),
		free: {method: 'GET', path: '/v1/models?limit=1'},
		model: 'claude-haiku-5-5',
		completion: chat('/v1/messages'),
	},
	gemini: {
		auth: (key) => ({'x-goog-api-key': key}),
		free: {method: 'GET', path: '/models?pageSize=1'},
		model: 'gemini-3.5-flash-lite',
		completion: (model, stream) => ({
			path: `/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
			body: {contents: [{role: 'user', parts: [{text: 'Say something.'}]}], generationConfig: {maxOutputTokens: 3}},
		}),
	},
	deepseek: {
		auth: bearer,
		free: {method: 'GET', path: '/user/balance'},
		model: 'deepseek-flash',
		completion: chat('/chat/completions'),
	},
	mistral: {
		auth: bearer,
		free: {method: 'GET', path: '/v1/models'},
		model: 'mistral-small-latest',
		completion: chat('/v1/chat/completions'),
	},
	cohere: {
		auth: bearer,
		free: {method: 'POST', path: '/v1/check-api-key'},
		model: 'command-r7b-12-2024',
		completion: chat('/v2/chat'),
	},
	groq: {
		auth: bearer,
		free: {method: 'GET', path: '/models'},
		model: 'llama-3.1-8b-instant',
		completion: chat('/chat/completions'),
	},
	openrouter: {
		auth: bearer,
		free: {method: 'GET', path: '/key'},
		model: 'openai/gpt-6-luna',
		completion: chat('/chat/completions'),
	},
	together: {
		auth: bearer,
		free: {method: 'GET', path: '/models'},
		model: 'openai/gpt-oss-20b',
		completion: chat('/chat/completions'),
	},
	ollama: {
		auth: bearer,
		free: {method: 'GET', path: '/models'},
		model: 'codellama:70b',
		completion: chat('/chat/completions'),
	},
};

/** A simulator under a clock that stands still, one vendor of it in use. */
export type SimulatedVendor = {
	readonly simulator: Simulator;
	readonly clock: SimulatedClock;
	readonly key: string;
	readonly free: (key?: string) => Promise<Response>;
	readonly complete: (options?: {key?: string; model?: string; stream?: boolean; more?: object}) => Promise<Response>;
};

/** Starts it with one key labelled `it`; it ends with the test. */
export async function startVendor(
	t: TestContext,
	vendor: VendorName,
	setup: KeySetup = {},
	random: () => number = Math.random,
): Promise<SimulatedVendor> {
	const clock = new SimulatedClock();
	const key = madeUpKey(vendor, Math.random);
	const scenario: Scenario = {vendors: {[vendor]: {keys: [{key, label: 'it', ...setup}]}}};
	const simulator = await startSimulator({clock, scenario, random});
	t.after(() => simulator.close());
	const ask = asking[vendor];
	const base = simulator.baseUrls[vendor];
	return {
		simulator,
		clock,
		key,
		free: (by = key) => fetch(base + ask.free.path, {method: ask.free.method, headers: ask.auth(by)}),
		complete({key: by = key, model = ask.model, stream = false, more = {}} = {}) {
			const {path, body} = ask.completion(model, stream);
			return fetch(base + path, {
				method: 'POST',
				headers: {...ask.auth(by), 'content-type': 'application/json'},
				body: JSON.stringify({...body, ...more}),
			});
		},
	};
}

/** Headers that tell limits or deadlines. */
export function limitHeadersOf(response: Response): Record<string, string> {
	return Object.fromEntries([...response.headers].filter(([name]) => /ratelimit|retry|limit|remaining/.test(name)));
}

/** Resolves once so many requests have reached the vendors. */
export async function arrived({simulator}: SimulatedVendor, requests: number): Promise<void> {
	while (simulator.counts().requests < requests) await new Promise((resolve) => setImmediate(resolve));
}
