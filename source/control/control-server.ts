import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import {dirname} from 'node:path';
import {type Clock, type Stoppable, systemClock} from '../clock.ts';
import type {Deck} from '../engine/deck.ts';
import {KeydeckError} from '../errors.ts';
import {lockFile} from '../file-lock.ts';
import {ensurePrivateFolder} from '../private-folder.ts';
import {ControlConnection} from './control-connection.ts';
import {ControlLink} from './control-link.ts';
import {type Hello, lineOf} from './frame.ts';

/** Snapshots are pushed to watchers at most this often, ms. */
const PUSH_EVERY_MS = 500;
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
	readonly deck: Deck;
	readonly path: string;
	/** Configuration root, told to clients. */
	readonly root: string;
	readonly version: string;
	/** @default systemClock */
	readonly clock?: Clock;
}): Promise<ControlServer> {
	const {deck, path, root, version, clock = systemClock} = options;
	ensurePrivateFolder(dirname(path));
	const lock = lockFile(`${path}-lock`);
	if (lock === undefined) throw inUse(path, await startingOwner(path, clock));
	const hello: Hello = {root, pid: process.pid, version, startedAt: deck.snapshot().startedAt};
	const audience = new Audience(deck, clock, hello);
	const server = createServer((socket) => audience.add(socket));
	server.maxConnections = MOST_CLIENTS;
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

/** The clients of one server. The deck is listened to only while one of them watches. */
class Audience {
	readonly #deck: Deck;
	readonly #clock: Clock;
	readonly #hello: Hello;
	readonly #connections = new Set<ControlConnection>();
	#endFollowing: (() => void) | undefined;
	#nextPush: Stoppable | undefined;
	#pushedAt = -Infinity;

	constructor(deck: Deck, clock: Clock, hello: Hello) {
		this.#deck = deck;
		this.#clock = clock;
		this.#hello = hello;
	}

	add(socket: Socket): void {
		const onWatch = () => this.#follow();
		const connection = new ControlConnection({socket, deck: this.#deck, hello: this.#hello, onWatch});
		this.#connections.add(connection);
		socket.on('close', () => {
			this.#connections.delete(connection);
			this.#follow();
		});
	}

	close(): void {
		for (const connection of this.#connections) connection.close();
	}

	/** Begins or ceases to listen to the deck, as there are watchers. */
	#follow(): void {
		const watched = [...this.#connections].some(({watching}) => watching);
		if (watched && this.#endFollowing === undefined) {
			const ends = [
				this.#deck.subscribe(() => this.#pushSoon()),
				this.#deck.onEvent((event) => this.#push(lineOf({event}))),
			];
			this.#endFollowing = () => {
				for (const end of ends) end();
			};
		}
		if (!watched) {
			this.#endFollowing?.();
			this.#endFollowing = undefined;
			this.#nextPush?.stop();
			this.#nextPush = undefined;
		}
	}

	#pushSoon(): void {
		if (this.#nextPush !== undefined) return;
		const delayMs = Math.max(0, this.#pushedAt + PUSH_EVERY_MS - this.#clock.now());
		this.#nextPush = this.#clock.after(delayMs, () => {
			this.#nextPush = undefined;
			this.#pushedAt = this.#clock.now();
			this.#push(lineOf({snapshot: this.#deck.snapshot()}));
		});
	}

	#push(line: string): void {
		for (const connection of this.#connections) connection.push(line);
	}
}

function listen(server: Server, path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject).listen(path, resolve);
	});
}

/** Process that listens at the path; undefined when nobody does, or it hangs. */
async function ownerOf(path: string, clock: Clock): Promise<number | undefined> {
	try {
		const link = await ControlLink.open(path, clock);
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
