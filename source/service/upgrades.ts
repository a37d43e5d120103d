import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {type WebSocket, WebSocketServer} from 'ws';
import type {Clock, Stoppable} from '../clock.ts';
import {Audience} from '../control/audience.ts';
import {WebSocketChannel} from '../control/channel.ts';
import type {Answering} from '../control/deck-session.ts';
import type {Hello} from '../control/frame.ts';
import {type Deck, unknownKey} from '../engine/deck.ts';
import {KeydeckError} from '../errors.ts';
import type {AccessTokens, Bearer, Scope} from './access-tokens.ts';
import type {AuditEntry} from './audit.ts';
import {type Gate, tokenIn} from './gate.ts';
import {LiveFeed} from './live-feed.ts';
import {refuseSocket} from './raw-answer.ts';
import {badRequest, notFound, RequestRefused, refusalOf} from './refusal.ts';

/** Longest message of a client, bytes. */
const maxPayload = 64 * 1024;
const mostSockets = 256;
const pingEveryMs = 30_000;
/** Who does not answer a close within this is cut off, ms. */
const closingMs = 500;
/** Close codes of ours: the token is no longer good; the service stops. */
const closeCodes = {tokenGone: 4401, stopping: 1001} as const;

/** Protocol of `/deck`; a browser names it together with its token. */
const deckProtocol = 'keydeck.deck';

type Open = {
	readonly socket: WebSocket;
	/** Absent where none was needed. */
	readonly token: string | undefined;
	readonly from: string;
	alive: boolean;
};

type Options = {
	readonly deck: Deck;
	readonly gate: Gate;
	readonly tokens: Pick<AccessTokens, 'bearerOf'>;
	readonly clock: Clock;
	readonly hello: () => Hello;
	/** Told before an action is carried out. */
	readonly onAction: (entry: AuditEntry) => Promise<void>;
	/** Takes the keys out of a text that may repeat what was sent. */
	readonly clean: (text: string) => string;
};

