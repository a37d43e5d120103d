import type {KeyState, Reason} from '../../source/domain/key.ts';
import type {HistoryEntry} from '../../source/domain/reading.ts';
import type {KeyView, ModelView, ProviderView, Snapshot} from '../../source/engine/snapshot.ts';

/** 2026-11-22T03:12:44Z, the moment of the fixture pictures. */
export const now = Date.UTC(2026, 10, 22, 3, 12, 44);

const refused: Reason = {
	cause: 'rejected',
	evidence: '401 invalid_api_key',
	from: 'probe',
	at: now - 90_000,
	status: 401,
};

const throttle: Reason = {
	cause: 'throttled',
	evidence: '429 rate_limit_exceeded',
	rule: 'retry-after: 90',
	from: 'call',
	at: now - 14_000,
	model: 'gpt-4o',
};

/** One answer in a key's history. */
export function entry(kid: string, part: Partial<HistoryEntry>): HistoryEntry {
	return {
		at: now - 60_000,
		kid,
		from: 'probe',
		verdict: 'ok',
		counted: 'success',
		evidence: '200 GET /v1/models',
		...part,
	};
}

/** A key that serves, overwritten by what a row is about. */
export function keyView(label: string, part: Partial<KeyView> = {}): KeyView {
	const kid = `k1_${label.toLowerCase()}`;
	return {
		kid,
		hash: '0a1b2c3d',
		label,
		mask: 'sk-proj-Ab…',
		provider: 'openai',
		index: 0,
		source: {kind: 'env-file', file: '.env', line: 5},
		firstSeenAt: now - 86_400_000,
		account: {name: 'acme', from: 'learned', size: 1},
		weight: 1,
		state: {kind: 'active'},
		trouble: 'serving',
		usable: true,
		word: 'ok',
		summary: '',
		why: 'It answered its last probe.',
		blame: 'nobody',
		advice: 'Nothing, all is well.',
		proof: {keyAt: now - 60_000, callAt: now - 4000},
		grade: 'call',
		forbiddenModels: [],
		limits: [],
		successes: 412,
		failures: 9,
		successRate: 0.978,
		consecutiveFailures: 0,
		latencyMs: 812,
		p95Ms: 2100,
		usedThisMinute: 7,
		inFlight: 0,
		headroom: 0.88,
		day: [],
		lastCheck: entry(kid, {}),
		...part,
	};
}

const invalid: KeyState = {kind: 'invalid', because: refused};
const cooling: KeyState = {kind: 'cooling', until: now + 76_000, because: throttle};

/** One key per situation: serves, rests, is dead, was never asked. */
const fixtureKeys: readonly KeyView[] = [
	keyView('OPENAI_API_KEY', {
		hash: '11111111',
		state: cooling,
		trouble: 'resting',
		usable: false,
		word: 'cooling',
		summary: '429 gpt-4o 60/60 req/min · back 03:14:00',
		why: '429 rate_limit_exceeded: requests per minute, gpt-4o.',
		until: now + 76_000,
		untilRule: '"retry-after: 90" in the answer of 03:12:30',
		blame: 'account',
		advice: 'Nothing, it comes back by itself.',
	}),
	keyView('OPENAI_API_KEY2', {
		hash: '22222222',
		index: 1,
		state: invalid,
		trouble: 'needs-you',
		usable: false,
		word: 'invalid',
		summary: '401 invalid_api_key, confirmed · replace it',
		why: 'OpenAI refused it twice.',
		blame: 'key',
		advice: 'Make a new one at platform.openai.com/api-keys.',
		grade: 'none',
		proof: {},
		lastCheck: entry('k1_openai_api_key2', {verdict: 'rejected', counted: 'failure', evidence: '401 invalid_api_key'}),
	}),
	keyView('CLAUDE_API_KEY', {hash: '33333333', provider: 'anthropic', mask: 'sk-ant-api…'}),
	unasked(keyView('GEMINI_API_KEY', {hash: '44444444', provider: 'gemini', mask: 'AIzaSyBx7…'})),
];

