import {vendorModels} from '../models.ts';
import type {Endpoint, Vendor} from '../vendor.ts';
import {bearer} from '../vendor.ts';
import {contentDialect, contentPrefix as prefix} from './gemini-content.ts';
import {geminiJson, geminiRefusals} from './gemini-words.ts';
import {oneModel} from './model-list.ts';

const contextTokens = 1_048_576;

const models: Endpoint = {
	name: `GET ${prefix}`,
	cost: 'free',
	answer(request) {
		const query = new URLSearchParams(request.query);
		const from = Number(query.get('pageToken') ?? 0);
		const to = from + Number(query.get('pageSize') ?? 50);
		const next = to < request.models.length ? {nextPageToken: String(to)} : {};
		return geminiJson(200, {models: request.models.slice(from, to).map(card), ...next});
	},
};

const model: Endpoint = {name: `GET ${prefix}/*`, cost: 'free', answer: oneModel(`${prefix}/`, card)};

const generate: Endpoint = {
	name: `POST ${prefix}/*:generateContent`,
	cost: 'completion',
	dialect: contentDialect('none'),
};
const streamName = `POST ${prefix}/*:streamGenerateContent`;
const eventStream: Endpoint = {name: streamName, cost: 'completion', dialect: contentDialect('events')};
const arrayStream: Endpoint = {name: streamName, cost: 'completion', dialect: contentDialect('array')};

/** Gemini's native endpoint: Google AI reference, its troubleshooting page and recorded answers. */
export const gemini: Vendor = {
	name: 'gemini',
	basePath: '/v1beta',
	needsKey: true,
	models: vendorModels.gemini,
	limits: {requestsPerMinute: 1000, inputTokensPerMinute: 1_000_000},
	contextTokens,
	route(method, path, query) {
		if (method === 'GET') return path === prefix ? models : path.startsWith(`${prefix}/`) ? model : undefined;
		if (method !== 'POST' || !path.startsWith(`${prefix}/`)) return undefined;
		if (path.endsWith(':generateContent')) return generate;
		if (!path.endsWith(':streamGenerateContent')) return undefined;
		return /(?:^|&)alt=sse(?:&|$)/.test(query) ? eventStream : arrayStream;
	},
	credential(headers, query) {
		const header = headers['x-goog-api-key'];
		const inQuery = new URLSearchParams(query).get('key') ?? undefined;
		const given = [header, inQuery, bearer(headers)].filter((key) => key !== undefined && key !== '');
		if (given.length > 1) return {kind: 'two-credentials'};
		return given[0] === undefined ? {kind: 'no-credential'} : String(given[0]);
	},
	refusals: geminiRefusals,
	marks: () => ({'x-gemini-service-tier': 'standard'}),
	limitHeaders: () => ({}),
};

function card(id: string): object {
	return {
		name: `models/${id}`,
		version: '001',
		displayName: id,
		inputTokenLimit: contextTokens,
		outputTokenLimit: 65_536,
		supportedGenerationMethods: ['generateContent', 'countTokens'],
	};
}
