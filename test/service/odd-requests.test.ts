import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {assertRawRefusal} from './refusals.ts';
import {bodyOf, exchange, type Served, serve, statusOf, suiteContext, upgradeLines} from './served.ts';

describe('a request that is odd', () => {
	const context = suiteContext();
	let served: Served;
	before(async () => {
		served = await serve(context, {
			keys: [
				{name: 'OPENAI_API_KEY', vendor: 'openai'},
				{name: 'OPENAI_API_KEY2', vendor: 'openai'},
			],
		});
	});

	const texts = (): Iterable<string> => served.project.texts.values();
	/** What a refused request must leave as it was. */
	const marks = async () => {
		const {keys: views} = served.engine.snapshot();
		return {
			audit: await served.auditText(),
			used: views.map((key) => [key.usedThisMinute, key.inFlight, key.state.kind]),
		};
	};

	test('odd targets, paths and framing are refused in the form of all errors, with no effect', async () => {
		const before = await marks();
		for (const port of served.ports) {
			const good = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${served.token}`, 'Connection: close'];
			const ask = (line: string, ...more: string[]): string => [line, ...good, ...more].join('\r\n');
			const get = (target: string): string => `${ask(`GET ${target} HTTP/1.1`)}\r\n\r\n`;
			const usage = 'POST /api/keys/gpt-4o/usage HTTP/1.1';
			const json = 'Content-Type: application/json';
			const rows: readonly [string, readonly number[]][] = [
				[get('http://evil.com/api/keys/gpt-4o'), [403]],
				[get(`http://127.0.0.1:${port}/api/keys/gpt-4o`), [403]],
				[get('https://evil.com/'), [400, 403]],
				[get('//evil.com/api/keys/gpt-4o'), [403]],
				[get('///api/keys/gpt-4o'), [403]],
				[get('*'), [400, 403]],
				[get('evil.com:80'), [400, 403]],
				[get('/%zz'), [400]],
				[get('/api/keys/%zz'), [400]],
				[get('/%00'), [400, 404]],
				[get('/api/keys/%00'), [400]],
				[get('/api/keys/%0d%0aSet-Cookie:x'), [400]],
				[get('/api/keys/%ff'), [400]],
				[get('/api//keys/gpt-4o'), [404]],
				[get('/api/./keys/gpt-4o'), [404]],
				[get('/api/x/../keys/gpt-4o'), [404]],
				[get('/api/x/%2e%2e/keys/gpt-4o'), [404]],
				[get('/..;/api/keys/gpt-4o'), [404]],
				[get('/api/..;/api/keys/gpt-4o'), [404]],
				[get('/api;x=1/keys/gpt-4o'), [404]],
				[get('/api/keys/gpt-4o;x=1'), [400]],
				[get('/api/keys/gpt-4o/'), [400, 404]],
				[get('/api/keys/gpt-4o/.'), [404]],
				[get('/api/keys/gpt-4o%2f..%2fstatus'), [400]],
				[get('/api/keys%2fgpt-4o'), [404]],
				[get('/API/KEYS/gpt-4o'), [404]],
				[get('/api/keys/:model'), [400]],
				[get('/api/keys/'), [400, 404]],
				[get('/api/keys/gpt-4o\\..\\x'), [400]],
				[get('/api/keys/gpt-4o#x'), [400, 404]],
				[get('/api/keys/gpt-4o?wait=1&wait=2'), [400]],
				[get('/api/keys/gpt-4o?__proto__=1'), [400]],
				[get('/api/keys/gpt-4o?strategy=__proto__'), [400]],
				[get('/api/keys/gpt-4o?key=1'), [400]],
				[`${ask('HEAD /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [404]],
				[`${ask('OPTIONS /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [404]],
				[`${ask('OPTIONS * HTTP/1.1')}\r\n\r\n`, [400, 403]],
				[`${ask('TRACE /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [404]],
				[`${ask('PROPFIND /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [404]],
				[`${ask('DELETE /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [404]],
				[`${ask('get /api/keys/gpt-4o HTTP/1.1')}\r\n\r\n`, [400]],
				[
					`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Length: 3')}\r\n\r\n0\r\n\r\n`,
					[400],
				],
				[`${ask(usage, json, 'Transfer-Encoding: chunked', 'Content-Length: 3')}\r\n\r\n0\r\n\r\n`, [400]],
				[`${ask(usage, json, 'Transfer-Encoding: xchunked')}\r\n\r\n0\r\n\r\n`, [400, 404]],
				[`${ask(usage, json, 'Transfer-Encoding: chunked, identity')}\r\n\r\n0\r\n\r\n`, [400]],
				[`${ask(usage, json, 'Content-Length: 2', 'Content-Length: 3')}\r\n\r\n{}`, [400]],
				[`${ask(usage, json, 'Content-Length: -1')}\r\n\r\n{}`, [400]],
				[`${ask(usage, json, 'Content-Length: 2, 2')}\r\n\r\n{}`, [400]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'X-Fold: a\r\n b')}\r\n\r\n`, [400]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'X Space : a')}\r\n\r\n`, [400]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'X-Nul: a\0b')}\r\n\r\n`, [400]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'X-Bare: a\rb')}\r\n\r\n`, [400]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Sec-Fetch-Site: cross-site')}\r\n\r\n`, [403]],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Sec-Fetch-Site: same-site')}\r\n\r\n`, [403]],
				[
					`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site')}\r\n\r\n`,
					[403],
				],
				[
					`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate')}\r\n\r\n`,
					[403],
				],
				[`${ask('GET /api/keys/gpt-4o HTTP/1.1', 'Authorization: Bearer kd_wrong')}\r\n\r\n`, [401, 429]],
				[`GET /api/keys/gpt-4o HTTP/1.0\r\n\r\n`, [403]],
				[`GET /api/keys/gpt-4o\r\n\r\n`, [400, 403]],
				[`GET /api/keys/gpt-4o HTTP/2.0\r\n\r\n`, [400, 403]],
				[`GET /api/keys/gpt-4o HTTP/1.1\nHost: 127.0.0.1:${port}\n\n`, [400, 401]],
				['\x16\x03\x01\x02\x00\x01\x00', [400]],
			];
			for (const [bytes, want] of rows)
				assertRawRefusal(noBody(await exchange(port, bytes), bytes), want, bytes, texts());
		}
		assert.deepEqual(await marks(), before);
	});

	test('what must pass passes: a link to the page, an HTTP/1.0 client, an own page, a client that would speak HTTP/2', async () => {
		const [port] = served.ports;
		const at = (...lines: string[]): string => `${lines.join('\r\n')}\r\nHost: localhost:${port}\r\n\r\n`;
		const passing = [
			at('GET /healthz HTTP/1.0'),
			at('GET /healthz HTTP/1.1', 'Connection: close'),
			at('GET /api/keys/status HTTP/1.1', 'Connection: close', 'Sec-Fetch-Site: same-origin'),
			at('GET /api/keys/status HTTP/1.1', 'Connection: close', 'Sec-Fetch-Site: none'),
			at('GET /healthz?x=1 HTTP/1.1', 'Connection: close'),
			at('GET /healthz HTTP/1.1', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQ'),
		];
		for (const bytes of passing) assert.equal(statusOf(await exchange(port, bytes, 300)), 200, bytes);
		const visit = at('GET / HTTP/1.1', 'Connection: close', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate');
		assert.notEqual(statusOf(await exchange(port, visit)), 403);
	});

	test('a request behind a refused one on the same connection is not answered and takes nothing', async () => {
		const before = await marks();
		for (const port of served.ports) {
			const good = `GET /api/keys/gpt-4o HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${served.token}\r\n\r\n`;
			const raw = await exchange(port, `GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n${good}${good}`);
			assert.equal(raw.match(/HTTP\/1\.1 /g)?.length, 1);
			assertRawRefusal(raw, [403], 'pipelined', texts());
		}
		assert.deepEqual(await marks(), before);
	});

	test('many requests that wait on one connection are no leak to warn of', async (t) => {
		const warnings: Error[] = [];
		const note = (warning: Error): void => void warnings.push(warning);
		process.on('warning', note);
		t.after(() => process.off('warning', note));
		const [port] = served.ports;
		const lines = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${served.token}`];
		const ask = ['GET /api/keys/gpt-4o?wait=200 HTTP/1.1', ...lines, '', ''].join('\r\n');
		const text = await exchange(port, ask.repeat(30), 500);
		const leases = [...text.matchAll(/"leaseId":"([^"]+)"/g)].map(([, leaseId]) => leaseId);
		assert.equal(text.match(/HTTP\/1\.1 (?:200|429) /g)?.length, 30);
		for (const leaseId of leases) await served.ask('POST', '/api/keys/gpt-4o/usage', {body: {leaseId}});
		assert.deepEqual(warnings, []);
	});

	test('a refused upload is told so before it is sent, and cannot go on for ever', async () => {
		const [port] = served.ports;
		const lines = ['POST /api/keys/gpt-4o/usage HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Content-Type: application/json'];
		const upload = `${[...lines, 'Content-Length: 500000', 'Expect: 100-continue'].join('\r\n')}\r\n\r\n`;
		const raw = await exchange(port, upload);
		assertRawRefusal(raw, [401], 'an upload without a token', texts());
		const meant = lines.concat(
			`Authorization: Bearer ${served.token}`,
			'Content-Length: 2',
			'Expect: 100-continue',
			'Connection: close',
		);
		const answered = await exchange(port, `${meant.join('\r\n')}\r\n\r\n{}`);
		assert.match(answered, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
		const odd = await exchange(
			port,
			`${lines.concat('Content-Length: 2', 'Connection: close', 'Expect: 200-miracle').join('\r\n')}\r\n\r\n{}`,
		);
		assertRawRefusal(odd, [401, 417], 'an odd expectation', texts());
	});

	test('a handshake that is none is refused in the form of all errors', async () => {
		for (const port of served.ports) {
			const host = `Host: 127.0.0.1:${port}`;
			const rows: readonly [readonly string[], readonly number[]][] = [
				[['GET / HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: websocket'], [400]],
				[['GET / HTTP/1.1', host, ...upgradeLines.slice(0, 3)], [400]],
				[
					['GET / HTTP/1.1', host, ...upgradeLines.slice(0, 2), 'Sec-WebSocket-Version: 99', upgradeLines[3] ?? ''],
					[400],
				],
				[
					['POST / HTTP/1.1', host, ...upgradeLines],
					[400, 404, 405],
				],
				[['GET / HTTP/1.1', host, ...upgradeLines, 'Sec-WebSocket-Protocol: a,,b'], [400]],
				[
					['GET / HTTP/1.1', host, ...upgradeLines, 'Sec-WebSocket-Protocol: keydeck.token.kd_wrong'],
					[401, 429],
				],
				[
					['GET / HTTP/1.1', host, ...upgradeLines, 'Sec-WebSocket-Protocol: keydeck.deck, keydeck.token.'],
					[401, 429],
				],
				[['GET /api/keys/status HTTP/1.1', host, ...upgradeLines], [404]],
				[['GET /deck/ HTTP/1.1', host, ...upgradeLines], [404]],
				[['GET //evil.com/ HTTP/1.1', host, ...upgradeLines], [403]],
				[['GET http://evil.com/ HTTP/1.1', host, ...upgradeLines], [403]],
			];
			for (const [lines, want] of rows) {
				assertRawRefusal(await exchange(port, `${lines.join('\r\n')}\r\n\r\n`), want, lines.join(' | '), texts());
			}
		}
	});

	test('no refusal took anything, and nothing unforeseen happened', async () => {
		assert.deepEqual(served.failures, []);
		assert.ok(!(await served.auditText()).includes('deck.'));
	});
});

/** The answer to HEAD has no body; the form of its head is checked all the same. */
function noBody(raw: string, sent: string): string {
	return sent.startsWith('HEAD ') && bodyOf(raw) === '' ? `${raw}{"error":"x","code":"X","hint":"x"}` : raw;
}
