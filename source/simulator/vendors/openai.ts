import {vendorModels} from '../models.ts';
import type {Endpoint, Vendor} from '../vendor.ts';
import {bearer, routesOf} from '../vendor.ts';
import {chatDialect} from './chat.ts';
import {ratelimitHeaders} from './limit-headers.ts';
import {modelCard, modelList, oneModel} from './model-list.ts';
import {openaiRefusals} from './openai-words.ts';
import {responsesDialect} from './responses.ts';

const modelPrefix = '/v1/models/';

const model: Endpoint = {
	name: `GET ${modelPrefix}*`,
	cost: 'free',
	answer: oneModel(modelPrefix, (id) => modelCard(id, 'openai')),
};

const fixed = routesOf([
	modelList('GET /v1/models', 'openai'),
	{
		name: 'POST /v1/chat/completions',
		cost: 'completion',
		dialect: chatDialect({idPrefix: 'chatcmpl-', usageAt: 'own-chunk-if-asked'}),
	},
	{name: 'POST /v1/responses', cost: 'completion', dialect: responsesDialect},
]);

/** OpenAI: platform API reference, error reference and recorded answers. */
export const openai: Vendor = {
	name: 'openai',
	basePath: '/v1',
	needsKey: true,
	models: vendorModels.openai,
	limits: {requestsPerMinute: 500, tokensPerMinute: 200_000},
	contextTokens: 400_000,
	route: (method, path) =>
		fixed(method, path) ?? (method === 'GET' && path.startsWith(modelPrefix) ? model : undefined),
	credential: (headers) => bearer(headers) ?? {kind: 'no-credential'},
	refusals: openaiRefusals,
	marks: (id, key) => ({
		'x-request-id': `req_${id}`,
		'openai-version': '2020-10-01',
		'openai-processing-ms': '12',
		...(key && {
			'openai-organization': key.account.name,
			'openai-project': `proj_${key.account.id.slice(0, 24)}`,
		}),
	}),
	limitHeaders: (readings, now) => ratelimitHeaders(readings, now, 'requests-minute'),
};
