import {defaults} from '../../source/config/defaults.ts';
import type {Settings} from '../../source/config/settings.ts';
import type {Deck, TestRequest, TestResult} from '../../source/engine/deck.ts';
import type {KeyView, Snapshot} from '../../source/engine/snapshot.ts';
import {entry, now} from '../helpers/snapshot-fixture.ts';

/** Settings as a project with a `.env` has them. */
export function fixtureSettings(part: Partial<Settings> = {}): Settings {
	return {
		...defaults,
		root: '/home/kim/agents',
		home: '/home/kim/.local/state/keydeck/agents-1',
		providers: new Map(),
		models: new Map(),
		poolModels: [],
		keys: [],
		identityOf: () => ({kid: 'k1_a', hash: 'aaaaaaaa'}),
		pepperFingerprint: 'f'.repeat(32),
		notes: [],
		searched: [],
		values: [],
		watched: [],
		...part,
	};
}

/** A deck made by hand over one picture; it remembers which tests were asked for. */
export function fixtureDeck(
	snapshot: Snapshot,
	part: Partial<Deck> = {},
): Deck & {readonly asked: TestRequest[]; closed: number} {
	const asked: TestRequest[] = [];
	const silent = () => () => {};
	return {
		asked,
		closed: 0,
		attachment: 'local',
		snapshot: () => snapshot,
		subscribe: silent,
		onEvent: silent,
		keyHistory: async (kid) => ({kid, entries: [entry(kid, {effect: 'rests 90s', latencyMs: 210})], more: 12}),
		async test(request, progress) {
			asked.push(request);
			const keys = snapshot.keys.filter(({kid}) => request.kids === undefined || request.kids.includes(kid));
			return keys.map((key, place) => {
				progress?.(place + 1, keys.length);
				return testResult(key);
			});
		},
		deepTestPrice: async () => 0.0004,
		setDuty: async () => {},
		history: async () => [],
		setStrategy: async () => {},
		acknowledgeAlert: async () => {},
		silenceAlert: async () => {},
		dryRun: async (model, strategy, count) => ({
			model,
			strategy: strategy ?? 'health-based',
			picks: Array.from({length: count}, () => ({
				index: 0,
				label: 'CLAUDE_API_KEY',
				mask: 'sk-ant-api…',
				why: 'in turn',
			})),
		}),
		why: async (model) => ({
			model,
			pick: {label: 'CLAUDE_API_KEY', mask: 'sk-ant-api…', hash: '33333333', servedBy: 'claude-3-opus', why: 'in turn'},
			skipped: [
				{kid: 'k1_openai_api_key', label: 'OPENAI_API_KEY', model, reason: 'cooling: 429', until: now + 76_000},
			],
		}),
		async close() {
			this.closed += 1;
		},
		...part,
	};
}

function testResult(key: KeyView): TestResult {
	return {
		kid: key.kid,
		provider: key.provider,
		label: key.label,
		mask: key.mask,
		hash: key.hash,
		ok: key.usable === true,
		verdict: key.lastCheck?.verdict ?? 'ok',
		state: key.state.kind,
		why: key.why,
		status: 200,
		latencyMs: 210,
		proof: key.grade,
		costUsd: 0,
	};
}
