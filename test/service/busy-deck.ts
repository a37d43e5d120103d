import type {Outcome} from '../../source/domain/outcome.ts';
import type {VerdictKind} from '../../source/domain/verdict.ts';
import {Metrics} from '../../source/service/metrics.ts';
import {openEngine, type TestEngine, type TestKey} from '../helpers/engine.ts';
import {type Answer, answers} from '../helpers/scripted-upstream.ts';

/** Labels that a careless writer would break the text with. */
export const oddLabels = [
	'plain',
	'team "b"',
	'back\\slash',
	'two\nlines',
	'ends in a backslash\\',
	'ключ 🔑',
	'tab\tand\rreturn',
	'{le="1"} 5',
	'\\n is no new line',
	'',
	'half a \ud83d pair',
] as const;

/** Nothing but a provider may see these. */
export const canaries = [
	'sk-canary-9b1e6a3c70d2',
	...oddLabels.map((_, index) => `sk-proj-canary${index}-4f9d2c7be1a8`),
];

/** Its vendor tells a balance. */
const deepseekKey: TestKey = {
	name: 'k1_deepseek',
	provider: 'deepseek',
	label: 'DEEPSEEK_API_KEY',
	secret: canaries[0] ?? '',
};

const keys: readonly TestKey[] = oddLabels.map((label, index) => ({
	name: `k1_number${index}`,
	label,
	secret: canaries[index + 1] ?? '',
	account: `account-${index}`,
	limits: {requestsPerMinute: 60 + index},
}));

/** What an agent says of a call that got no answer. */
function failed(failure: 'timeout' | 'unreachable' | 'cancelled', at: number): Outcome {
	return {kind: 'failed', failure, detail: failure, timing: {at, latencyMs: 5000}};
}

const told: Readonly<Record<Exclude<VerdictKind, 'timeout' | 'unreachable' | 'cancelled'>, Answer>> = {
	ok: {
		status: 200,
		headers: {
			'x-ratelimit-limit-requests': '60',
			'x-ratelimit-remaining-requests': '45',
			'x-ratelimit-reset-requests': '30s',
		},
	},
	throttled: answers.throttled(90),
	exhausted: answers.noCredit,
	rejected: answers.invalid,
	forbidden: answers.modelMissing,
	overloaded: {status: 503, body: {error: {type: 'server_error', message: 'The engine is currently overloaded'}}},
	'upstream-failed': answers.failing,
	'caller-fault': answers.badRequest,
};

/** An engine under a `Metrics`, where every verdict has fallen once. */
export async function busyDeck(): Promise<{readonly deck: TestEngine; readonly metrics: Metrics}> {
	const deck = await openEngine({
		keys: [...keys, deepseekKey],
		models: ['gpt-4o', 'deepseek-coder'],
		probe: {dailyBudgetUsd: 0.5},
	});
	const metrics = new Metrics({deck: deck.engine, clock: deck.clock, version: '1.2.3'});
	await deck.probe(['k1_deepseek']);
	const kinds = [...Object.entries(told), 'timeout', 'unreachable', 'cancelled'] as const;
	const leases = await Promise.all(kinds.map(() => deck.acquire('gpt-4o')));
	for (const [place, kind] of kinds.entries()) {
		const acquired = leases[place];
		if (acquired === undefined) continue;
		if (typeof kind !== 'string') deck.upstream.script(acquired.secret.reveal(), kind[1]);
		const outcome = typeof kind === 'string' ? failed(kind, deck.clock.now()) : await deck.send(acquired);
		await deck.engine.release(acquired.lease.id, outcome);
	}
	return {deck, metrics};
}
