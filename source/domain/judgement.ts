import {unreachable} from '../errors.ts';
import {backoffMs, ejectionBackoff, throttleBackoff} from './backoff.ts';
import {type Bench, type BenchKind, type Subject, subjectId} from './bench.ts';
import type {Kid, Reason} from './key.ts';
import {limitNames} from './limit.ts';
import type {Reading} from './reading.ts';
import {afterGoodAnswer} from './recovery.ts';

/** What a judge may know besides the reading. */
export type Case = {
	readonly kid: Kid;
	readonly provider: string;
	/** The account the key belongs to: configured, learned, or its own. */
	readonly account: string;
	/** Upstream model of the call; absent on a free probe. */
	readonly model?: string;
	readonly from: 'probe' | 'deep-probe' | 'call';
	readonly reading: Reading;
	/** The bench of a subject, if it has one. */
	readonly benchOf: (id: string) => Bench | undefined;
	/** Times in a row, over all keys, that the vendor failed or could not be reached, this one included. */
	readonly vendorFaults: number;
	/** What the other vendors show of our own line: `down` when none can be reached, `up` when one has answered meanwhile. */
	readonly line: 'up' | 'down' | 'unknown';
	readonly now: number;
	readonly random: () => number;
};

/** A change the engine carries out and the store keeps. */
export type BenchChange =
	| {readonly kind: 'place'; readonly bench: Bench}
	| {readonly kind: 'lift'; readonly bench: Bench; readonly why: string};

export type Judgement = {
	readonly changes: readonly BenchChange[];
	/** The key was refused once: ask again, independently, before it is called invalid. */
	readonly confirm: boolean;
};

/** Vendor faults in a row after which the provider rests, not its keys. */
const breakerThreshold = 3;

/** How long a refused key waits for its second opinion. */
const confirmWindowMs = 30_000;

/** A refused model or scope is asked again after this. */
const forbiddenMs = 6 * 3_600_000;

/** Turns one reading into bench changes. Pure: the same case gives the same judgement. */
export function judge(judged: Case): Judgement {
	const {verdict} = judged.reading;
	switch (verdict.kind) {
		case 'ok':
			return goodAnswer(judged);
		case 'throttled':
			return placed(judged, sharedSubject(judged, verdict.scope), 'cooling', verdict.retryAt);
		case 'exhausted':
			return placed(judged, sharedSubject(judged, verdict.scope), 'exhausted', verdict.until);
		case 'rejected':
			return rejected(judged, verdict.scope, verdict.leaked);
		case 'forbidden':
			return placed(judged, forbiddenSubject(judged, verdict.model), 'forbidden', judged.now + forbiddenMs, false);
		case 'overloaded':
			return verdict.scope === 'model' && judged.model !== undefined
				? placed(
						judged,
						{level: 'provider-model', provider: judged.provider, model: judged.model},
						'cooling',
						verdict.retryAt,
					)
				: vendorFault(judged, verdict.retryAt);
		case 'upstream-failed':
			return vendorFault(judged, verdict.retryAt);
		case 'timeout':
			return vendorFault(judged, undefined);
		case 'unreachable':
			return unreachableVendor(judged);
		case 'caller-fault':
		case 'cancelled':
			return {changes: [], confirm: false};
		default:
			return unreachable(verdict);
	}
}

/** Lifts what the answer disproves; rests the group whose window this very call used up. */
function goodAnswer(judged: Case): Judgement {
	const changes = afterGoodAnswer(judged);
	const spent = judged.reading.limits.filter(
		(limit) => limit.limit > 0 && limit.remaining === 0 && (limit.resetAt ?? 0) > judged.now,
	);
	const last = spent.toSorted((a, b) => (b.resetAt ?? 0) - (a.resetAt ?? 0))[0];
	if (last === undefined) return {changes, confirm: false};
	const evidence = `all ${last.limit} ${limitNames[last.kind]} are used`;
	const used = {...judged, reading: {...judged.reading, evidence, rule: last.from}};
	const rest = placed(used, quotaSubject(judged, 'model'), 'cooling', last.resetAt);
	const placedIds = new Set(rest.changes.map((change) => change.bench.id));
	return {changes: [...changes.filter((change) => !placedIds.has(change.bench.id)), ...rest.changes], confirm: false};
}

function sharedSubject(judged: Case, scope: 'key' | 'account' | 'model'): Subject {
	return scope === 'key' ? {level: 'key', kid: judged.kid} : quotaSubject(judged, scope);
}

function quotaSubject({provider, account, model}: Case, scope: 'account' | 'model'): Subject {
	return scope === 'model' && model !== undefined
		? {level: 'account-model', provider, account, model}
		: {level: 'account', provider, account};
}

function forbiddenSubject({kid}: Case, model: string | undefined): Subject {
	return model === undefined ? {level: 'key', kid} : {level: 'key-model', kid, model};
}

