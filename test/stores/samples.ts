import type {Alert} from '../../source/domain/alert.ts';
import {type Bench, subjectId} from '../../source/domain/bench.ts';
import type {LimitCheck} from '../../source/domain/limit.ts';
import type {HistoryEntry} from '../../source/domain/reading.ts';
import type {Knowledge, ReserveRequest, Store} from '../../source/stores/store.ts';

/** A fresh, empty store. `reopen` closes it cleanly and opens what it left, for stores that keep things. */
export type OpenedStore = {readonly store: Store; readonly reopen?: () => Promise<Store>};

/** Registers one test of the contract; its store is closed afterwards. */
export type ContractTest = (title: string, body: (opened: OpenedStore) => Promise<void>) => void;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** 2026-11-22 12:00 UTC. */
export const noon = Date.UTC(2026, 10, 22, 12);

export function bench(kid: string, version: number, more: Partial<Bench> = {}): Bench {
	const subject = {level: 'key', kid} as const;
	return {
		id: subjectId(subject),
		subject,
		kind: 'cooling',
		since: noon,
		until: noon + 90_000,
		stated: true,
		times: 1,
		because: {cause: 'throttled', evidence: '429 rate_limit_exceeded', from: 'call', at: noon},
		version,
		...more,
	};
}

export function alert(id: string, more: Partial<Alert> = {}): Alert {
	return {
		id,
		type: 'key_invalid',
		severity: 'high',
		state: 'firing',
		subject: {kind: 'key', kid: 'k1_a'},
		label: 'OPENAI_API_KEY',
		provider: 'openai',
		message: 'the key is invalid',
		advice: 'replace it',
		since: noon,
		...more,
	};
}

export function knowledge(kid: string, more: Partial<Knowledge> = {}): Knowledge {
	return {
		kid,
		provider: 'openai',
		label: 'OPENAI_API_KEY',
		firstSeenAt: noon,
		proof: {keyAt: noon},
		limits: [{kind: 'requests-minute', limit: 60, remaining: 59, at: noon, from: 'x-ratelimit-remaining-requests'}],
		consecutiveFailures: 0,
		successes: 1,
		failures: 0,
		...more,
	};
}

export function entry(kid: string, at: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
	return {at, kid, from: 'call', verdict: 'ok', counted: 'success', evidence: '200 POST /v1/responses', ...more};
}

export function reservation(leaseId: string, more: Partial<ReserveRequest> = {}): ReserveRequest {
	const now = more.now ?? noon;
	return {
		leaseId,
		provider: 'openai',
		model: 'gpt-4o',
		servedBy: 'gpt-4o',
		now,
		expiresAt: now + 60_000,
		offers: [{kid: 'k1_a', checks: []}],
		...more,
	};
}

export const perSecond = (capacity: number, cost = 1): LimitCheck => ({
	id: 'account openai acme gpt-4o requests-minute',
	capacity,
	refillMs: 1000,
	cost,
});
export const inFlight = (capacity: number): LimitCheck => ({
	id: 'key k1_a concurrency',
	capacity,
	refillMs: 0,
	cost: 1,
});
export const modelTokens = (capacity: number, cost: number): LimitCheck => ({
	id: 'account openai acme gpt-4o tokens-minute',
	capacity,
	refillMs: 10,
	cost,
});
