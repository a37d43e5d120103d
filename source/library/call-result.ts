import type {CallReport} from '../engine/call-report.ts';
import {headersOf} from './error-report.ts';

/** Where vendors' answers and their SDKs keep the tokens a call used. */
const inputNames = ['input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens', 'promptTokenCount'];
const outputNames = ['output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens', 'candidatesTokenCount'];

/** What a result that was not thrown says of its call: an answer of `fetch` may well be a refusal. */
export async function resultReport(result: unknown): Promise<CallReport> {
	if (typeof result !== 'object' || result === null) return {ok: true};
	const answer = result as Readonly<Record<string, unknown>>;
	const status = [answer.status, answer.statusCode].find((value) => typeof value === 'number');
	const headers = headersOf(answer.headers);
	if (status === undefined || headers === undefined) return {ok: true, ...usageIn(answer)};
	if (status < 400) return {ok: true, status, headers, ...usageIn(answer)};
	return {ok: false, status, headers, error: await refusalText(result)};
}

/** A refused answer nobody will read gives its connection back. */
export async function discard(result: unknown): Promise<void> {
	if (result instanceof Response) await result.body?.cancel().catch(() => undefined);
}

/** The vendor's words; the caller can still read the answer itself. */
async function refusalText(result: object): Promise<string> {
	if (!(result instanceof Response) || result.bodyUsed) return '';
	return result
		.clone()
		.text()
		.catch(() => '');
}

function usageIn(answer: Readonly<Record<string, unknown>>): Pick<CallReport, 'tokens'> {
	const usage = answer.usage ?? answer.usageMetadata;
	if (typeof usage !== 'object' || usage === null) return {};
	const found = (names: readonly string[]): number | undefined =>
		names.map((name) => (usage as Readonly<Record<string, unknown>>)[name]).find((value) => typeof value === 'number');
	const [input, output] = [found(inputNames), found(outputNames)];
	if (input === undefined && output === undefined) return {};
	return {tokens: {input: input ?? 0, output: output ?? 0}};
}
