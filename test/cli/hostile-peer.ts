import {mkdir} from 'node:fs/promises';
import {createServer as createWebServer} from 'node:http';
import {type AddressInfo, createServer as createSocketServer} from 'node:net';
import {dirname} from 'node:path';
import type {TestContext} from 'node:test';
import {WebSocketServer} from 'ws';
import {type Channel, SocketChannel, WebSocketChannel} from '../../source/control/channel.ts';
import {controlPath} from '../../source/control/control-path.ts';
import {clientFrameIn} from '../../source/control/frame.ts';
import type {EngineFact} from '../../source/events.ts';
import {fixtureSnapshot, keyView, now} from '../helpers/snapshot-fixture.ts';

/** A title, a cleared screen in 7 and 8 bits, hidden text, text turned round and a line of its own. */
export const evil = '\u001b]0;PWN\u0007\u001b[2J\u009b2J\u001b[8m\u202eevil\r\nFORGED\u001b[?1049l';

/** What is turned into evil: `texts` spares the words that keydeck itself tells things apart by. */
type Extent = 'texts' | 'every string' | 'every string and number';

const words = new Set(
	'kind state trouble severity type condition strategy from verdict counted cause mode grade blame'.split(' '),
);

/** A copy with evil in every text, under the same names. */
function poisoned(value: unknown, extent: Extent, name = ''): unknown {
	if (typeof value === 'string') return extent === 'texts' && words.has(name) ? value : `${value}${evil}`;
	if (typeof value === 'number') return extent === 'every string and number' ? `${value}${evil}` : value;
	if (Array.isArray(value)) return value.map((each) => poisoned(each, extent, name));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, poisoned(each, extent, key)]));
}

const key = {kid: 'k1_a', label: 'A'};
const lease = {...key, leaseId: 'l', model: 'gpt-4o'};

const facts: readonly EngineFact[] = [
	{type: 'key.added', ...key, provider: 'openai'},
	{type: 'key.replaced', ...key, where: '.env'},
	{type: 'key.removed', ...key},
	{type: 'key.probed', ...key, verdict: 'rejected', latencyMs: 1},
	{type: 'bench.placed', subject: 's', label: 'acme', kind: 'cooling', why: '429', until: now},
	{type: 'bench.lifted', subject: 's', label: 'acme', why: 'in time'},
	{type: 'lease.granted', ...lease, servedBy: 'claude', why: 'next'},
	{type: 'lease.released', ...lease, verdict: 'ok', latencyMs: 9},
	{type: 'lease.expired', ...lease},
	{type: 'lease.refused', model: 'gpt-4o', why: 'all rest', retryAt: now},
	{type: 'alert.fired', alertId: 'pool_dry openai 1', severity: 'critical', message: 'dry'},
	{type: 'alert.acknowledged', alertId: 'x', by: 'kim'},
	{type: 'strategy.changed', model: 'gpt-4o', strategy: 'weighted', by: 'kim'},
	{type: 'store.degraded', detail: 'Redis is away'},
	{type: 'config.refused', problems: ['one', 'another']},
	{type: 'engine.closed'},
];

const eventsFrom = (seq: number) => facts.map((fact, place) => ({seq: seq + place, at: now, ...fact}));
/** What happens once somebody watches. */
const news = eventsFrom(100);

function picture() {
	const base = fixtureSnapshot();
	const chatty = keyView('CHATTY', {
		restriction: 'one project',
		forbiddenModels: ['o1'],
		onlyFor: 'gpt-4o',
		next: 'one trial call',
		limits: [{kind: 'requests-minute', model: 'gpt-4o', limit: 60, remaining: 3, at: now, from: 'header'}],
		balance: {amount: 3, currency: 'EUR', at: now},
	});
	return {
		...base,
		store: {kind: 'redis', state: 'degraded', detail: 'Redis is away'},
		fleet: {
			replicas: [
				{id: 'r1', name: 'web-1 4711', startedAt: now, latencyMs: 0.4, probes: true, isThis: true},
				{id: 'r2', name: 'web-2 4711', startedAt: now, probes: false, isThis: false},
			],
		},
		notes: ['a placeholder'],
		keys: [...base.keys, chatty],
		models: base.models.map((model) => ({
			...model,
			lastPicks: [{at: now, kid: 'k1_a', label: 'A', servedBy: 'm', why: 'in turn'}],
		})),
		events: eventsFrom(1).toReversed(),
	};
}

const entry = {
	at: now,
	kid: 'k1_a',
	from: 'probe',
	verdict: 'rejected',
	counted: 'failure',
	evidence: '401',
	effect: 'x',
};

const answers: Readonly<Record<string, () => unknown>> = {
	snapshot: picture,
	keyHistory: () => ({kid: 'k1_a', entries: [entry], more: 3}),
	why: () => ({
		model: 'gpt-4o',
		pick: {label: 'A', mask: 's', hash: 'aaaaaaaa', servedBy: 'm', why: 'in turn'},
		skipped: [{kid: 'k1_a', label: 'A', model: 'gpt-4', reason: 'rests', until: now}],
	}),
	dryRun: () => ({model: 'gpt-4o', strategy: 'weighted', picks: [{index: 0, label: 'A', mask: 's', why: 'in turn'}]}),
	history: () => [],
	watch: () => undefined,
};

type Hostility = {readonly extent: Extent; readonly root: string};

/** The engine's end of a connection, as somebody would write it who wants our terminal. */
function speak(channel: Channel, {extent, root}: Hostility): void {
	const send = (frame: object): void => channel.send(JSON.stringify(frame));
	const about = {version: '9.9.9', startedAt: now, command: 'start', page: 'http://h:1', keyService: 'http://h:2'};
	channel.onText = (text) => {
		const request = clientFrameIn(text);
		if (request === undefined) return;
		const {id, method} = request;
		const answer = answers[method];
		if (answer === undefined) return send({id, error: poisoned({code: 'NO', message: 'no', hint: 'Do'}, extent)});
		send({id, result: poisoned(answer(), extent)});
		if (method === 'watch') for (const event of news) send({event: poisoned(event, extent)});
	};
	send({hello: {...Object(poisoned({...about, pid: 4711}, extent)), root}});
	channel.resume();
}

/** Where a service elsewhere answers; `refused` at its door in its own words. */
export async function hostileService(context: TestContext, extent: Extent | 'refused'): Promise<string> {
	const web = new WebSocketServer({noServer: true});
	const server = createWebServer().on('upgrade', (request, socket, head) => {
		if (extent === 'refused') {
			const body = JSON.stringify({error: `no${evil}`, code: `NO${evil}`, hint: `do${evil}`});
			socket.end(`HTTP/1.1 401 no\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
			return;
		}
		web.handleUpgrade(request, socket, head, (opened) => {
			speak(new WebSocketChannel(opened), {extent, root: `/there${evil}`});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	context.after(() => {
		for (const client of web.clients) client.terminate();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The process that runs the engine of a home, whatever it read in a shared store. */
export async function hostileOwner(context: TestContext, home: string, hostility: Hostility): Promise<void> {
	const path = controlPath(home);
	await mkdir(dirname(path), {recursive: true, mode: 0o700});
	const server = createSocketServer((socket) => speak(new SocketChannel(socket, 1e6), hostility));
	await new Promise<void>((resolve) => server.listen(path, resolve));
	context.after(() => server.close());
}
