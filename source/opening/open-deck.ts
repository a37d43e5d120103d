import {existsSync} from 'node:fs';
import type {Clock} from '../clock.ts';
import {defaultHome, rootFiles} from '../config/root.ts';
import type {Settings} from '../config/settings.ts';
import {watchSettings} from '../config/watch.ts';
import {attachDeck} from '../control/attached-deck.ts';
import {controlPath} from '../control/control-path.ts';
import {serveControl} from '../control/control-server.ts';
import type {About} from '../control/frame.ts';
import type {Deck} from '../engine/deck.ts';
import type {Engine} from '../engine/engine.ts';
import type {Leasing} from '../engine/leasing.ts';
import type {EngineSettings} from '../engine/options.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {InvalidInputError, KeydeckError, problemLine} from '../errors.ts';
import type {Provider} from '../providers/provider.ts';
import {engineSettings} from './engine-settings.ts';
import {openEngine, type SharedStore} from './open-engine.ts';
import {type ProjectOptions, readProject} from './project.ts';

/** Two commands that start together meet between the lock and the socket: the second looks again, this often. */
const retries = 10;
const retryMs = 100;

export type OpenOptions = ProjectOptions & {
	readonly clock: Clock;
	readonly version: string;
	/** Probe in rounds and follow changed files: for a deck that stays open. @default false */
	readonly live?: boolean;
	/** Begin the rounds at once; else they wait for `startProbing`. Means something with `live` only. @default true */
	readonly probing?: boolean;
	/** The engine and its sockets do not keep the process alive. @default false */
	readonly background?: boolean;
	/** @default 'live' */
	readonly mode?: 'live' | 'demo';
	/** What other processes of this home are told of this one, once it runs the engine. */
	readonly about?: () => About;
	/** Told each changed configuration that was applied, and the one at the start; with `live`. */
	readonly onApplied?: (changed: Settings, first: Settings) => void;
};

export type OpenedDeck = {
	readonly deck: Deck;
	readonly settings: Settings;
	/** Facts for stderr, one line each: `from the running keydeck (pid 123)`, what is set but not there yet. */
	readonly notes: readonly string[];
	/** Idempotent. */
	close(): Promise<void>;
	/** Tells when the process that runs the engine has ended; absent when that is this one. */
	readonly onClosed?: (listener: (error: Error) => void) => void;
};

/** What a dashboard needs of an opened deck. */
export type ShownDeck = Pick<OpenedDeck, 'deck' | 'close'> & {readonly settings: Pick<Settings, 'dashboard'>};

/** The deck of a project, which also hands out keys. */
export type ProjectDeck = OpenedDeck & {
	readonly leasing: Leasing;
	/** The picture of this moment; that of `deck` may be older when the engine runs in another process. */
	readonly newest: () => Promise<Snapshot>;
	/** What the configuration says now: with `live` it follows changed files. */
	readonly configured: () => EngineSettings;
	/** Begins probing in rounds; absent when another process runs the engine. */
	readonly startProbing?: () => void;
	/** The engine itself; absent when another process runs it. */
	readonly engine?: Engine;
	/** Address of the page of the process that runs the engine; absent when it opens no port, or is this one. */
	readonly page?: string;
};

/** A deck whose engine runs in this process. */
export type OwnDeck = ProjectDeck & {
	readonly engine: Engine;
	readonly providers: ReadonlyMap<string, Provider>;
	/** Begins probing in rounds. */
	readonly startProbing: () => void;
	/** Reads the configuration again now: applied, or refused as a whole, which an event tells. */
	readonly reload: () => Promise<void>;
};

/**
 * Opens the deck of the project around `cwd`: attaches to the engine that already holds its home,
 * or opens one. Bad configuration throws an `InvalidInputError` with every problem, and nothing is written.
 */
export async function openDeck(options: OpenOptions): Promise<ProjectDeck | OwnDeck> {
	const settings = await readProject(options);
	for (let attempt = 1; ; attempt++) {
		const attached = await attachTo(settings, options);
		if (attached !== undefined) return attached;
		try {
			return await ownDeck(settings, options);
		} catch (error) {
			if (!isHomeInUse(error) || attempt === retries) throw error;
			await options.clock.sleep(retryMs);
		}
	}
}

/** A client of the engine that holds the home; undefined when none runs. */
async function attachTo(settings: Settings, options: OpenOptions): Promise<ProjectDeck | undefined> {
	const {clock, live = false, background = false} = options;
	let current = engineSettings(settings);
	const attached = await attachDeck({
		path: controlPath(settings.home),
		root: settings.root,
		clock,
		secretOf: (kid) => current.keys.find(({key}) => key.kid === kid)?.secret,
		background,
	});
	if (attached === undefined) return undefined;
	// Key texts come from this process's own configuration, which must keep up with the owner's.
	const following = {
		apply: (changed: EngineSettings) => {
			current = changed;
		},
		// The owner tells what is wrong.
		refuse: () => undefined,
	};
	const reload = rereading(settings, options, following);
	const watching = live ? watchSettings(settings.watched, clock, () => void reload()) : undefined;
	return {
		deck: attached,
		leasing: attached,
		...(attached.page === undefined ? {} : {page: attached.page}),
		newest: () => attached.newest(),
		configured: () => current,
		settings,
		notes: [`from the running keydeck (pid ${attached.pid})`],
		close: () => {
			watching?.stop();
			return attached.close();
		},
		onClosed: (listener) => {
			attached.onClosed(listener);
		},
	};
}

