import {lookup} from 'node:dns/promises';
import {once} from 'node:events';
import {connect, isIP, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import type {Clock} from '../../clock.ts';
import {codeOf} from './finding.ts';
import {proxyFor} from './proxy.ts';

type Stage = 'proxy' | 'DNS' | 'TCP' | 'TLS' | 'HTTP';

/** How far one came on the way to a vendor, and how long each stage took. */
export type Reach = {
	readonly host: string;
	/** Proxy on the way, as `host:port`. */
	readonly via?: string;
	readonly stages: readonly {readonly stage: Stage; readonly tookMs: number}[];
	readonly failed?: {readonly stage: Stage; readonly why: string};
	/** Status of an answer to a request without a key: any shows that the vendor is there. */
	readonly status?: number;
	/** Our clock less the vendor's, ms; absent when the answer had no date. */
	readonly skewMs?: number;
};

type Around = {
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Bound of the whole way. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
};

/** Goes the way to a vendor stage by stage, without a key. Never throws. */
export async function reach(baseUrl: string, {clock, env, timeoutMs, signal}: Around): Promise<Reach> {
	const url = new URL(baseUrl);
	const proxy = proxyFor(url, env);
	const stages: {stage: Stage; tookMs: number}[] = [];
	let current: Stage = 'DNS';
	let socket: Socket | undefined;
	const ending = new AbortController();
	const timer = clock.after(timeoutMs, () => ending.abort(Object.assign(new Error('timeout'), {code: 'timeout'})));
	const ended = AbortSignal.any([ending.signal, signal]);
	const pass = async <Result>(stage: Stage, step: () => Promise<Result>): Promise<Result> => {
		current = stage;
		const began = clock.now();
		const result = await orAborted(step(), ended);
		stages.push({stage, tookMs: clock.now() - began});
		return result;
	};
	const known = {host: url.host, ...(proxy === undefined ? {} : {via: proxy.host}), stages};
	try {
		const first = proxy ?? url;
		const address = await pass('DNS', () => addressOf(first.hostname));
		socket = await pass('TCP', () => opened(connect({host: address, port: portOf(first)}), 'connect', ended));
		const plain = socket;
		if (proxy !== undefined) await pass('proxy', () => tunnel(plain, url, proxy));
		if (url.protocol === 'https:')
			socket = await pass('TLS', () =>
				opened(connectTls({socket: plain, servername: nameFor(url)}), 'secureConnect', ended),
			);
		const open = socket;
		const head = await pass('HTTP', () => askedFor(open, `GET ${url.pathname} HTTP/1.1`, `${url.host}`));
		const date = Date.parse(/^date: (.+)$/im.exec(head)?.[1] ?? '');
		const skewMs = Number.isNaN(date) ? {} : {skewMs: clock.now() - date};
		return {...known, status: statusOf(head), ...skewMs};
	} catch (error) {
		return {...known, failed: {stage: current, why: codeOf(error)}};
	} finally {
		timer.stop();
		socket?.destroy();
	}
}

async function addressOf(hostname: string): Promise<string> {
	const bare = hostname.replace(/^\[|\]$/g, '');
	return isIP(bare) > 0 ? bare : (await lookup(bare)).address;
}

/** The socket once it is open; it is ended when the wait is. */
async function opened<Kind extends Socket>(socket: Kind, event: string, signal: AbortSignal): Promise<Kind> {
	try {
		await once(socket, event, {signal});
		socket.on('error', () => undefined);
		return socket;
	} catch (error) {
		socket.on('error', () => undefined);
		socket.destroy();
		throw error;
	}
}

async function tunnel(socket: Socket, url: URL, proxy: URL): Promise<void> {
	const target = `${url.hostname}:${portOf(url)}`;
	const login =
		proxy.username === '' ? '' : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	const header = login === '' ? [] : [`Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}`];
	const status = statusOf(await askedFor(socket, `CONNECT ${target} HTTP/1.1`, target, header));
	if (status !== 200) throw Object.assign(new Error('refused'), {code: `the proxy answers ${status}`});
}

/** Sends a request without a body and gives the head of the answer. */
async function askedFor(socket: Socket, line: string, host: string, headers: readonly string[] = []): Promise<string> {
	socket.write([line, `Host: ${host}`, 'User-Agent: keydeck', ...headers, '', ''].join('\r\n'));
	let text = '';
	while (!text.includes('\r\n\r\n') && text.length < 65_536) {
		const ended = once(socket, 'close').then(() => {
			throw Object.assign(new Error('closed'), {code: 'closed without an answer'});
		});
		const [bytes] = await Promise.race([once(socket, 'data'), ended]);
		text += String(bytes);
	}
	return text;
}

function statusOf(head: string): number {
	return Number(/^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1] ?? 0);
}

function portOf({port, protocol}: URL): number {
	return Number(port) || (protocol === 'https:' ? 443 : 80);
}

/** A server name in TLS is a name, never an address. */
function nameFor({hostname}: URL): string {
	return isIP(hostname.replace(/^\[|\]$/g, '')) > 0 ? '' : hostname;
}

function orAborted<Result>(step: Promise<Result>, signal: AbortSignal): Promise<Result> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) reject(signal.reason);
		const end = (): void => reject(signal.reason);
		signal.addEventListener('abort', end, {once: true});
		step.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
	});
}
