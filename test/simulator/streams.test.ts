import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {VendorName} from '../../source/simulator/vendor-name.ts';
import {startVendor} from './simulated-vendor.ts';

type Row = {
	readonly vendor: VendorName;
	/** Fields of the request beside the usual ones. */
	readonly more?: object;
	/** The stream with what changes from run to run replaced: ids by ID, times by 0. */
	readonly expected: readonly string[];
	readonly end: string;
};

const head = (prefix: string, model: string) =>
	`"id":"${prefix}ID","object":"chat.completion.chunk","created":0,"model":"${model}"`;
const delta = (text: string) => `{"index":0,"delta":{"content":"${text}"},"logprobs":null,"finish_reason":null}`;
const first = '{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}';
const last = '{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}';
const usage =
	'"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0,"cache_write_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}';
const words = ['This', ' is', ' a'];
const openai = head('chatcmpl-', 'gpt-6-luna');
const geminiChunk = (text: string, count: number, end: string) =>
	`data: {"candidates":[{"content":{"parts":[{"text":"${text}"}],"role":"model"},${end}"index":0}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":${count},"totalTokenCount":${5 + count},"serviceTier":"standard"},"modelVersion":"gemini-3.5-flash-lite","responseId":"ID"}`;

const table: readonly Row[] = [
	{
		vendor: 'openai',
		expected: [first, ...words.map(delta), last].map((choice) => `data: {${openai},"choices":[${choice}]}`),
		end: 'data: [DONE]\n\n',
	},
	{
		vendor: 'openai',
		more: {stream_options: {include_usage: true}},
		expected: [
			...[first, ...words.map(delta), last].map((choice) => `data: {${openai},"choices":[${choice}],"usage":null}`),
			`data: {${openai},"choices":[],"usage":{${usage}}}`,
		],
		end: 'data: [DONE]\n\n',
	},
	{
		vendor: 'deepseek',
		expected: [
			...[first, ...words.map(delta)].map((choice) => `data: {${head('', 'deepseek-flash')},"choices":[${choice}]}`),
			`data: {${head('', 'deepseek-flash')},"choices":[${last}],"usage":{${usage},"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":5}}`,
		],
		end: 'data: [DONE]\n\n',
	},
	{
		vendor: 'anthropic',
		expected: [
			'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-haiku-5-5","id":"msg_ID","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":1,"service_tier":"standard","inference_geo":"global"}}}',
			'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
			'event: ping\ndata: {"type":"ping"}',
			...words.map(
				(text) =>
					`event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}`,
			),
			'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
			'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":3}}',
		],
		end: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
	},
	{
		vendor: 'gemini',
		expected: [geminiChunk('This', 1, ''), geminiChunk(' is', 2, '')],
		end: `${geminiChunk(' a', 3, '"finishReason":"MAX_TOKENS",')}\r\n\r\n`,
	},
	{
		vendor: 'cohere',
		expected: [
			'event: message-start\ndata: {"type":"message-start","id":"ID","delta":{"message":{"role":"assistant","content":[]}}}',
			'event: content-start\ndata: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}',
			...words.map(
				(text) =>
					`event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"${text}"}}}}`,
			),
			'event: content-end\ndata: {"type":"content-end","index":0}',
			'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"MAX_TOKENS","usage":{"billed_units":{"input_tokens":5,"output_tokens":3},"tokens":{"input_tokens":500,"output_tokens":6},"cached_tokens":0}}}',
		],
		end: 'data: [DONE]\n\n',
	},
];

for (const {vendor, more = {}, expected, end} of table) {
	test(`${vendor} streams byte for byte in its own framing ${JSON.stringify(more)}`, async (t) => {
		const {complete} = await startVendor(t, vendor);
		const response = await complete({stream: true, more});
		assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
		const gap = vendor === 'gemini' ? '\r\n\r\n' : '\n\n';
		assert.equal(settled(await response.text()), [...expected, end].join(gap));
	});
}

test('openrouter begins with a comment and always ends with usage and its cost', async (t) => {
	const {complete} = await startVendor(t, 'openrouter');
	const text = settled(await (await complete({stream: true})).text());
	assert.ok(text.startsWith(': OPENROUTER PROCESSING\n\ndata: {"id":"gen-ID",'));
	assert.match(text, /"choices":\[\],"usage":\{.*"cost":0\.000008,"is_byok":false.*\}\}\n\ndata: \[DONE\]\n\n$/);
});

