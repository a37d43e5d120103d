import type {Outcome, OutcomeFailed, OutcomeTiming, Usage} from '../domain/outcome.ts';

/** What a caller says of a call it made itself, in whatever detail it knows. */
export type CallReport = {
	/** @default no error and no status of 400 or more */
	readonly ok?: boolean;
	/** HTTP status of the vendor's answer. */
	readonly status?: number;
	/** The vendor's error body, or the words of an exception. */
	readonly error?: string | object;
	/** The vendor's headers: `retry-after` and limits are read from them. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Whole duration, ms. @default 0 */
	readonly latencyMs?: number;
	/** Time to the first byte, ms. */
	readonly firstByteMs?: number;
	/** Tokens used: one sum, or input and output apart. */
	readonly tokens?: number | {readonly input: number; readonly output: number};
};

/** Words of exceptions that say how a call ended without an answer, by HTTP clients and operating systems. */
const failures: readonly (readonly [RegExp, OutcomeFailed['failure']])[] = [
	[
		/\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CERT_\w+|UND_ERR_CONNECT_TIMEOUT)\b/i,
		'unreachable',
	],
	[/\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:HEADERS|BODY)_TIMEOUT|timed? ?out|timeout)\b/i, 'timeout'],
	[/\b(?:ECONNRESET|EPIPE|ERR_NETWORK|UND_ERR_SOCKET|socket hang up|terminated|other side closed)\b/i, 'closed'],
	[/\b(?:fetch failed|network error|connection error|premature close)\b/i, 'closed'],
	[/\b(?:AbortError|aborted|cancell?ed)\b/i, 'cancelled'],
];

/** Most of an error anyone looks at, characters. */
const errorLimit = 16 * 1024;

/** The outcome a report tells of, as if the call had gone through keydeck; judged by the vendor's own rules. */
export function reportedOutcome(
	report: CallReport,
	now: number,
): {readonly outcome: Outcome; readonly usage: Usage | undefined} {
	const timing: OutcomeTiming = {
		at: now,
		latencyMs: report.latencyMs ?? 0,
		...(report.firstByteMs === undefined ? {} : {firstByteMs: report.firstByteMs}),
	};
	const words = wordsOf(report.error).slice(0, errorLimit);
	const status = report.status ?? statusIn(words);
	const usage = usageOf(report.tokens);
	const failed = report.ok === undefined ? words !== '' || (status ?? 200) >= 400 : !report.ok;
	if (!failed) return {outcome: answered(status ?? 200, report.headers, '', timing), usage};
	if (status !== undefined && status >= 300) return {outcome: answered(status, report.headers, words, timing), usage};
	const failure = failures.find(([pattern]) => pattern.test(words))?.[1] ?? 'unexplained';
	return {outcome: {kind: 'failed', failure, detail: words.slice(0, 200), timing}, usage};
}

/** Whether a report says how a call ended; an exception of some other kind may have nothing to do with it. */
export function tellsOfCall({status, error, ok}: CallReport): boolean {
	if (status !== undefined || (ok ?? true)) return true;
	const words = wordsOf(error);
	return statusIn(words) !== undefined || failures.some(([pattern]) => pattern.test(words));
}

function answered(
	status: number,
	headers: CallReport['headers'],
	body: string,
	timing: OutcomeTiming,
): Extract<Outcome, {kind: 'answered'}> {
	const lower = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
	return {kind: 'answered', status, headers: Object.fromEntries(lower), body, timing};
}

/** The error as one text, in whatever form it was told. */
export function wordsOf(error: CallReport['error']): string {
	if (error === undefined) return '';
	return typeof error === 'string' ? error : jsonOf(error);
}

/** Empty when it is nested deeper than anything a vendor answers. */
function jsonOf(error: object): string {
	try {
		return JSON.stringify(error);
	} catch {
		return '';
	}
}

/** SDKs put the status first (`429 Rate limit reached`), HTTP clients at the end (`failed with status code 429`). */
function statusIn(words: string): number | undefined {
	const found = /^(?:error:? )?([45]\d\d)\b/i.exec(words) ?? /\b(?:status|code|http)\D{0,12}([45]\d\d)\b/i.exec(words);
	return found?.[1] === undefined ? undefined : Number(found[1]);
}

function usageOf(tokens: CallReport['tokens']): Usage | undefined {
	if (tokens === undefined) return undefined;
	const {input, output} = typeof tokens === 'number' ? {input: tokens, output: 0} : tokens;
	return {inputTokens: input, outputTokens: output, cachedInputTokens: 0};
}