/** Web sockets: the feed of the original at `/`, and the whole deck at `/deck` for dashboards elsewhere. */
export class Upgrades {
	readonly #options: Options;
	readonly #server = new WebSocketServer({
		noServer: true,
		maxPayload,
		perMessageDeflate: false,
		handleProtocols: (offered) => (offered.has(deckProtocol) ? deckProtocol : false),
	});
	readonly #feed: LiveFeed;
	readonly #audience: Audience;
	readonly #open = new Set<Open>();
	readonly #pinging: Stoppable;
	#closed = false;

	constructor(options: Options) {
		this.#options = options;
		this.#feed = new LiveFeed(options.deck, options.clock);
		this.#audience = new Audience(options.deck, options.clock, options.hello);
		this.#pinging = options.clock.every(pingEveryMs, () => this.#ping());
		this.#server.on('wsClientError', (_error, socket) => {
			refuseSocket(socket, badRequest('this is no handshake of a web socket', 'send one of version 13'), options.clock);
		});
	}

	/** Answers an upgrade: admitted by the gate, to a path there is, or refused with a status. */
	answer(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		socket.on('error', () => undefined);
		try {
			const {gate} = this.#options;
			const bearer = gate.admit(request);
			gate.require('read', bearer);
			const path = request.url?.split('?', 1)[0];
			if (path !== '/' && path !== '/deck') throw notFound('no web socket here', 'there are / and /deck');
			if (this.#closed) throw stopping();
			if (this.#open.size >= mostSockets) throw tooMany();
			this.#server.handleUpgrade(request, socket, head, (opened) => this.#add(opened, path, request));
		} catch (error) {
			refuseSocket(socket, refusalOf(error), this.#options.clock);
		}
	}

	/** Ends what a token opened that is none any more. */
	recheck(): void {
		const gone = [...this.#open].filter((open) => open.token !== undefined && this.#bearerOf(open) === undefined);
		this.#end(gone, closeCodes.tokenGone, 'the token was replaced');
	}

	close(): void {
		this.#closed = true;
		this.#pinging.stop();
		this.#feed.close();
		this.#end([...this.#open], closeCodes.stopping, 'the service stops');
	}

	#end(ending: readonly Open[], code: number, reason: string): void {
		for (const {socket} of ending) socket.close(code, reason);
		this.#options.clock.after(closingMs, () => {
			for (const {socket} of ending) socket.terminate();
		});
	}

	#add(socket: WebSocket, path: '/' | '/deck', request: IncomingMessage): void {
		const from = request.socket.remoteAddress ?? 'unix socket';
		const open: Open = {socket, token: tokenIn(request), from, alive: true};
		this.#open.add(open);
		socket.on('pong', () => {
			open.alive = true;
		});
		socket.on('close', () => this.#open.delete(open));
		if (path === '/') this.#feed.add(socket);
		else this.#audience.add(new WebSocketChannel(socket), this.#answeringOf(open));
	}

	/** Whom it stands for now: a token may have been replaced, or have other rights, since the socket was opened. */
	#bearerOf({token}: Open): Bearer | undefined {
		return token === undefined ? undefined : this.#options.tokens.bearerOf(token);
	}

	#answeringOf(open: Open): Answering {
		return async (method, params, progress) => {
			try {
				return await this.#call(open, method, params, progress);
			} catch (error) {
				if (!(error instanceof KeydeckError) && !(error instanceof RequestRefused)) throw error;
				const {body} = refusalOf(error);
				throw new KeydeckError(body.code, this.#options.clean(body.error), {hint: body.hint});
			}
		};
	}

	async #call(open: Open, ...[method, params, progress]: Parameters<Answering>): Promise<unknown> {
		const {deck, gate, onAction} = this.#options;
		const bearer = this.#bearerOf(open);
		if (open.token !== undefined && bearer === undefined) throw tokenGone();
		const {deckMethods, scopeOf} = await import('../control/deck-methods.ts');
		const call = deckMethods.get(method);
		if (call === undefined) throw unknown(method);
		const scope: Scope = scopeOf(method);
		gate.require(scope, bearer);
		ensureKey(params, deck);
		if (scope !== 'admin') return call(deck, params, progress);
		const by = bearer?.label ?? 'somebody here';
		await onAction({action: `deck.${method}`, by, from: open.from, ...subjectOf(params, deck)});
		// Who does it is who the token says, not who the message says.
		return call(deck, typeof params === 'object' ? {...params, by} : params, progress);
	}

	#ping(): void {
		for (const open of this.#open) {
			if (!open.alive) open.socket.terminate();
			open.alive = false;
			open.socket.ping();
		}
	}
}

/** What an action is done to, as far as its parameters name it. */
function subjectOf(params: unknown, deck: Deck): Pick<AuditEntry, 'key' | 'label' | 'model'> {
	if (typeof params !== 'object' || params === null) return {};
	const {kid, kids, model} = params as {readonly kid?: unknown; readonly kids?: unknown; readonly model?: unknown};
	const wanted = kid ?? (Array.isArray(kids) && kids.length === 1 ? kids[0] : undefined);
	const key = deck.snapshot().keys.find((each) => each.kid === wanted);
	return {
		...(key === undefined ? {} : {key: key.hash, label: key.label}),
		...(typeof model === 'string' ? {model: model.slice(0, 200)} : {}),
	};
}

/** An id of no key is not looked for, nor repeated. */
function ensureKey(params: unknown, deck: Deck): void {
	if (typeof params !== 'object' || params === null || !('kid' in params)) return;
	const {kid} = params;
	if (typeof kid === 'string' && !deck.snapshot().keys.some((key) => key.kid === kid)) throw unknownKey(kid);
}

function unknown(method: string): KeydeckError {
	return new KeydeckError('BAD_REQUEST', `there is no method ${JSON.stringify(method)}`, {
		hint: 'both sides should be of one version of keydeck',
	});
}

function tooMany(): RequestRefused {
	return new RequestRefused(
		503,
		{
			error: `${mostSockets} web sockets are open already`,
			code: 'TOO_MANY_SOCKETS',
			hint: 'close some, or try again later',
		},
		30,
	);
}

function stopping(): RequestRefused {
	const error = 'the service stops';
	return new RequestRefused(503, {error, code: 'STOPPING', hint: 'try again when it is back'}, 5);
}

function tokenGone(): RequestRefused {
	const hint = 'connect again with the new one';
	return new RequestRefused(401, {error: 'the token of this connection was replaced', code: 'TOKEN_WRONG', hint});
}
