import {gemini} from '../../source/providers/gemini.ts';
import {
	at,
	callerFault,
	exhausted,
	freeProbe,
	overloaded,
	rejectedAccount,
	rejectedKey,
	testRows,
	upstreamFailed,
} from './rows.ts';

const provider = gemini();
const model = provider.probeModel;
/** Midnight of 23 November in California, 08:00 UTC. */
const midnight = Date.UTC(2026, 10, 23, 8);

function envelope(code: number, status: string, message: string, details?: readonly object[]): object {
	return {error: {code, message, status, ...(details && {details})}};
}

function errorInfo(reason: string): object {
	return {
		'@type': 'type.googleapis.com/google.rpc.ErrorInfo',
		reason,
		domain: 'googleapis.com',
		metadata: {service: 'generativelanguage.googleapis.com'},
	};
}

function quotaFailure(quotaId: string, quotaValue?: string): object {
	return {
		'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
		violations: [
			{
				quotaMetric: 'generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count',
				quotaId,
				quotaDimensions: {model: 'gemini-2.5-flash', location: 'global'},
				...(quotaValue && {quotaValue}),
			},
		],
	};
}

const help = {'@type': 'type.googleapis.com/google.rpc.Help', links: [{url: 'https://ai.google.dev'}]};
const retryInfo = (retryDelay: string): object => ({'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay});
const quotaText =
	'You exceeded your current quota, please check your plan and billing details. Please retry in 48.939935699s.';
const perMinute = envelope(429, 'RESOURCE_EXHAUSTED', quotaText, [
	help,
	quotaFailure('GenerateContentPaidTierInputTokensPerModelPerMinute', '1000000'),
	retryInfo('48s'),
]);

testRows('Gemini says no', provider, [
	{
		name: 'an invalid key is rejected although it is a 400',
		status: 400,
		body: envelope(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
			errorInfo('API_KEY_INVALID'),
		]),
		asked: freeProbe,
		verdict: rejectedKey,
		also: {code: 'API_KEY_INVALID', evidence: '400 API_KEY_INVALID: API key not valid'},
	},
	{
		name: 'an expired key has the same reason',
		status: 400,
		body: envelope(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', [
			errorInfo('API_KEY_INVALID'),
		]),
		verdict: rejectedKey,
	},
	{
		name: 'an expired key is known by its text where the reason is missing',
		status: 400,
		body: envelope(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.'),
		verdict: rejectedKey,
	},
	{
		name: 'a prompt too long is passed on',
		status: 400,
		body: envelope(
			400,
			'INVALID_ARGUMENT',
			'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
		),
		verdict: callerFault,
	},
	{
		name: 'a free tier that the country does not have exhausts the account',
		status: 400,
		body: envelope(
			400,
			'FAILED_PRECONDITION',
			'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
		),
		verdict: exhausted,
	},
	{
		name: 'a location that is not served benches the key without calling it dead',
		status: 400,
		body: envelope(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
		verdict: {kind: 'forbidden'},
	},
	{
		name: 'two credentials in one request are not held against the key',
		status: 400,
		body: envelope(400, 'INVALID_ARGUMENT', 'Multiple authentication credentials received. Please pass only one.'),
		verdict: callerFault,
	},
	{
		name: 'two credentials are not held against the key whatever the status',
		status: 401,
		body: envelope(401, 'UNAUTHENTICATED', 'Multiple authentication credentials received. Please pass only one.'),
		verdict: callerFault,
	},
	{
		name: 'the reason decides, whatever the words',
		status: 400,
		body: envelope(400, 'INVALID_ARGUMENT', 'Ungültiger Schlüssel.', [errorInfo('API_KEY_INVALID')]),
		verdict: rejectedKey,
	},
	{
		name: 'a suspended project rejects the account',
		status: 403,
		body: envelope(403, 'PERMISSION_DENIED', 'Suspended.', [errorInfo('CONSUMER_SUSPENDED')]),
		verdict: rejectedAccount,
	},
	{
		name: 'a project without billing exhausts the account',
		status: 403,
		body: envelope(403, 'PERMISSION_DENIED', 'Billing is disabled.', [errorInfo('BILLING_DISABLED')]),
		verdict: exhausted,
	},
	...['ACCESS_TOKEN_TYPE_UNSUPPORTED', 'API_KEY_SERVICE_BLOCKED'].map((reason) => ({
		name: `${reason} rejects the key`,
		status: 401,
		body: envelope(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.', [errorInfo(reason)]),
		verdict: rejectedKey,
	})),
	{
		name: 'spent prepayment exhausts the account',
		status: 402,
		body: envelope(402, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.'),
		verdict: exhausted,
	},
	{
		name: 'spent prepayment of the Interactions API too',
		status: 402,
		body: {error: {code: 'payment_required', message: 'Prepayment is used up.'}},
		verdict: exhausted,
		also: {code: 'payment_required'},
	},
	{
		name: 'a leaked key is rejected as leaked',
		status: 403,
		body: envelope(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
		verdict: {kind: 'rejected', scope: 'key', leaked: true},
		also: {evidence: '403 PERMISSION_DENIED: Your API key was reported as leaked'},
	},
	...['SERVICE_DISABLED', 'API_KEY_SERVICE_BLOCKED', 'API_KEY_HTTP_REFERRER_BLOCKED', 'API_KEY_IP_ADDRESS_BLOCKED'].map(
		(reason) => ({
			name: `${reason} benches the key without calling it dead`,
			status: 403,
			body: envelope(403, 'PERMISSION_DENIED', 'Requests are blocked.', [errorInfo(reason)]),
			verdict: {kind: 'forbidden'} as const,
		}),
	),
	{
		name: 'an unknown model is skipped',
		status: 404,
		body: envelope(404, 'NOT_FOUND', 'models/gemini-pro is not found for API version v1beta'),
		verdict: {kind: 'forbidden', model},
	},
	{
		name: 'a full minute rests by the retryDelay of the body',
		status: 429,
		body: perMinute,
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 48_000},
		also: {rule: 'retryDelay 48s', evidence: '429 RESOURCE_EXHAUSTED: input tokens per minute, limit 1000000'},
	},
	{
		name: 'a full minute without RetryInfo rests by the words of the body',
		status: 429,
		body: envelope(429, 'RESOURCE_EXHAUSTED', quotaText),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 48_940},
		also: {rule: '"retry in 48.939935699s"'},
	},
	{
		name: 'one prompt larger than the minute is passed on',
		status: 429,
		body: perMinute,
		asked: {by: 'call', model, request: 'POST', inputTokens: 1_250_000},
		verdict: callerFault,
	},
	...['38.2s', '65205s'].map((retryDelay) => ({
		name: `a daily quota rests the model until midnight in California, whatever retryDelay ${retryDelay} says`,
		status: 429,
		body: envelope(429, 'RESOURCE_EXHAUSTED', quotaText, [
			quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '20'),
			retryInfo(retryDelay),
		]),
		verdict: {kind: 'exhausted', scope: 'model', until: midnight} as const,
		also: {
			rule: 'daily quota, starts anew at midnight in California',
			evidence: '429 RESOURCE_EXHAUSTED: requests per day, limit 20',
		},
	})),
	{
		name: 'a quota of nothing has no deadline',
		status: 429,
		body: envelope(429, 'RESOURCE_EXHAUSTED', quotaText, [
			quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '0'),
			retryInfo('38s'),
		]),
		verdict: {kind: 'exhausted', scope: 'model'},
	},
	{
		name: 'an internal error',
		status: 500,
		body: envelope(500, 'INTERNAL', 'An internal error has occurred.'),
		verdict: upstreamFailed,
	},
	{name: 'overload', status: 503, body: envelope(503, 'UNAVAILABLE', 'The model is overloaded.'), verdict: overloaded},
	{
		name: 'a deadline inside Google',
		status: 504,
		body: envelope(504, 'DEADLINE_EXCEEDED', 'Deadline expired.'),
		verdict: upstreamFailed,
	},
	{
		name: 'a bad request of the Interactions API is passed on',
		status: 400,
		body: {error: {code: 'invalid_request', message: 'Unknown field.'}},
		verdict: callerFault,
	},
]);