test('mistral pads every chunk and tells usage beside the finish reason', async (t) => {
	const {complete} = await startVendor(t, 'mistral');
	const events = (await (await complete({stream: true})).text()).split('\n\n').slice(0, -2);
	assert.equal(events.length, 5);
	for (const event of events) assert.match(event, /"p":"[a-z]{5,}"/);
	assert.match(events.at(-1) ?? '', /"finish_reason":"length"\}\],.*"usage":\{"prompt_tokens":5/);
});

test('groq carries its own object on the first and the last chunk', async (t) => {
	const {complete} = await startVendor(t, 'groq');
	const events = settled(await (await complete({stream: true})).text()).split('\n\n');
	assert.match(events[0] ?? '', /"x_groq":\{"id":"req_ID"\}\}$/);
	assert.match(events[4] ?? '', /"x_groq":\{"id":"req_ID","usage":\{"prompt_tokens":5/);
});

test('gemini without alt=sse streams one JSON array', async (t) => {
	const {simulator, key} = await startVendor(t, 'gemini');
	const response = await fetch(`${simulator.baseUrls.gemini}/models/gemini-pro-latest:streamGenerateContent`, {
		method: 'POST',
		headers: {'x-goog-api-key': key},
		body: JSON.stringify({contents: [{parts: [{text: '.'}]}], generationConfig: {maxOutputTokens: 2}}),
	});
	const chunks = (await response.json()) as {usageMetadata: {candidatesTokenCount: number}}[];
	assert.deepEqual(
		chunks.map((chunk) => chunk.usageMetadata.candidatesTokenCount),
		[1, 2],
	);
});

test('openai’s Responses API numbers its events, has no [DONE], and tells usage in the last', async (t) => {
	const {simulator, key} = await startVendor(t, 'openai');
	const ask = (body: object) =>
		fetch(`${simulator.baseUrls.openai}/responses`, {
			method: 'POST',
			headers: {authorization: `Bearer ${key}`},
			body: JSON.stringify({model: 'gpt-6-luna', input: 'Say something.', ...body}),
		});
	const text = await (await ask({stream: true, max_output_tokens: 16})).text();
	const events = text.trimEnd().split('\n\n');
	for (const [index, event] of events.entries()) assert.ok(event.includes(`"sequence_number":${index}`));
	assert.match(events[0] ?? '', /^event: response\.created\ndata: \{"type":"response\.created"/);
	assert.match(events.at(-1) ?? '', /^event: response\.incomplete\n.*"output_tokens":16/);
	const whole = (await (await ask({})).json()) as {status: string; usage: {input_tokens: number}};
	assert.deepEqual([whole.status, whole.usage.input_tokens], ['completed', 4]);
	assert.equal((await ask({max_output_tokens: 1})).status, 400);
});

const failures: readonly (readonly [VendorName, RegExp])[] = [
	['openai', /\n\ndata: \{"error":\{.*"type":"server_error".*\}\}\n\n$/],
	[
		'anthropic',
		/\n\nevent: error\ndata: \{"type":"error","error":\{"type":"overloaded_error","message":"Overloaded"\}\}\n\n$/,
	],
	['gemini', /\r\n\r\ndata: \{"error":\{"code":503,.*"status":"UNAVAILABLE"\}\}\r\n\r\n$/],
	[
		'cohere',
		/event: message-end\ndata: \{"type":"message-end","delta":\{"finish_reason":"ERROR","error":"[^"]+"\}\}\n\n$/,
	],
	['openrouter', /"error":\{"code":502,.*"finish_reason":"error"\}\]\}\n\n$/],
];

for (const [vendor, says] of failures) {
	test(`${vendor} fails in mid-stream with status 200 and its own last event`, async (t) => {
		const {simulator, complete} = await startVendor(t, vendor);
		simulator.change({vendor, condition: 'breaking-streams'});
		const response = await complete({stream: true});
		assert.equal(response.status, 200);
		assert.match(await response.text(), says);
		assert.equal((await complete()).status, 200);
	});
}

/** Ids and times change from run to run. */
function settled(text: string): string {
	return text.replace(/[0-9a-f]{24}/g, 'ID').replace(/"created":\d+/g, '"created":0');
}
