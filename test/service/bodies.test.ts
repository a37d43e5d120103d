import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {until} from '../helpers/engine.ts';
import {assertErrorBody, assertRawRefusal} from './refusals.ts';
import {exchange, open, type Served, serve, statusOf, suiteContext} from './served.ts';

describe('a body', () => {
	const context = suiteContext();
	let served: Served;
	before(async () => {
		const limits = {headersTimeoutMs: 300, requestTimeoutMs: 300};
		served = await serve(context, {keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}], limits});
	});

	const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
		served.ask('POST', '/api/keys/gpt-4o/failure', {body, headers});
	/** The beginning of an upload, without its length and body. */
	const upload = (...more: string[]): string =>
		[
			'POST /api/keys/gpt-4o/usage HTTP/1.1',
			`Host: 127.0.0.1:${served.ports[0]}`,
			`Authorization: Bearer ${served.token}`,
			'Content-Type: application/json',
			...more,
		].join('\r\n');

	test('that is too large, malformed, of another type or nested too deep is refused', async () => {
		const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
		const rows: readonly [string, Readonly<Record<string, string>>, readonly number[]][] = [
			[`{"error":"${'x'.repeat(1024 * 1024)}"}`, {}, [413]],
			['{', {}, [400]],
			['', {}, [400]],
			['{"leaseId":"a"}x', {}, [400]],
			['\ufeff{"leaseId":', {}, [400]],
			['null', {}, [400]],
			['[]', {}, [400]],
			['"text"', {}, [400]],
			['{}', {'content-type': 'text/plain'}, [415]],
			['{}', {'content-type': 'text/html'}, [415]],
			['{}', {'content-type': 'application/x-www-form-urlencoded'}, [415]],
			['{}', {'content-type': 'multipart/form-data; boundary=x'}, [415]],
			['{}', {'content-type': 'application/jsonx'}, [415]],
			['{}', {'content-type': ';'}, [415]],
			['[[[['.repeat(100_000), {}, [400]],
			[deep(150_000), {}, [400]],
			[`{"hash":"ffffffff","error":${deep(150_000)}}`, {}, [404]],
			['{"leaseId":"a","leaseId":{}}', {}, [400]],
			['{"leaseId":"\\u0000\\ud800"}', {}, [404]],
			['{"status":1e999}', {}, [400]],
			['{"status":429.5}', {}, [400]],
			['{"latencyMs":-1}', {}, [400]],
			['{"latencyMs":1e300}', {}, [400]],
		];
		for (const [body, headers, statuses] of rows) {
			const answer = await post(body, headers);
			assert.ok(statuses.includes(answer.status), `${body.slice(0, 40)}: ${answer.status} ${answer.text}`);
			assertErrorBody(answer.text, body.slice(0, 40));
		}
		const {leaseId} = await served.take('/api/keys/gpt-4o');
		const answer = await post(`{"leaseId":"${leaseId}","status":400,"error":${deep(150_000)}}`);
		assert.notEqual(answer.json().code, 'INTERNAL');
		assert.deepEqual(served.failures, []);
	});

	test('that is refused ends the connection, and nothing behind it takes a key', async () => {
		const [port] = served.ports;
		const wrong = `${upload('Content-Length: 1')}\r\n\r\n{`;
		const next = `GET /api/keys/gpt-4o HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${served.token}\r\n\r\n`;
		const before = served.engine.snapshot().keys.map((key) => key.inFlight);
		const raw = await exchange(port, wrong + next + next);
		assert.deepEqual(raw.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400']);
		await sleep(50);
		assert.deepEqual(
			served.engine.snapshot().keys.map((key) => key.inFlight),
			before,
		);
	});

	test('that comes too slowly, and headers that do, end in 408', async () => {
		const [port] = served.ports;
		for (const bytes of [`${upload('Content-Length: 20')}\r\n\r\n{`, 'GET / HTTP/1.1\r\nHost: x', 'G']) {
			const at = performance.now();
			assertRawRefusal(await exchange(port, bytes, 5000), [408], bytes, []);
			assert.ok(performance.now() - at < 2500);
		}
	});

	test('that breaks off is no failure of the service', async (t) => {
		for (let turn = 0; turn < 5; turn++) {
			const socket = await open(t, served.ports[0]);
			socket.write(`${upload('Content-Length: 50')}\r\n\r\n{"leaseId":`);
			await sleep(10);
			socket.destroy();
		}
		await sleep(50);
		assert.deepEqual(served.failures, []);
	});

	test('does not excuse headers of more than 16 KiB', async () => {
		const [port] = served.ports;
		const raw = await exchange(port, `${upload(`X-Large: ${'x'.repeat(20 * 1024)}`)}\r\n\r\n`);
		assertRawRefusal(raw, [431], 'a header of 20 KiB', served.project.texts.values());
		const many = Array.from({length: 3000}, (_, place) => `X-${place}: y`);
		const answered = statusOf(await exchange(port, `${upload(...many)}\r\n\r\n`));
		assert.equal(answered, 431);
	});
});

test('a refused connection is cut off although the other side holds it open', async (t) => {
	const served = await serve(t, {keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}]});
	const [port] = served.ports;
	const upgrade = 'GET / HTTP/1.1\r\nHost: evil.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
	for (const bytes of [upgrade, 'nonsense\r\n\r\n', 'GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n']) {
		const socket = await open(t, port);
		let ended = false;
		let isCut = false;
		socket.on('end', () => {
			ended = true;
		});
		socket.on('error', () => {
			isCut = true;
		});
		socket.on('data', () => undefined);
		socket.write(bytes);
		await until(() => ended);
		// A write into a connection that is gone is answered with a reset.
		await until(() => {
			if (!socket.destroyed) socket.write('x');
			return isCut || socket.destroyed;
		});
	}
});

test('fifty slow connections, silent web sockets and one large frame leave the service fast, and end with it', async (t) => {
	const served = await serve(t, {keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}]});
	const [port] = served.ports;
	const sockets = await Promise.all(Array.from({length: 50}, () => open(t, port)));
	for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: ');
	const feeds = await Promise.all(Array.from({length: 50}, () => served.listen('/')));
	for (const {socket} of feeds) socket.pause();
	const [large] = await Promise.all([served.listen('/deck')]);
	large.socket.send('x'.repeat(8 * 1024 * 1024), () => undefined);
	const slowest: number[] = [];
	for (let turn = 0; turn < 50; turn++) {
		const at = performance.now();
		assert.equal((await served.ask('GET', '/healthz')).status, 200);
		slowest.push(performance.now() - at);
	}
	slowest.sort((a, b) => a - b);
	assert.ok((slowest[45] ?? 0) < 100, `nine of ten within ${slowest[45]} ms`);
	assert.equal(await large.closed, 1009);
	for (const {socket} of feeds) socket.resume();
	const at = performance.now();
	await served.service.close();
	assert.ok(performance.now() - at < 3000);
	await until(() => sockets.every((socket) => socket.destroyed || socket.readableEnded));
	for (const feed of feeds) assert.equal(await feed.closed, 1001);
	await assert.rejects(served.ask('GET', '/healthz'));
});
