import type {ProofGrade} from '../domain/proof.ts';
import type {Balance} from '../domain/reading.ts';
import type {Verdict} from '../domain/verdict.ts';
import type {Answer, Headers} from './answer.ts';
import {nextMonth} from './calendar.ts';
import {present} from './payload.ts';
import type {Asked} from './provider.ts';
import type {Deadline, StatedWait} from './retry-after.ts';

/** An error as one vendor's envelope carries it. Everything but `error` may be missing. */
export type Fault = {
	/** Status the body names, for errors that travel inside a 200. */
	readonly status?: number;
	/** The most specific structured code. */
	readonly code?: string;
	/** The coarser kind beside it. */
	readonly type?: string;
	readonly message?: string;
	/** A field that states how long to wait. */
	readonly wait?: StatedWait;
	/** The error as it came, for rules that look deeper. */
	readonly error: unknown;
};

/** An answer that says no, or a stream that broke off, taken apart for the vendor's rules. */
export type Refusal = {
	readonly status: number;
	readonly code?: string;
	readonly type?: string;
	/** Empty when there is none; at most 4096 characters. */
	readonly message: string;
	readonly error: unknown;
	readonly headers: Headers;
	readonly deadline?: Deadline;
	readonly asked: Asked;
	/** Epoch ms. */
	readonly at: number;
};

/** What a rule makes of an answer. */
export type Ruling = {
	readonly verdict: Verdict;
	/** What set the deadline of the verdict. */
	readonly rule?: string;
	/** Words for the evidence in place of the vendor's first sentence; empty = the code says it all. */
	readonly words?: string;
	readonly restriction?: string;
	/** @default what the request shows by itself */
	readonly proof?: ProofGrade;
	readonly balance?: Balance;
};

/**
 * One row of a vendor's error table: holds when every condition given holds. Rows stand in order
 * of trust: structured codes first, texts last.
 */
export type Rule = {
	readonly status?: number | readonly number[];
	readonly code?: string | readonly string[] | RegExp;
	readonly type?: string | readonly string[];
	/** Text of the message, anchored: parts of it may be the caller's own words. */
	readonly says?: RegExp;
	readonly when?: (refusal: Refusal) => boolean;
	readonly means: (refusal: Refusal) => Ruling;
};

/** The first rule that holds decides; the statuses of HTTP decide what no rule knows. */
export function rulingFor(rules: readonly Rule[], refusal: Refusal): Ruling {
	const rule = rules.find((candidate) => holds(candidate, refusal)) ?? statusRules.find((row) => holds(row, refusal));
	return rule === undefined ? byStatusClass(refusal) : rule.means(refusal);
}

function holds(rule: Rule, refusal: Refusal): boolean {
	return (
		(rule.status === undefined || [rule.status].flat().includes(refusal.status)) &&
		(rule.code === undefined || matches(rule.code, refusal.code)) &&
		(rule.type === undefined || matches(rule.type, refusal.type)) &&
		(rule.says === undefined || rule.says.test(refusal.message)) &&
		(rule.when === undefined || rule.when(refusal))
	);
}

function matches(pattern: string | readonly string[] | RegExp, text: string | undefined): boolean {
	if (text === undefined) return false;
	return pattern instanceof RegExp ? pattern.test(text) : [pattern].flat().includes(text);
}

/** Nothing is wrong with the key: the request was, or what it said. */
export const callerFault = (): Ruling => ({verdict: {kind: 'caller-fault'}});

/** The vendor failed in a way that tells nothing of the key. */
const upstreamFailed = ({deadline}: Refusal): Ruling =>
	present<Ruling>({verdict: present<Verdict>({kind: 'upstream-failed', retryAt: deadline?.at}), rule: deadline?.rule});

/** The vendor (or what serves this one model) has too much to do. */
export function overloaded(scope: 'provider' | 'model') {
	return ({deadline}: Refusal): Ruling =>
		present<Ruling>({
			verdict: present<Verdict>({kind: 'overloaded', scope, retryAt: deadline?.at}),
			rule: deadline?.rule,
		});
}

/** A rate window is full. Without a model in the question a model's window is the account's. */
export function throttled(scope: 'account' | 'model') {
	return ({deadline, asked}: Refusal): Ruling =>
		present<Ruling>({
			verdict: present<Verdict>({
				kind: 'throttled',
				scope: asked.model === undefined ? 'account' : scope,
				retryAt: deadline?.at,
			}),
			rule: deadline?.rule,
		});
}

/** No credit, or a limit that only money or a person lifts. */
export const exhausted = (): Ruling => ({verdict: {kind: 'exhausted', scope: 'account'}});

/** The key's own budget is spent; other keys of the account have theirs. */
export const budgetSpent = (): Ruling => ({verdict: {kind: 'exhausted', scope: 'key'}});

/** A spend limit of the calendar month (UTC), unless the vendor states a time. */
export function exhaustedThisMonth({deadline, at}: Refusal): Ruling {
	return deadline === undefined
		? exhaustedUntil(nextMonth(at), 'the limit starts anew with the month (UTC)')
		: exhaustedUntil(deadline.at, deadline.rule);
}

export function exhaustedUntil(until: number, rule: string, scope: 'key' | 'account' | 'model' = 'account'): Ruling {
	return {verdict: {kind: 'exhausted', scope, until}, rule};
}

export function rejected(scope: 'key' | 'account', extra: Omit<Ruling, 'verdict'> = {}) {
	return (): Ruling => ({verdict: {kind: 'rejected', scope, leaked: false}, ...extra});
}

/** The key is good but may not do this. */
export const forbidden = ({asked}: Refusal): Ruling => ({
	verdict: present<Verdict>({kind: 'forbidden', model: asked.model}),
});

/** The key is good but may do nothing from here or with its rights, whatever the model. */
export const forbiddenAltogether = (): Ruling => ({verdict: {kind: 'forbidden'}});

/** The model is unknown, gone or not for this key; without a model in the question the path was wrong. */
export const modelMissing = (refusal: Refusal): Ruling =>
	refusal.asked.model === undefined ? callerFault() : forbidden(refusal);

/** A good answer whose content the vendor withheld: the caller's matter, though a probe has its proof. */
export function withheld({asked, answer, words}: {asked: Asked; answer: Answer; words: string}): Ruling | undefined {
	return asked.by === 'call' && answer.status === 200 ? {verdict: {kind: 'caller-fault'}, words} : undefined;
}

/** What a status means where the vendor's own rows are silent. */
const statusRules: readonly Rule[] = [
	{status: 401, means: rejected('key')},
	{status: 402, means: exhausted},
	{status: 403, means: forbidden},
	{status: [404, 410], means: modelMissing},
	// Our own proxy asks for a credential; the vendor was never reached.
	{status: 407, means: () => ({verdict: {kind: 'unreachable'}, words: 'the proxy wants a credential'})},
	{status: [408, 409, 425], means: upstreamFailed},
	{status: 429, means: throttled('model')},
	{status: [503, 529], means: overloaded('provider')},
];

function byStatusClass(refusal: Refusal): Ruling {
	const {status} = refusal;
	if (status >= 400 && status < 500) return callerFault();
	if (status >= 300 && status < 400) return {verdict: {kind: 'upstream-failed'}, words: 'redirect, not followed'};
	return upstreamFailed(refusal);
}
