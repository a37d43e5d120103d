import type {Reason} from '../../source/domain/key.ts';
import type {HistoryEntry} from '../../source/domain/reading.ts';
import type {KeyView} from '../../source/engine/snapshot.ts';

/** 2026-11-22 03:12:44 UTC, the time of the fixtures. */
export const now = Date.UTC(2026, 10, 22, 3, 12, 44);

const dayMs = 86_400_000;

export function reason(evidence: string, from: Reason['from'] = 'probe'): Reason {
	return {cause: 'throttled', evidence, from, at: now - 14_000};
}

/** A key that serves and has nothing told about it but that it was accepted. */
export function keyFixture(change: Partial<KeyView> & {readonly label: string}): KeyView {
	const {label} = change;
	return {
		kid: `k1_${label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`,
		hash: '7f2c91ab',
		mask: 'sk-proj-Ab…',
		provider: 'openai',
		index: 0,
		source: {kind: 'env-file', file: '/home/ada/agents/.env', line: 5},
		firstSeenAt: now - 102 * dayMs,
		account: {name: label, from: 'own', size: 1},
		weight: 1,
		state: {kind: 'active'},
		trouble: 'serving',
		usable: true,
		word: 'key valid',
		summary: '',
		why: '',
		blame: 'nobody',
		advice: 'Nothing, it serves.',
		proof: {keyAt: now - 31_000},
		grade: 'key',
		forbiddenModels: [],
		limits: [],
		successes: 12,
		failures: 0,
		consecutiveFailures: 0,
		latencyMs: 300,
		p95Ms: 420,
		usedThisMinute: 0,
		inFlight: 0,
		day: Array.from({length: 24}, (_, hour) =>
			hour % 5 === 0 ? undefined : {calls: hour, probes: 8, latencyMs: 200 + 20 * hour},
		),
		...change,
	};
}

export function openaiKeys(): readonly KeyView[] {
	const acme = {name: 'acme', from: 'learned', size: 1} as const;
	return [
		keyFixture({
			label: 'OPENAI_API_KEY',
			account: acme,
			state: {kind: 'cooling', until: now + 76_000, because: reason('429 rate_limit_exceeded', 'call')},
			trouble: 'resting',
			usable: false,
			onlyFor: 'gpt-4o',
			word: 'resting',
			summary: '429 gpt-4o 60/60 req/min · back 03:14:00',
			why: '429 rate_limit_exceeded: requests per minute, gpt-4o, 60 of 60.',
			untilRule: '"retry-after: 90" in the answer of 03:12:30 (req_7f2c)',
			until: now + 76_000,
			blame: 'account',
			advice:
				'Nothing. To go faster, add a key of another account: more keys of acme add no quota. Press t to ask the vendor now, free.',
			next: '03:14:00 one trial call, then all. Fails again: rests 3m.',
			proof: {keyAt: now - 14_000, moneyAt: now - 15_000, callAt: now - 15_000},
			grade: 'call',
			limits: [
				{
					kind: 'requests-minute',
					model: 'gpt-4o',
					limit: 60,
					remaining: 0,
					resetAt: now + 76_000,
					at: now - 15_000,
					from: 'header',
				},
				{
					kind: 'tokens-minute',
					limit: 90_000,
					remaining: 59_000,
					resetAt: now + 21_000,
					at: now - 15_000,
					from: 'header',
				},
			],
			successes: 412,
			failures: 9,
			successRate: 0.97,
			latencyMs: 812,
			p95Ms: 2100,
			lastError: historyFixture({verdict: 'throttled', counted: 'neither', evidence: '429 retry-after: 90'}),
		}),
		keyFixture({
			label: 'OPENAI_API_KEY2',
			index: 1,
			source: {kind: 'env-file', file: '/home/ada/agents/.env', line: 6},
			state: {kind: 'invalid', because: reason('401 invalid_api_key')},
			trouble: 'needs-you',
			usable: false,
			word: 'invalid',
			summary: '401 invalid_api_key, confirmed · replace it',
			why: 'Refused at 02:51:07 and again, independently, at 02:51:09. This key was changed in .env at 02:50:41.',
			blame: 'key',
			advice: 'Make a new one at platform.openai.com/api-keys, put it in .env line 6.',
			proof: {},
			grade: 'none',
			successRate: 0.5,
			failures: 2,
		}),
		keyFixture({
			label: 'OPENAI_API_KEY3',
			index: 2,
			account: {name: 'beta', from: 'configured', size: 1},
			state: {kind: 'exhausted', because: reason('429 insufficient_quota')},
			trouble: 'needs-you',
			usable: false,
			word: 'no credit',
			summary: 'insufficient_quota, account beta · top up',
			why: '429 insufficient_quota: account beta has no credit left.',
			blame: 'account',
			advice: 'Top up account beta at platform.openai.com/settings/billing.',
			grade: 'key',
		}),
	];
}

