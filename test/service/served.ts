import {readFile} from 'node:fs/promises';
import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {after, type TestContext} from 'node:test';
import {WebSocket} from 'ws';
import {type Clock, systemClock} from '../../source/clock.ts';
import type {Engine} from '../../source/engine/engine.ts';
import {openOwnDeck} from '../../source/opening/open-deck.ts';
import {openService, type Service, type ServiceOptions} from '../../source/service/service.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';

/** An answer to a request of `ask`. */
export type Answer = {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body as JSON; fails when it is none. */
	readonly json: () => Json;
};

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, the assertions say what they are
export type Json = any;

/** What a web socket was told, in order. */
export type Heard = {
	readonly socket: WebSocket;
	readonly messages: Json[];
	/** Close code, once it is closed. */
	readonly closed: Promise<number>;
};

/** A service on free ports over a real engine, simulated vendors, real files. */
export type Served = {
	readonly project: Project;
	readonly engine: Engine;
	readonly service: Service;
	readonly home: string;
	/** Where the key service and the health service answer. */
	readonly urls: readonly [string, string];
	readonly ports: readonly [number, number];
	/** The main token. */
	readonly token: string;
	/** What the service told its log. */
	readonly failures: string[];
	/** A request to the key service, with the main token unless another one (or '' = none) is named. */
	readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Answer>;
	/** A key for a model; must be granted. */
	readonly take: (path: string) => Promise<Json>;
	/** A web socket, with its messages from the first on. */
	readonly listen: (path: string, options?: {readonly token?: string; readonly headers?: object}) => Promise<Heard>;
	readonly auditText: () => Promise<string>;
	readonly close: () => Promise<void>;
};

export type AskOptions = {
	readonly body?: unknown;
	readonly token?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** @default the key service */
	readonly base?: string;
	readonly signal?: AbortSignal;
};

export type ServeOptions = Partial<Omit<ServiceOptions, 'engine' | 'settings' | 'version' | 'onFailure'>> & {
	readonly keys: readonly ProjectKey[];
	/** @default 127.0.0.1 */
	readonly host?: string;
	/** More of the environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** `keydeck.config.json`. */
	readonly config?: object;
	/** `shared/tokenpool.json`. */
	readonly pool?: object;
	/** Probe in rounds and keep house. @default false */
	readonly live?: boolean;
};

