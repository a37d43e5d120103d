import type {Scope} from '../../source/service/access-tokens.ts';

/** One good request to a route, and who may send it. */
export type Example = {
	readonly method: string;
	readonly path: string;
	readonly body?: unknown;
	readonly need: 'nothing' | Scope;
};

/**
 * A good request to every route, by its name in the description of the service. `alert` and `lease`
 * stand for ids of the deck.
 */
export const examples: Readonly<Record<string, Example>> = {
	'GET /api/keys/status': {method: 'GET', path: '/api/keys/status', need: 'read'},
	'GET /api/keys/{model}': {method: 'GET', path: '/api/keys/gpt-4o?tokens=5', need: 'keys'},
	'POST /api/keys/{model}/usage': {
		method: 'POST',
		path: '/api/keys/gpt-4o/usage',
		body: {hash: ':hash', tokens: 3, latencyMs: 120},
		need: 'keys',
	},
	'POST /api/keys/{model}/failure': {
		method: 'POST',
		path: '/api/keys/gpt-4o/failure',
		body: {hash: ':hash', status: 500, error: 'upstream failed'},
		need: 'keys',
	},
	'GET /api/keys/{model}/why': {method: 'GET', path: '/api/keys/gpt-4o/why', need: 'read'},
	'GET /api/stats': {method: 'GET', path: '/api/stats', need: 'read'},
	'GET /api/health/summary': {method: 'GET', path: '/api/health/summary', need: 'read'},
	'GET /api/health/alerts': {method: 'GET', path: '/api/health/alerts', need: 'read'},
	'GET /api/health/history': {method: 'GET', path: '/api/health/history?span=minute&hours=2', need: 'read'},
	'GET /api/health/{model}/{keyIndex}': {method: 'GET', path: '/api/health/gpt-4o/0', need: 'read'},
	'GET /metrics': {method: 'GET', path: '/metrics', need: 'read'},
	'GET /healthz': {method: 'GET', path: '/healthz', need: 'nothing'},
	'GET /readyz': {method: 'GET', path: '/readyz', need: 'read'},
	'POST /api/keys/{model}/{keyIndex}/disable': {method: 'POST', path: '/api/keys/gpt-4o/1/disable', need: 'admin'},
	'POST /api/keys/{model}/{keyIndex}/enable': {method: 'POST', path: '/api/keys/gpt-4o/1/enable', need: 'admin'},
	'POST /api/keys/{model}/{keyIndex}/drain': {method: 'POST', path: '/api/keys/gpt-4o/1/drain', need: 'admin'},
	'POST /api/keys/{model}/{keyIndex}/test': {method: 'POST', path: '/api/keys/gpt-4o/0/test', body: {}, need: 'admin'},
	'PUT /api/models/{model}/strategy': {
		method: 'PUT',
		path: '/api/models/gpt-4o/strategy',
		body: {strategy: 'round-robin'},
		need: 'admin',
	},
	'POST /api/alerts/{id}/ack': {method: 'POST', path: '/api/alerts/:alert/ack', need: 'admin'},
	'POST /api/alerts/{id}/silence': {
		method: 'POST',
		path: '/api/alerts/:alert/silence',
		body: {minutes: 5},
		need: 'admin',
	},
	'GET /': {method: 'GET', path: '/', need: 'nothing'},
	'GET /page.js': {method: 'GET', path: '/page.js', need: 'nothing'},
	'GET /page.css': {method: 'GET', path: '/page.css', need: 'nothing'},
	'GET /openapi.json': {method: 'GET', path: '/openapi.json', need: 'read'},
};

/** The names of all routes a description lists. */
export function routesIn(description: {readonly paths: Readonly<Record<string, object>>}): string[] {
	return Object.entries(description.paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
	);
}