function isHomeInUse(error: unknown): boolean {
	return error instanceof KeydeckError && error.code === 'HOME_IN_USE';
}

/** Opens an engine of this process, whether or not another holds the home (then it throws `HOME_IN_USE`). */
export async function openOwnDeck(options: OpenOptions): Promise<OwnDeck> {
	return ownDeck(await readProject(options), options, {staysAtRoot: true});
}

async function ownDeck(
	settings: Settings,
	options: OpenOptions,
	place: Pick<Following, 'staysAtRoot'> = {},
): Promise<OwnDeck> {
	const {clock, env, version, live = false, probing = true, background = false, mode = 'live', about} = options;
	let current = engineSettings(settings);
	const {engine, notes} = await openEngine({
		settings: current,
		shared: sharedStoreOf(settings),
		clock,
		env,
		mode,
		pepper: settings.pepperFingerprint,
	});
	const control = await serveControl({
		deck: engine,
		path: controlPath(settings.home),
		root: () => current.root,
		version,
		background,
		...(about === undefined ? {} : {about}),
	}).catch(async (error: unknown) => {
		await engine.close();
		throw error;
	});
	const following = {
		apply: (changed: EngineSettings) => {
			current = changed;
			return engine.apply({...changed, notes: [...notes, ...changed.notes]});
		},
		refuse: (problems: readonly string[]) => engine.refuseSettings(problems),
		...place,
	};
	const reload = rereading(settings, options, following);
	const watching = live ? watchSettings(settings.watched, clock, () => void reload()) : undefined;
	if (live) engine.start({probing});
	const close = async (): Promise<void> => {
		watching?.stop();
		await control.close();
		await engine.close();
	};
	const told = settings.notes.filter(({kind}) => kind === 'not-yet' || kind === 'destination').map(({text}) => text);
	return {
		deck: engine,
		leasing: engine,
		engine,
		newest: async () => engine.snapshot(),
		configured: () => current,
		startProbing: () => engine.startProbing(),
		providers: current.providers,
		settings,
		notes: [...notes, ...told],
		reload,
		close,
	};
}

/** Where replicas meet; the fingerprint is an identity like that of a key, so it tells nothing of the pepper. */
function sharedStoreOf({redisUrl, store, pepperFingerprint}: Settings): SharedStore | undefined {
	if (redisUrl === undefined) return undefined;
	return {url: redisUrl, prefix: store.prefix, pepper: pepperFingerprint};
}

type Following = {
	readonly apply: (changed: EngineSettings) => Promise<void> | void;
	readonly refuse: (problems: readonly string[]) => void;
	/** Refuses a file that makes its folder a project with another home; a screen in front of a person takes it up. */
	readonly staysAtRoot?: boolean;
};

/** Takes what the files say now without a restart; what is bad is refused and the old configuration stays. */
function rereading(
	settings: Settings,
	options: OpenOptions,
	{apply, refuse, staysAtRoot = false}: Following,
): () => Promise<void> {
	// A file that appears may make its folder the root; this engine stays at the home it owns.
	const env = {...options.env, KEYDECK_HOME: settings.home};
	let root = foundRoot(settings);
	return async () => {
		const flags = root === undefined ? options.flags : {...options.flags, root};
		try {
			const changed = await readProject({...options, env, flags});
			if (staysAtRoot && isElsewhere(changed, settings, options.env))
				return refuse([anotherProject(changed, settings)]);
			root ??= foundRoot(changed);
			await apply(engineSettings(changed));
			options.onApplied?.(changed, settings);
		} catch (error) {
			refuse(error instanceof InvalidInputError ? error.problems.map(problemLine) : [String(error)]);
		}
	};
}

/** The folder of a file that appeared has a home of its own: commands there would not find this engine. */
function isElsewhere(changed: Settings, {root, home}: Settings, env: OpenOptions['env']): boolean {
	return changed.root !== root && home === defaultHome(root, env) && home !== defaultHome(changed.root, env);
}

function anotherProject(changed: Settings, {root}: Settings): string {
	return `${changed.root} is a project of its own now, and this keydeck serves ${root}: end it and start it again to serve that`;
}

/** A root that was found stays the root, even when the file that made it one says nothing for a while. */
function foundRoot({root}: Settings): string | undefined {
	return Object.values(rootFiles(root)).some((file) => existsSync(file)) ? root : undefined;
}
