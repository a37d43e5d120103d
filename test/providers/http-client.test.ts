import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type RequestListener, type Server} from 'node:http';
import {type AddressInfo, createServer as createTcpServer, type Socket} from 'node:net';
import {afterEach, test} from 'node:test';
import {promisify} from 'node:util';
import {systemClock} from '../../source/clock.ts';
import type {Outcome} from '../../source/domain/outcome.ts';
import {createHttpClient} from '../../source/providers/http-client.ts';
import type {Transport, UpstreamRequest} from '../../source/providers/provider.ts';

const key = 'sk-canary-0123456789';
const credentials = {'x-api-key': key};
const get: UpstreamRequest = {method: 'GET', path: '/v1/models', headers: {}};

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

function client(env: Readonly<Record<string, string>> = {}): Transport {
	const transport = createHttpClient({clock: systemClock, env});
	closing.push(() => transport.close());
	return transport;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	closing.push(() => {
		if ('closeAllConnections' in server) server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

/** A server that speaks raw bytes, or none. */
function serveRaw(onRequest: (socket: Socket) => void): Promise<string> {
	const server = createTcpServer((socket) => {
		socket.on('error', () => {});
		socket.once('data', () => onRequest(socket));
		closing.push(() => socket.destroy());
	});
	return listen(server);
}

type Sending = {request?: UpstreamRequest; timeoutMs?: number; signal?: AbortSignal; transport?: Transport};

function send(
	baseUrl: string,
	{request = get, timeoutMs = 2000, signal, transport = client()}: Sending = {},
): Promise<Outcome> {
	return transport.send({baseUrl}, request, {credentials, timeoutMs, ...(signal && {signal})});
}

function assertFailed(outcome: Outcome, failure: string, detail: RegExp): void {
	assert.equal(outcome.kind, 'failed', JSON.stringify(outcome));
	assert.equal(outcome.failure, failure, outcome.detail);
	assert.match(outcome.detail, detail);
	assert.ok(!JSON.stringify(outcome).includes('canary'));
}

test('an answer comes back with status, headers in lower case, body and timing', async () => {
	const seen: unknown[] = [];
	const baseUrl = await serve((request, response) => {
		let body = '';
		request.on('data', (chunk) => {
			body += chunk;
		});
		request.on('end', () => {
			seen.push([request.method, request.url, request.headers['x-api-key'], request.headers['content-type'], body]);
			response.writeHead(429, {'Retry-After': '7', 'X-Twice': ['a', 'b']});
			response.write('{"error":');
			setTimeout(() => response.end('"é"}'), 20);
		});
	});
	const request: UpstreamRequest = {
		method: 'POST',
		path: '/v1/chat?x=1',
		headers: {'content-type': 'application/json'},
		body: '{"a":"é"}',
	};
	const outcome = await send(`${baseUrl}/base/`, {request});
	assert.deepEqual(seen, [['POST', '/base/v1/chat?x=1', key, 'application/json', '{"a":"é"}']]);
	assert.equal(outcome.kind, 'answered');
	assert.equal(outcome.status, 429);
	assert.equal(outcome.headers['retry-after'], '7');
	assert.equal(outcome.headers['x-twice'], 'a, b');
	assert.equal(outcome.body, '{"error":"é"}');
	const {latencyMs, firstByteMs = -1} = outcome.timing;
	assert.ok(firstByteMs >= 0 && firstByteMs < latencyMs && latencyMs >= 15, JSON.stringify(outcome.timing));
});

test('a server that repeats the credential, in headers or body, is not believed', async () => {
	const baseUrl = await serve((request, response) => {
		const sent = String(request.headers['x-api-key']);
		response.setHeader('openai-organization', sent);
		response.setHeader('x-request-id', `req_${sent}`);
		response.end(`Incorrect API key provided: ${sent}`);
	});
	const outcome = await send(baseUrl);
	assert.ok(!JSON.stringify(outcome).includes(key));
	assert.equal(outcome.kind === 'answered' && outcome.headers['x-request-id'], 'req_[redacted]');
});

test('a POST without a body says so', async () => {
	const baseUrl = await serve((request, response) => response.end(String(request.headers['content-length'])));
	const outcome = await send(baseUrl, {request: {method: 'POST', path: '/v1/check-api-key', headers: {}}});
	assert.equal(outcome.kind === 'answered' && outcome.body, '0');
});

test('a connection is used again', async () => {
	const ports = new Set<number | undefined>();
	const baseUrl = await serve((request, response) => {
		ports.add(request.socket.remotePort);
		response.end('{}');
	});
	const transport = client();
	for (let count = 0; count < 8; count += 1) await send(baseUrl, {transport});
	// The next call may start a moment before the last one has given its connection back.
	assert.ok(ports.size <= 2, `${ports.size} connections`);
});

test('a server that never answers is a timeout', async () => {
	const outcome = await send(await serveRaw(() => {}), {timeoutMs: 60});
	assertFailed(outcome, 'timeout', /^headers timeout after 60 ms$/);
	assert.ok(outcome.timing.latencyMs >= 55 && outcome.timing.latencyMs < 1000);
	assert.equal(outcome.timing.firstByteMs, undefined);
});

test('half a body and then silence is a timeout with a first byte', async () => {
	const baseUrl = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":'));
	const outcome = await send(baseUrl, {timeoutMs: 60});
	assertFailed(outcome, 'timeout', /^body timeout after 60 ms$/);
	assert.equal(typeof outcome.timing.firstByteMs, 'number');
});

test('half a body and then a closed socket is closed', async () => {
	const baseUrl = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":'));
	assertFailed(await send(baseUrl), 'closed', /./);
});

test('a reset after the request was sent is closed', async () => {
	assertFailed(
		await send(await serveRaw((socket) => socket.resetAndDestroy())),
		'closed',
		/^(?:ECONNRESET|socket closed)/,
	);
});

test('nonsense instead of HTTP is closed', async () => {
	assertFailed(
		await send(await serveRaw((socket) => socket.end('what?\r\n\r\n'))),
		'closed',
		/^the answer is not HTTP$/,
	);
});

test('a refused connection, an unknown host and a failed handshake are unreachable', async () => {
	const server = createServer();
	const refused = await listen(server);
	server.close();
	assertFailed(await send(refused), 'unreachable', /^ECONNREFUSED$/);
	assertFailed(await send('http://nowhere.invalid'), 'unreachable', /^(?:ENOTFOUND|EAI_AGAIN|no connection within)/);
	const plain = await serve((_request, response) => response.end());
	assertFailed(await send(plain.replace('http:', 'https:')), 'unreachable', /./);
});

test('a redirect is an answer; the credential goes nowhere else', async () => {
	let visits = 0;
	const other = await serve((_request, response) => {
		visits += 1;
		response.end();
	});
	for (const status of [301, 302, 307, 308]) {
		const baseUrl = await serve((_request, response) => response.writeHead(status, {location: `${other}/steal`}).end());
		const outcome = await send(baseUrl);
		assert.equal(outcome.kind === 'answered' && outcome.status, status);
	}
	assert.equal(visits, 0);
});

test('64 KB of a large body are read, then the rest is refused', async () => {
	const finished = Promise.withResolvers<boolean>();
	const baseUrl = await serve((_request, response) => {
		response.on('close', () => finished.resolve(response.writableFinished));
		response.end('x'.repeat(32_000_000));
	});
	const outcome = await send(baseUrl);
	assert.equal(outcome.kind === 'answered' && outcome.body.length, 65_536);
	assert.equal(await finished.promise, false);
});

test('a caller who aborts gets cancelled, before, while waiting and in the body', async () => {
	const hanging = await serveRaw(() => {});
	const halfway = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'));
	assertFailed(await send(hanging, {signal: AbortSignal.abort()}), 'cancelled', /^by the caller$/);
	for (const baseUrl of [hanging, halfway]) {
		const abort = new AbortController();
		setTimeout(() => abort.abort(), 30);
		assertFailed(await send(baseUrl, {signal: abort.signal}), 'cancelled', /^by the caller$/);
	}
});

test('a hundred calls may share one signal without a warning', async () => {
	const warnings: Error[] = [];
	const note = (warning: Error): unknown => warnings.push(warning);
	process.on('warning', note);
	closing.push(() => process.off('warning', note));
	const baseUrl = await serve((_request, response) => response.end('{}'));
	const transport = client();
	const {signal} = new AbortController();
	const outcomes = await Promise.all(Array.from({length: 100}, () => send(baseUrl, {transport, signal})));
	assert.ok(outcomes.every(({kind}) => kind === 'answered'));
	assert.deepEqual(warnings, []);
});

test('closing ends what runs and refuses what comes, as often as one likes', async () => {
	const transport = client();
	const running = send(await serveRaw(() => {}), {transport});
	await new Promise((resolve) => setTimeout(resolve, 30));
	await Promise.all([transport.close(), transport.close()]);
	assertFailed(await running, 'cancelled', /^the transport was closed$/);
	assertFailed(await send('http://127.0.0.1:9', {transport}), 'cancelled', /^the transport is closed$/);
});

test('a path that leads elsewhere is not sent', async () => {
	let visits = 0;
	const baseUrl = await serve((_request, response) => {
		visits += 1;
		response.end();
	});
	const outcome = await send(`${baseUrl}/v1`, {request: {...get, path: '/../secrets'}});
	assertFailed(outcome, 'cancelled', /^not sent: the path leaves the base URL$/);
	assert.equal(visits, 0);
});

test('a credential that is no header value is not sent and not repeated', async () => {
	const transport = client();
	for (const value of [`${key}\n`, `${key}\r\nx: y`, `${key}\u0000`, `${key}é`]) {
		const options = {credentials: {authorization: `Bearer ${value}`}, timeoutMs: 500};
		const outcome = await transport.send({baseUrl: 'http://127.0.0.1:9'}, get, options);
		assertFailed(outcome, 'cancelled', /^not sent: the value of header authorization has a forbidden character$/);
	}
});

test('HTTP_PROXY and its lower-case form are used, NO_PROXY spares a host', async () => {
	const proxied: unknown[] = [];
	const proxy = await serve((request, response) => {
		proxied.push(request.url);
		response.end('"from the proxy"');
	});
	const direct = await serve((_request, response) => response.end('"direct"'));
	for (const env of [{HTTP_PROXY: proxy}, {http_proxy: proxy}]) {
		const outcome = await send('http://vendor.example/v1', {transport: client(env)});
		assert.equal(outcome.kind === 'answered' && outcome.body, '"from the proxy"');
	}
	assert.deepEqual(proxied, Array(2).fill('http://vendor.example/v1/v1/models'));
	for (const env of [{HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1'}, {HTTPS_PROXY: proxy}]) {
		const outcome = await send(direct, {transport: client(env)});
		assert.equal(outcome.kind === 'answered' && outcome.body, '"direct"');
	}
});

test('HTTPS_PROXY gets a CONNECT without the credential; its refusal is our network’s', async () => {
	const connects: unknown[] = [];
	const server = createServer();
	server.on('connect', (request, socket: Socket) => {
		connects.push([request.url, request.headers['x-api-key']]);
		socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
	});
	const proxy = await listen(server);
	const outcome = await send('https://vendor.example', {transport: client({HTTPS_PROXY: proxy})});
	assertFailed(outcome, 'unreachable', /^refused by the proxy$/);
	assert.deepEqual(connects, [['vendor.example:443', undefined]]);
});

test('the HTTP library is not loaded before the first request', async () => {
	const script = `
		import {createRequire} from 'node:module';
		const {createHttpClient} = await import('./http-client.js');
		const {createProviders} = await import('./index.js');
		const transport = createHttpClient({clock: {now: () => 0, after: () => ({stop() {}})}, env: {}});
		createProviders(new Map());
		const loaded = () => Object.keys(createRequire(process.cwd() + '/x.js').cache).some((path) => path.includes('undici'));
		const before = loaded();
		await transport.send({baseUrl: 'http://127.0.0.1:9'}, {method: 'GET', path: '/x', headers: {}}, {credentials: {}, timeoutMs: 500});
		console.log(before, loaded());
		await transport.close();`;
	const cwd = new URL('../../source/providers/', import.meta.url);
	const run = promisify(execFile);
	const {stdout} = await run(process.execPath, ['--input-type=module', '-e', script], {cwd});
	assert.equal(stdout.trim(), 'false true');
});
