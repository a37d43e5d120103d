import {readFileSync} from 'node:fs';
import {chmod, rm} from 'node:fs/promises';
import {createServer, type RequestListener, type Server} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {createConnection, isIP, type Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {KeydeckError} from '../errors.ts';
import {standingHeaders} from './http-app.ts';

const limits = {
	headersTimeout: 10_000,
	requestTimeout: 30_000,
	maxHeaderSize: 16 * 1024,
	keepAliveTimeout: 65_000,
} as const;
const mostConnections = 512;

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
};

export type Tls = {readonly cert: string; readonly key: string};

/** Opens a port. Throws KeydeckError `PORT_IN_USE`, `PORT_REFUSED`, `TLS_UNUSABLE`. */
export async function listenAt(
	{
		host,
		port,
		setting,
		tls,
	}: {readonly host: string; readonly port: number; readonly setting: string; readonly tls: Tls},
	answers: Answers,
): Promise<Listening> {
	const server = serverWith(answers, tls);
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
	if (await isListening(path)) {
		throw new KeydeckError('PORT_IN_USE', `another process listens at ${path}`, {hint: 'name another path, or end it'});
	}
	await rm(path, {force: true});
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

/** Stops accepting, lets running answers finish for a while, then cuts off what is left. */
export async function stopServer(server: Server, patience: Promise<void>): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeIdleConnections();
	await Promise.race([closed, patience]);
	server.closeAllConnections();
	await closed;
}

function serverWith({request, upgrade}: Answers, tls: Tls): Server {
	// The gate answers for a missing Host itself, in the form of all errors.
	const options = {...limits, requireHostHeader: false};
	const server =
		tls.cert === '' ? createServer(options, request) : createTlsServer({...options, ...readTls(tls)}, request);
	server.maxConnections = mostConnections;
	server.on('upgrade', upgrade);
	server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerClientError(error, socket as Socket));
	return server;
}

/** What is not HTTP, too slow or too large never reaches the gate. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
	if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
	const [status, code] =
		error.code === 'HPE_HEADER_OVERFLOW'
			? [431, 'TOO_LARGE']
			: error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
				? [408, 'TOO_SLOW']
				: [400, 'BAD_REQUEST'];
	const text = JSON.stringify({error: 'the request cannot be read', code, hint: 'send plain HTTP/1.1'});
	const headers = {
		...standingHeaders,
		'content-type': 'application/json; charset=utf-8',
		'content-length': Buffer.byteLength(text),
		connection: 'close',
	};
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${text}`);
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
		hint: code === 'EACCES' ? 'ports below 1024 need rights; take a higher one' : 'check server.host',
	});
}

/** An IPv6 address stands in brackets in a URL. */
export function shownHost(host: string): string {
	return isIP(host) === 6 ? `[${host}]` : host;
}

function isListening(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection(path);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
