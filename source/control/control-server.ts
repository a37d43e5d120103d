import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:net';
import {dirname} from 'node:path';
import {type Clock, systemClock} from '../clock.ts';
import type {Deck} from '../engine/deck.ts';
import type {Leasing} from '../engine/leasing.ts';
import {KeydeckError} from '../errors.ts';
import {lockFile} from '../file-lock.ts';
import {ensurePrivateFolder} from '../private-folder.ts';
import {Audience} from './audience.ts';
import {SocketChannel} from './channel.ts';
import {openControlLink} from './control-link.ts';
import {type Answering, unknownMethod} from './deck-session.ts';
import type {About} from './frame.ts';

/** Longest request, bytes. */
const MOST_LINE_BYTES = 1024 * 1024;
/** How long a server that is just starting may take to say who it is, ms. */
const HELLO_WAIT_MS = 1000;
const MOST_CLIENTS = 64;

export type ControlServer = {
	/** Ends every connection and takes the socket away. Idempotent. */
	close(): Promise<void>;
};

/**
 * Lets other keydeck processes of this home use this one's deck, over a unix socket at `path`,
 * 0600 in a 0700 folder. A socket that a dead process left is replaced; while a live one
 * listens there it throws KeydeckError `HOME_IN_USE`, which names its process.
 */
export async function serveControl(options: {
	readonly deck: Deck & Leasing;
	readonly path: string;
	/** Configuration root, told to clients; a file that appears may give it another. */
	readonly root: () => string;
	readonly version: string;
	/** What this process tells clients of itself. @default nothing */
	readonly about?: () => About;
	/** Neither the socket nor its clients keep the process alive. @default false */
	readonly background?: boolean;
	/** @default systemClock */
	readonly clock?: Clock;
}): Promise<ControlServer> {
	const {deck, path, root, version, about = () => ({}), background = false, clock = systemClock} = options;
	ensurePrivateFolder(dirname(path));
	const lock = lockFile(`${path}-lock`);
	if (lock === undefined) throw inUse(path, await startingOwner(path, clock));
	const {startedAt} = deck.snapshot();
	const audience = new Audience(deck, clock, () => ({root: root(), pid: process.pid, version, startedAt, ...about()}));
	const answering = answeringOf(deck);
	const server = createServer((socket) => {
		const channel = new SocketChannel(socket, MOST_LINE_BYTES);
		if (background) channel.keepProcess(false);
		const session = audience.add(channel, answering);
		channel.onTooLong = () => session.refuse(`a request is longer than ${MOST_LINE_BYTES} bytes`);
	});
	server.maxConnections = MOST_CLIENTS;
	if (background) server.unref();
	try {
		// Whoever listens holds the lock, unless its file was swept from the temporary files.
		const owner = await ownerOf(path, clock);
		if (owner !== undefined) throw inUse(path, owner);
		rmSync(path, {force: true});
		await listen(server, path);
		chmodSync(path, 0o600);
	} catch (error) {
		lock.release();
		throw error;
	}
	let closing: Promise<void> | undefined;
	const end = async () => {
		audience.close();
		await new Promise((resolve) => server.close(resolve));
		lock.release();
	};
	return {
		close() {
			closing ??= end();
			return closing;
		},
	};
}

/** Clients are of this user: they may do all that a deck can, and take leases. */
function answeringOf(deck: Deck & Leasing): Answering {
	return async (method, params, progress) => {
		// Loaded with the first request: a first frame on screen must not wait for what checks parameters.
		const {deckMethods} = await import('./deck-methods.ts');
		const {leasingMethods} = await import('./leasing-methods.ts');
		const call = deckMethods.get(method);
		if (call !== undefined) return call(deck, params, progress);
		const lease = leasingMethods.get(method);
		if (lease !== undefined) return lease(deck, params);
		throw unknownMethod(method);
	};
}

function listen(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject).listen(path, resolve);
	});
}

/** Process that listens at the path; undefined when nobody does, or it hangs. */
async function ownerOf(path: string, clock: Clock): Promise<number | undefined> {
	try {
		const link = await openControlLink(path, clock);
		link?.close();
		return link?.hello.pid;
	} catch {
		return undefined;
	}
}

/** The holder of the lock may be a moment before listening. */
async function startingOwner(path: string, clock: Clock): Promise<number | undefined> {
	const deadline = clock.now() + HELLO_WAIT_MS;
	let owner = await ownerOf(path, clock);
	while (owner === undefined && clock.now() < deadline) {
		await clock.sleep(50);
		owner = await ownerOf(path, clock);
	}
	return owner;
}

function inUse(path: string, pid: number | undefined): KeydeckError {
	const who = pid === undefined ? 'another keydeck process' : `keydeck process ${pid}`;
	return new KeydeckError('HOME_IN_USE', `${who} already listens at ${path}`, {
		hint: `end ${pid === undefined ? 'it' : `it (kill ${pid})`}, or set KEYDECK_HOME to another folder`,
	});
}
