import {readMessages} from '../completion.ts';
import type {AdmittedRequest, Ask, Completion, Dialect, Refusal} from '../vendor.ts';

/** Where vendors of OpenAI's chat format differ. */
type ChatFlavour = {
	/** Before the id: `chatcmpl-`. */
	readonly idPrefix: string;
	/**
	 * Where a stream tells usage: in a last chunk of its own if asked for, in one in any case, or on
	 * the chunk with the finish reason.
	 */
	readonly usageAt: 'own-chunk-if-asked' | 'own-chunk' | 'finish';
	readonly usage?: (completion: Completion) => object;
	/** Sent before the first chunk, e.g. a comment. */
	readonly prelude?: string;
	/** Fields on every chunk. */
	readonly padding?: (piece: number) => object;
	/** Fields on the first and the last chunk. */
	readonly frame?: (completion: Completion, end: boolean) => object;
	/** The `data:` of a failure in mid-stream. */
	readonly failure?: (completion: Completion) => object;
};

/** Chat completions as OpenAI defined them and many speak them; `data:` lines, `[DONE]` at the end. */
export function chatDialect(flavour: ChatFlavour): Dialect {
	return {
		streamType: 'text/event-stream; charset=utf-8',
		read,
		whole: (completion) =>
			JSON.stringify({
				...head(flavour, completion, 'chat.completion'),
				choices: [
					{
						index: 0,
						message: {role: 'assistant', content: completion.words.join(''), refusal: null},
						logprobs: null,
						finish_reason: completion.finish,
					},
				],
				usage: usageOf(flavour, completion),
				...flavour.frame?.(completion, true),
			}),
		pieces: (completion) => pieces(flavour, completion),
		broken: (completion) => event(flavour.failure?.(completion) ?? openaiFailure),
	};
}

/** Tokens as OpenAI counts them: the prompt includes what was cached. */
export function chatUsage(completion: Completion): Readonly<Record<string, unknown>> {
	return {
		prompt_tokens: completion.inputTokens,
		completion_tokens: completion.outputTokens,
		total_tokens: completion.inputTokens + completion.outputTokens,
		prompt_tokens_details: {cached_tokens: 0, audio_tokens: 0, cache_write_tokens: 0},
		completion_tokens_details: {reasoning_tokens: 0, audio_tokens: 0},
	};
}

const openaiFailure = {
	error: {
		message: 'The server had an error while processing your request. Sorry about that!',
		type: 'server_error',
		param: null,
		code: null,
	},
};

function read(request: AdmittedRequest): Ask | Refusal {
	const ask = readMessages(request);
	if ('kind' in ask) return ask;
	const options = request.body.stream_options;
	const includeUsage =
		typeof options === 'object' && options !== null && Reflect.get(options, 'include_usage') === true;
	return {...ask, includeUsage};
}

function pieces(flavour: ChatFlavour, completion: Completion): readonly string[] {
	const asked = flavour.usageAt === 'own-chunk-if-asked' && completion.includeUsage;
	const usage = usageOf(flavour, completion);
	const base = head(flavour, completion, 'chat.completion.chunk');
	const out: string[] = flavour.prelude === undefined ? [] : [flavour.prelude];
	const chunk = (choices: readonly object[], more: object = {}) => {
		out.push(event({...base, choices, ...(asked ? {usage: null} : {}), ...flavour.padding?.(out.length), ...more}));
	};
	const choice = (delta: object, finish: string | null = null) => [
		{index: 0, delta, logprobs: null, finish_reason: finish},
	];
	chunk(choice({role: 'assistant', content: ''}), flavour.frame?.(completion, false));
	for (const content of completion.words) chunk(choice({content}));
	chunk(choice({}, completion.finish), {
		...(flavour.usageAt === 'finish' ? {usage} : {}),
		...flavour.frame?.(completion, true),
	});
	if (asked || flavour.usageAt === 'own-chunk') chunk([], {usage});
	out.push('data: [DONE]\n\n');
	return out;
}

function head(flavour: ChatFlavour, completion: Completion, object: string): object {
	return {
		id: `${flavour.idPrefix}${completion.id}`,
		object,
		created: Math.floor(completion.at / 1000),
		model: completion.model,
	};
}

function usageOf(flavour: ChatFlavour, completion: Completion): object {
	return flavour.usage?.(completion) ?? chatUsage(completion);
}

function event(value: object): string {
	return `data: ${JSON.stringify(value)}\n\n`;
}