function unasked(key: KeyView): KeyView {
	const {successRate: _, latencyMs: _ms, p95Ms: _p, lastCheck: _l, headroom: _h, usable: _u, ...rest} = key;
	const blank = {state: {kind: 'unknown'}, trouble: 'unknown', word: '?', grade: 'none', proof: {}} as const;
	return {...rest, ...blank, usable: undefined, successes: 0, failures: 0, usedThisMinute: 0, why: 'Not asked yet.'};
}

function providerView(name: string, title: string, part: Partial<ProviderView>): ProviderView {
	return {name, title, keys: 1, usable: 1, condition: 'ok', successes: 412, failures: 9, day: [], ...part};
}

function modelView(name: string, provider: string, keys: readonly KeyView[], part: Partial<ModelView> = {}): ModelView {
	const own = keys.filter((key) => key.provider === provider);
	const usable = own.filter((key) => key.usable === true).length;
	return {
		name,
		provider,
		upstream: name,
		strategy: 'health-based',
		keys: own.length,
		usable,
		chain: [{model: name, provider, upstream: name, usable, keys: own.length}],
		picks: 21,
		shares: own.map((key) => ({
			kid: key.kid,
			label: key.label,
			index: key.index,
			usable: key.usable,
			picks: key.index === 0 ? 14 : 7,
			...(key.successRate === undefined ? {} : {successRate: key.successRate, share: 2 / 3}),
			...(key.latencyMs === undefined ? {} : {latencyMs: key.latencyMs}),
			usedThisMinute: key.usedThisMinute,
		})),
		lastPicks: [],
		...part,
	};
}

/** A picture with one key per situation, three vendors, two chains and alerts. */
export function fixtureSnapshot(part: Partial<Snapshot> = {}): Snapshot {
	const keys = part.keys ?? fixtureKeys;
	return {
		takenAt: now,
		startedAt: now - 3_600_000,
		root: '/home/kim/agents',
		home: '/home/kim/.local/state/keydeck/agents-1',
		mode: 'live',
		store: {kind: 'sqlite', state: 'ok'},
		probing: {intervalMs: 60_000, deep: false, probesToday: 192, spentTodayUsd: 0, dailyBudgetUsd: 0.05},
		notes: [],
		searched: [{place: '.env', found: 'not there', keys: 0}],
		keys,
		providers: [
			providerView('openai', 'OpenAI', {keys: 2, usable: 0, condition: 'dry', backAt: now + 76_000}),
			providerView('anthropic', 'Anthropic', {successRate: 0.978, latencyMs: 812, p95Ms: 2100}),
			providerView('gemini', 'Gemini', {usable: 0, condition: 'unknown', successes: 0, failures: 0}),
		],
		models: [
			modelView('gpt-4o', 'openai', keys, {
				chain: [
					{
						model: 'gpt-4o',
						provider: 'openai',
						upstream: 'gpt-4o',
						usable: 0,
						keys: 2,
						skipped: 'all 2 keys rest',
						backAt: now + 76_000,
					},
					{model: 'claude-3-opus', provider: 'anthropic', upstream: 'claude-opus-5-5', usable: 1, keys: 1},
				],
				liveLink: 1,
			}),
			modelView('claude-3-opus', 'anthropic', keys, {
				warning: 'claude-3-opus is gone; claude-opus-5-5 serves it',
				liveLink: 0,
			}),
			modelView('gemini-pro', 'gemini', keys),
		],
		alerts: [
			{
				id: 'pool_dry openai 1',
				type: 'pool_dry',
				severity: 'critical',
				state: 'firing',
				subject: {kind: 'pool', provider: 'openai'},
				label: 'openai',
				provider: 'openai',
				message: 'No key of openai can serve.',
				advice: 'Add a key.',
				since: now - 14_000,
			},
			{
				id: 'key_invalid k1_openai_api_key2 1',
				type: 'key_invalid',
				severity: 'high',
				state: 'resolved',
				subject: {kind: 'key', kid: 'k1_openai_api_key2'},
				label: 'OPENAI_API_KEY2',
				provider: 'openai',
				message: 'OPENAI_API_KEY2 was refused.',
				advice: 'Replace it.',
				since: now - 90_000,
				resolvedAt: now - 80_000,
				acknowledged: {by: 'kim', at: now - 85_000},
			},
		],
		events: [],
		...part,
	};
}
