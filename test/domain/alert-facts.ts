import type {KeyFacts, PoolFacts} from '../../source/domain/alert-causes.ts';

/** A time to begin at. */
export const start = 1_790_000_000_000;
export const noBudget = {spentUsd: 0, budgetUsd: 0.05};

/** A key that is well, but for what is told. */
export function key(number: number, facts: Partial<KeyFacts> = {}): KeyFacts {
	return {
		kid: `k1_${number}`,
		label: `KEY${number}`,
		provider: 'openai',
		consecutiveFailures: 0,
		invalid: false,
		exhausted: false,
		leaked: false,
		windowSamples: 0,
		windowErrorRate: 0,
		latencyMs: undefined,
		why: 'Because.',
		advice: 'Do it.',
		...facts,
	};
}

/** A pool that is well, but for what is told. */
export function pool(facts: Partial<PoolFacts> = {}): PoolFacts {
	return {provider: 'openai', keys: 3, usable: 3, unknown: 0, backAt: undefined, down: false, ...facts};
}