/** Opens a project and its service, which go away with the test. */
export async function serve(context: TestContext, options: ServeOptions): Promise<Served> {
	const {keys, host, env = {}, config, pool, live = false, clock = systemClock, ...rest} = options;
	const ends = new Ends();
	context.after(() => ends.run());
	const project = await createProject(ends.context, keys);
	if (config !== undefined) await project.write('keydeck.config.json', JSON.stringify(config));
	if (pool !== undefined) await project.write('shared/tokenpool.json', JSON.stringify(pool));
	const flags = {'server.keyPort': '0', 'server.healthPort': '0', ...(host === undefined ? {} : {'server.host': host})};
	const place = {cwd: project.folder, env: {...project.env, ...env}, flags};
	const opened = await openOwnDeck({...place, clock, version: '0.0.0', live});
	const failures: string[] = [];
	const onFailure = (message: string): void => void failures.push(message);
	const {engine, settings} = opened;
	const service = await openService({engine, settings, clock, version: '0.0.0', onFailure, ...rest});
	let closing: Promise<void> | undefined;
	const close = (): Promise<void> => {
		closing ??= service.close().then(() => opened.close());
		return closing;
	};
	ends.add(close);
	const {home} = settings;
	const urls = [service.keyUrl, service.healthUrl].map((url) => url.replace('0.0.0.0', '127.0.0.1'));
	const [keyUrl = '', healthUrl = ''] = urls;
	const token = env.KEYDECK_TOKEN ?? (await readFile(join(home, 'token'), 'utf8')).trim();
	const ask = (method: string, path: string, how: AskOptions = {}) =>
		request(`${how.base ?? keyUrl}${path}`, method, {token, ...how});
	return {
		project,
		engine,
		service,
		home,
		urls: [keyUrl, healthUrl],
		ports: [Number(new URL(keyUrl).port), Number(new URL(healthUrl).port)],
		token,
		failures,
		ask,
		async take(path) {
			const answer = await ask('GET', path);
			if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.text}`);
			return answer.json();
		},
		listen: (path, how = {}) => listen(ends.context, `${keyUrl.replace('http', 'ws')}${path}`, how),
		auditText: () => auditText(home),
		close,
	};
}

/** The context of a whole suite, for what all its tests share; to be called in `describe`. */
export function suiteContext(): TestContext {
	const ends = new Ends();
	after(() => ends.run());
	return ends.context;
}

/** What is to be ended with a test, the last first. */
class Ends {
	readonly #ends: (() => unknown)[] = [];
	readonly context = {after: (end: () => unknown) => this.add(end)} as unknown as TestContext;

	add(end: () => unknown): void {
		this.#ends.unshift(end);
	}

	async run(): Promise<void> {
		for (const end of this.#ends) await end();
	}
}

async function request(url: string, method: string, {token, body, headers, signal}: AskOptions): Promise<Answer> {
	const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
	const response = await fetch(url, {
		method,
		headers: {
			...(token === undefined || token === '' ? {} : {authorization: `Bearer ${token}`}),
			...(body === undefined ? {} : {'content-type': 'application/json'}),
			...headers,
		},
		...(sent === undefined ? {} : {body: sent}),
		...(signal === undefined ? {} : {signal}),
	});
	const text = await response.text();
	return {status: response.status, headers: response.headers, text, json: () => JSON.parse(text)};
}

async function listen(
	context: TestContext,
	url: string,
	{token, headers = {}}: {readonly token?: string; readonly headers?: object},
): Promise<Heard> {
	const sent = {...(token === undefined ? {} : {authorization: `Bearer ${token}`}), ...headers};
	const socket = new WebSocket(url, {headers: sent, perMessageDeflate: false});
	const messages: Json[] = [];
	socket.on('message', (bytes) => messages.push(JSON.parse(String(bytes))));
	const closed = new Promise<number>((resolve) => socket.once('close', resolve));
	context.after(() => socket.terminate());
	await new Promise<void>((resolve, reject) => {
		socket.once('open', resolve);
		socket.once('error', reject);
	});
	return {socket, messages, closed};
}

/** A connection that goes away with the test. */
export async function open(context: TestContext, port: number): Promise<Socket> {
	const socket = connect({host: '127.0.0.1', port, allowHalfOpen: true});
	socket.on('error', () => undefined);
	context.after(() => socket.destroy());
	await new Promise<void>((resolve) => socket.once('connect', resolve));
	return socket;
}

/** The longest anybody waits for the first byte of an answer, ms. */
const firstByteMs = 8000;

/** Sends bytes and gives all that comes back, until the other side ends it or, once it has begun, says nothing for `quietMs`. */
export async function exchange(port: number, bytes: string | Buffer, quietMs = 2000): Promise<string> {
	const socket = connect({host: '127.0.0.1', port});
	const parts: Buffer[] = [];
	await new Promise<void>((resolve) => {
		socket.on('data', (part) => {
			parts.push(part);
			socket.setTimeout(quietMs);
		});
		socket.setTimeout(firstByteMs, resolve);
		for (const end of ['end', 'close', 'error'] as const) socket.on(end, () => resolve());
		socket.write(bytes);
	});
	socket.destroy();
	return Buffer.concat(parts).toString('latin1');
}

/** The status of a raw answer; 0 when there was none. */
export function statusOf(raw: string): number {
	return Number(/^HTTP\/1\.1 (\d{3})/.exec(raw)?.[1] ?? 0);
}

export function bodyOf(raw: string): string {
	const at = raw.indexOf('\r\n\r\n');
	return at === -1 ? '' : raw.slice(at + 4);
}

/** Headers of a web socket's handshake. */
export const upgradeLines = [
	'Connection: Upgrade',
	'Upgrade: websocket',
	'Sec-WebSocket-Version: 13',
	'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** Every line the audit has written. */
async function auditText(home: string): Promise<string> {
	const month = new Date().toISOString().slice(0, 7);
	return readFile(join(home, `audit-${month}.jsonl`), 'utf8').catch(() => '');
}

/** A clock of real time that can be put forward: what depends on the hour sees it, timers run as before. */
export class LeapingClock implements Clock {
	#aheadMs = 0;
	readonly after = systemClock.after;
	readonly every = systemClock.every;
	readonly sleep = systemClock.sleep;

	now(): number {
		return systemClock.now() + this.#aheadMs;
	}

	leap(byMs: number): void {
		this.#aheadMs += byMs;
	}
}

/** A clock whose timers run so many times as fast. */
export function hastened(times: number): Clock {
	return {
		now: systemClock.now,
		after: (delayMs, task) => systemClock.after(delayMs / times, task),
		every: (everyMs, task) => systemClock.every(everyMs / times, task),
		sleep: (delayMs, signal) => systemClock.sleep(delayMs / times, signal),
	};
}
