import {anthropic} from '../../source/providers/anthropic.ts';
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

const provider = anthropic();
const model = provider.probeModel;
const monthEnd = Date.UTC(2026, 11, 1);

function envelope(type: string, message: string, details?: object): object {
	return {type: 'error', error: {type, message, ...(details && {details})}, request_id: 'req_011CQxyz'};
}

testRows('Anthropic says no', provider, [
	{
		name: 'an unknown, revoked or expired key is rejected',
		status: 401,
		headers: {'x-should-retry': 'false', 'request-id': 'req_011CQxyz'},
		body: '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_011CQxyz"}',
		asked: freeProbe,
		verdict: rejectedKey,
		also: {
			evidence: '401 authentication_error: invalid x-api-key',
			code: 'authentication_error',
			requestId: 'req_011CQxyz',
			status: 401,
			proof: 'none',
		},
	},
	{
		name: 'an Origin header the organisation forbids is not held against the key',
		status: 401,
		body: envelope(
			'authentication_error',
			'CORS requests are not allowed for this Organization because of its settings.',
		),
		verdict: callerFault,
	},
	{
		name: 'a missing permission holds for that model only',
		status: 403,
		body: envelope('permission_error', 'Your API key does not have permission to use the specified resource.'),
		verdict: {kind: 'forbidden', model},
	},
	{
		name: 'a free probe without the permission to list proves a valid, restricted key',
		status: 403,
		body: envelope('permission_error', 'Your API key does not have permission to use the specified resource.'),
		asked: freeProbe,
		verdict: {kind: 'ok'},
		also: {proof: 'key', restriction: 'no permission for GET /v1/models'},
	},
	{
		name: 'no credit exhausts the account although it is a 400',
		status: 400,
		body: envelope(
			'invalid_request_error',
			'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
		),
		verdict: exhausted,
		also: {
			evidence: '400 invalid_request_error: Your credit balance is too low to access the Anthropic API',
			proof: 'none',
		},
	},
	{
		name: 'a usage limit exhausts the account until the date in the text',
		status: 400,
		body: envelope(
			'invalid_request_error',
			'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
		),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
		also: {rule: '"regain access on 2026-12-01 at 00:00 UTC"'},
	},
	{
		name: 'a usage limit of the workspace does the same',
		status: 400,
		body: envelope(
			'invalid_request_error',
			'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
		),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
	},
	{
		name: 'a usage limit whose date is over has no deadline',
		status: 400,
		body: envelope(
			'invalid_request_error',
			'You have reached your specified API usage limits. You will regain access on 2026-11-01 at 00:00 UTC.',
		),
		verdict: exhausted,
	},
	{
		name: 'a disabled organisation rejects the account',
		status: 400,
		body: envelope('invalid_request_error', 'This organization has been disabled.'),
		verdict: rejectedAccount,
	},
	{
		name: 'an organisation on hold rejects the account',
		status: 400,
		body: envelope('invalid_request_error', 'Your organization is on hold.', {
			error_code: 'organization_on_hold',
			appeal_url: 'https://example.org/appeal',
		}),
		verdict: rejectedAccount,
		also: {code: 'organization_on_hold'},
	},
	{
		name: 'a key whose maker left is rejected',
		status: 400,
		body: envelope('invalid_request_error', 'The creator is not a member.', {
			error_code: 'claude_code_key_creator_not_member',
		}),
		verdict: rejectedKey,
	},
	{
		name: 'billing of a linked organisation that is unavailable exhausts the account',
		status: 402,
		body: envelope('billing_error', 'Billing is unavailable.', {error_code: 'linked_organization_billing_unavailable'}),
		verdict: exhausted,
	},
	{
		name: 'a spend limit of a linked organisation exhausts the account',
		status: 402,
		body: envelope('billing_error', 'Spend limit.', {error_code: 'linked_organization_spend_limit_reached'}),
		verdict: exhausted,
	},
	{
		name: 'a billing error without a code exhausts the account',
		status: 402,
		body: envelope('billing_error', 'There is an issue with your billing.'),
		verdict: exhausted,
	},
	{
		name: 'an unknown or retired model is skipped for this key',
		status: 404,
		body: envelope('not_found_error', 'model: claude-3-opus-20240229'),
		verdict: {kind: 'forbidden', model},
	},
	{
		name: 'a path that does not exist is the caller’s mistake',
		status: 404,
		body: envelope('not_found_error', 'Not Found'),
		asked: freeProbe,
		verdict: callerFault,
	},
	{name: 'a conflict is passed on', status: 409, body: envelope('conflict_error', 'Conflict'), verdict: callerFault},
	{
		name: 'a failed precondition is passed on',
		status: 412,
		body: envelope('conflict_error', 'Stale'),
		verdict: callerFault,
	},
	{
		name: 'a request too large is passed on',
		status: 413,
		body: envelope('request_too_large', 'Request exceeds the maximum size'),
		verdict: callerFault,
	},
	{
		name: 'a prompt too long is passed on',
		status: 400,
		body: envelope('invalid_request_error', 'prompt is too long: 3333404 tokens > 200000 maximum'),
		verdict: callerFault,
	},
	{
		name: 'a rate limit rests the account’s model by retry-after',
		status: 429,
		headers: {'retry-after': '90', 'anthropic-organization-id': '0f1e2d3c-aaaa-bbbb-cccc-1234567890ab'},
		body: envelope(
			'rate_limit_error',
			'This request would exceed your organization’s rate limit of 50 requests per minute.',
		),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 90_000},
		also: {rule: 'retry-after: 90', account: '0f1e2d3c-aaaa-bbbb-cccc-1234567890ab'},
	},
	{
		name: 'a rate limit without retry-after rests until the full window starts anew',
		status: 429,
		headers: {
			'anthropic-ratelimit-requests-limit': '50',
			'anthropic-ratelimit-requests-remaining': '0',
			'anthropic-ratelimit-requests-reset': '2026-11-22T14:00:30Z',
			'anthropic-ratelimit-tokens-limit': '80000',
			'anthropic-ratelimit-tokens-remaining': '79000',
			'anthropic-ratelimit-tokens-reset': '2026-11-22T14:00:50Z',
		},
		body: envelope('rate_limit_error', 'Number of requests has exceeded your rate limit.'),
		verdict: {kind: 'throttled', scope: 'model', retryAt: at + 30_000},
		also: {rule: 'anthropic-ratelimit-requests-reset: 2026-11-22T14:00:30Z'},
	},
	{
		name: 'the monthly cap of the tier exhausts the account until the month ends',
		status: 429,
		body: envelope('rate_limit_error', 'Spend limit reached.', {error_code: 'enforced_spend_limit_reached'}),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
	},
	{
		name: 'the limit of the contract does the same',
		status: 429,
		body: envelope('rate_limit_error', 'Spend limit reached.', {error_code: 'contract_spend_limit_reached'}),
		verdict: {kind: 'exhausted', scope: 'account', until: monthEnd},
	},
	{
		name: 'growing too fast rests the account by retry-after',
		status: 429,
		headers: {'retry-after': '12'},
		body: envelope('rate_limit_error', 'Usage grew too fast.', {error_code: 'ramp_limit_exceeded'}),
		verdict: {kind: 'throttled', scope: 'account', retryAt: at + 12_000},
	},
	{
		name: 'an internal error is the vendor’s',
		status: 500,
		body: envelope('api_error', 'Internal server error'),
		verdict: upstreamFailed,
	},
	{
		name: 'a timeout inside the vendor is the vendor’s',
		status: 504,
		body: envelope('timeout_error', 'Request timed out'),
		verdict: upstreamFailed,
	},
	{
		name: 'a key store of the customer that does not answer rests the account',
		status: 503,
		body: envelope('api_error', 'The key could not be used.', {error_code: 'cmek_key_unavailable'}),
		verdict: {kind: 'throttled', scope: 'account'},
	},
	{
		name: 'a 503 without a known code is overload of the vendor',
		status: 503,
		body: 'upstream connect error',
		verdict: overloaded,
	},
	{
		name: 'overload is the vendor’s, never the key’s',
		status: 529,
		body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011CQxyz"}',
		verdict: overloaded,
		also: {evidence: '529 overloaded_error: Overloaded'},
	},
]);
