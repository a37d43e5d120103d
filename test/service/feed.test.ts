import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {WebSocket} from 'ws';
import {until} from '../helpers/engine.ts';
import {assertRawRefusal} from './refusals.ts';
import {exchange, type Heard, hastened, type Json, type Served, serve, upgradeLines} from './served.ts';

const keys = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
] as const;

const eventsOf = ({messages}: Heard): Json[] => messages.filter(({type}) => type === 'event');
const lastSeq = ({engine}: Served): number => engine.snapshot().events[0]?.seq ?? 0;

/** An event of about this many bytes. */
const bigEvent = ({engine}: Served, bytes: number): Promise<void> =>
	engine.setStrategy('gpt-4o', 'sticky', 'x'.repeat(bytes));

describe('the live feed', () => {
	test('begins with a summary and tells every event after it, in order and without a gap', async (t) => {
		const served = await serve(t, {keys});
		// A refusal changes no picture: the feed must count it all the same.
		await served.ask('GET', '/api/keys/deepseek-coder');
		const feed = await served.listen('/');
		await until(() => feed.messages.length > 0);
		const {type, seq, data} = feed.messages[0];
		assert.equal(type, 'summary');
		assert.ok(Array.isArray(data.providers['gpt-4o'].keys));
		for (let turn = 0; turn < 10; turn++) {
			const {leaseId} = await served.take('/api/keys/gpt-4o');
			await served.ask('POST', '/api/keys/gpt-4o/usage', {body: {leaseId}});
			await served.ask('GET', '/api/keys/deepseek-coder');
		}
		await until(() => eventsOf(feed).length >= 30);
		const told = eventsOf(feed).map((each) => each.seq);
		assert.deepEqual(
			told,
			Array.from(told, (_, place) => seq + 1 + place),
		);
		assert.ok(eventsOf(feed).every((each) => each.seq === each.data.seq));
	});

	test('tells alerts as they fire', async (t) => {
		const revoked = {name: 'CLAUDE_API_KEY', vendor: 'anthropic', behaviour: 'revoked'} as const;
		const served = await serve(t, {keys: [...keys, revoked], live: true});
		const feed = await served.listen('/');
		await served.engine.test({});
		await until(() => feed.messages.some(({type}) => type === 'alert'));
		const {data} = feed.messages.find(({type}) => type === 'alert');
		assert.match(data.severity, /^(critical|high)$/);
		assert.equal(typeof data.message, 'string');
		assert.match(data.type, /^(consecutive_failures|key_invalid|pool_dry|last_key)$/);
	});

	test('answers resync with a summary that covers what was told, and odd messages with nothing', async (t) => {
		const served = await serve(t, {keys});
		const feed = await served.listen('/');
		await until(() => feed.messages.length === 1);
		await served.take('/api/keys/gpt-4o');
		await until(() => eventsOf(feed).length === 1);
		for (const odd of [
			'',
			'{',
			'null',
			'[]',
			'{"type":1}',
			'{"type":"__proto__"}',
			'x'.repeat(60_000),
			'{"type":"resync"}',
		])
			feed.socket.send(odd);
		await until(() => feed.messages.length === 3);
		await sleep(20);
		assert.equal(feed.messages.length, 3);
		assert.equal(feed.messages[2].type, 'summary');
		assert.equal(feed.messages[2].seq, eventsOf(feed)[0].seq);
	});

	test('leaves out events for a reader that does not read, and gives it a new summary when it does', async (t) => {
		const served = await serve(t, {keys});
		const slow = await served.listen('/');
		const quick = await served.listen('/');
		await until(() => slow.messages.length === 1 && quick.messages.length === 1);
		slow.socket.pause();
		const count = 250;
		for (let turn = 0; turn < count; turn++) await bigEvent(served, 60_000);
		await until(() => eventsOf(quick).length === count);
		slow.socket.resume();
		await until(() => slow.messages.some(({type, seq}) => type === 'summary' && seq === lastSeq(served)));
		assert.ok(eventsOf(slow).length < count, `all ${count} events were kept for it`);
		await bigEvent(served, 10);
		await until(() => eventsOf(slow).at(-1)?.seq === lastSeq(served));
		const summary = slow.messages.findLast(({type}) => type === 'summary');
		assert.ok(summary.seq >= lastSeq(served) - 1);
	});

	test('cannot be made to pile up summaries by a client that asks and does not read', async (t) => {
		const served = await serve(t, {keys});
		const greedy = await served.listen('/');
		greedy.socket.pause();
		const count = 20_000;
		for (let turn = 0; turn < count; turn++) greedy.socket.send('{"type":"resync"}');
		await until(() => greedy.socket.bufferedAmount === 0);
		await sleep(100);
		greedy.socket.resume();
		for (let heard = -1; heard < greedy.messages.length; await sleep(200)) heard = greedy.messages.length;
		const bytes = JSON.stringify(greedy.messages).length;
		assert.ok(greedy.messages.length < count, `${greedy.messages.length} summaries`);
		assert.ok(bytes < 12 * 1024 * 1024, `${bytes} bytes were kept`);
		assert.equal((await served.ask('GET', '/healthz')).status, 200);
	});
});

