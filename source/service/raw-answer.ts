import type {ServerResponse} from 'node:http';
import type {Duplex} from 'node:stream';
import type {Clock} from '../clock.ts';
import type {RequestRefused} from './refusal.ts';

/** On every answer: nothing of a key may stay in a cache, be guessed at, or be read by another site. */
export const standingHeaders = {
	'cache-control': 'no-store',
	'x-content-type-options': 'nosniff',
	'cross-origin-resource-policy': 'same-origin',
} as const;

/** Who has been refused has this long to read so and hang up, ms. */
const lingerMs = 1000;

/** A refusal before the router: the connection ends with it. */
export function writeRefusal(response: ServerResponse, refusal: RequestRefused): void {
	const {headers, text} = lastAnswer(refusal);
	response.writeHead(refusal.status, headers);
	response.end(text);
}

/** A refusal on a bare connection, which is cut off when the other side does not hang up. */
export function refuseSocket(socket: Duplex, refusal: RequestRefused, clock: Pick<Clock, 'after'>): void {
	const {headers, text} = lastAnswer(refusal);
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('')}\r\n${text}`);
	// What is still on its way is thrown away: closing on unread bytes would take the answer with them.
	socket.resume();
	const cutting = clock.after(lingerMs, () => socket.destroy());
	socket.once('close', () => cutting.stop());
}

function lastAnswer({status, body, retryAfterS}: RequestRefused): {
	readonly headers: Readonly<Record<string, string | number>>;
	readonly text: string;
} {
	const text = JSON.stringify(body);
	const headers = {
		...standingHeaders,
		'content-type': 'application/json; charset=utf-8',
		'content-length': Buffer.byteLength(text),
		connection: 'close',
		...(retryAfterS === undefined ? {} : {'retry-after': String(retryAfterS)}),
		...(status === 401 ? {'www-authenticate': 'Bearer'} : {}),
	};
	return {headers, text};
}
