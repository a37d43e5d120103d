import {readFileSync} from 'node:fs';
import type {ClientRequest, IncomingMessage} from 'node:http';
import {WebSocket} from 'ws';
import type {Clock} from '../clock.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {KeydeckError} from '../errors.ts';
import {ensurePrivateFile} from '../private-folder.ts';
import {Secret} from '../secret.ts';
import {WebSocketChannel} from './channel.ts';
import {DeckLink, greeting, type Peer} from './deck-link.ts';
import {CALL_IDLE_MS, LinkedDeck} from './linked-deck.ts';

/** Largest picture that is put up with, bytes. */
const maxPayload = 256 * 1024 * 1024;
const handshakeTimeout = 5000;
const tokenGone = 4401;

/** A deck whose engine runs in a service elsewhere. */
export class RemoteDeck extends LinkedDeck {
	override readonly attachment = 'remote';
}

/**
 * Opens the deck of the service at `url` (`http://host:3002`). Throws KeydeckError `BAD_URL`, `SERVICE_UNREACHABLE`,
 * `SERVICE_REFUSES` (its own words: a token is needed, a name is not allowed), `OWNER_SILENT`.
 */
export async function connectDeck(options: {
	readonly url: string;
	readonly token?: Secret;
	readonly clock: Clock;
}): Promise<RemoteDeck> {
	const {clock, token} = options;
	const address = deckAddress(options.url);
	const channel = await opened(address, token);
	const silent = (): KeydeckError =>
		new KeydeckError('OWNER_SILENT', `${address.host} does not say what it is`, {
			hint: 'is it the health port of keydeck start?',
		});
	const hello = await greeting(channel, {clock, silent});
	if (hello === undefined) throw unreachableService(address, 'it closed the connection');
	const link = new DeckLink(channel, hello, {clock, peer: peerAt(address)});
	channel.resume();
	try {
		return new RemoteDeck(link, (await link.call({method: 'snapshot', idleMs: CALL_IDLE_MS})) as Snapshot);
	} catch (error) {
		link.close();
		throw error;
	}
}

/** The token of a file that others cannot read. Throws `NOT_PRIVATE`, `TOKENS_UNUSABLE`. */
export function readTokenFile(file: string): Secret {
	ensurePrivateFile(file);
	try {
		return new Secret(readFileSync(file, 'utf8').trim());
	} catch {
		throw new KeydeckError('TOKENS_UNUSABLE', `the token file ${file} cannot be read`, {hint: 'check --token-file'});
	}
}

function deckAddress(text: string): URL {
	const url = URL.parse(text.includes('://') ? text : `http://${text}`);
	if (url !== null && `${url.username}${url.password}` !== '') {
		throw new KeydeckError('BAD_URL', 'the address of the service holds a name or a password', {
			hint: 'a service asks for a token: leave them out, and give it with --token-file or KEYDECK_TOKEN',
		});
	}
	if (url === null || !/^(?:https?|wss?):$/.test(url.protocol)) {
		throw new KeydeckError('BAD_URL', 'the address of the service is no http or https URL', {
			hint: 'write it as http://127.0.0.1:3002',
		});
	}
	const secure = url.protocol === 'https:' || url.protocol === 'wss:';
	return new URL(`${secure ? 'wss' : 'ws'}://${url.host}/deck`);
}

function opened(address: URL, token: Secret | undefined): Promise<WebSocketChannel> {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(address, ['keydeck.deck'], {
			headers: token === undefined ? {} : {authorization: `Bearer ${token.reveal()}`},
			maxPayload,
			handshakeTimeout,
			perMessageDeflate: false,
			followRedirects: false,
		});
		socket.once('open', () => {
			socket.removeAllListeners('error');
			// Made at once: the first message may be there already.
			resolve(new WebSocketChannel(socket));
		});
		socket.once('unexpected-response', (request, response) => {
			void refusalIn(request, response, address).then(reject);
		});
		socket.once('error', (error) => {
			const code = 'code' in error ? String(error.code) : error.message;
			reject(unreachableService(address, code));
		});
	});
}

/** A refusal in the words of the service. */
async function refusalIn(request: ClientRequest, response: IncomingMessage, address: URL): Promise<KeydeckError> {
	let text = '';
	response.setEncoding('utf8');
	for await (const chunk of response) if (text.length < 4096) text += String(chunk);
	request.destroy();
	const said = refusalText(text);
	if (said === undefined) return unreachableService(address, `it answers with status ${response.statusCode}`);
	const hint =
		said.code === 'TOKEN_REQUIRED' || said.code === 'TOKEN_WRONG'
			? 'set KEYDECK_TOKEN, or name its file with --token-file; on its machine keydeck token show prints it'
			: said.hint;
	return new KeydeckError('SERVICE_REFUSES', `${address.host} refuses: ${said.error}`, {hint});
}

function refusalText(text: string): {readonly error: string; readonly code: string; readonly hint: string} | undefined {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== 'object' || value === null) return undefined;
		const {error, code, hint} = value as Record<string, unknown>;
		return typeof error === 'string' ? {error, code: String(code), hint: String(hint)} : undefined;
	} catch {
		return undefined;
	}
}

function unreachableService(address: URL, why: string): KeydeckError {
	return new KeydeckError('SERVICE_UNREACHABLE', `no keydeck service answers at ${address.host} (${why})`, {
		hint: 'start it there with keydeck start; the port is that of its health service',
	});
}

function peerAt(address: URL): Peer {
	return {
		name: () => `the service at ${address.host}`,
		goneHint: 'it is tried again',
		reason: (code) =>
			code === tokenGone
				? new KeydeckError('SERVICE_REFUSES', `${address.host} has closed the connection: its token was replaced`, {
						hint: 'set KEYDECK_TOKEN to the new one, or name its file with --token-file',
					})
				: undefined,
	};
}
