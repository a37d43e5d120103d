import type {IncomingMessage, ServerResponse} from 'node:http';
import fastify, {type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify';
import {z} from 'zod';
import type {Bearer} from './access-tokens.ts';
import type {Gate} from './gate.ts';
import {badRequest, notFound, RequestRefused, refusalOf} from './refusal.ts';
import {type Route, TextAnswer} from './route.ts';

/** Largest body of a request, bytes. */
const bodyLimit = 1024 * 1024;

/** On every answer: nothing of a key may stay in a cache, be guessed at, or be read by another site. */
export const standingHeaders = {
	'cache-control': 'no-store',
	'x-content-type-options': 'nosniff',
	'cross-origin-resource-policy': 'same-origin',
} as const;

type Options = {
	readonly routes: readonly Route[];
	readonly gate: Gate;
	/** Told what nobody meant to happen; never a request's headers or body. */
	readonly onFailure: (error: unknown, place: string) => void;
};

/** Answers the requests the gate has admitted. */
export type HttpApp = {
	readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
	readonly close: () => Promise<void>;
};

/** The router over all routes; it listens nowhere by itself. */
export async function createHttpApp({routes, gate, onFailure}: Options): Promise<HttpApp> {
	const bearers = new WeakMap<IncomingMessage, Bearer>();
	const app = fastify({
		bodyLimit,
		routerOptions: {maxParamLength: 500},
		frameworkErrors: (error, _request, reply) => refuse(reply, refusalOfFramework(error)),
		return503OnClosing: false,
	});
	app.removeContentTypeParser('text/plain');
	for (const route of routes) mount(app, route, {gate, bearers});
	app.setNotFoundHandler((request, reply) => {
		gate.require('read', bearers.get(request.raw));
		return refuse(
			reply,
			notFound(`there is no ${request.method} ${pathOf(request)}`, 'GET /openapi.json lists what there is'),
		);
	});
	app.setErrorHandler((error: FastifyError, request, reply) => {
		const refusal = isFrameworkError(error) ? refusalOfFramework(error) : refusalOf(error);
		if (refusal.body.code === 'INTERNAL') onFailure(error, `${request.method} ${request.routeOptions.url ?? '?'}`);
		return refuse(reply, refusal);
	});
	await app.ready();
	return {
		answer(request, response) {
			try {
				const bearer = gate.admit(request);
				if (bearer !== undefined) bearers.set(request, bearer);
			} catch (error) {
				writeRefusal(response, refusalOf(error));
				// What follows in the body of a refused request is not read.
				request.resume();
				return;
			}
			app.routing(request, response);
		},
		close: () => app.close(),
	};
}

type Access = {readonly gate: Gate; readonly bearers: WeakMap<IncomingMessage, Bearer>};

function mount(app: FastifyInstance, route: Route, {gate, bearers}: Access): void {
	app.route({
		method: route.method,
		url: route.path,
		exposeHeadRoute: false,
		// Before the body is read: who may not do it need not send it.
		onRequest: async (request) => gate.require(route.need, bearers.get(request.raw)),
		handler: async (request, reply) => {
			const bearer = bearers.get(request.raw);
			const answer = await route.run({
				params: checked(route.params, request.params, 'the address'),
				query: checked(route.query, request.query, 'the query'),
				body: checked(route.body, request.body, 'the body'),
				by: bearer?.label ?? 'somebody here',
				from: request.raw.socket.remoteAddress ?? 'unix socket',
				signal: () => signalOf(request),
			});
			reply.headers(standingHeaders);
			if (!(answer instanceof TextAnswer)) return answer;
			reply.headers(answer.headers).type(answer.type);
			return answer.text;
		},
	});
}

function checked(shape: z.ZodType | undefined, value: unknown, where: string): unknown {
	if (shape === undefined) return undefined;
	const result = shape.safeParse(value ?? undefined);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const place = issue === undefined || issue.path.length === 0 ? where : `${where}: ${z.core.toDotPath(issue.path)}`;
	throw badRequest(`${place} is wrong: ${issue?.message ?? 'unreadable'}`, 'GET /openapi.json says what it takes');
}

function signalOf(request: FastifyRequest): AbortSignal {
	const gone = new AbortController();
	request.raw.socket.once('close', () => gone.abort());
	return gone.signal;
}

function isFrameworkError(error: FastifyError): boolean {
	return typeof error.code === 'string' && error.code.startsWith('FST_');
}

/** Errors of the router itself, in the words of the service: its own may repeat what was sent. */
function refusalOfFramework(error: FastifyError): RequestRefused {
	switch (error.code) {
		case 'FST_ERR_CTP_BODY_TOO_LARGE':
			return new RequestRefused(413, {error: 'the body is larger than 1 MiB', code: 'TOO_LARGE', hint: 'send less'});
		case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
			return new RequestRefused(415, {
				error: 'the body must be JSON',
				code: 'UNSUPPORTED_MEDIA_TYPE',
				hint: 'send Content-Type: application/json',
			});
		case 'FST_ERR_BAD_URL':
		case 'FST_ERR_MAX_LIMIT_REACHED':
			return badRequest('the address cannot be read', 'percent-encode each part of the path as UTF-8');
		default:
			return badRequest('the request cannot be read', 'send a JSON object as the body, or none');
	}
}

function refuse(reply: FastifyReply, {status, body, retryAfterS}: RequestRefused): FastifyReply {
	if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
	if (status === 401) reply.header('www-authenticate', 'Bearer');
	return reply.code(status).headers(standingHeaders).type('application/json; charset=utf-8').send(body);
}

/** A refusal before the router: the connection ends with it. */
function writeRefusal(response: ServerResponse, {status, body, retryAfterS}: RequestRefused): void {
	const text = JSON.stringify(body);
	response.writeHead(status, {
		...standingHeaders,
		'content-type': 'application/json; charset=utf-8',
		'content-length': Buffer.byteLength(text),
		connection: 'close',
		...(retryAfterS === undefined ? {} : {'retry-after': String(retryAfterS)}),
		...(status === 401 ? {'www-authenticate': 'Bearer'} : {}),
	});
	response.end(text);
}

function pathOf(request: FastifyRequest): string {
	return JSON.stringify((request.raw.url ?? '').split('?', 1)[0]?.slice(0, 200));
}
