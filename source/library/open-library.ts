import {systemClock} from '../clock.ts';
import {variables} from '../config/environment.ts';
import {LastingLeasing} from '../opening/lasting-leasing.ts';
import {type OpenOptions, openDeck, openOwnDeck, type ProjectDeck} from '../opening/open-deck.ts';
import {packageVersion} from '../opening/package-version.ts';
import {endServing, type Served, type Serving, servePorts} from './service-ports.ts';

export type EngineOptions = {
	/** Configuration root. @default the nearest folder upward from the current one that configures keydeck */
	readonly root?: string;
	/** Environment keys and settings are read from, before the root's `.env`. @default process.env */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** State folder. @default `KEYDECK_HOME`, else one per root */
	readonly home?: string;
	/** Ask the vendors about every key in rounds, in the background. @default true */
	readonly probe?: boolean;
	/**
	 * Use the engine of another process that holds this home. When false, such a process is an error
	 * (`HOME_IN_USE`). @default true
	 */
	readonly attach?: boolean;
};

/** An open project: the lasting deck and what ends it. */
export type Library = {
	readonly deck: LastingLeasing;
	readonly env: OpenEnvironment;
	/** Begins probing in rounds, in this process and in one that takes over. */
	startProbing(): void;
	/** Opens both ports over the engine of this process, once. Throws as `openService` does, and `HOME_IN_USE`. */
	serve(): Promise<Served>;
	readonly closed: boolean;
	/** Idempotent. */
	close(): Promise<void>;
};

type OpenEnvironment = NonNullable<EngineOptions['env']>;

/** Libraries that are open in this process. */
const open = new Set<Library>();

/** Opens the project; it does not keep the process alive and is closed when the process has nothing left to do. */
export async function openLibrary(options: EngineOptions): Promise<Library> {
	const {root, home, env = process.env, probe = true, attach = true} = options;
	const wish = {probing: probe};
	const opening = (): Promise<ProjectDeck> => {
		const wanted: OpenOptions = {
			cwd: process.cwd(),
			env: home === undefined ? env : {...env, [variables.home]: home},
			flags: root === undefined ? {} : {root},
			clock: systemClock,
			version: packageVersion(),
			live: true,
			probing: wish.probing,
			background: true,
		};
		return attach ? openDeck(wanted) : openOwnDeck(wanted);
	};
	const deck = new LastingLeasing(await opening(), {open: opening, clock: systemClock});
	let closing: Promise<void> | undefined;
	let serving: Promise<Serving> | undefined;
	const library: Library = {
		deck,
		env,
		startProbing() {
			wish.probing = true;
			deck.startProbing();
		},
		serve() {
			serving ??= servePorts(deck).catch((error: unknown) => {
				serving = undefined;
				throw error;
			});
			return serving.then(({close: _, ...served}) => served);
		},
		get closed() {
			return closing !== undefined;
		},
		close() {
			forget(library);
			closing ??= endServing(serving).then(() => deck.close());
			return closing;
		},
	};
	remember(library);
	return library;
}

function remember(library: Library): void {
	if (open.size === 0) process.on('beforeExit', closeAll);
	open.add(library);
}

function forget(library: Library): void {
	open.delete(library);
	if (open.size === 0) process.off('beforeExit', closeAll);
}

/** What is written in groups becomes durable, and the home is free for others at once. */
function closeAll(): void {
	for (const library of [...open]) {
		library.close().catch((error: unknown) => {
			process.emitWarning(`keydeck could not be closed: ${error instanceof Error ? error.message : String(error)}`);
		});
	}
}
