import type {Answer, Headers} from './answer.ts';
import {baseOf} from './base-url.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import type {LimitHeaders} from './limit-headers.ts';
import {objectAt, present, textAt} from './payload.ts';
import type {Asked, Provider} from './provider.ts';
import {get, post, shortestPrompt} from './request.ts';
import {
	callerFault,
	exhausted,
	exhaustedThisMonth,
	exhaustedUntil,
	type Fault,
	forbidden,
	modelMissing,
	overloaded,
	type Refusal,
	type Rule,
	type Ruling,
	rejected,
	throttled,
	withheld,
} from './ruling.ts';
import {anthropicUsage} from './usage.ts';

/** The version every account can use; the newer one refuses sampling parameters. */
const versionHeader = {'anthropic-version': '2023-06-01'};

/**
 * Error table of the Messages API (platform.claude.com, "Errors", and recorded answers). The vendor
 * asks to branch on `error.details.error_code`, then on `error.type`; credit, usage limits and
 * disabled organisations are told apart from a bad request by their text alone.
 */
const rules: readonly Rule[] = [
	{code: 'organization_on_hold', means: rejected('account')},
	{code: 'claude_code_key_creator_not_member', means: rejected('key')},
	{code: ['enforced_spend_limit_reached', 'contract_spend_limit_reached'], means: exhaustedThisMonth},
	{code: 'ramp_limit_exceeded', means: throttled('account')},
	// The customer's own key store does not answer: the account's trouble, and it may pass.
	{code: /^cmek_/, means: throttled('account')},
	{says: /^This organization has been disabled/, means: rejected('account')},
	{says: /^Your credit balance is too low/, means: exhausted},
	{says: /^You have reached your specified (?:workspace )?API usage limits/, means: usageLimit},
	// Caused by an `Origin` header of the request, not by the key.
	{says: /^CORS requests are not allowed for this Organization/, means: callerFault},
	{type: 'authentication_error', means: rejected('key')},
	{type: 'billing_error', means: exhausted},
	{type: 'permission_error', means: permissionMissing},
	{type: 'not_found_error', means: modelMissing},
	{type: 'rate_limit_error', means: throttled('model')},
	{type: 'overloaded_error', means: overloaded('provider')},
	{type: ['invalid_request_error', 'conflict_error', 'request_too_large'], means: callerFault},
];

/** The key got as far as its rights: a probe that may not list models has proved it, and calls may well be allowed. */
function permissionMissing(refusal: Refusal): Ruling {
	if (refusal.asked.by !== 'probe') return forbidden(refusal);
	const restriction = `no permission for ${refusal.asked.request}`;
	return {verdict: {kind: 'ok'}, proof: 'key', restriction, words: restriction};
}

/** "You will regain access on 2026-11-01 at 00:00 UTC." */
function usageLimit({message, at}: Refusal): Ruling {
	const [words, day, time = '00:00'] = /regain access on (\d{4}-\d\d-\d\d)(?: at (\d\d:\d\d))?/.exec(message) ?? [];
	const until = Date.parse(`${day}T${time}:00Z`);
	return until > at ? exhaustedUntil(until, `"${words} UTC"`) : exhausted();
}

function fault(payload: unknown): Fault | undefined {
	const error = objectAt(payload, 'error');
	if (error === undefined) return undefined;
	return present<Fault>({
		code: textAt(error, 'details', 'error_code'),
		type: textAt(error, 'type'),
		message: textAt(error, 'message'),
		error,
	});
}

function accept(answer: Answer, asked: Asked): Ruling | undefined {
	for (const payload of answer.payloads) {
		const reason = textAt(payload, 'stop_reason') ?? textAt(payload, 'delta', 'stop_reason');
		if (reason === 'refusal' || reason === 'model_context_window_exceeded') {
			return withheld({asked, answer, words: `stop_reason ${reason}`});
		}
	}
	return undefined;
}

function family(kind: LimitHeaders['kind'], name: string): LimitHeaders {
	const prefix = `anthropic-ratelimit-${name}`;
	return {kind, limit: `${prefix}-limit`, remaining: `${prefix}-remaining`, reset: `${prefix}-reset`};
}

const dialect: Dialect = {
	freeProbeProves: 'key',
	fault,
	rules,
	accept,
	limits: [
		family('requests-minute', 'requests'),
		family('tokens-minute', 'tokens'),
		family('input-tokens-minute', 'input-tokens'),
		family('output-tokens-minute', 'output-tokens'),
	],
	usage: anthropicUsage,
	requestIdHeader: 'request-id',
	account: (headers: Headers) => headers['anthropic-organization-id'],
};

/** Anthropic's Messages API. @default baseUrl https://api.anthropic.com */
export function anthropic(baseUrl = 'https://api.anthropic.com'): Provider {
	return {
		name: 'anthropic',
		title: 'Anthropic',
		verified: true,
		baseUrl: baseOf(baseUrl, /\/v1$/),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'claude-haiku-5-5',
		advice: {
			keysPage: 'https://platform.claude.com/settings/keys',
			billingPage: 'https://platform.claude.com/settings/billing',
			statusPage: 'https://status.claude.com',
		},
		shape: keyShapes.anthropic,
		// One credential header only: with `Authorization` beside it every request is refused.
		authorize: (secret) => ({'x-api-key': secret.reveal()}),
		freeProbe: () => get('/v1/models?limit=1', versionHeader),
		deepProbe: (model) => post('/v1/messages', {model, max_tokens: 1, messages: shortestPrompt}, versionHeader),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
