import {vendorModels} from '../models.ts';
import type {Endpoint, Vendor} from '../vendor.ts';
import {bearer, json, routesOf} from '../vendor.ts';
import {chatDialect} from './chat.ts';
import {modelList} from './model-list.ts';
import {openaiError, openaiRefusals} from './openai-words.ts';

const tags: Endpoint = {
	name: 'GET /api/tags',
	cost: 'public',
	answer: ({models}) => json(200, {models: models.map((name) => ({name, model: name, size: 0}))}),
};

/** Ollama, a server of one's own: any key will do, or none. */
export const ollama: Vendor = {
	name: 'ollama',
	basePath: '/v1',
	needsKey: false,
	models: vendorModels.ollama,
	limits: {},
	contextTokens: 131_072,
	route: routesOf([
		tags,
		modelList('GET /v1/models', 'library', 'public'),
		{
			name: 'POST /v1/chat/completions',
			cost: 'completion',
			dialect: chatDialect({idPrefix: 'chatcmpl-', usageAt: 'own-chunk-if-asked'}),
		},
	]),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals: {
		...openaiRefusals,
		'model-unknown': ({model}) =>
			openaiError(404, {message: `model "${model}" not found, try pulling it first`, type: 'not_found_error'}),
		overloaded: () =>
			openaiError(503, {
				message: 'server busy, please try again. maximum pending requests exceeded',
				type: 'api_error',
			}),
	},
	marks: () => ({}),
	limitHeaders: () => ({}),
};
