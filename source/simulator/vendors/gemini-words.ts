import type {Answer, Refusals, Throttle} from '../vendor.ts';

type ErrorParts = {readonly state: string; readonly message: string; readonly details?: readonly object[]};

const service = 'generativelanguage.googleapis.com';

function geminiError(code: number, {state, message, details}: ErrorParts): Answer {
	return geminiJson(code, {error: {code, message, status: state, ...(details && {details})}});
}

/** Google prints its JSON for people. */
export function geminiJson(status: number, value: unknown): Answer {
	return {
		status,
		headers: {'content-type': 'application/json; charset=UTF-8'},
		body: `${JSON.stringify(value, undefined, 2)}\n`,
	};
}

function errorInfo(reason: string): readonly object[] {
	return [{'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata: {service}}];
}

/** Google's refusals on the native endpoint: its troubleshooting page and recorded answers. */
export const geminiRefusals: Refusals = {
	'no-credential': () =>
		geminiError(403, {
			state: 'PERMISSION_DENIED',
			message:
				"Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
		}),
	'two-credentials': () =>
		geminiError(400, {
			state: 'INVALID_ARGUMENT',
			message: 'Multiple authentication credentials received. Please pass only one.',
		}),
	rejected: () =>
		geminiError(400, {
			state: 'INVALID_ARGUMENT',
			message: 'API key not valid. Please pass a valid API key.',
			details: errorInfo('API_KEY_INVALID'),
		}),
	leaked: () =>
		geminiError(403, {
			state: 'PERMISSION_DENIED',
			message: 'Your API key was reported as leaked. Please use another API key.',
		}),
	blocked: () =>
		geminiError(403, {
			state: 'PERMISSION_DENIED',
			message: 'Generative Language API has not been used in this project before or it is disabled.',
			details: errorInfo('SERVICE_DISABLED'),
		}),
	restricted: () =>
		geminiError(403, {
			state: 'PERMISSION_DENIED',
			message: 'Requests to this API method are blocked.',
			details: errorInfo('API_KEY_SERVICE_BLOCKED'),
		}),
	'no-credit': () => geminiError(402, {state: 'RESOURCE_EXHAUSTED', message: 'Your prepayment credits are depleted.'}),
	'spend-limit': ({until}) =>
		geminiError(402, {
			state: 'RESOURCE_EXHAUSTED',
			message: `Your project has reached its spending cap. It resets on ${until}.`,
		}),
	'model-unknown': ({model}) => noModel(model),
	'model-forbidden': ({model}) => noModel(model),
	throttled,
	overloaded: () =>
		geminiError(503, {state: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.'}),
	failing: () =>
		geminiError(500, {
			state: 'INTERNAL',
			message:
				'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
		}),
	'too-long': ({tokens, most}) =>
		geminiError(400, {
			state: 'INVALID_ARGUMENT',
			message: `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${most}).`,
		}),
	'bad-request': ({message}) => geminiError(400, {state: 'INVALID_ARGUMENT', message}),
	'no-route': () => geminiError(404, {state: 'NOT_FOUND', message: 'Requested entity was not found.'}),
};

function noModel(model: string): Answer {
	return geminiError(404, {
		state: 'NOT_FOUND',
		message: `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
	});
}

/** No Retry-After header: the deadline stands in the body alone. */
function throttled({full, model, now}: Throttle): Answer {
	const seconds = Math.max(1, full.resetAt - now) / 1000;
	const tokens = full.kind.includes('tokens');
	const span = full.kind.endsWith('day') ? 'Day' : 'Minute';
	const metric = `${service}/generate_content_paid_tier_${tokens ? 'input_token_count' : 'requests'}`;
	const quotaId = tokens
		? `GenerateContentPaidTierInputTokensPerModelPer${span}`
		: `GenerateRequestsPer${span}PerProjectPerModel`;
	return geminiError(429, {
		state: 'RESOURCE_EXHAUSTED',
		message: `You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: ${metric}, limit: ${full.limit}, model: ${model}\nPlease retry in ${seconds}s.`,
		details: [
			{
				'@type': 'type.googleapis.com/google.rpc.Help',
				links: [
					{description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits'},
				],
			},
			{
				'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
				violations: [
					{
						quotaMetric: metric,
						quotaId,
						quotaDimensions: {model, location: 'global'},
						quotaValue: String(full.limit),
					},
				],
			},
			{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${Math.ceil(seconds)}s`},
		],
	});
}
