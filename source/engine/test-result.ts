import type {TestResult} from './deck.ts';
import type {Asked} from './prober.ts';
import type {KeyView} from './snapshot.ts';

/** What a test says of one key; undefined when the key has left meanwhile. */
export function testResult({reading, costUsd}: Asked, view: KeyView | undefined): TestResult | undefined {
	if (view === undefined) return undefined;
	return {
		kid: view.kid,
		provider: view.provider,
		label: view.label,
		mask: view.mask,
		hash: view.hash,
		ok: reading?.verdict.kind === 'ok' && view.usable === true,
		verdict: reading?.verdict.kind ?? 'cancelled',
		state: view.state.kind,
		why: view.summary === '' ? (reading?.evidence ?? view.why) : view.why,
		status: reading?.status ?? null,
		latencyMs: reading === undefined ? null : Math.round(reading.latencyMs),
		proof: reading?.proof ?? 'none',
		costUsd,
	};
}
