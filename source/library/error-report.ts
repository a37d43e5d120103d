import type {CallReport} from '../engine/call-report.ts';
import type {Secret} from '../secret.ts';

const hidden = '[redacted]';
/** Shorter texts stand in every other word; they are no keys. */
const shortestKey = 8;

type Fields = Readonly<Record<string, unknown>>;

/**
 * What an error says of the call it ended: thrown by an SDK (OpenAI, Anthropic, Mistral, Cohere, Google), axios,
 * got, undici or `fetch`, or a status, a response or words.
 */
export function errorReport(error: unknown): CallReport {
	if (typeof error === 'number') return {ok: false, status: error};
	if (typeof error !== 'object' || error === null) return {ok: false, error: String(error ?? 'unknown error')};
	const thrown = error as Fields;
	const response = fieldsOf(thrown.response);
	const status = [thrown.status, thrown.statusCode, response.status, response.statusCode].find(isStatus);
	const headers =
		headersOf(thrown.headers) ?? headersOf(response.headers) ?? headersOf(fieldsOf(thrown.rawResponse).headers);
	return {
		ok: false,
		error: bodyOf(thrown, response) ?? wordsOf(thrown),
		...(status === undefined ? {} : {status}),
		...(headers === undefined ? {} : {headers}),
	};
}

/** A report in which nothing repeats the key: vendors and proxies echo it, and errors carry requests. */
export function withoutKey(report: CallReport, secret: Secret): CallReport {
	const key = secret.reveal();
	const clean = (text: string): string => (key.length < shortestKey ? text : text.replaceAll(key, hidden));
	const {error, headers} = report;
	return {
		...report,
		...(error === undefined ? {} : {error: clean(typeof error === 'string' ? error : textOf(error))}),
		...(headers === undefined
			? {}
			: {headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, clean(String(value))]))}),
	};
}

/** Headers of any client as plain ones: `Headers`, a record, values in arrays. */
export function headersOf(headers: unknown): Readonly<Record<string, string>> | undefined {
	if (typeof headers !== 'object' || headers === null) return undefined;
	const isList = Symbol.iterator in headers && typeof headers[Symbol.iterator] === 'function';
	const entries = isList ? [...(headers as Iterable<unknown>)] : Object.entries(headers);
	const plain = entries.flatMap((entry): [string, string][] => {
		if (!Array.isArray(entry) || entry.length !== 2) return [];
		const [name, value] = entry as [unknown, unknown];
		const text = Array.isArray(value) ? value.join(', ') : value;
		return typeof text === 'string' || typeof text === 'number' ? [[String(name), String(text)]] : [];
	});
	return Object.fromEntries(plain);
}

/** The vendor's error body, where the client kept it. */
function bodyOf(thrown: Fields, response: Fields): CallReport['error'] {
	const {error} = thrown;
	// OpenAI's SDK keeps what is inside the envelope, Anthropic's the whole of it.
	if (typeof error === 'object' && error !== null) return 'error' in error ? error : {error};
	const kept = [response.data, response.body, thrown.body].find((body) => isText(body) || isPlain(body));
	return kept as CallReport['error'];
}

/** Name, codes and message, those of its causes too: they say how a call ended that had no answer. */
function wordsOf(thrown: Fields): string {
	const words: string[] = [];
	let at: Fields | undefined = thrown;
	for (let depth = 0; at !== undefined && depth < 4; depth++) {
		const {name, code, message}: Fields = at;
		words.push(...[message, name, code].filter(isText));
		const next: unknown = at.cause ?? (Array.isArray(at.errors) ? at.errors[0] : undefined);
		at = typeof next === 'object' && next !== null ? (next as Fields) : undefined;
	}
	return words.join(' ') || 'unknown error';
}

function fieldsOf(value: unknown): Fields {
	return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function isStatus(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

/** A value that came out of JSON, not a stream of bytes. */
function isPlain(value: unknown): value is object {
	return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

function textOf(value: object): string {
	try {
		return JSON.stringify(value) ?? '';
	} catch {
		return 'an error that cannot be written down';
	}
}
