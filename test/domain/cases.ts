import {type Bench, type BenchKind, type Subject, subjectId} from '../../source/domain/bench.ts';
import type {Case} from '../../source/domain/judgement.ts';
import type {Reason} from '../../source/domain/key.ts';
import type {HistoryEntry, Reading} from '../../source/domain/reading.ts';
import type {Verdict} from '../../source/domain/verdict.ts';

/** The moment the tables are about: 2026-11-22 03:00:00 UTC. */
export const now = Date.UTC(2026, 10, 22, 3);

/** Subjects that a call of `gpt-4o` by key `a` of account `acme` touches. */
export const subjects = {
	key: {level: 'key', kid: 'a'},
	'key-model': {level: 'key-model', kid: 'a', model: 'gpt-4o'},
	account: {level: 'account', provider: 'openai', account: 'acme'},
	'account-model': {level: 'account-model', provider: 'openai', account: 'acme', model: 'gpt-4o'},
	'provider-model': {level: 'provider-model', provider: 'openai', model: 'gpt-4o'},
	provider: {level: 'provider', provider: 'openai'},
	network: {level: 'network'},
} as const satisfies Record<string, Subject>;

/** A reading of a call that took 200 ms and ended now. */
export function readingOf(verdict: Verdict, more: Partial<Reading> = {}): Reading {
	const proof = verdict.kind === 'ok' ? 'call' : 'none';
	return {verdict, proof, evidence: `words of ${verdict.kind}`, limits: [], latencyMs: 200, at: now, ...more};
}

/** A call of `gpt-4o` by key `a` while these benches stand. */
export function caseOf(verdict: Verdict, benches: readonly Bench[] = [], more: Partial<Case> = {}): Case {
	return {
		kid: 'a',
		provider: 'openai',
		account: 'acme',
		model: 'gpt-4o',
		from: 'call',
		reading: readingOf(verdict),
		benchOf: (id) => benches.find((bench) => bench.id === id),
		vendorFaults: 1,
		line: 'unknown',
		now,
		random: () => 0.5,
		...more,
	};
}

/** A bench that began a minute ago, by a call. */
export function benchOf(level: keyof typeof subjects, kind: BenchKind, more: Partial<Bench> = {}): Bench {
	const subject = subjects[level];
	const because: Reason = {cause: 'throttled', evidence: 'words of before', from: 'call', at: now - 60_000};
	return {
		id: subjectId(subject),
		subject,
		kind,
		since: now - 60_000,
		stated: false,
		times: 1,
		because,
		version: 3,
		...more,
	};
}

/** The same reason with another cause. */
export function because(cause: Reason['cause'], more: Partial<Reason> = {}): Reason {
	return {cause, evidence: 'words of before', from: 'call', at: now - 60_000, ...more};
}

/** An entry of history. */
export function entryOf(more: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		at: now,
		kid: 'a',
		from: 'probe',
		verdict: 'ok',
		counted: 'success',
		evidence: '200',
		latencyMs: 100,
		...more,
	};
}
