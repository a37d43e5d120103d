import assert from 'node:assert/strict';
import {test} from 'node:test';
import {streamedPayloads} from '../../source/providers/answer.ts';
import {anthropicUsage, cohereUsage, geminiUsage, openaiUsage, type UsageReader} from '../../source/providers/usage.ts';
import {stream} from './rows.ts';

const rows: readonly {
	name: string;
	read: UsageReader;
	payloads: readonly unknown[];
	used: readonly number[] | undefined;
}[] = [
	{
		name: 'OpenAI chat',
		read: openaiUsage,
		payloads: [
			{
				usage: {
					prompt_tokens: 53,
					completion_tokens: 123,
					total_tokens: 176,
					prompt_tokens_details: {cached_tokens: 40},
				},
			},
		],
		used: [53, 123, 40],
	},
	{
		name: 'OpenAI Responses',
		read: openaiUsage,
		payloads: [
			{usage: {input_tokens: 53, input_tokens_details: {cached_tokens: 3}, output_tokens: 10, total_tokens: 63}},
		],
		used: [53, 10, 3],
	},
	{
		name: 'OpenAI chat stream: the last chunk, without choices',
		read: openaiUsage,
		payloads: streamedPayloads(
			stream(
				'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}',
				'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}',
				'data: [DONE]',
			),
		),
		used: [5, 7, 0],
	},
	{
		name: 'OpenAI chat stream cut short: not told',
		read: openaiUsage,
		payloads: streamedPayloads(stream('data: {"choices":[{"delta":{"content":"a"}}],"usage":null}')),
		used: undefined,
	},
	{
		name: 'Responses stream',
		read: openaiUsage,
		payloads: streamedPayloads(
			stream(
				'event: response.created\ndata: {"type":"response.created","response":{"usage":null}}',
				'event: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":9,"output_tokens":2}}}',
			),
		),
		used: [9, 2, 0],
	},
	{
		name: 'DeepSeek names its cache otherwise and sends usage beside a choice',
		read: openaiUsage,
		payloads: streamedPayloads(
			stream(
				': keep-alive',
				'data: {"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":3,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":10}}',
			),
		),
		used: [14, 3, 4],
	},
	{
		name: 'Mistral pads its chunks',
		read: openaiUsage,
		payloads: streamedPayloads(
			stream(
				'data: {"p":"abc","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":248}}',
				'data: [DONE]',
			),
		),
		used: [9, 248, 0],
	},
	{
		name: 'Groq may keep it apart',
		read: openaiUsage,
		payloads: [{x_groq: {usage: {prompt_tokens: 4, completion_tokens: 5}}}],
		used: [4, 5, 0],
	},
	{
		name: 'Anthropic counts cached and written input apart',
		read: anthropicUsage,
		payloads: [
			{usage: {input_tokens: 20, cache_creation_input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 13}},
		],
		used: [125, 13, 100],
	},
	{
		name: 'Anthropic stream: cumulative, overwritten and not added',
		read: anthropicUsage,
		payloads: streamedPayloads(
			stream(
				'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":20,"cache_read_input_tokens":4,"output_tokens":1}}}  ',
				'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":7}}',
				'event: message_delta\ndata: {"type":"message_delta","usage":{"input_tokens":21,"output_tokens":13}}',
				'event: message_stop\ndata: {"type":"message_stop"}',
			),
		),
		used: [25, 13, 4],
	},
	{
		name: 'Anthropic stream cut short: not told',
		read: anthropicUsage,
		payloads: streamedPayloads(
			stream(
				'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":20,"output_tokens":1}}}',
			),
		),
		used: undefined,
	},
	{
		name: 'Gemini bills thinking as output',
		read: geminiUsage,
		payloads: [
			{
				usageMetadata: {
					promptTokenCount: 9622,
					candidatesTokenCount: 35,
					thoughtsTokenCount: 136,
					cachedContentTokenCount: 9609,
				},
			},
		],
		used: [9622, 171, 9609],
	},
	{
		name: 'Gemini stream with CRLF: the last chunk',
		read: geminiUsage,
		payloads: streamedPayloads(
			'data: {"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1}}\r\n\r\ndata: {"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":9}}\r\n\r\n',
		),
		used: [5, 9, 0],
	},
	{
		name: 'Cohere bills by billed units',
		read: cohereUsage,
		payloads: [
			{
				usage: {
					billed_units: {input_tokens: 8, output_tokens: 8},
					tokens: {input_tokens: 503, output_tokens: 11},
					cached_tokens: 448,
				},
			},
		],
		used: [8, 8, 0],
	},
	{
		name: 'Cohere stream: message-end',
		read: cohereUsage,
		payloads: streamedPayloads(
			stream(
				'event: content-delta\ndata: {"type":"content-delta","delta":{}}',
				'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":3,"output_tokens":4}}}}',
				'data: [DONE]',
			),
		),
		used: [3, 4, 0],
	},
	{name: 'nothing', read: openaiUsage, payloads: [], used: undefined},
	{
		name: 'nonsense',
		read: openaiUsage,
		payloads: [{usage: {prompt_tokens: 'many', completion_tokens: -4}}],
		used: undefined,
	},
];

for (const {name, read, payloads, used} of rows) {
	test(`usage: ${name}`, () => {
		const usage = read(payloads);
		const figures = usage && [usage.inputTokens, usage.outputTokens, usage.cachedInputTokens];
		assert.deepEqual(figures, used);
	});
}

test('streams with LF, CR or CRLF, comments and an unfinished end are read alike', () => {
	const events = ': hello\nevent: x\ndata: {"a":\ndata: 1}\n\nretry: 5\nid: 7\n\ndata: nonsense\n\ndata: {"b":2}';
	for (const end of ['\n', '\r', '\r\n']) {
		assert.deepEqual(streamedPayloads(events.replaceAll('\n', end)), [{a: 1}, {b: 2}]);
	}
});
