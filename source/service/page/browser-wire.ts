import {type GateAnswer, type Line, type LineEvents, revokedCode, type Wire} from './wire.ts';

const askTimeoutMs = 10_000;
const lockoutMs = 60_000;

/** The gate and the deck of the server this page came from. */
export const browserWire: Wire = {
	async ask(token): Promise<GateAnswer> {
		try {
			const headers: Record<string, string> = token === undefined ? {} : {authorization: `Bearer ${token}`};
			const signal = AbortSignal.timeout(askTimeoutMs);
			const answer = await fetch('/api/health/summary', {headers, signal, cache: 'no-store'});
			await answer.body?.cancel();
			if (answer.ok) return {kind: 'welcome'};
			if (answer.status === 401) return {kind: 'refused'};
			if (answer.status === 429) return {kind: 'locked-out', retryAfterMs: retryAfterMs(answer)};
			return {kind: 'failed', why: `the server answers ${answer.status}`};
		} catch {
			return {kind: 'failed', why: 'the server does not answer'};
		}
	},

	open(token, events): Line {
		const url = new URL('/deck', location.href);
		url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
		const protocols = ['keydeck.deck', ...(token === undefined ? [] : [`keydeck.token.${token}`])];
		return openSocket(url, protocols, events);
	},
};

function openSocket(url: URL, protocols: string[], events: LineEvents): Line {
	let socket: WebSocket;
	try {
		socket = new WebSocket(url, protocols);
	} catch {
		// A token with a blank or a comma in it cannot even be sent.
		queueMicrotask(() => events.closed(revokedCode));
		return {send: () => undefined, close: () => undefined};
	}
	let ended = false;
	const end = (code: number): void => {
		if (ended) return;
		ended = true;
		events.closed(code);
	};
	socket.addEventListener('message', ({data}) => {
		if (!ended && typeof data === 'string') events.message(data);
	});
	socket.addEventListener('close', ({code}) => end(code));
	return {
		send: (text) => {
			if (socket.readyState === WebSocket.OPEN) socket.send(text);
		},
		close: () => {
			socket.close();
			end(1000);
		},
	};
}

function retryAfterMs(answer: Response): number {
	const seconds = Number(answer.headers.get('retry-after'));
	return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : lockoutMs;
}
