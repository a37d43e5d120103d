import {promptTokens, wholeNumber} from '../completion.ts';
import type {AdmittedRequest, Ask, Completion, Dialect, Refusal} from '../vendor.ts';

const smallestCap = 16;

/** OpenAI's Responses API: named events with a sequence number, no `[DONE]`, usage on the last. */
export const responsesDialect: Dialect = {
	streamType: 'text/event-stream; charset=utf-8',
	read,
	whole: (completion) => JSON.stringify(responseOf(completion, completion.words.join(''))),
	pieces(completion) {
		const itemId = `msg_${completion.id}`;
		const text = completion.words.join('');
		const place = {item_id: itemId, output_index: 0, content_index: 0};
		const begun = {...responseOf(completion, ''), status: 'in_progress', output: [], usage: null};
		const ended = responseOf(completion, text);
		const end = completion.finish === 'stop' ? 'response.completed' : 'response.incomplete';
		const events: readonly (readonly [string, object])[] = [
			['response.created', {response: begun}],
			['response.output_item.added', {output_index: 0, item: {...itemOf(completion, ''), content: []}}],
			...completion.words.map((delta) => ['response.output_text.delta', {...place, delta}] as const),
			['response.output_text.done', {...place, text}],
			['response.output_item.done', {output_index: 0, item: itemOf(completion, text)}],
			[end, {response: ended}],
		];
		return events.map(([type, fields], sequence) => event(type, {...fields, sequence_number: sequence}));
	},
	broken: (completion) =>
		event('error', {
			code: 'server_error',
			message: 'The server had an error while processing your request.',
			param: null,
			sequence_number: completion.words.length,
		}),
};

function read({body}: AdmittedRequest): Ask | Refusal {
	const {model, input} = body;
	if (typeof model !== 'string' || model === '') {
		return {kind: 'bad-request', message: 'you must provide a model parameter', param: 'model'};
	}
	if (input === undefined) {
		return {kind: 'bad-request', message: "Missing required parameter: 'input'.", param: 'input'};
	}
	const maxTokens = wholeNumber(body.max_output_tokens);
	if (maxTokens !== undefined && maxTokens < smallestCap) {
		const message = `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= ${smallestCap}, but got ${maxTokens} instead.`;
		return {kind: 'bad-request', message, param: 'max_output_tokens'};
	}
	const tokens = promptTokens(input, body.instructions, body.tools);
	return {model, promptTokens: tokens, maxTokens, stream: body.stream === true, includeUsage: true};
}

function responseOf(completion: Completion, text: string) {
	return {
		id: `resp_${completion.id}`,
		object: 'response',
		created_at: Math.floor(completion.at / 1000),
		status: completion.finish === 'stop' ? 'completed' : 'incomplete',
		incomplete_details: completion.finish === 'stop' ? null : {reason: 'max_output_tokens'},
		error: null,
		model: completion.model,
		output: [itemOf(completion, text)],
		usage: {
			input_tokens: completion.inputTokens,
			input_tokens_details: {cached_tokens: 0, cache_write_tokens: 0},
			output_tokens: completion.outputTokens,
			output_tokens_details: {reasoning_tokens: 0},
			total_tokens: completion.inputTokens + completion.outputTokens,
		},
	};
}

function itemOf(completion: Completion, text: string) {
	return {
		id: `msg_${completion.id}`,
		type: 'message',
		role: 'assistant',
		status: 'completed',
		content: [{type: 'output_text', text, annotations: []}],
	};
}

function event(type: string, fields: object): string {
	return `event: ${type}\ndata: ${JSON.stringify({type, ...fields})}\n\n`;
}
