import assert from 'node:assert/strict';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {type WebSocket, WebSocketServer} from 'ws';
import {systemClock} from '../../source/clock.ts';
import {Audience} from '../../source/control/audience.ts';
import {WebSocketChannel} from '../../source/control/channel.ts';
import {deckMethods} from '../../source/control/deck-methods.ts';
import {connectDeck} from '../../source/control/remote-deck.ts';
import {LastingDeck} from '../../source/opening/lasting-deck.ts';
import {Secret} from '../../source/secret.ts';
import {SampleDeck} from './sample-deck.ts';
import {fact, until} from './served-deck.ts';

type Served = {
	readonly deck: SampleDeck;
	readonly url: string;
	readonly sockets: Set<WebSocket>;
	readonly server: Server;
};

/** A service as a client sees it: the deck over web sockets, behind a token. */
async function serveRemotely(context: TestContext, port = 0, token = 'the right one'): Promise<Served> {
	const deck = new SampleDeck();
	const audience = new Audience(deck, systemClock, () => ({root: '/there', pid: 7, version: '9', startedAt: 1}));
	const sockets = new Set<WebSocket>();
	const web = new WebSocketServer({noServer: true});
	const server = createServer().on('upgrade', (request, socket, head) => {
		if (request.headers.authorization !== `Bearer ${token}`) {
			const body = JSON.stringify({error: 'this needs an access token', code: 'TOKEN_REQUIRED', hint: 'h'});
			socket.end(`HTTP/1.1 401 Refused\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
			return;
		}
		web.handleUpgrade(request, socket, head, (opened) => {
			sockets.add(opened);
			audience.add(new WebSocketChannel(opened), async (method, params, progress) =>
				deckMethods.get(method)?.(deck, params, progress),
			);
		});
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	context.after(() => {
		for (const socket of sockets) socket.terminate();
		server.close();
	});
	return {deck, sockets, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
}

const token = new Secret('the right one');

test('a remote deck has the picture, the events and the actions of the service', async (context) => {
	const {deck, url} = await serveRemotely(context);
	const remote = await connectDeck({url, token, clock: systemClock});
	context.after(() => remote.close());
	assert.deepEqual([remote.attachment, remote.pid, remote.snapshot().root], ['remote', 7, deck.snapshot().root]);
	const events: string[] = [];
	remote.onEvent((event) => events.push(event.type));
	await until(() => deck.listeners === 1);
	deck.publish(fact);
	await until(() => events.length === 1);
	await remote.setDuty('k1_a', 'off', 'ann');
	assert.deepEqual(deck.told.at(-1), ['setDuty', 'k1_a', 'off', 'ann']);
});

test('without its token a service refuses in its own words, and the hint says how to give one', async (context) => {
	const {url} = await serveRemotely(context);
	await assert.rejects(connectDeck({url, clock: systemClock}), {
		code: 'SERVICE_REFUSES',
		message: /needs an access token/,
		hint: /KEYDECK_TOKEN/,
	});
});

test('nobody listening, an address that is none and another kind of server are told apart', async (context) => {
	const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
	context.after(() => other.close());
	await until(() => other.listening);
	const {port} = other.address() as AddressInfo;
	await assert.rejects(connectDeck({url: 'http://127.0.0.1:1', clock: systemClock}), {code: 'SERVICE_UNREACHABLE'});
	await assert.rejects(connectDeck({url: 'ftp://host', clock: systemClock}), {code: 'BAD_URL'});
	await assert.rejects(
		connectDeck({url: 'http://me:hush@host', clock: systemClock}),
		(error: NodeJS.ErrnoException & {hint?: string}) => {
			assert.match(error.message, /holds a name or a password$/);
			assert.doesNotMatch(`${error.message} ${error.hint}`, /hush/);
			return error.code === 'BAD_URL';
		},
	);
	await assert.rejects(connectDeck({url: 'http://user:secret@host', clock: systemClock}), (error: Error) => {
		return !error.message.includes('secret');
	});
	await assert.rejects(connectDeck({url: `127.0.0.1:${port}`, clock: systemClock}), {
		code: 'SERVICE_UNREACHABLE',
		message: /status 200/,
	});
});

test('a lost service is said to be lost, with the last picture, and found again', async (context) => {
	const first = await serveRemotely(context);
	const {port} = first.server.address() as AddressInfo;
	const open = async () => {
		const deck = await connectDeck({url: first.url, token, clock: systemClock});
		return {deck, close: () => deck.close(), onClosed: (told: (error: Error) => void) => void deck.onClosed(told)};
	};
	const lasting = new LastingDeck(await open(), {open, clock: systemClock});
	context.after(() => lasting.close());
	let told = 0;
	lasting.subscribe(() => {
		told += 1;
	});
	first.server.close();
	for (const socket of first.sockets) socket.terminate();
	await until(() => lasting.outage !== undefined);
	const {outage} = lasting;
	assert.match(outage?.why ?? '', /no keydeck service answers at 127\.0\.0\.1/);
	assert.ok((outage?.nextTryAt ?? 0) > (outage?.since ?? 0));
	assert.ok(lasting.snapshot().keys.length > 0, 'the last picture stands');
	const tellings = told;
	const second = await serveRemotely(context, port);
	await until(() => lasting.outage === undefined);
	assert.ok(told > tellings);
	await lasting.setDuty('k1_a', 'on', 'ann');
	assert.deepEqual(second.deck.told.at(-1), ['setDuty', 'k1_a', 'on', 'ann']);
});