function rejected(judged: Case, scope: 'key' | 'account', leaked: boolean): Judgement {
	const subject: Subject =
		scope === 'key'
			? {level: 'key', kid: judged.kid}
			: {level: 'account', provider: judged.provider, account: judged.account};
	const before = judged.benchOf(subjectId(subject));
	if (before?.kind === 'invalid') return {changes: [], confirm: false};
	const suspected = before?.because.cause === 'rejected';
	if (leaked || (suspected && startedAt(judged) >= before.because.at))
		return placed(judged, subject, 'invalid', undefined);
	// Calls that were under way when the first refusal came are no second opinion.
	if (suspected) return {changes: [], confirm: false};
	const {changes} = placed(judged, subject, 'cooling', judged.now + confirmWindowMs, false);
	return {changes, confirm: changes.length > 0};
}

/** One vendor fault is bad luck; several in a row over all keys rest the provider. */
function vendorFault(judged: Case, retryAt: number | undefined): Judgement {
	const subject: Subject = {level: 'provider', provider: judged.provider};
	const onTrial = judged.benchOf(subjectId(subject))?.recovery !== undefined;
	if (judged.vendorFaults < breakerThreshold && !onTrial) return {changes: [], confirm: false};
	return placed(judged, subject, 'cooling', retryAt);
}

/** Nothing is held against anyone until others agree: whether it is our own line, or this vendor alone. */
function unreachableVendor(judged: Case): Judgement {
	switch (judged.line) {
		case 'down':
			return placed(judged, {level: 'network'}, 'cooling', undefined);
		case 'up':
			return vendorFault(judged, undefined);
		case 'unknown':
			return {changes: [], confirm: false};
		default:
			return unreachable(judged.line);
	}
}

function placed(
	judged: Case,
	subject: Subject,
	kind: BenchKind,
	deadline: number | undefined,
	stated: boolean = deadline !== undefined,
): Judgement {
	const id = subjectId(subject);
	const before = judged.benchOf(id);
	const weight = judged.reading.verdict.kind === 'rejected' ? 'invalid' : kind;
	if (before !== undefined && outranks(before, weight)) return {changes: [], confirm: false};
	const again = before !== undefined && before.kind === kind;
	// Calls that were already on their way when the rest began say nothing new about it.
	const sameEpisode = again && before.recovery === undefined && startedAt(judged) < before.since;
	const times = again ? before.times + (sameEpisode ? 0 : 1) : 1;
	const until = restUntil(judged, kind, subject, deadline, times);
	if (sameEpisode && (until ?? 0) <= (before.until ?? Number.POSITIVE_INFINITY)) return {changes: [], confirm: false};
	if (deadline === undefined && again && endsLater(before, until)) return {changes: [], confirm: false};
	const bench: Bench = {
		id,
		subject,
		kind,
		since: goesOn(before, kind) ? before.since : judged.now,
		...(until === undefined ? {} : {until: Math.max(until, sameEpisode ? (before.until ?? 0) : 0)}),
		stated,
		times,
		because: reasonOf(judged, deadline === undefined ? backoffRule(kind, times) : undefined),
		version: (before?.version ?? 0) + 1,
	};
	return {changes: [{kind: 'place', bench}], confirm: false};
}

/** The vendor named a later end: a guess does not send calls there before it. */
function endsLater(before: Bench, guess: number | undefined): boolean {
	return before.recovery === undefined && before.stated && guess !== undefined && (before.until ?? 0) >= guess;
}

/** Still the same trouble: it began when it was first seen; a second refusal confirms the first. */
function goesOn(before: Bench | undefined, kind: BenchKind): before is Bench {
	if (before === undefined || before.recovery !== undefined) return false;
	return before.kind === kind || (kind === 'invalid' && before.because.cause === 'rejected');
}

/** A person's choice and a dead key are not overwritten by a passing throttle. */
function outranks(before: Bench, kind: BenchKind): boolean {
	const rank: Record<BenchKind, number> = {
		disabled: 6,
		draining: 5,
		invalid: 4,
		exhausted: 3,
		forbidden: 2,
		cooling: 1,
		ejected: 0,
	};
	return rank[before.kind] > rank[kind] && before.recovery === undefined;
}

function restUntil(
	{now, random}: Case,
	kind: BenchKind,
	subject: Subject,
	deadline: number | undefined,
	times: number,
): number | undefined {
	if (deadline !== undefined) return Math.max(deadline, now + 1000);
	if (kind !== 'cooling') return undefined;
	const backoff = subject.level === 'provider' ? ejectionBackoff : throttleBackoff;
	return now + backoffMs(times, backoff, random);
}

function backoffRule(kind: BenchKind, times: number): string | undefined {
	return kind === 'cooling' ? `no deadline given, step ${times} of backoff` : undefined;
}

function startedAt({reading}: Case): number {
	return reading.at - reading.latencyMs;
}

/** The fact behind a change, as people and stores keep it. */
function reasonOf({reading, from, model, now}: Case, rule?: string): Reason {
	const stated = rule ?? reading.rule;
	return {
		cause: reading.verdict.kind,
		evidence: reading.evidence,
		...(stated === undefined ? {} : {rule: stated}),
		...(reading.status === undefined ? {} : {status: reading.status}),
		...(reading.code === undefined ? {} : {code: reading.code}),
		...(reading.requestId === undefined ? {} : {requestId: reading.requestId}),
		...(model === undefined ? {} : {model}),
		from,
		at: now,
	};
}
