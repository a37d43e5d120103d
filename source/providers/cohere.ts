import type {Answer, Headers} from './answer.ts';
import {baseOf} from './base-url.ts';
import {nextMonth} from './calendar.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import type {LimitHeaders} from './limit-headers.ts';
import {objectAt, present, textAt, valueAt} from './payload.ts';
import type {Provider} from './provider.ts';
import {bearer, post, shortestPrompt} from './request.ts';
import {
	exhaustedThisMonth,
	exhaustedUntil,
	type Fault,
	type Refusal,
	type Rule,
	type Ruling,
	rejected,
	throttled,
} from './ruling.ts';
import {cohereUsage} from './usage.ts';

/**
 * Error table of Cohere's API (docs.cohere.com, "Errors", and recorded answers): no codes, so status
 * and text. Its 498 is a deny-listed word, not a credential: the caller's, as other statuses of that kind.
 */
const rules: readonly Rule[] = [
	{status: 402, says: /^Maximum billing reached/, means: exhaustedThisMonth},
	// Trial keys have a thousand calls a month; the message names the window that is full.
	{status: 429, says: /\bTrial key\b.*API calls \/ month/, means: trialMonth},
	{status: 429, means: throttled('account')},
	{status: 499, means: () => ({verdict: {kind: 'cancelled'}})},
];

function trialMonth({at}: Refusal): Ruling {
	return exhaustedUntil(nextMonth(at), 'trial calls start anew with the month (UTC)');
}

/** `{id, message, error_type?}`; a stream ends in `message-end` with `finish_reason: "ERROR"` or `"TIMEOUT"`. */
function fault(payload: unknown, refused: boolean): Fault | undefined {
	const ended = textAt(payload, 'delta', 'finish_reason');
	if (ended === 'ERROR' || ended === 'TIMEOUT') {
		return present<Fault>({code: ended, message: textAt(payload, 'delta', 'error'), error: payload});
	}
	if (!refused || objectAt(payload) === undefined) return undefined;
	return present<Fault>({code: textAt(payload, 'error_type'), message: textAt(payload, 'message'), error: payload});
}

/** Sent to trial keys only, and not with a 429. */
const limits: readonly LimitHeaders[] = [
	{kind: 'requests-month', limit: 'x-endpoint-monthly-call-limit'},
	{
		kind: 'requests-minute',
		limit: 'x-trial-endpoint-call-limit',
		remaining: 'x-trial-endpoint-call-remaining',
	},
];

function accept(answer: Answer): Ruling | undefined {
	// The key check answers 200 for keys it knows nothing good of.
	if (valueAt(answer.payloads[0], 'valid') === false) return rejected('key', {words: 'valid: false'})();
	return isTrial(answer.headers) ? {verdict: {kind: 'ok'}, restriction: 'trial key'} : undefined;
}

function isTrial(headers: Headers): boolean {
	return limits.some(({limit}) => headers[limit] !== undefined);
}

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault,
	rules,
	accept,
	limits,
	usage: cohereUsage,
	requestIdHeader: 'x-debug-trace-id',
};

/** Cohere's API. @default baseUrl https://api.cohere.com */
export function cohere(baseUrl = 'https://api.cohere.com'): Provider {
	return {
		name: 'cohere',
		title: 'Cohere',
		verified: true,
		baseUrl: baseOf(baseUrl, /\/v[12]$/),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'command-r7b-12-2024',
		advice: {
			keysPage: 'https://dashboard.cohere.com/api-keys',
			billingPage: 'https://dashboard.cohere.com/billing',
			statusPage: 'https://status.cohere.com',
		},
		shape: keyShapes.cohere,
		authorize: bearer,
		freeProbe: () => ({method: 'POST', path: '/v1/check-api-key', headers: {}}),
		deepProbe: (model) => post('/v2/chat', {model, max_tokens: 1, messages: shortestPrompt}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
