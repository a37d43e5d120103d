import {readMessages} from '../completion.ts';
import type {AdmittedRequest, Ask, Completion, Dialect, Refusal} from '../vendor.ts';

const samplingFields = ['temperature', 'top_p', 'top_k'];

/** Anthropic's Messages API: named events, usage at both ends of the stream, the last one cumulative. */
export const messagesDialect: Dialect = {
	streamType: 'text/event-stream; charset=utf-8',
	read,
	whole: (completion) =>
		JSON.stringify({
			...messageOf(completion),
			content: [{type: 'text', text: completion.words.join('')}],
			stop_reason: stopReason(completion),
			usage: usageOf(completion, completion.outputTokens),
		}),
	pieces: (completion) => [
		event('message_start', {message: {...messageOf(completion), usage: usageOf(completion, 1)}}),
		event('content_block_start', {index: 0, content_block: {type: 'text', text: ''}}),
		event('ping', {}),
		...completion.words.map((text) => event('content_block_delta', {index: 0, delta: {type: 'text_delta', text}})),
		event('content_block_stop', {index: 0}),
		event('message_delta', {
			delta: {stop_reason: stopReason(completion), stop_sequence: null},
			usage: {output_tokens: completion.outputTokens},
		}),
		event('message_stop', {}),
	],
	broken: () => event('error', {error: {type: 'overloaded_error', message: 'Overloaded'}}),
};

function read(request: AdmittedRequest): Ask | Refusal {
	const ask = readMessages(request);
	if ('kind' in ask) return ask;
	if (ask.maxTokens === undefined) {
		return {kind: 'bad-request', message: 'max_tokens: Field required'};
	}
	const sampling = samplingFields.find((field) => request.body[field] !== undefined);
	if (sampling !== undefined && request.headers['anthropic-version'] === '2026-10-21') {
		return {kind: 'bad-request', message: `${sampling}: Extra inputs are not permitted`};
	}
	return ask;
}

function messageOf(completion: Completion) {
	return {
		model: completion.model,
		id: `msg_${completion.id}`,
		type: 'message',
		role: 'assistant',
		content: [],
		stop_reason: null,
		stop_sequence: null,
	};
}

function stopReason(completion: Completion): string {
	return completion.finish === 'stop' ? 'end_turn' : 'max_tokens';
}

function usageOf(completion: Completion, outputTokens: number) {
	return {
		input_tokens: completion.inputTokens,
		cache_creation_input_tokens: 0,
		cache_read_input_tokens: 0,
		cache_creation: {ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0},
		output_tokens: outputTokens,
		service_tier: 'standard',
		inference_geo: 'global',
	};
}

function event(type: string, fields: object): string {
	return `event: ${type}\ndata: ${JSON.stringify({type, ...fields})}\n\n`;
}