describe('a web socket', () => {
	test('is closed when it sends too much or bytes that are no text', async (t) => {
		const served = await serve(t, {keys});
		for (const path of ['/', '/deck']) {
			const large = await served.listen(path);
			large.socket.send('x'.repeat(64 * 1024 + 1));
			assert.equal(await large.closed, 1009, path);
			const binary = await served.listen(path);
			binary.socket.send(Buffer.from('{"type":"resync"}'), {binary: true});
			assert.equal(await binary.closed, 1003, path);
			const badText = await served.listen(path);
			badText.socket.send(Buffer.from([0xff, 0xfe]), {binary: false});
			assert.equal(await badText.closed, 1007, path);
		}
		for (const text of ['{', 'null', '[]', '{"id":1}', '{"id":1.5,"method":"snapshot"}']) {
			const nonsense = await served.listen('/deck');
			nonsense.socket.send(text);
			assert.equal(await nonsense.closed, 1008, text);
		}
		assert.deepEqual(served.failures, []);
	});

	test('that does not answer pings is ended, and one that does stays', async (t) => {
		const served = await serve(t, {keys, clock: hastened(150)});
		const url = `${served.urls[0].replace('http', 'ws')}/`;
		const silent = new WebSocket(url, {autoPong: false});
		const ended = new Promise<number>((resolve) => silent.once('close', resolve));
		silent.on('error', () => undefined);
		const answering = await served.listen('/');
		assert.equal(await ended, 1006);
		await sleep(450);
		assert.equal(answering.socket.readyState, answering.socket.OPEN);
	});

	test('is refused where 256 are open, until one is closed', async (t) => {
		const served = await serve(t, {keys});
		const open = await Promise.all(
			Array.from({length: 256}, (_, place) => served.listen(place % 2 === 0 ? '/' : '/deck')),
		);
		const [port, other] = served.ports;
		for (const at of [port, other]) {
			const lines = ['GET / HTTP/1.1', `Host: 127.0.0.1:${at}`, ...upgradeLines];
			const raw = await exchange(at, `${lines.join('\r\n')}\r\n\r\n`);
			assertRawRefusal(raw, [503], 'the 257th', []);
			assert.match(raw, /\r\nretry-after: 30\r\n/);
		}
		open[0]?.socket.close();
		await open[0]?.closed;
		await until(async () => (await served.listen('/').catch(() => undefined)) !== undefined);
	});

	test('is told that the service stops', async (t) => {
		const served = await serve(t, {keys});
		const feeds = [await served.listen('/'), await served.listen('/deck')];
		await served.service.close();
		for (const {closed} of feeds) assert.equal(await closed, 1001);
	});
});
