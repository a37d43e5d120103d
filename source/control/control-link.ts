import {createConnection, type Socket} from 'node:net';
import type {Clock} from '../clock.ts';
import {KeydeckError} from '../errors.ts';
import {SocketChannel} from './channel.ts';
import {DeckLink, greeting, type Peer} from './deck-link.ts';

/** Longest answer, bytes: a snapshot of some ten thousand keys. */
const MOST_LINE_BYTES = 256 * 1024 * 1024;

const owner: Peer = {
	name: ({pid}) => `the keydeck process ${pid} that ran the engine`,
	goneHint: 'run the command again: it opens the engine itself',
};

/**
 * Connects to whoever listens at the unix socket; undefined when nobody does. Throws KeydeckError
 * `OWNER_SILENT` when somebody listens and says nothing.
 */
export async function openControlLink(
	path: string,
	clock: Clock,
	{background = false}: {readonly background?: boolean} = {},
): Promise<DeckLink | undefined> {
	const socket = await connect(path);
	if (socket === undefined) return undefined;
	const channel = new SocketChannel(socket, MOST_LINE_BYTES);
	const hello = await greeting(channel, {clock, silent: () => silent(path)});
	if (hello === undefined) return undefined;
	const link = new DeckLink(channel, hello, {clock, peer: owner, background});
	channel.resume();
	return link;
}

/** Undefined when nobody listens: no socket there, or one whose process has died. */
function connect(path: string): Promise<Socket | undefined> {
	return new Promise((resolve, reject) => {
		const socket = createConnection(path);
		socket.once('connect', () => {
			socket.removeAllListeners('error');
			resolve(socket);
		});
		socket.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
			else reject(new KeydeckError('OWNER_UNREACHABLE', `cannot connect to ${path}: ${error.message}`, {cause: error}));
		});
	});
}

function silent(path: string): KeydeckError {
	return new KeydeckError('OWNER_SILENT', `a process listens at ${path} and does not answer`, {
		hint: 'it hangs or is stopped: end it, or set KEYDECK_HOME to another folder',
	});
}
