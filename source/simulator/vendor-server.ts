import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import {createServer} from 'node:http';
import type {Clock} from '../clock.ts';
import type {Desk} from './desk.ts';
import type {Reply} from './exchange.ts';
import {exchange} from './exchange.ts';
import {countAnswer} from './tally.ts';

/** What a vendor's server shares with those of the other vendors. */
type ServerParts = {
	readonly clock: Clock;
	readonly random: () => number;
	/** 24 hex characters, another each time. */
	readonly nextId: () => string;
	/** Takes requests to the control path; false when it is not one. */
	readonly control: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
};

const idleMs = 60_000;
const largestBody = 32 * 1024 * 1024;

/** A vendor on the wire; listens nowhere yet. */
export function createVendorServer(desk: Desk, parts: ServerParts): Server {
	return createServer({keepAliveTimeout: idleMs}, (request, response) => {
		const {url = '/', method = 'GET', headers} = request;
		const mark = url.indexOf('?');
		const path = mark === -1 ? url : url.slice(0, mark);
		if (parts.control(request, response, path)) return;
		const query = mark === -1 ? '' : url.slice(mark + 1);
		const reply = (body: string | undefined) => {
			const moment = {now: parts.clock.now(), chance: parts.random(), id: parts.nextId()};
			answer(desk, parts, response, exchange(desk, {method, path, query, headers, body}, moment));
		};
		if (method === 'POST') readBody(request, reply);
		else {
			request.resume();
			reply(undefined);
		}
	});
}

/** Collects a body; one that is too large is cut off with its connection. */
export function readBody(request: IncomingMessage, done: (body: string) => void): void {
	const parts: Buffer[] = [];
	let size = 0;
	request.on('data', (part: Buffer) => {
		size += part.length;
		if (size > largestBody) request.destroy();
		else parts.push(part);
	});
	request.on('end', () => done(parts.length === 1 ? String(parts[0]) : Buffer.concat(parts).toString()));
}

function answer(desk: Desk, parts: ServerParts, response: ServerResponse, reply: Reply): void {
	if (reply.finish !== undefined) response.once('close', reply.finish);
	if (desk.condition.kind === 'hanging') return;
	const delayMs = delayOf(desk, reply, parts.random);
	if (delayMs === 0) send(desk, response, reply);
	else response.once('close', parts.clock.after(delayMs, () => send(desk, response, reply)).stop);
}

/** A slow vendor is late by its own measure; the rest varies by a fifth. */
function delayOf({condition, latencyMs}: Desk, {key}: Reply, random: () => number): number {
	if (condition.kind === 'slow') return condition.delayMs;
	const usual = key.latencyMs ?? latencyMs;
	return usual === 0 ? 0 : Math.round(usual * (0.8 + 0.4 * random()));
}

function send(desk: Desk, response: ServerResponse, {answer, pieces, line}: Reply): void {
	if (response.destroyed) return;
	const whole = pieces ?? [answer.body];
	const framing = pieces ? {'cache-control': 'no-cache'} : {'content-length': String(Buffer.byteLength(answer.body))};
	response.writeHead(answer.status, {...answer.headers, ...framing});
	if (desk.condition.kind === 'closing') {
		const text = whole.join('');
		response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
		return;
	}
	countAnswer(line, answer.status);
	for (const piece of whole.slice(0, -1)) response.write(piece);
	response.end(whole.at(-1));
}
