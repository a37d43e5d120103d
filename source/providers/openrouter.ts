import type {Answer} from './answer.ts';
import {baseOf} from './base-url.ts';
import {nextDay, nextMonday, nextMonth} from './calendar.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import {numberAt, objectAt, present, textAt, valueAt} from './payload.ts';
import type {Asked, Provider} from './provider.ts';
import {bearer, get, post, shortestPrompt} from './request.ts';
import {
	budgetSpent,
	callerFault,
	exhausted,
	exhaustedUntil,
	type Fault,
	modelMissing,
	overloaded,
	type Refusal,
	type Rule,
	type Ruling,
	rejected,
	throttled,
} from './ruling.ts';
import {openaiUsage} from './usage.ts';

/**
 * Error table of OpenRouter (openrouter.ai/docs, "Errors"): `metadata.error_type` decides. What it
 * passes on from the vendor behind it is not our key's doing.
 */
const rules: readonly Rule[] = [
	{status: 429, when: isPassedOn, means: overloaded('model')},
	{code: 'authentication', means: rejected('key')},
	{code: 'payment_required', means: exhausted},
	{status: 403, says: /^Key limit exceeded/, means: budgetSpent},
	// Guardrails, moderation and calls that only management keys may make.
	{code: 'permission_denied', means: callerFault},
	{status: 403, means: callerFault},
	{code: 'rate_limit_exceeded', means: throttled('account')},
	{code: 'provider_overloaded', means: overloaded('provider')},
	{
		code: ['context_length_exceeded', 'content_policy_violation', 'refusal', 'invalid_request'],
		means: callerFault,
	},
	{code: 'not_found', means: modelMissing},
	{status: 429, means: throttled('account')},
];

function isPassedOn({error}: Refusal): boolean {
	return (
		textAt(error, 'metadata', 'provider_code') !== undefined ||
		textAt(error, 'availability', 'code') === 'capacity_exhausted'
	);
}

/** `{error: {code: <http status>, message, metadata}}`, in error bodies, in a 200 and in its streams. */
function fault(payload: unknown): Fault | undefined {
	const error = objectAt(payload, 'error');
	if (error === undefined) return undefined;
	const seconds = textAt(error, 'availability', 'retry_after');
	return present<Fault>({
		status: numberAt(error, 'code'),
		code: textAt(error, 'metadata', 'error_type'),
		message: textAt(error, 'message'),
		wait: seconds === undefined ? undefined : {wait: seconds, rule: `retry_after ${seconds}`},
		error,
	});
}

/** `GET /key` tells of the key's own budget; the account's credit only a management key may see. */
function accept(answer: Answer, asked: Asked): Ruling | undefined {
	const key = objectAt(answer.payloads[0], 'data');
	if (asked.by !== 'probe' || key === undefined) return undefined;
	if (valueAt(key, 'is_management_key') === true) {
		const restriction = 'management key, cannot complete calls';
		return {verdict: {kind: 'forbidden'}, restriction, words: restriction};
	}
	const amount = numberAt(key, 'limit_remaining');
	if (amount === undefined) return undefined;
	const known = {balance: {amount, currency: 'USD'}, words: `${amount.toFixed(2)} USD of its budget left`};
	if (amount > 0) return {verdict: {kind: 'ok'}, ...known};
	return {...budgetSpentUntil(textAt(key, 'limit_reset'), answer.at), ...known};
}

/** Budgets start anew at midnight UTC: each day, on Mondays or on the first. */
function budgetSpentUntil(period: string | undefined, at: number): Ruling {
	switch (period) {
		case 'daily':
			return exhaustedUntil(nextDay(at), 'limit_reset daily', 'key');
		case 'weekly':
			return exhaustedUntil(nextMonday(at), 'limit_reset weekly', 'key');
		case 'monthly':
			return exhaustedUntil(nextMonth(at), 'limit_reset monthly', 'key');
		default:
			return budgetSpent();
	}
}

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault,
	rules,
	accept,
	// On its own refusals only; good answers carry none.
	limits: [
		{
			kind: 'requests-minute',
			limit: 'x-ratelimit-limit',
			remaining: 'x-ratelimit-remaining',
			reset: 'x-ratelimit-reset',
			daily: 'requests-day',
		},
	],
	usage: openaiUsage,
	requestIdHeader: 'x-generation-id',
};

/** OpenRouter's API. @default baseUrl https://openrouter.ai/api/v1 */
export function openrouter(baseUrl = 'https://openrouter.ai/api/v1'): Provider {
	return {
		name: 'openrouter',
		title: 'OpenRouter',
		verified: false,
		baseUrl: baseOf(baseUrl),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'openai/gpt-6-luna',
		advice: {
			keysPage: 'https://openrouter.ai/settings/keys',
			billingPage: 'https://openrouter.ai/settings/credits',
			statusPage: 'https://status.openrouter.ai',
		},
		shape: keyShapes.openrouter,
		authorize: bearer,
		// The list of models is public and would prove nothing.
		freeProbe: () => get('/key'),
		deepProbe: (model) => post('/chat/completions', {model, max_tokens: 1, messages: shortestPrompt}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
