import type {OutcomeAnswered} from '../domain/outcome.ts';
import {objectAt} from './payload.ts';

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** An answer taken apart once; every rule of every vendor reads from here. */
export type Answer = {
	readonly status: number;
	readonly headers: Headers;
	/** Epoch ms when the answer was there. */
	readonly at: number;
	/** At most `bodyLimit` characters. */
	readonly text: string;
	/** The JSON values in it: the body, the elements of a top-level list, or the events of a stream. */
	readonly payloads: readonly unknown[];
	/** Whether the body is JSON or an event stream, if only the beginning of one that was cut. */
	readonly structured: boolean;
};

/** Most of a body anyone looks at, in characters: error bodies and probe answers are far smaller. */
export const bodyLimit = 64 * 1024;

/** Whether the status says yes. */
export function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** Parses the body when it is first looked at: JSON, an event stream, or neither. Never throws. */
export function answerFrom({status, headers, body, timing}: OutcomeAnswered): Answer {
	const text = body.slice(0, bodyLimit).trim();
	const streamed = /^(?:data|event|id|retry)?:/.test(text);
	let payloads: readonly unknown[] | undefined;
	return {
		status,
		headers,
		at: timing.at,
		text,
		get payloads() {
			payloads ??= streamed ? streamedPayloads(text) : bodyPayloads(text);
			return payloads;
		},
		structured: streamed || /^[{[]/.test(text),
	};
}

function bodyPayloads(text: string): readonly unknown[] {
	const payload = parsed(text);
	if (payload === undefined) return [];
	return Array.isArray(payload) ? payload : [payload];
}

/**
 * The JSON of a server-sent event stream, in order. Line ends may be LF, CR or CRLF; comments,
 * other fields and data that is not JSON (`[DONE]`) are left out.
 */
export function streamedPayloads(text: string): readonly unknown[] {
	const payloads: unknown[] = [];
	let name = '';
	let lines: string[] = [];
	const finish = (): void => {
		const payload = lines.length === 0 ? undefined : parsed(lines.join('\n'));
		if (payload !== undefined) payloads.push(name === 'error' ? asError(payload) : payload);
		name = '';
		lines = [];
	};
	for (const line of text.split(/\r\n|\r|\n/)) {
		if (line === '') finish();
		else if (line.startsWith('data:')) lines.push(line.slice(5));
		else if (line.startsWith('event:')) name = line.slice(6).trim();
	}
	finish();
	return payloads;
}

/** An event named `error` may carry the error bare. */
function asError(payload: unknown): unknown {
	return objectAt(payload, 'error') === undefined ? {error: payload} : payload;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
