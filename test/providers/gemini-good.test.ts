import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KeydeckError} from '../../source/errors.ts';
import {gemini} from '../../source/providers/gemini.ts';
import {Secret} from '../../source/secret.ts';
import {callerFault, freeProbe, ok, overloaded, testRows, upstreamFailed} from './rows.ts';

const provider = gemini();
const model = provider.probeModel;

testRows('Gemini says yes', provider, [
	{
		name: 'a list of models proves the key only',
		status: 200,
		body: {models: [{name: 'models/gemini-3.8-flash'}], nextPageToken: 'x'},
		asked: freeProbe,
		verdict: ok,
		also: {proof: 'key', limits: []},
	},
	{
		name: 'a completion cut at one token proves a call',
		status: 200,
		body: {candidates: [{finishReason: 'MAX_TOKENS'}], usageMetadata: {promptTokenCount: 1, totalTokenCount: 1}},
		asked: {by: 'deep-probe', model, request: 'POST'},
		verdict: ok,
		also: {proof: 'call'},
	},
	{
		name: 'a blocked prompt is the caller’s',
		status: 200,
		body: {promptFeedback: {blockReason: 'SAFETY'}},
		verdict: callerFault,
	},
	{
		name: 'a blocked answer is the caller’s',
		status: 200,
		body: {candidates: [{finishReason: 'SAFETY'}]},
		verdict: callerFault,
	},
	{
		name: 'an error chunk of a stream with CRLF tells of the vendor',
		status: 200,
		body: 'data: {"candidates":[{}]}\r\n\r\ndata: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}\r\n\r\n',
		verdict: overloaded,
		also: {evidence: '200, then UNAVAILABLE: The model is overloaded'},
	},
	{
		name: 'a bad request inside a stream is the caller’s',
		status: 200,
		body: 'data: {"error":{"code":"invalid_request","message":"Unknown field."}}\r\n\r\n',
		verdict: callerFault,
	},
	{
		name: 'an error element of a stream that is a JSON list does too',
		status: 200,
		body: [{candidates: [{}]}, {error: {code: 500, message: 'Internal', status: 'INTERNAL'}}],
		verdict: upstreamFailed,
	},
]);

test('the key travels in a header, never in the address', () => {
	assert.deepEqual(provider.authorize(new Secret('AIzaX')), {'x-goog-api-key': 'AIzaX'});
	assert.equal(provider.freeProbe().path, '/models?pageSize=1');
	assert.equal(
		provider.deepProbe('models/gemini-3.5-flash-lite').path,
		'/models/gemini-3.5-flash-lite:generateContent',
	);
});

test('a model id that would leave its place in the address is refused', () => {
	for (const model of [
		'..',
		'../../v1/files',
		'a/../b',
		'%2e%2e',
		'a b',
		'a?key=x',
		'',
		'/x',
		'x/',
		'.hidden',
		'a\nb',
	]) {
		assert.throws(() => provider.deepProbe(model), KeydeckError, model);
	}
});
