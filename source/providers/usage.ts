import type {Usage} from '../domain/outcome.ts';
import {numberAt, objectAt, present, textAt, valueAt} from './payload.ts';

/**
 * Reads the tokens of a call out of the JSON values of an answer: one body, or the events of a
 * finished stream. `inputTokens` counts the whole prompt, `cachedInputTokens` the part of it that
 * came from the vendor's cache. Undefined when the answer does not say, as in a stream cut short.
 */
export type UsageReader = (payloads: readonly unknown[]) => Usage | undefined;

/** OpenAI's Chat Completions and Responses, and everyone who speaks like them. */
export const openaiUsage: UsageReader = (payloads) => {
	const stated = payloads.findLast((payload) => openaiRecord(payload) !== undefined);
	const record = openaiRecord(stated);
	return usageOf({
		input: numberAt(record, 'prompt_tokens') ?? numberAt(record, 'input_tokens'),
		output: numberAt(record, 'completion_tokens') ?? numberAt(record, 'output_tokens'),
		cached:
			numberAt(record, 'prompt_tokens_details', 'cached_tokens') ??
			numberAt(record, 'input_tokens_details', 'cached_tokens') ??
			// DeepSeek's own name.
			numberAt(record, 'prompt_cache_hit_tokens'),
		// OpenRouter states what it charges.
		costUsd: numberAt(record, 'cost'),
	});
};

function openaiRecord(payload: unknown): object | undefined {
	return objectAt(payload, 'usage') ?? objectAt(payload, 'response', 'usage') ?? objectAt(payload, 'x_groq', 'usage');
}

/**
 * Anthropic counts cached input apart from `input_tokens`, and a stream's figures are cumulative:
 * the last one of each name holds. Before the first `message_delta` the output is not known.
 */
export const anthropicUsage: UsageReader = (payloads) => {
	const records = payloads.map((payload) => valueAt(payload, 'usage') ?? valueAt(payload, 'message', 'usage'));
	const last = (name: string): number | undefined =>
		records.map((record) => numberAt(record, name)).findLast((number) => number !== undefined);
	const finished = payloads.some(
		(payload) => textAt(payload, 'type') !== 'message_start' && objectAt(payload, 'usage'),
	);
	const input = last('input_tokens');
	if (!finished || input === undefined) return undefined;
	const cached = last('cache_read_input_tokens') ?? 0;
	const written = last('cache_creation_input_tokens') ?? 0;
	return usageOf({input: input + written + cached, output: last('output_tokens'), cached});
};

/** Gemini repeats its figures on each chunk; thinking is billed as output. */
export const geminiUsage: UsageReader = (payloads) => {
	const stated = payloads.findLast((payload) => objectAt(payload, 'usageMetadata') !== undefined);
	const record = objectAt(stated, 'usageMetadata');
	const input = numberAt(record, 'promptTokenCount');
	return usageOf({
		input,
		output: input && (numberAt(record, 'candidatesTokenCount') ?? 0) + (numberAt(record, 'thoughtsTokenCount') ?? 0),
		cached: numberAt(record, 'cachedContentTokenCount'),
	});
};

/** Cohere bills by `billed_units`, from which cached and template tokens are already taken out. */
export const cohereUsage: UsageReader = (payloads) => {
	const records = payloads.map((payload) => objectAt(payload, 'usage') ?? objectAt(payload, 'delta', 'usage'));
	const record = records.findLast((usage) => usage !== undefined);
	return usageOf({
		input: numberAt(record, 'billed_units', 'input_tokens'),
		output: numberAt(record, 'billed_units', 'output_tokens'),
	});
};

function usageOf(figures: {
	readonly input: number | undefined;
	readonly output: number | undefined;
	readonly cached?: number | undefined;
	readonly costUsd?: number | undefined;
}): Usage | undefined {
	const {input, output = 0, cached = 0, costUsd} = figures;
	if (input === undefined || input < 0 || output < 0 || cached < 0) return undefined;
	return present<Usage>({inputTokens: input, outputTokens: output, cachedInputTokens: cached, costUsd});
}
