import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import fastify, {type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify';
import {z} from 'zod';
import type {Bearer} from './access-tokens.ts';
import type {Gate, Need} from './gate.ts';
import {standingHeaders, writeRefusal} from './raw-answer.ts';
import {badRequest, notFound, RequestRefused, refusalOf} from './refusal.ts';
import {ruleOf} from './request-rule.ts';
import {type Route, TextAnswer} from './route.ts';

/** Largest body of a request, bytes. */
const bodyLimit = 1024 * 1024;

type Options = {
	readonly routes: readonly Route[];
	readonly gate: Gate;
	/** Told what nobody meant to happen; never a request's headers or body. */
	readonly onFailure: (error: unknown, place: string) => void;
	/** Takes the keys out of a text that may repeat what was sent. */
	readonly clean: (text: string) => string;
};

/** Where a request carries whose token it came with. Not a weak map: each entry of one costs every collection. */
const bearerOf = Symbol('bearer');
type Admitted = IncomingMessage & {[bearerOf]?: Bearer};

/** Answers the requests the gate has admitted. */
export type HttpApp = {
	readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
	/** Resolves once no answer is under way. */
	readonly idle: () => Promise<void>;
	readonly close: () => Promise<void>;
};

/** The router over all routes; it listens nowhere by itself. */
export async function createHttpApp({routes, gate, onFailure, clean}: Options): Promise<HttpApp> {
	const require = (need: Need, {raw}: FastifyRequest): void => gate.require(need, (raw as Admitted)[bearerOf]);
	const refuse = (reply: FastifyReply, refusal: RequestRefused): FastifyReply => send(reply, refusal, clean);
	const app = fastify({
		bodyLimit,
		routerOptions: {maxParamLength: 500},
		frameworkErrors: (error, request, reply) =>
			refuse(
				reply,
				refusalOfAddress(error, () => require('read', request)),
			),
		return503OnClosing: false,
	});
	app.removeContentTypeParser('text/plain');
	// Before the body is read: who may not do it need not send it. What is no route needs a reader's right.
	app.addHook('onRequest', async (request, reply) => {
		const {need = 'read'} = request.routeOptions.config as {readonly need?: Need};
		require(need, request);
		if (/^100-continue$/i.test(request.headers.expect ?? '')) reply.raw.writeContinue();
	});
	for (const route of routes) mount(app, route);
	app.setNotFoundHandler((request, reply) =>
		refuse(
			reply,
			notFound(`there is no ${request.method} ${pathOf(request)}`, 'GET /openapi.json lists what there is'),
		),
	);
	app.setErrorHandler((error: FastifyError, request, reply) => {
		const refusal = isOfRequest(error) ? refusalOfFramework(error) : refusalOf(error);
		if (refusal.body.code === 'INTERNAL') onFailure(error, `${request.method} ${request.routeOptions.url ?? '?'}`);
		return refuse(reply, refusal);
	});
	await app.ready();
	const running = new Running();
	const answer = behindGate(gate, app);
	return {
		answer(request, response) {
			running.add(response);
			answer(request, response);
		},
		idle: () => running.ended(),
		close: () => app.close(),
	};
}

/**
 * Answers that have been begun and not ended: only counted, because a set of them makes its old
 * tables keep every answer alive until the next full collection.
 */
class Running {
	#count = 0;
	#waiting: (() => void)[] = [];
	readonly #end = (): void => {
		this.#count -= 1;
		if (this.#count > 0) return;
		for (const tell of this.#waiting) tell();
		this.#waiting = [];
	};

	add(response: ServerResponse): void {
		this.#count += 1;
		response.once('close', this.#end);
	}

	ended(): Promise<void> {
		if (this.#count === 0) return Promise.resolve();
		return new Promise((resolve) => this.#waiting.push(resolve));
	}
}

/** Lets in what the gate admits; the connection of what it refuses ends, whatever else stands in it. */
function behindGate(gate: Gate, app: FastifyInstance): HttpApp['answer'] {
	const ending = new WeakSet<Socket>();
	return (request: Admitted, response) => {
		// A request behind a refused one will not be answered, so it must do nothing either.
		if (ending.has(request.socket)) return void request.resume();
		try {
			const bearer = gate.admit(request);
			if (bearer !== undefined) request[bearerOf] = bearer;
		} catch (error) {
			ending.add(request.socket);
			writeRefusal(response, refusalOf(error));
			request.resume();
			return;
		}
		app.routing(request, response);
	};
}

function mount(app: FastifyInstance, route: Route): void {
	app.route({
		method: route.method,
		url: route.path,
		// HEAD must never lease a key; a load balancer asks with it whether the process lives.
		exposeHeadRoute: route.need === 'nothing',
		config: {need: route.need},
		handler: async (request, reply) => {
			const bearer = (request.raw as Admitted)[bearerOf];
			const answer = await route.run({
				params: checked(route.params, request.params, 'the address'),
				query: checked(route.query, request.query, 'the query'),
				body: checked(route.body, request.body, 'the body'),
				by: bearer?.label ?? 'somebody here',
				from: request.raw.socket.remoteAddress ?? 'unix socket',
				signal: () => signalOf(request, reply),
				isGone: () => reply.raw.destroyed || !request.raw.socket.writable,
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
	throw badRequest(
		`${place} ${issue === undefined ? 'is wrong' : ruleOf(issue)}`,
		'GET /openapi.json says what it takes',
	);
}

/** An answer that waits behind others on its connection hears of the end of the connection alone. */
function signalOf({raw: {socket}}: FastifyRequest, {raw}: FastifyReply): AbortSignal {
	const gone = new AbortController();
	const end = (): void => gone.abort();
	if (!socket.writable) end();
	// Any number of requests may wait on one connection; Node takes the eleventh for a leak.
	socket.setMaxListeners(0);
	socket.once('close', end);
	raw.once('close', () => {
		socket.off('close', end);
		end();
	});
	return gone.signal;
}

/** The fault is in what was sent, or in how it ended: no news for the log. */
function isOfRequest(error: FastifyError): boolean {
	return typeof error.statusCode === 'number' && error.statusCode < 500;
}

/** An address that cannot be read tells nothing to who may not read anything. */
function refusalOfAddress(error: FastifyError, require: () => void): RequestRefused {
	try {
		require();
		return refusalOfFramework(error);
	} catch (refused) {
		return refusalOf(refused);
	}
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

function send(
	reply: FastifyReply,
	{status, body, retryAfterS}: RequestRefused,
	clean: (text: string) => string,
): FastifyReply {
	if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
	if (status === 401) reply.header('www-authenticate', 'Bearer');
	reply.code(status).headers(standingHeaders).type('application/json; charset=utf-8');
	return reply.send({...body, error: clean(body.error)});
}

function pathOf(request: FastifyRequest): string {
	return JSON.stringify((request.raw.url ?? '').split('?', 1)[0]);
}
