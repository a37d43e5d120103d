import type {AdmittedRequest, Ask, Completion, Refusal} from './vendor.ts';

const charactersPerToken = 4;
const words =
	'This is a simulated answer. It has no meaning, but it has a length, and the vendor counts it. Nothing was thought here.'.split(
		' ',
	);

/** Tokens of everything that is text in a prompt: messages, contents, system, input. At least 1. */
export function promptTokens(...parts: readonly unknown[]): number {
	const characters = parts.reduce<number>((sum, part) => sum + textLength(part), 0);
	return Math.max(1, Math.ceil(characters / charactersPerToken));
}

function textLength(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return 0;
	return Object.values(value).reduce<number>((sum, part) => sum + textLength(part), 0);
}

/** How many tokens the answer to this will have. */
export function answerTokens(ask: Ask): number {
	return Math.min(ask.maxTokens ?? words.length, words.length);
}

/** Writes the answer: as many words as tokens. */
export function complete(ask: Ask, id: string, at: number): Completion {
	const outputTokens = answerTokens(ask);
	return {
		id,
		model: ask.model,
		at,
		words: words.slice(0, outputTokens).map((word, index) => (index === 0 ? word : ` ${word}`)),
		finish: outputTokens < words.length ? 'length' : 'stop',
		inputTokens: ask.promptTokens,
		outputTokens,
		includeUsage: ask.includeUsage,
	};
}

/** A model nobody has, or one that this key may not use. */
export function modelRefusal(model: string, {models, key}: AdmittedRequest): Refusal | undefined {
	if (!models.includes(model)) return {kind: 'model-unknown', model};
	const {behaviour} = key;
	const isForbidden = behaviour.kind === 'model-forbidden' && behaviour.models.includes(model);
	return isForbidden ? {kind: 'model-forbidden', model} : undefined;
}

/** A count of at least 1 that a caller sets; anything else counts as not set. */
export function wholeNumber(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : undefined;
}

/** The parts nearly every vendor has: a model's name and a list of messages. */
export function readMessages({body}: AdmittedRequest): Ask | Refusal {
	if (typeof body.model !== 'string' || body.model === '') {
		return {kind: 'bad-request', message: 'you must provide a model parameter', param: 'model'};
	}
	if (!Array.isArray(body.messages) || body.messages.length === 0) {
		return {kind: 'bad-request', message: "Missing required parameter: 'messages'.", param: 'messages'};
	}
	return {
		model: body.model,
		promptTokens: promptTokens(body.messages, body.system, body.tools),
		maxTokens: wholeNumber(body.max_completion_tokens ?? body.max_tokens),
		stream: body.stream === true,
		includeUsage: false,
	};
}
