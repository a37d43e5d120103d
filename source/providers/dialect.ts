import type {Outcome, OutcomeFailed} from '../domain/outcome.ts';
import type {ProofGrade} from '../domain/proof.ts';
import type {Reading} from '../domain/reading.ts';
import {unreachable} from '../errors.ts';
import {type Answer, answerFrom, type Headers, isSuccess} from './answer.ts';
import {firstSentence, identifier, plainText} from './evidence.ts';
import {type LimitHeaders, limitsIn, resetsIn} from './limit-headers.ts';
import {present} from './payload.ts';
import type {Asked} from './provider.ts';
import {deadlineOf} from './retry-after.ts';
import {type Fault, type Refusal, type Rule, type Ruling, rulingFor} from './ruling.ts';
import type {UsageReader} from './usage.ts';

/** How one vendor answers: its error envelope, its rules, its headers. All but `accept` is data. */
export type Dialect = {
	/** What a good free probe shows. */
	readonly freeProbeProves: 'key' | 'money';
	/** The error in one JSON value. `refused` = the HTTP status said no; else only what is surely an error counts. */
	readonly fault: (payload: unknown, refused: boolean) => Fault | undefined;
	readonly rules: readonly Rule[];
	/** What a 2xx says beside yes; undefined = simply yes. */
	readonly accept?: (answer: Answer, asked: Asked) => Ruling | undefined;
	readonly limits: readonly LimitHeaders[];
	readonly usage: UsageReader;
	readonly requestIdHeader?: string;
	/** The account the answer names. */
	readonly account?: (headers: Headers) => string | undefined;
};

const messageLimit = 4096;

/** Turns an outcome into a reading by a vendor's dialect. Never throws, whatever the body. */
export function readBy(dialect: Dialect, outcome: Outcome, asked: Asked): Reading {
	const {at, latencyMs, firstByteMs} = outcome.timing;
	if (outcome.kind === 'failed') return failedReading(outcome);
	const answer = answerFrom(outcome);
	const {ruling, evidence, code} = judged(dialect, answer, asked);
	const requestId = dialect.requestIdHeader === undefined ? undefined : answer.headers[dialect.requestIdHeader];
	return present<Reading>({
		verdict: ruling.verdict,
		proof: ruling.verdict.kind === 'ok' ? (ruling.proof ?? proofOf(dialect, asked)) : 'none',
		evidence,
		rule: ruling.rule,
		status: answer.status,
		code: code === undefined ? undefined : plainText(code, 64),
		requestId: identifier(requestId),
		account: identifier(dialect.account?.(answer.headers)),
		limits: limitsIn(answer.headers, dialect.limits, at),
		balance: ruling.balance,
		usage: isSuccess(answer.status) && asked.by !== 'probe' ? dialect.usage(answer.payloads) : undefined,
		restriction: ruling.restriction === undefined ? undefined : plainText(ruling.restriction),
		latencyMs,
		firstByteMs,
		at,
	});
}

/** `evidence` is fit for people's screens. */
type Judged = {readonly ruling: Ruling; readonly evidence: string; readonly code?: string | undefined};

function judged(dialect: Dialect, answer: Answer, asked: Asked): Judged {
	const refused = !isSuccess(answer.status);
	const fault = refused || mayHoldFault(answer, asked) ? faultIn(dialect, answer, refused) : undefined;
	if (!refused && fault === undefined) return accepted(dialect, answer, asked);
	const refusal = refusalFrom(dialect, answer, fault ?? {error: undefined}, asked);
	const ruling = rulingFor(dialect.rules, refusal);
	const evidence = plainText(refusalEvidence(refusal, answer.status, ruling));
	return {ruling, evidence, code: refusal.code ?? refusal.type};
}

/** The list a free probe answers with is long and says no more than yes: it is not parsed for nothing. */
function mayHoldFault({text}: Answer, {by}: Asked): boolean {
	return by !== 'probe' || text.includes('error');
}

