import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {inspect} from 'node:util';
import {reportedOutcome} from '../../source/engine/call-report.ts';
import {errorReport, withoutKey} from '../../source/library/error-report.ts';
import {Secret} from '../../source/secret.ts';

const refusal = {message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded'};

class SdkError extends Error {
	constructor(message: string, fields: object) {
		super(message);
		Object.assign(this, fields);
	}
}

const causedBy = (code: string): Error =>
	new TypeError('fetch failed', {cause: Object.assign(new Error(`connect ${code}`), {code})});

const shapes: readonly {
	readonly says: string;
	readonly error: unknown;
	readonly gives: string;
	readonly body?: object;
}[] = [
	{
		says: "OpenAI's SDK, which keeps what is inside the envelope",
		error: new SdkError('429 Rate limit reached', {
			status: 429,
			headers: new Headers({'retry-after': '7'}),
			error: refusal,
		}),
		gives: '429 retry-after 7',
		body: {error: refusal},
	},
	{
		says: "Anthropic's SDK, which keeps the whole envelope",
		error: new SdkError('529 overloaded', {
			status: 529,
			headers: {'Retry-After': '7'},
			error: {type: 'error', error: {type: 'overloaded_error'}},
		}),
		gives: '529 retry-after 7',
		body: {type: 'error', error: {type: 'overloaded_error'}},
	},
	{
		says: 'axios',
		error: new SdkError('Request failed with status code 429', {
			code: 'ERR_BAD_REQUEST',
			response: {status: 429, headers: {'retry-after': '7'}, data: {error: refusal}},
		}),
		gives: '429 retry-after 7',
		body: {error: refusal},
	},
	{
		says: 'undici and the SDKs of Mistral and Cohere',
		error: new SdkError('Response Error', {
			statusCode: 401,
			headers: {'retry-after': ['7']},
			body: {message: 'Unauthorized'},
		}),
		gives: '401 retry-after 7',
		body: {message: 'Unauthorized'},
	},
	{says: 'a status in words', error: new Error('402 Insufficient Balance'), gives: '402'},
	{says: 'a bare status', error: 503, gives: '503'},
	{says: 'words', error: 'Request failed with status code 500', gives: '500'},
	{says: 'fetch with a refused connection', error: causedBy('ECONNREFUSED'), gives: 'unreachable'},
	{says: 'fetch with an unknown host', error: causedBy('ENOTFOUND'), gives: 'unreachable'},
	{says: 'fetch with a reset', error: causedBy('ECONNRESET'), gives: 'closed'},
	{says: 'a time limit of fetch', error: new DOMException('The operation timed out', 'TimeoutError'), gives: 'timeout'},
	{
		says: 'an abort by the caller',
		error: new DOMException('This operation was aborted', 'AbortError'),
		gives: 'cancelled',
	},
	{says: 'several failed addresses', error: new AggregateError([causedBy('ETIMEDOUT')], ''), gives: 'timeout'},
	{says: 'nothing at all', error: undefined, gives: 'unexplained'},
];

describe('an error as clients throw it', () => {
	for (const {says, error, gives, body} of shapes) {
		test(`of ${says} is read as ${gives}`, () => {
			const {outcome} = reportedOutcome(errorReport(error), 0);
			if (outcome.kind === 'failed') return assert.equal(outcome.failure, gives);
			const wait = outcome.headers['retry-after'];
			assert.equal(wait === undefined ? String(outcome.status) : `${outcome.status} retry-after ${wait}`, gives);
			if (body !== undefined) assert.deepEqual(JSON.parse(outcome.body), body);
			return undefined;
		});
	}

	test('loses the text of the key wherever it stands, also when it runs in circles', () => {
		const key = 'sk-proj-0123456789abcdef';
		const circle: Record<string, unknown> = {key};
		circle.self = circle;
		for (const body of [{message: `bad key ${key}`}, circle]) {
			const error = new SdkError(`401 ${key}`, {status: 401, error: body, headers: {'x-echo': `Bearer ${key}`}});
			assert.ok(!inspect(withoutKey(errorReport(error), new Secret(key)), {depth: 9}).includes(key));
		}
	});
});
