import type {Answer} from './answer.ts';
import {baseOf} from './base-url.ts';
import {nextMidnight} from './calendar.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import {listAt, numberAt, objectAt, present, textAt} from './payload.ts';
import type {Asked, Provider} from './provider.ts';
import {get, modelPath, post} from './request.ts';
import {
	callerFault,
	exhausted,
	exhaustedUntil,
	type Fault,
	forbiddenAltogether,
	type Refusal,
	type Rule,
	type Ruling,
	rejected,
	throttled,
	withheld,
} from './ruling.ts';
import {geminiUsage} from './usage.ts';

/**
 * Error table of the Gemini API (ai.google.dev, "Troubleshooting", and recorded answers). The
 * `reason` of `google.rpc.ErrorInfo` comes first: a bad key is a 400 here.
 */
const rules: readonly Rule[] = [
	{says: /^Your API key was reported as leaked/, means: leaked},
	// Our headers, or a fault of Google's with `AQ.` keys: either way it says nothing about the key.
	{says: /^Multiple authentication credentials received/, means: callerFault},
	{code: 'API_KEY_INVALID', means: rejected('key')},
	{status: 400, says: /^API key (?:not valid|expired)/, means: rejected('key')},
	{code: 'CONSUMER_SUSPENDED', means: rejected('account')},
	{code: ['payment_required', 'BILLING_DISABLED'], means: exhausted},
	// Restrictions a person set on the key or the project: service, referrer, address, app.
	{status: 403, code: /^(?:SERVICE_DISABLED|API_KEY_[A-Z_]+_BLOCKED)$/, means: forbiddenAltogether},
	{says: /^User location is not supported/, means: forbiddenAltogether},
	{status: 400, type: 'FAILED_PRECONDITION', means: exhausted},
	{status: 429, means: quota},
	{code: 'invalid_request', means: callerFault},
];

function leaked(): Ruling {
	return {verdict: {kind: 'rejected', scope: 'key', leaked: true}};
}

/** Which quota is full decides: one of the day comes back at midnight in California, one of the minute soon. */
function quota(refusal: Refusal): Ruling {
	const violations = quotaViolations(refusal.error);
	const violation = violations.find(({id}) => id.includes('PerDay')) ?? violations[0];
	if (violation === undefined) return throttled('model')(refusal);
	const {id, value} = violation;
	const words = quotaWords(violation);
	const scope = id.includes('PerModel') && refusal.asked.model !== undefined ? 'model' : 'account';
	if (value === 0) return {verdict: {kind: 'exhausted', scope}, words};
	if (id.includes('PerDay')) {
		// A short retryDelay beside a daily quota is a promise Google does not keep.
		const until = nextMidnight(refusal.at, 'America/Los_Angeles');
		return {...exhaustedUntil(until, 'daily quota, starts anew at midnight in California', scope), words};
	}
	const tooLarge = id.includes('Tokens') && value !== undefined && (refusal.asked.inputTokens ?? 0) > value;
	return tooLarge ? {...callerFault(), words} : {...throttled('model')(refusal), words};
}

type Violation = {readonly id: string; readonly value: number | undefined};

/** `quotaId` is like `GenerateContentPaidTierInputTokensPerModelPerMinute`. */
function quotaViolations(error: unknown): readonly Violation[] {
	return listAt(detail(error, 'QuotaFailure'), 'violations').map((violation) => ({
		id: textAt(violation, 'quotaId') ?? '',
		value: numberAt(violation, 'quotaValue'),
	}));
}

function quotaWords({id, value}: Violation): string {
	const unit = id.includes('InputTokens') ? 'input tokens' : id.includes('Tokens') ? 'tokens' : 'requests';
	const span = id.includes('PerDay') ? 'per day' : 'per minute';
	return `${unit} ${span}${value === undefined ? '' : `, limit ${value}`}`;
}

function detail(error: unknown, type: string): unknown {
	return listAt(error, 'details').find((entry) => textAt(entry, '@type')?.endsWith(`google.rpc.${type}`));
}

/** `{error: {code, message, status, details}}`; the Interactions API has a word for a code. */
function fault(payload: unknown): Fault | undefined {
	const error = objectAt(payload, 'error');
	if (error === undefined) return undefined;
	const status = numberAt(error, 'code');
	const retryDelay = textAt(detail(error, 'RetryInfo'), 'retryDelay');
	const stated = retryDelay !== undefined && /^\d+(?:\.\d+)?s$/.test(retryDelay);
	return present<Fault>({
		status,
		code: textAt(detail(error, 'ErrorInfo'), 'reason') ?? (status === undefined ? textAt(error, 'code') : undefined),
		type: textAt(error, 'status'),
		message: textAt(error, 'message'),
		wait: stated ? {wait: retryDelay, rule: `retryDelay ${retryDelay}`} : undefined,
		error,
	});
}

function accept(answer: Answer, asked: Asked): Ruling | undefined {
	for (const payload of answer.payloads) {
		const blocked = textAt(payload, 'promptFeedback', 'blockReason');
		const ended = listAt(payload, 'candidates').map((candidate) => textAt(candidate, 'finishReason'));
		const reason = blocked ?? ended.find((word) => word !== undefined && withheldReasons.has(word));
		if (reason !== undefined) return withheld({asked, answer, words: `withheld: ${reason}`});
	}
	return undefined;
}

const withheldReasons: ReadonlySet<string> = new Set([
	'SAFETY',
	'PROHIBITED_CONTENT',
	'BLOCKLIST',
	'SPII',
	'RECITATION',
]);

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault,
	rules,
	accept,
	// Google sends no limit headers at all.
	limits: [],
	usage: geminiUsage,
};

/** Google's Gemini API, native form. @default baseUrl https://generativelanguage.googleapis.com/v1beta */
export function gemini(baseUrl = 'https://generativelanguage.googleapis.com/v1beta'): Provider {
	return {
		name: 'gemini',
		title: 'Gemini',
		verified: true,
		baseUrl: baseOf(baseUrl, /\/openai$/),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'gemini-3.5-flash-lite',
		advice: {
			keysPage: 'https://aistudio.google.com/api-keys',
			billingPage: 'https://aistudio.google.com/usage',
			statusPage: 'https://aistudio.google.com/status',
		},
		shape: keyShapes.gemini,
		// Never `?key=`: an address ends up in logs.
		authorize: (secret) => ({'x-goog-api-key': secret.reveal()}),
		freeProbe: () => get('/models?pageSize=1'),
		deepProbe: (model) =>
			post(`/models/${modelPath(model.replace(/^models\//, ''))}:generateContent`, {
				contents: [{role: 'user', parts: [{text: '.'}]}],
				generationConfig: {maxOutputTokens: 1},
			}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