function faultIn(dialect: Dialect, {payloads}: Answer, refused: boolean): Fault | undefined {
	return payloads.map((payload) => dialect.fault(payload, refused)).find((found) => found !== undefined);
}

function accepted(dialect: Dialect, answer: Answer, asked: Asked): Judged {
	const yes = `${answer.status} ${asked.request}`;
	if (asked.by !== 'call' && !answer.structured) {
		// A captive portal or a wrong base URL says yes to everything; that proves no key.
		return {ruling: {verdict: {kind: 'upstream-failed'}}, evidence: `${yes}: the answer is not JSON`};
	}
	const ruling = dialect.accept?.(answer, asked) ?? {verdict: {kind: 'ok'}};
	// The plain yes of a free probe is all our own words.
	if (ruling.words === undefined && asked.by === 'probe') return {ruling, evidence: yes};
	return {ruling, evidence: plainText(ruling.words === undefined ? yes : `${yes}: ${ruling.words}`)};
}

function refusalFrom(dialect: Dialect, answer: Answer, fault: Fault, asked: Asked): Refusal {
	const {headers, at, text, structured} = answer;
	const plain = structured || text.startsWith('<') ? '' : text;
	const message = (fault.message ?? plain).slice(0, messageLimit);
	const resets = resetsIn(headers, dialect.limits, at);
	return present<Refusal>({
		status: isSuccess(answer.status) ? (fault.status ?? answer.status) : answer.status,
		code: fault.code,
		type: fault.type,
		message,
		error: fault.error,
		headers,
		deadline: deadlineOf({headers, resets, message, now: at, ...(fault.wait && {stated: fault.wait})}),
		asked,
		at,
	});
}

/** `429 rate_limit_exceeded: tokens per min (TPM)`; `200, then overloaded_error: Overloaded` inside a stream. */
function refusalEvidence({code, type, message, asked}: Refusal, status: number, ruling: Ruling): string {
	// Mistral's codes are bare numbers, which say less than its types.
	const name = code !== undefined && /^\d+$/.test(code) ? (type ?? code) : (code ?? type);
	const words = ruling.words ?? firstSentence(withoutStatus(message, status));
	if (name === undefined && words === '') return `${status} ${asked.request}`;
	const head = isSuccess(status) ? `${status}, then ${name ?? 'error'}` : [status, name ?? []].flat().join(' ');
	if (words === '') return head;
	return name === undefined && !isSuccess(status) ? `${head} ${words}` : `${head}: ${words}`;
}

/** Exceptions of SDKs begin with the status the evidence begins with. */
function withoutStatus(message: string, status: number): string {
	return message.replace(new RegExp(`^(?:error:? )?${status}\\b[\\s:,-]*`, 'i'), '');
}

function proofOf(dialect: Dialect, asked: Asked): ProofGrade {
	if (asked.by === 'probe') return dialect.freeProbeProves;
	// A call that names no model, such as a list, completes nothing that costs.
	return asked.model === undefined ? 'key' : 'call';
}

function failedReading({failure, detail, timing}: OutcomeFailed): Reading {
	const {at, latencyMs, firstByteMs} = timing;
	const {verdict, words} = failedVerdict(failure);
	return present<Reading>({
		verdict,
		proof: 'none',
		evidence: plainText(detail === '' ? words : `${words}: ${detail}`),
		limits: [],
		latencyMs,
		firstByteMs,
		at,
	});
}

function failedVerdict(failure: OutcomeFailed['failure']): {verdict: Reading['verdict']; words: string} {
	switch (failure) {
		case 'timeout':
			return {verdict: {kind: 'timeout'}, words: 'no answer in time'};
		case 'unreachable':
			return {verdict: {kind: 'unreachable'}, words: 'not reached'};
		case 'cancelled':
			return {verdict: {kind: 'cancelled'}, words: 'cancelled'};
		case 'closed':
			return {verdict: {kind: 'upstream-failed'}, words: 'connection closed before the answer was whole'};
		case 'unexplained':
			return {verdict: {kind: 'upstream-failed'}, words: 'reported as failed, without a status'};
		default:
			return unreachable(failure);
	}
}
