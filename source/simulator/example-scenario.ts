import type {Scenario} from './scenario.ts';

/**
 * A scenario to begin with: `keydeck simulate --example` prints it. A word inside a made-up key says
 * how the key behaves (`sk-proj-my-revoked-1`); every other key is good.
 */
export const exampleScenario: Scenario = {
	vendors: {
		openai: {
			condition: 'up',
			latencyMs: 250,
			keys: [
				{pattern: '*revoked*', label: 'revoked', behaviour: 'revoked'},
				{pattern: '*dry*', label: 'dry', behaviour: 'no-credit', account: 'beta'},
				{pattern: '*scoped*', label: 'scoped', behaviour: 'restricted'},
				{
					pattern: '*busy*',
					label: 'busy',
					account: 'acme',
					behaviour: {kind: 'throttled', forMs: 90_000, models: ['gpt-4o']},
					limits: {requestsPerMinute: 60, tokensPerMinute: 90_000},
				},
				{pattern: '*', label: 'good', limits: {requestsPerMinute: 500, tokensPerMinute: 200_000}},
			],
		},
		anthropic: {
			latencyMs: 300,
			keys: [
				{pattern: '*revoked*', label: 'revoked', behaviour: 'revoked'},
				{pattern: '*spent*', label: 'spent', behaviour: {kind: 'spend-limit', until: '2026-12-01'}},
				{pattern: '*narrow*', label: 'narrow', behaviour: {kind: 'model-forbidden', models: ['claude-opus-5-5']}},
				{pattern: '*', label: 'good'},
			],
		},
		gemini: {
			keys: [
				{pattern: '*leaked*', label: 'leaked', behaviour: 'leaked'},
				{pattern: '*', label: 'good', limits: {requestsPerDay: 20}},
			],
		},
		deepseek: {
			keys: [
				{pattern: '*dry*', label: 'dry', behaviour: 'no-credit'},
				{pattern: '*', label: 'good', balanceUsd: 110},
			],
		},
		mistral: {
			condition: {kind: 'flaky', share: 0.1},
			keys: [
				{pattern: '*none*', label: 'none', limits: {requestsPerMinute: 0}},
				{pattern: '*', label: 'good', limits: {requestsPerMinute: 60}},
			],
		},
		cohere: {condition: {kind: 'slow', delayMs: 4000}, keys: [{pattern: '*', label: 'good'}]},
	},
};
