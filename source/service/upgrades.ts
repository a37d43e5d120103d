import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {type WebSocket, WebSocketServer} from 'ws';
import type {Clock, Stoppable} from '../clock.ts';
import {Audience} from '../control/audience.ts';
import {WebSocketChannel} from '../control/channel.ts';
import type {Answering} from '../control/deck-session.ts';
import type {Hello} from '../control/frame.ts';
import type {Deck} from '../engine/deck.ts';
import {KeydeckError} from '../errors.ts';
import type {AccessTokens, Bearer, Scope} from './access-tokens.ts';
import type {Gate} from './gate.ts';
import {standingHeaders} from './http-app.ts';
import {LiveFeed} from './live-feed.ts';
import {notFound, RequestRefused, refusalOf} from './refusal.ts';

/** Longest message of a client, bytes. */
const maxPayload = 64 * 1024;
const mostSockets = 256;
const pingEveryMs = 30_000;
/** Close codes of ours: the token is no longer good; the service stops. */
const closeCodes = {tokenGone: 4401, stopping: 1001} as const;

/** Protocol of `/deck`; a browser names it together with its token. */
const deckProtocol = 'keydeck.deck';

type Open = {readonly socket: WebSocket; readonly token: string | undefined; alive: boolean};

type Options = {
	readonly deck: Deck;
	readonly gate: Gate;
	readonly tokens: Pick<AccessTokens, 'bearerOf'>;
	readonly clock: Clock;
	readonly hello: () => Hello;
	/** Told before an action is carried out. */
	readonly onAction: (method: string, by: string) => Promise<void>;
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

	constructor(options: Options) {
		this.#options = options;
		this.#feed = new LiveFeed(options.deck, options.clock);
		this.#audience = new Audience(options.deck, options.clock, options.hello);
		this.#pinging = options.clock.every(pingEveryMs, () => this.#ping());
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
			if (this.#open.size >= mostSockets) throw tooMany();
			this.#server.handleUpgrade(request, socket, head, (opened) => this.#add(opened, path, bearer, tokenOf(request)));
		} catch (error) {
			refuse(socket, refusalOf(error));
		}
	}

	/** Ends what a token opened that is none any more. */
	recheck(): void {
		for (const {socket, token} of this.#open) {
			if (token !== undefined && this.#options.tokens.bearerOf(token) === undefined)
				socket.close(closeCodes.tokenGone, 'the token was replaced');
		}
	}

	close(): void {
		this.#pinging.stop();
		for (const {socket} of this.#open) socket.close(closeCodes.stopping, 'the service stops');
		// Who does not answer a close within a moment is cut off.
		this.#options.clock.after(500, () => {
			for (const {socket} of this.#open) socket.terminate();
		});
	}

	#add(socket: WebSocket, path: '/' | '/deck', bearer: Bearer | undefined, token: string | undefined): void {
		const open: Open = {socket, token, alive: true};
		this.#open.add(open);
		socket.on('pong', () => {
			open.alive = true;
		});
		socket.on('close', () => this.#open.delete(open));
		if (path === '/') this.#feed.add(socket);
		else this.#audience.add(new WebSocketChannel(socket), this.#answeringOf(bearer));
	}

	#answeringOf(bearer: Bearer | undefined): Answering {
		const {deck, gate, onAction} = this.#options;
		return async (method, params, progress) => {
			const {deckMethods, scopeOf} = await import('../control/deck-methods.ts');
			const call = deckMethods.get(method);
			if (call === undefined) throw unknown(method);
			const scope: Scope = scopeOf(method);
			try {
				gate.require(scope, bearer);
			} catch (error) {
				const {body} = refusalOf(error);
				throw new KeydeckError(body.code, body.error, {hint: body.hint});
			}
			const by = bearer?.label ?? 'somebody here';
			if (scope === 'admin') await onAction(method, by);
			return call(deck, params, progress);
		};
	}

	#ping(): void {
		for (const open of this.#open) {
			if (!open.alive) open.socket.terminate();
			open.alive = false;
			open.socket.ping();
		}
	}
}

function tokenOf({headers}: IncomingMessage): string | undefined {
	const named = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim());
	const offered = named?.find((each) => each.startsWith('keydeck.token.'))?.slice('keydeck.token.'.length);
	return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? offered;
}

function unknown(method: string): KeydeckError {
	return new KeydeckError('BAD_REQUEST', `there is no method ${JSON.stringify(method.slice(0, 100))}`, {
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

function refuse(socket: Duplex, {status, body, retryAfterS}: RequestRefused): void {
	const text = JSON.stringify(body);
	const headers = {
		...standingHeaders,
		'content-type': 'application/json; charset=utf-8',
		'content-length': Buffer.byteLength(text),
		connection: 'close',
		...(retryAfterS === undefined ? {} : {'retry-after': retryAfterS}),
	};
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${text}`);
}
