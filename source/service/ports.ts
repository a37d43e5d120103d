import {existsSync, lstatSync, readFileSync} from 'node:fs';
import {chmod, rm} from 'node:fs/promises';
import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {createConnection, isIP} from 'node:net';
import {dirname} from 'node:path';
import type {Duplex} from 'node:stream';
import type {Clock} from '../clock.ts';
import {KeydeckError} from '../errors.ts';
import {refuseSocket} from './raw-answer.ts';
import {RequestRefused} from './refusal.ts';

/** How long and how large a request may be. */
export type PortLimits = {
	/** @default 10000 */
	readonly headersTimeoutMs?: number;
	/** @default 30000 */
	readonly requestTimeoutMs?: number;
	/** Per port. @default 512 */
	readonly connections?: number;
};

/** Where to listen, and within which limits. */
type Door = {
	readonly host: string;
	readonly port: number;
	readonly setting: string;
	readonly tls: Tls;
	readonly limits?: PortLimits | undefined;
};

const maxHeaderSize = 16 * 1024;
const keepAliveTimeout = 65_000;
/** Those that are late are looked for this often, ms. */
const lookForLateMs = 1000;

export type Listening = {
	/** `http://127.0.0.1:3001`. */
	readonly url: string;
	readonly port: number;
	readonly server: Server;
};

/** What a port answers with. */
export type Answers = {
	readonly request: RequestListener;
	readonly upgrade: (request: Parameters<RequestListener>[0], socket: Duplex, head: Buffer) => void;
	readonly clock: Pick<Clock, 'after'>;
};

type Tls = {readonly cert: string; readonly key: string};

/** Opens a port. Throws KeydeckError `PORT_IN_USE`, `PORT_REFUSED`, `TLS_UNUSABLE`. */
export async function listenAt({host, port, setting, tls, limits}: Door, answers: Answers): Promise<Listening> {
	const server = serverWith(answers, tls, limits);
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, {host, port, setting})));
		server.listen({host, port}, resolve);
	});
	const address = server.address();
	const bound = typeof address === 'object' && address !== null ? address.port : port;
	return {url: `${tls.cert === '' ? 'http' : 'https'}://${shownHost(host)}:${bound}`, port: bound, server};
}

/** Opens a unix socket, 0600; one that nobody listens at any more is replaced. Throws `PORT_IN_USE`. */
export async function listenAtSocket(path: string, answers: Answers): Promise<Server> {
	await makeWay(path);
	const server = serverWith(answers, {cert: '', key: ''});
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) =>
			reject(new KeydeckError('PORT_REFUSED', `cannot listen at ${path} (${error.code ?? 'unknown error'})`)),
		);
		server.listen(path, resolve);
	});
	await chmod(path, 0o600);
	return server;
}

/** Stops accepting and cuts off what is left once `done`: connections nothing runs on must not hold it up. */
export async function stopServer(server: Server, done: Promise<unknown>): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeIdleConnections();
	await Promise.race([closed, done]);
	server.closeAllConnections();
	await closed;
}

function serverWith(
	{request, upgrade, clock}: Answers,
	tls: Tls,
	{headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, connections = 512}: PortLimits = {},
): Server {
	const options = {
		maxHeaderSize,
		keepAliveTimeout,
		headersTimeout: headersTimeoutMs,
		requestTimeout: requestTimeoutMs,
		connectionsCheckingInterval: Math.min(lookForLateMs, headersTimeoutMs),
		// The gate answers for a missing Host itself, in the form of all errors.
		requireHostHeader: false,
		// Some clients offer HTTP/2 with each request; they take the answer in HTTP/1.1.
		shouldUpgradeCallback: ({headers}: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
	};
	const server =
		tls.cert === '' ? createServer(options, request) : createTlsServer({...options, ...readTls(tls)}, request);
	server.maxConnections = connections;
	server.on('upgrade', upgrade);
	// Who may send a body is told to go on once that is known; other expectations are not looked at.
	server.on('checkContinue', request);
	server.on('checkExpectation', request);
	server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
		if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
		else refuseSocket(socket, unreadable(error), clock);
	});
	return server;
}

/** What is not HTTP, too slow or too large never reaches the gate. */
function unreadable({code}: NodeJS.ErrnoException): RequestRefused {
	const hint = 'send plain HTTP/1.1';
	switch (code) {
		case 'HPE_HEADER_OVERFLOW':
			return new RequestRefused(431, {
				error: 'the headers are larger than 16 KiB',
				code: 'TOO_LARGE',
				hint: 'send less',
			});
		case 'ERR_HTTP_REQUEST_TIMEOUT':
			return new RequestRefused(408, {error: 'the request came too slowly', code: 'TOO_SLOW', hint: 'send it at once'});
		default:
			return new RequestRefused(400, {error: 'the request cannot be read', code: 'BAD_REQUEST', hint});
	}
}

function readTls({cert, key}: Tls): {cert: Buffer; key: Buffer} {
	try {
		return {cert: readFileSync(cert), key: readFileSync(key)};
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		throw new KeydeckError('TLS_UNUSABLE', `the certificate ${cert} or its key ${key} cannot be read (${code})`, {
			hint: 'check server.tls in keydeck.config.json',
		});
	}
}

function portError(
	{code}: NodeJS.ErrnoException,
	{host, port, setting}: {readonly host: string; readonly port: number; readonly setting: string},
): KeydeckError {
	const place = `${shownHost(host)}:${port}`;
	if (code === 'EADDRINUSE') {
		return new KeydeckError('PORT_IN_USE', `port ${port} is in use (${place})`, {
			hint: `end the program that has it (ss -ltnp 'sport = :${port}' names it), or set ${setting} to another port`,
		});
	}
	return new KeydeckError('PORT_REFUSED', `cannot listen at ${place} (${code ?? 'unknown error'})`, {
		hint:
			code === 'EACCES'
				? 'ports below 1024 need rights; take a higher one'
				: 'name an address of this machine with --host or server.host',
	});
}

/** An IPv6 address stands in brackets in a URL. */
export function shownHost(host: string): string {
	return isIP(host) === 6 ? `[${host}]` : host;
}

/** Takes away the socket of a dead process, and nothing else. Throws `PORT_IN_USE`, `PORT_REFUSED`. */
async function makeWay(path: string): Promise<void> {
	const stats = lstatSync(path, {throwIfNoEntry: false});
	// The system would speak of rights.
	if (stats === undefined && !existsSync(dirname(path)))
		throw new KeydeckError('PORT_REFUSED', `the folder ${dirname(path)} is not there`, {
			hint: 'make it, or name another path',
		});
	if (stats === undefined) return;
	const hint = 'name another path, or end it';
	if (!stats.isSocket())
		throw new KeydeckError('PORT_REFUSED', `${path} is there and is no socket`, {hint: 'name another path'});
	if (await isListening(path)) throw new KeydeckError('PORT_IN_USE', `another process listens at ${path}`, {hint});
	await rm(path, {force: true});
}

/** Only a refusal says that nobody does: a listener may be busy, or another user's. */
function isListening(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection(path);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', ({code}: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
	});
}