export function servingKeys(): readonly KeyView[] {
	const claude = {provider: 'anthropic', mask: 'sk-ant-api…', word: 'ok', grade: 'call'} as const;
	const called = (secondsAgo: number) => ({
		keyAt: now - 1000 * secondsAgo,
		moneyAt: now - 1000 * secondsAgo,
		callAt: now - 1000 * secondsAgo,
	});
	const deep = {
		provider: 'deepseek',
		mask: 'sk-…',
		grade: 'money',
		proof: {keyAt: now - 41_000, moneyAt: now - 41_000},
	} as const;
	const dollars = (amount: number) => ({amount, currency: 'USD', at: now - 41_000});
	return [
		keyFixture({
			...claude,
			label: 'CLAUDE_API_KEY',
			headroom: 0.88,
			successRate: 0.99,
			latencyMs: 812,
			proof: called(4),
			share: 0.4,
		}),
		keyFixture({
			...claude,
			label: 'CLAUDE_API_KEY2',
			index: 1,
			headroom: 0.71,
			successRate: 0.99,
			latencyMs: 830,
			proof: called(9),
			share: 0.35,
		}),
		keyFixture({
			...claude,
			label: 'CLAUDE_API_KEY3',
			index: 2,
			word: 'trial 1/1',
			state: {kind: 'recovering', stage: 'trial', because: reason('529 overloaded_error')},
			headroom: 0.97,
			successRate: 0.93,
			latencyMs: 910,
			proof: called(1),
		}),
		keyFixture({
			...deep,
			label: 'DEEPSEEK_API_KEYS[0]',
			word: 'ok',
			balance: dollars(110),
			successRate: 1,
			latencyMs: 1200,
		}),
		keyFixture({
			...deep,
			label: 'DEEPSEEK_API_KEYS[1]',
			index: 1,
			word: 'low',
			balance: dollars(3.1),
			successRate: 1,
			latencyMs: 1200,
		}),
		keyFixture({
			...deep,
			label: 'DEEPSEEK_API_KEYS[2]',
			index: 2,
			word: 'slow',
			balance: dollars(42.7),
			successRate: 0.98,
			latencyMs: 6400,
		}),
	];
}

export function otherKeys(): readonly KeyView[] {
	return [
		keyFixture({
			label: 'MISTRAL_API_KEY',
			provider: 'mistral',
			word: 'ok',
			grade: 'call',
			proof: {keyAt: now - 7000, callAt: now - 7000},
			headroom: 0.5,
			successRate: 0.96,
		}),
		keyFixture({
			label: 'MISTRAL_API_KEY2',
			provider: 'mistral',
			index: 1,
			state: {kind: 'cooling', until: now + 12_000, because: reason('429')},
			trouble: 'resting',
			usable: false,
			word: 'resting',
			summary: '429 no deadline given, step 2 of backoff',
			why: '429 without a deadline, the second in a row.',
			until: now + 12_000,
			blame: 'account',
			advice: 'Nothing, it comes back by itself.',
		}),
		keyFixture({label: 'GEMINI_API_KEY', provider: 'gemini', mask: 'AIza…'}),
		keyFixture({label: 'GEMINI_API_KEY2', provider: 'gemini', index: 1, mask: 'AIza…'}),
		keyFixture({label: 'COHERE_API_KEY', provider: 'cohere'}),
		keyFixture({label: 'GROQ_API_KEY', provider: 'groq', mask: 'gsk_…'}),
	];
}

export function historyFixture(change: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		at: now - 14_000,
		kid: 'k1_openaiapikey',
		from: 'call',
		verdict: 'ok',
		counted: 'success',
		evidence: '200 remaining-requests: 0',
		model: 'gpt-4o',
		latencyMs: 812,
		...change,
	};
}

/** A pool of many keys of one vendor, for what must stay fast. */
export function manyKeys(amount: number): readonly KeyView[] {
	return Array.from({length: amount}, (_, index) =>
		keyFixture({
			label: `POOL_KEY_${index}`,
			kid: `k1_pool${index}`,
			index,
			headroom: (index % 100) / 100,
			successRate: 0.99,
			word: 'ok',
		}),
	);
}
