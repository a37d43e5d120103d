import type {BenchChange} from '../domain/judgement.ts';
import type {HistoryEntry, Reading} from '../domain/reading.ts';
import {countsAs, type Verdict} from '../domain/verdict.ts';
import {duration} from '../format.ts';
import type {Occasion} from './assessor.ts';
import type {Member} from './roster.ts';

/** A reading as history keeps it, with what followed from it. */
export function historyEntry(
	member: Member,
	reading: Reading,
	occasion: Occasion,
	{changes, now}: {readonly changes: readonly BenchChange[]; readonly now: number},
): HistoryEntry {
	const effect = effectOf(changes, now);
	return {
		at: reading.at,
		kid: member.key.kid,
		from: occasion.from,
		verdict: reading.verdict.kind,
		counted: countsAs(reading.verdict),
		evidence: reading.evidence,
		...(effect === undefined ? heldAgainst(reading.verdict) : {effect}),
		...(occasion.model === undefined ? {} : {model: occasion.model}),
		...(reading.status === undefined ? {} : {status: reading.status}),
		...(reading.code === undefined ? {} : {code: reading.code}),
		latencyMs: reading.latencyMs,
		...(reading.firstByteMs === undefined ? {} : {firstByteMs: reading.firstByteMs}),
		...(occasion.costUsd === undefined ? {} : {costUsd: occasion.costUsd}),
		...(reading.usage === undefined
			? {}
			: {inputTokens: reading.usage.inputTokens, outputTokens: reading.usage.outputTokens}),
	};
}

/** Says so when a failure is nobody's fault here. */
function heldAgainst(verdict: Verdict): {readonly effect?: string} {
	switch (verdict.kind) {
		case 'overloaded':
		case 'upstream-failed':
		case 'timeout':
		case 'unreachable':
			return {effect: 'not held against the key'};
		case 'caller-fault':
			return {effect: "the caller's fault"};
		default:
			return {};
	}
}

function effectOf(changes: readonly BenchChange[], now: number): string | undefined {
	const [first] = changes;
	if (first === undefined) return undefined;
	if (first.kind === 'lift') return 'in service again';
	const {bench} = first;
	if (bench.recovery !== undefined) return 'on trial';
	const rest = bench.until === undefined ? '' : ` ${duration(bench.until - now)}`;
	switch (bench.kind) {
		case 'cooling':
			return bench.because.cause === 'rejected' ? 'asked again' : `rests${rest}`;
		case 'exhausted':
			return bench.until === undefined ? 'no credit' : `no quota${rest}`;
		default:
			return `${bench.kind}${rest}`;
	}
}
