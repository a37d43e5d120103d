import {openai} from '../../source/providers/openai.ts';
import {callerFault, freeProbe, ok, type Row, rejectedAccount, rejectedKey, testRows} from './rows.ts';

const provider = openai();
const model = provider.probeModel;

function envelope(message: string, type: string | null, code: string | null, param: string | null = null): object {
	return {error: {message, type, param, code}};
}

const missingScope =
	'You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that you have the correct role in your organization.';

testRows('OpenAI says no to the key', provider, [
	{
		name: 'an unknown, deleted or disabled key is rejected, and nothing of it is repeated',
		status: 401,
		headers: {'x-request-id': 'req_7f2c'},
		body: envelope(
			'Incorrect API key provided: sk-v3s3w****bfcr. You can find your API key at https://platform.openai.com/account/api-keys.',
			'invalid_request_error',
			'invalid_api_key',
		),
		asked: freeProbe,
		verdict: rejectedKey,
		also: {evidence: '401 invalid_api_key', code: 'invalid_api_key', requestId: 'req_7f2c'},
	},
	{
		name: 'no member of an organisation rejects the account',
		status: 401,
		body: envelope('You must be a member of an organization to use the API.', 'invalid_request_error', null),
		verdict: rejectedAccount,
	},
	{
		name: 'a deactivated account rejects the account',
		status: 401,
		body: envelope('The account has been deactivated.', 'invalid_request_error', 'account_deactivated'),
		verdict: rejectedAccount,
	},
	{
		name: 'an address outside the allowlist benches the key without calling it dead',
		status: 401,
		body: envelope(
			'Your request IP does not match the configured IP allowlist for your project or organization.',
			'invalid_request_error',
			null,
		),
		verdict: {kind: 'forbidden'},
	},
	{
		name: 'a country that is not served benches the key without calling it dead',
		status: 403,
		body: envelope(
			'Country, region, or territory not supported',
			'request_forbidden',
			'unsupported_country_region_territory',
		),
		asked: freeProbe,
		verdict: {kind: 'forbidden'},
	},
	{
		name: 'an address that its code refuses does the same',
		status: 401,
		body: envelope('Not from there.', 'invalid_request_error', 'ip_not_authorized'),
		verdict: {kind: 'forbidden'},
	},
	{
		name: 'a country that only the text refuses does the same',
		status: 403,
		body: envelope('Country, region, or territory not supported', 'request_forbidden', null),
		verdict: {kind: 'forbidden'},
	},
	...[401, 403].map(
		(status): Row => ({
			name: 'a free probe that lacks the scope to list proves a valid, restricted key',
			status,
			body: envelope(missingScope, 'invalid_request_error', null),
			asked: freeProbe,
			verdict: ok,
			also: {proof: 'key', restriction: 'missing scope api.model.read'},
		}),
	),
	{
		name: 'a call that lacks its scope benches the key',
		status: 403,
		body: envelope(
			'You have insufficient permissions for this operation. Missing scopes: model.request.',
			'invalid_request_error',
			null,
		),
		verdict: {kind: 'forbidden'},
		also: {restriction: 'missing scope model.request'},
	},
	{
		name: 'a caller who lists models with a restricted key does not bench it',
		status: 403,
		body: envelope(missingScope, 'invalid_request_error', null),
		verdict: callerFault,
	},
	{
		name: 'a model that is unknown or not for this key is skipped for this key',
		status: 404,
		body: envelope(
			'The model `gpt-6-astra` does not exist or you do not have access to it.',
			'invalid_request_error',
			'model_not_found',
		),
		verdict: {kind: 'forbidden', model},
	},
]);

testRows('OpenAI says no to the request', provider, [
	{
		name: 'a context too long is passed on',
		status: 400,
		body: envelope(
			'Your input exceeds the context window of this model. Please adjust your input and try again.',
			'invalid_request_error',
			'context_length_exceeded',
			'input',
		),
		verdict: callerFault,
	},
	...[
		'content_policy_violation',
		'invalid_prompt',
		'bio_policy',
		'misalignment_policy_violation',
		'image_content_policy_violation',
	].map(
		(code): Row => ({
			name: `${code} is passed on`,
			status: 400,
			body: envelope('Blocked.', 'invalid_request_error', code),
			verdict: callerFault,
		}),
	),
	{
		name: 'one request larger than the window is passed on',
		status: 429,
		body: envelope(
			'Request too large for gpt-4o in organization org-a on tokens per min (TPM): Limit 30000, Requested 48031.',
			'tokens',
			'rate_limit_exceeded',
		),
		verdict: callerFault,
	},
	{
		name: 'one request too large, without figures',
		status: 429,
		body: envelope('Request too large for gpt-4o', 'tokens', 'rate_limit_exceeded'),
		verdict: callerFault,
	},
	{
		name: 'Requested above Limit is passed on whatever the first words',
		status: 429,
		headers: {'retry-after': '20'},
		body: envelope(
			'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 0, Requested 48031. Please try again in 36s.',
			'tokens',
			'rate_limit_exceeded',
		),
		verdict: callerFault,
	},
	{
		name: 'a reasoning model that used up the probe’s tokens has completed a call',
		status: 400,
		body: envelope(
			'Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.',
			'invalid_request_error',
			null,
		),
		asked: {by: 'deep-probe', model: 'gpt-6.1-sol', request: 'POST /chat/completions'},
		verdict: ok,
		also: {proof: 'call'},
	},
]);
