import type {Alert} from '../../source/domain/alert.ts';
import type {ModelView, ProviderView, Snapshot} from '../../source/engine/snapshot.ts';
import {historyFixture, now, openaiKeys, otherKeys, servingKeys} from './key-fixtures.ts';

export function providerFixture(change: Partial<ProviderView> & {readonly name: string}): ProviderView {
	return {
		title: change.name,
		keys: 2,
		usable: 2,
		condition: 'ok',
		successes: 120,
		failures: 3,
		successRate: 0.97,
		latencyMs: 800,
		p95Ms: 2100,
		day: [],
		...change,
	};
}

export function modelFixture(change: Partial<ModelView> = {}): ModelView {
	return {
		name: 'gpt-4o',
		provider: 'openai',
		upstream: 'gpt-4o',
		warning: 'retires 2027-01-14',
		strategy: 'health-based',
		keys: 3,
		usable: 0,
		chain: [
			{
				model: 'gpt-4o',
				provider: 'openai',
				upstream: 'gpt-4o',
				usable: 0,
				keys: 3,
				skipped: '1 of 3 keys rests, 2 need you',
				backAt: now + 76_000,
			},
			{
				model: 'gpt-4-turbo',
				provider: 'openai',
				upstream: 'gpt-6-sol',
				usable: 0,
				keys: 3,
				skipped: 'same pool as link 1',
			},
			{model: 'claude-3-opus', provider: 'anthropic', upstream: 'claude-opus-5-5', usable: 3, keys: 3},
		],
		liveLink: 2,
		picks: 426,
		shares: [
			{
				kid: 'k1_openaiapikey',
				label: 'OPENAI_API_KEY',
				index: 0,
				usable: false,
				picks: 412,
				share: 0.97,
				usedThisMinute: 14,
				successRate: 0.97,
				latencyMs: 812,
			},
			{
				kid: 'k1_openaiapikey2',
				label: 'OPENAI_API_KEY2',
				index: 1,
				usable: false,
				picks: 0,
				share: 0,
				usedThisMinute: 0,
			},
		],
		lastPicks: [
			{
				at: now - 2000,
				kid: 'k1_claudeapikey',
				label: 'CLAUDE_API_KEY',
				servedBy: 'claude-3-opus',
				why: 'healthy, in turn',
			},
			{
				at: now - 15_000,
				kid: 'k1_openaiapikey',
				label: 'OPENAI_API_KEY',
				servedBy: 'gpt-4o',
				why: 'the only healthy key',
			},
		],
		...change,
	};
}

export function alertFixture(change: Partial<Alert> = {}): Alert {
	return {
		id: 'pool_dry openai 1',
		type: 'pool_dry',
		severity: 'critical',
		state: 'firing',
		subject: {kind: 'pool', provider: 'openai'},
		label: 'openai',
		provider: 'openai',
		message: 'no key of openai can be used now',
		advice: 'Replace OPENAI_API_KEY2 and top up account beta.',
		since: now - 130_000,
		...change,
	};
}

/** A bad night: openai dry, mistral on its last key, everything else well. */
export function snapshotFixture(change: Partial<Snapshot> = {}): Snapshot {
	return {
		takenAt: now,
		startedAt: now - 3_600_000,
		root: '/home/ada/agents',
		home: '/home/ada/.local/state/keydeck/agents',
		mode: 'live',
		store: {kind: 'sqlite', state: 'ok'},
		probing: {intervalMs: 60_000, deep: false, probesToday: 192, spentTodayUsd: 0, dailyBudgetUsd: 0.05},
		notes: [],
		searched: [{place: '.env', found: '15 keys', keys: 15}],
		keys: [...openaiKeys(), ...servingKeys(), ...otherKeys()],
		providers: [
			providerFixture({
				name: 'openai',
				keys: 3,
				usable: 0,
				condition: 'dry',
				backAt: now + 76_000,
				lastError: historyFixture({verdict: 'throttled', counted: 'neither', evidence: '429 retry-after: 90'}),
			}),
			providerFixture({name: 'anthropic', keys: 3, usable: 3}),
			providerFixture({name: 'deepseek', keys: 3, usable: 3}),
			providerFixture({name: 'mistral', usable: 1, condition: 'last-key'}),
			providerFixture({name: 'gemini'}),
			providerFixture({name: 'cohere', keys: 1, usable: 1}),
			providerFixture({name: 'groq', keys: 1, usable: 1}),
		],
		models: [
			modelFixture(),
			modelFixture({
				name: 'claude-3-opus',
				provider: 'anthropic',
				upstream: 'claude-opus-5-5',
				warning: 'an alias of claude-opus-5-5',
				usable: 3,
				liveLink: 0,
				chain: [{model: 'claude-3-opus', provider: 'anthropic', upstream: 'claude-opus-5-5', usable: 3, keys: 3}],
				picks: 0,
				shares: [],
				lastPicks: [],
			}),
		],
		alerts: [
			alertFixture(),
			alertFixture({
				id: 'key_invalid k1_openaiapikey2 1',
				type: 'key_invalid',
				severity: 'high',
				subject: {kind: 'key', kid: 'k1_openaiapikey2'},
				label: 'OPENAI_API_KEY2',
				message: 'refused by the vendor: 401 invalid_api_key',
				advice: 'Make a new one at platform.openai.com/api-keys.',
				since: now - 1_297_000,
			}),
			alertFixture({
				id: 'high_latency 1',
				type: 'high_latency',
				severity: 'low',
				state: 'resolved',
				label: 'DEEPSEEK_API_KEYS[2]',
				provider: 'deepseek',
				message: 'answers take 6.4 s',
				resolvedAt: now - 60_000,
			}),
		],
		events: [],
		...change,
	};
}
