import type {IncomingMessage} from 'node:http';
import type {Clock} from '../clock.ts';
import type {AccessTokens, Bearer, Scope} from './access-tokens.ts';
import {RequestRefused} from './refusal.ts';

/** Who may use a route: nobody need say who they are, or a token with this scope is needed. */
export type Need = 'nothing' | Scope;

export type GateOptions = {
	readonly tokens: Pick<AccessTokens, 'bearerOf'>;
	readonly clock: Clock;
	/** Bound to a loopback address: what holds no secret may be read without a token. */
	readonly loopback: boolean;
	/** Exact Host headers; undefined on a unix socket, which no browser reaches. */
	readonly hosts: ReadonlySet<string> | undefined;
	/** Exact Origin headers. */
	readonly origins: ReadonlySet<string>;
};

const wrongTokensAMinute = 10;
const minuteMs = 60_000;
const mostPeers = 10_000;

/**
 * Stands in front of the router and looks at the raw request, upgrades too: where it was sent to
 * (Host), which page sent it (Origin), and whose token it carries. What a route needs is asked
 * afterwards by `require`, so that a route is never found by somebody who may not use it.
 */
export class Gate {
	readonly #options: GateOptions;
	readonly #wrong = new Map<string, {count: number; since: number}>();

	constructor(options: GateOptions) {
		this.#options = options;
	}

	/** The bearer of its token, undefined without one. Throws `RequestRefused`. */
	admit(request: IncomingMessage): Bearer | undefined {
		this.#checkTarget(request);
		this.#checkHost(request);
		this.#checkOrigin(request);
		const text = tokenIn(request);
		if (text === undefined) return undefined;
		const bearer = this.#options.tokens.bearerOf(text);
		if (bearer === undefined) throw this.#wrongToken(request);
		return bearer;
	}

	/** Throws `RequestRefused` unless the bearer may use a route that needs this. */
	require(need: Need, bearer: Bearer | undefined): void {
		if (need === 'nothing') return;
		// Where anybody here may read, somebody with a token for less may too.
		if (need === 'read' && this.#options.loopback) return;
		if (bearer === undefined) {
			throw refusal(401, 'TOKEN_REQUIRED', 'this needs an access token', {
				hint: 'send Authorization: Bearer <token>; keydeck token show prints it',
			});
		}
		if (bearer.scopes.has(need)) return;
		throw refusal(403, 'SCOPE_REQUIRED', `this token may not do that: it lacks the scope ${need}`, {
			hint: `make one that may: keydeck token add <name> --scope ${need}`,
		});
	}

	/** Absolute targets name a host of their own; only a plain path is routed. */
	#checkTarget({url = ''}: IncomingMessage): void {
		if (url.startsWith('/') && !url.startsWith('//')) return;
		throw refusal(403, 'HOST_REFUSED', 'the request target must be a path', {hint: 'ask for /…, without a host in it'});
	}

	#checkHost(request: IncomingMessage): void {
		const {hosts} = this.#options;
		if (hosts === undefined) return;
		const told = valuesOf(request, 'host');
		if (told.length === 1 && told[0] !== undefined && hosts.has(told[0])) return;
		throw refusal(403, 'HOST_REFUSED', 'this service is not called by that name', {
			hint: 'use 127.0.0.1 or localhost with its port, or add the name to server.allowedHosts',
		});
	}

	#checkOrigin(request: IncomingMessage): void {
		const origins = valuesOf(request, 'origin');
		const known = origins.length === 1 && origins[0] !== undefined && this.#options.origins.has(origins[0]);
		if (known) return;
		const sites = valuesOf(request, 'sec-fetch-site');
		const isForeign = sites.some((site) => site !== 'same-origin' && site !== 'none');
		// Somebody who follows a link to the page comes from elsewhere; the page holds no data.
		const isVisit = request.method === 'GET' && request.url === '/' && request.headers['sec-fetch-mode'] === 'navigate';
		if (origins.length === 0 && (!isForeign || isVisit)) return;
		throw refusal(403, 'ORIGIN_REFUSED', 'web pages of other sites may not use this service', {
			hint: 'add the origin to server.allowedOrigins if it is yours',
		});
	}

	#wrongToken({socket}: IncomingMessage): RequestRefused {
		const now = this.#options.clock.now();
		const peer = socket.remoteAddress ?? 'local';
		if (this.#wrong.size >= mostPeers) this.#wrong.clear();
		let wrong = this.#wrong.get(peer);
		if (wrong === undefined || now - wrong.since >= minuteMs) wrong = {count: 0, since: now};
		wrong.count += 1;
		this.#wrong.set(peer, wrong);
		if (wrong.count <= wrongTokensAMinute) {
			return refusal(401, 'TOKEN_WRONG', 'this is no access token of this service', {
				hint: 'keydeck token show prints the right one; it may have been replaced',
			});
		}
		const waitS = Math.ceil((wrong.since + minuteMs - now) / 1000);
		return new RequestRefused(
			429,
			{
				error: 'too many wrong tokens',
				code: 'TOO_MANY_WRONG_TOKENS',
				hint: `try again in ${waitS} s with the right one`,
			},
			waitS,
		);
	}
}

/** Every value of a header: doubled ones too, which parsers join or drop. */
function valuesOf({rawHeaders}: IncomingMessage, name: string): string[] {
	const values: string[] = [];
	for (let at = 0; at < rawHeaders.length; at += 2) {
		if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
	}
	return values;
}

const socketTokenPrefix = 'keydeck.token.';

/** A token is taken from the header, or from a web socket's list of protocols; never from the address. */
export function tokenIn(request: IncomingMessage): string | undefined {
	const [authorization, ...others] = valuesOf(request, 'authorization');
	// Anything else in that header is a wrong token, not none; so are two of them.
	if (authorization !== undefined) return (others.length === 0 && /^Bearer +(\S+)$/i.exec(authorization)?.[1]) || '';
	const protocols = request.headers['sec-websocket-protocol']?.split(',').map((each) => each.trim());
	return protocols?.find((each) => each.startsWith(socketTokenPrefix))?.slice(socketTokenPrefix.length);
}

function refusal(status: number, code: string, error: string, {hint}: {readonly hint: string}): RequestRefused {
	return new RequestRefused(status, {error, code, hint});
}
