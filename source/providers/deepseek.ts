import type {Balance} from '../domain/reading.ts';
import type {Answer} from './answer.ts';
import {baseOf} from './base-url.ts';
import {type Dialect, readBy} from './dialect.ts';
import {keyShapes} from './key-shape.ts';
import {openaiFault} from './openai.ts';
import {listAt, numberAt, textAt, valueAt} from './payload.ts';
import type {Asked, Provider} from './provider.ts';
import {bearer, get, post, shortestPrompt} from './request.ts';
import {type Fault, type Rule, type Ruling, throttled} from './ruling.ts';
import {openaiUsage} from './usage.ts';

/**
 * DeepSeek's codes say `invalid_request_error` whatever is wrong, a 401 included (recorded answers),
 * so only the status counts (api-docs.deepseek.com, "Error codes"). A 429 is its concurrency limit.
 */
const rules: readonly Rule[] = [{status: 429, means: throttled('account')}];

/** The type names the trouble; the code never does. */
function fault(payload: unknown): Fault | undefined {
	const found = openaiFault(payload);
	if (found === undefined) return undefined;
	const {code: _meaningless, ...rest} = found;
	return rest;
}

function accept(answer: Answer, asked: Asked): Ruling | undefined {
	const payload = answer.payloads[0];
	const available = valueAt(payload, 'is_available');
	if (asked.by !== 'probe' || typeof available !== 'boolean') return undefined;
	const balance = balanceIn(payload);
	const words = balance === undefined ? 'balance not told' : `${balance.amount.toFixed(2)} ${balance.currency} left`;
	if (!available) return {verdict: {kind: 'exhausted', scope: 'account'}, words, ...(balance && {balance})};
	return {verdict: {kind: 'ok'}, words, ...(balance && {balance})};
}

/** The purse with money in it: accounts have one for each currency. */
function balanceIn(payload: unknown): Balance | undefined {
	const purses = listAt(payload, 'balance_infos').flatMap((entry): Balance[] => {
		const amount = numberAt(entry, 'total_balance');
		const currency = textAt(entry, 'currency');
		return amount === undefined || currency === undefined || !/^[A-Z]{3}$/.test(currency) ? [] : [{amount, currency}];
	});
	return purses.find(({amount}) => amount > 0) ?? purses[0];
}

const dialect: Dialect = {
	freeProbeProves: 'money',
	fault,
	rules,
	accept,
	// DeepSeek sends no limit headers at all.
	limits: [],
	usage: openaiUsage,
	requestIdHeader: 'x-ds-trace-id',
};

/** DeepSeek's API. @default baseUrl https://api.deepseek.com */
export function deepseek(baseUrl = 'https://api.deepseek.com'): Provider {
	return {
		name: 'deepseek',
		title: 'DeepSeek',
		verified: true,
		// The balance is asked for without the version that the other paths may have.
		baseUrl: baseOf(baseUrl, /\/v1$/),
		keyless: false,
		freeProbeProves: dialect.freeProbeProves,
		probeModel: 'deepseek-flash',
		advice: {
			keysPage: 'https://platform.deepseek.com/api_keys',
			billingPage: 'https://platform.deepseek.com/top_up',
			statusPage: 'https://status.deepseek.com',
		},
		shape: keyShapes.deepseek,
		authorize: bearer,
		freeProbe: () => get('/user/balance'),
		// Thinking is on unless told otherwise, and costs tokens.
		deepProbe: (model) =>
			post('/chat/completions', {model, max_tokens: 1, thinking: {type: 'disabled'}, messages: shortestPrompt}),
		read: (outcome, asked) => readBy(dialect, outcome, asked),
	};
}
