import {resolve} from 'node:path';
import {type EngineOptions, type Library, openLibrary} from './open-library.ts';
import type {Served} from './service-ports.ts';

/** Which engine a class of the original tool works with; all of one root in a process share one. */
export type SharedOptions = Pick<EngineOptions, 'root' | 'env' | 'home'>;

/** One engine and those who use it: opened by the first, closed when the last one leaves. */
class SharedEngine {
	readonly #options: SharedOptions;
	readonly #users = new Set<object>();
	#opening: Promise<Library> | undefined;
	#closing: Promise<void> | undefined;
	#probing = false;

	constructor(options: SharedOptions) {
		this.#options = options;
	}

	joinedBy(user: object): Promise<Library> {
		this.#users.add(user);
		this.#opening = this.#opened(this.#opening);
		return this.#opening;
	}

	/** Keys are asked in rounds from now on, for everybody. */
	async probe(user: object): Promise<Library> {
		const library = await this.joinedBy(user);
		this.#probing = true;
		library.startProbing();
		return library;
	}

	/** Opens both ports, once for everybody, and has the keys asked in rounds. */
	async serve(user: object): Promise<Served> {
		return (await this.probe(user)).serve();
	}

	async leftBy(user: object): Promise<void> {
		if (!this.#users.delete(user) || this.#users.size > 0) return;
		const opening = this.#opening;
		this.#opening = undefined;
		this.#probing = false;
		this.#closing = opening?.then(
			(library) => library.close(),
			() => undefined,
		);
		await this.#closing;
	}

	/** What is open; one that could not be opened, or was closed at the end of the process, is opened anew. */
	async #opened(before: Promise<Library> | undefined): Promise<Library> {
		await this.#closing;
		const open = await before?.catch(() => undefined);
		if (open !== undefined && !open.closed) return open;
		return openLibrary({...this.#options, probe: this.#probing});
	}
}

/** Engines of this process, by the environment and the place they were asked for. */
const engines = new WeakMap<object, Map<string, SharedEngine>>();

export function sharedEngine(options: SharedOptions): SharedEngine {
	const {root, home, env = process.env} = options;
	const ofEnvironment = engines.get(env) ?? new Map<string, SharedEngine>();
	engines.set(env, ofEnvironment);
	const place = JSON.stringify([root === undefined ? process.cwd() : resolve(root), home ?? env.KEYDECK_HOME]);
	const known = ofEnvironment.get(place) ?? new SharedEngine({...options, env});
	ofEnvironment.set(place, known);
	return known;
}
