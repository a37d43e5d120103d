import type {IncomingHttpHeaders} from 'node:http';
import {modelRefusal, readMessages} from '../completion.ts';
import {vendorModels} from '../models.ts';
import type {Endpoint, Refusal, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {anthropicLimitHeaders, anthropicRefusals} from './anthropic-words.ts';
import {messagesDialect} from './messages.ts';
import {oneModel} from './model-list.ts';

const contextTokens = 1_000_000;
const modelPrefix = '/v1/models/';
const versions = new Set(['2023-06-01', '2026-10-21']);

const models: Endpoint = {
	name: 'GET /v1/models',
	cost: 'free',
	answer(request) {
		const limit = Number(new URLSearchParams(request.query).get('limit') ?? 20);
		const page = request.models.slice(0, Math.max(1, limit));
		return json(200, {
			data: page.map(card),
			has_more: page.length < request.models.length,
			first_id: page[0] ?? null,
			last_id: page.at(-1) ?? null,
		});
	},
};

const model: Endpoint = {name: `GET ${modelPrefix}*`, cost: 'free', answer: oneModel(modelPrefix, card)};

const countTokens: Endpoint = {
	name: 'POST /v1/messages/count_tokens',
	cost: 'free',
	hasBody: true,
	answer(request) {
		const ask = readMessages(request);
		if ('kind' in ask) return ask;
		return modelRefusal(ask.model, request) ?? json(200, {input_tokens: ask.promptTokens});
	},
};

const fixed = routesOf([
	models,
	countTokens,
	{name: 'POST /v1/messages', cost: 'completion', dialect: messagesDialect},
]);

/** Anthropic: Claude API reference, its error page and recorded answers. */
export const anthropic: Vendor = {
	name: 'anthropic',
	basePath: '',
	needsKey: true,
	models: vendorModels.anthropic,
	limits: {requestsPerMinute: 1000, inputTokensPerMinute: 450_000, outputTokensPerMinute: 90_000},
	contextTokens,
	route: (method, path) =>
		fixed(method, path) ?? (method === 'GET' && path.startsWith(modelPrefix) ? model : undefined),
	credential(headers) {
		const key = headers['x-api-key'];
		const other = bearer(headers);
		if (key !== undefined && other !== undefined) return {kind: 'two-credentials'};
		return (typeof key === 'string' && key !== '' ? key : other) ?? {kind: 'no-credential'};
	},
	refusals: anthropicRefusals,
	marks: (id, key) => ({
		'request-id': `req_${id}`,
		...(key && {'anthropic-organization-id': uuid(key.account.id)}),
	}),
	limitHeaders: anthropicLimitHeaders,
	protocol,
};

function card(id: string): object {
	return {
		type: 'model',
		id,
		display_name: id,
		created_at: '2026-06-01T00:00:00Z',
		lifecycle: 'active',
		deprecated_at: null,
		retires_at: null,
		max_input_tokens: contextTokens,
		max_tokens: 128_000,
		capabilities: {},
	};
}

/** Account ids look like `0f8fad5b-d9cb-469f-a165-70867728950e`. */
function uuid(hex: string): string {
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function protocol(headers: IncomingHttpHeaders): Refusal | undefined {
	const version = headers['anthropic-version'];
	if (version === undefined) return {kind: 'bad-request', message: 'anthropic-version: header is required'};
	if (versions.has(String(version))) return undefined;
	return {kind: 'bad-request', message: `anthropic-version: "${version}" is not a valid version`};
}
