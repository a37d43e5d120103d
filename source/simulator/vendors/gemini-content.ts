import {promptTokens, wholeNumber} from '../completion.ts';
import type {AdmittedRequest, Ask, Completion, Dialect, Refusal} from '../vendor.ts';
import {idIn} from './model-list.ts';

/** Path before a model's id. */
export const contentPrefix = '/v1beta/models';

/** How an answer of Gemini is cut: not at all, as events (`alt=sse`), or as one JSON array. */
type Cut = 'none' | 'events' | 'array';

const failure = {
	error: {code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE'},
};

/** generateContent: usage on every chunk, the last one counts; events end with CRLF CRLF; no `[DONE]`. */
export function contentDialect(cut: Cut): Dialect {
	return {
		streamType: cut === 'array' ? 'application/json; charset=UTF-8' : 'text/event-stream',
		read: (request) => read(request, cut !== 'none'),
		whole: (completion) => `${JSON.stringify(chunk(completion, completion.words.length, true), undefined, 2)}\n`,
		pieces(completion) {
			const chunks = completion.words.map((_, index, all) => chunk(completion, index, index === all.length - 1));
			return cut === 'array' ? arrayPieces(chunks) : chunks.map(event);
		},
		broken: () => (cut === 'array' ? `${JSON.stringify(failure)}\n]\n` : event(failure)),
	};
}

function read({body, path}: AdmittedRequest, stream: boolean): Ask | Refusal {
	const {contents} = body;
	if (!Array.isArray(contents) || contents.length === 0) {
		return {kind: 'bad-request', message: '* GenerateContentRequest.contents: contents is not specified'};
	}
	const config = body.generationConfig;
	const most = typeof config === 'object' && config !== null ? Reflect.get(config, 'maxOutputTokens') : undefined;
	const id = idIn(path, `${contentPrefix}/`);
	return {
		model: id.slice(0, id.lastIndexOf(':')),
		promptTokens: promptTokens(contents, body.systemInstruction, body.tools),
		maxTokens: wholeNumber(most),
		stream,
		includeUsage: true,
	};
}

/** The word at `index`, or all of them when it is past the last. */
function chunk(completion: Completion, index: number, end: boolean): object {
	const text = completion.words[index] ?? completion.words.join('');
	const candidatesTokenCount = Math.min(index + 1, completion.outputTokens);
	const finish = completion.finish === 'stop' ? 'STOP' : 'MAX_TOKENS';
	return {
		candidates: [{content: {parts: [{text}], role: 'model'}, ...(end && {finishReason: finish}), index: 0}],
		usageMetadata: {
			promptTokenCount: completion.inputTokens,
			candidatesTokenCount,
			totalTokenCount: completion.inputTokens + candidatesTokenCount,
			serviceTier: 'standard',
		},
		modelVersion: completion.model,
		responseId: completion.id,
	};
}

function arrayPieces(chunks: readonly object[]): readonly string[] {
	return chunks.map((value, index) => {
		const begin = index === 0 ? '[' : '';
		const end = index === chunks.length - 1 ? '\n]\n' : '\n,\r\n';
		return `${begin}${JSON.stringify(value, undefined, 2)}${end}`;
	});
}

function event(value: object): string {
	return `data: ${JSON.stringify(value)}\r\n\r\n`;
}
