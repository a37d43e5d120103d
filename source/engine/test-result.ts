import type {TestResult} from './deck.ts';
import {describeKey, type KeyPlace} from './key-view.ts';
import type {Asked} from './prober.ts';

/** What a test says of one key. */
export function testResult(
	{member, reading, costUsd}: Asked,
	place: KeyPlace,
	upstreams: readonly string[],
): TestResult {
	const {kid, provider, label, mask, hash} = member.key;
	const {standing, words} = describeKey(member, place, upstreams);
	return {
		kid,
		provider,
		label,
		mask,
		hash,
		ok: reading?.verdict.kind === 'ok' && standing.usable === true,
		verdict: reading?.verdict.kind ?? 'cancelled',
		state: standing.state.kind,
		why: words.summary === '' ? (reading?.evidence ?? words.why) : words.why,
		status: reading?.status ?? null,
		latencyMs: reading === undefined ? null : Math.round(reading.latencyMs),
		proof: reading?.proof ?? 'none',
		costUsd,
	};
}
