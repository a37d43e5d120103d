import {randomUUID} from 'node:crypto';
import type {Clock} from '../clock.ts';
import {Engine} from '../engine/engine.ts';
import type {EngineSettings} from '../engine/options.ts';
import {createHttpClient} from '../providers/http-client.ts';
import type {RedisStoreOptions} from '../stores/redis-store.ts';
import {openSqliteStore} from '../stores/sqlite-store.ts';
import type {Store} from '../stores/store.ts';
import {storeFile} from './store-file.ts';

export type SharedStore = Pick<RedisStoreOptions, 'url' | 'prefix' | 'pepper'>;

/** An engine on its home's own store, with real parts; the one place where they are put together. */
export async function openEngine(options: {
	readonly settings: EngineSettings;
	/** The store is shared with other replicas, and the home has none of its own. */
	readonly shared: SharedStore | undefined;
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly mode: 'live' | 'demo';
	/** Fingerprint of the pepper the keys are named by. */
	readonly pepper: string;
}): Promise<{readonly engine: Engine; readonly notes: readonly string[]}> {
	const {settings, shared, clock, env, mode, pepper} = options;
	const random = Math.random;
	const {store, notes} = await openStore({home: settings.home, shared, pepper}, {clock, random});
	const transport = createHttpClient({clock, env});
	// What the opening had to say stands among the notes, where the dashboard shows it.
	const noted = {...settings, notes: [...notes, ...settings.notes]};
	const engine = await Engine.open({
		settings: noted,
		store,
		transport,
		clock,
		random,
		newId: randomUUID,
		mode,
	});
	return {engine, notes};
}

async function openStore(
	{home, shared, pepper}: {readonly home: string; readonly shared: SharedStore | undefined; readonly pepper: string},
	{clock, random}: {readonly clock: Clock; readonly random: () => number},
): Promise<{readonly store: Store; readonly notes: readonly string[]}> {
	if (shared === undefined) {
		const store = openSqliteStore({file: storeFile(home), clock, pepper: {fingerprint: pepper}});
		return {store, notes: store.notes};
	}
	// Its client is loaded only where a shared store is configured.
	const {openRedisStore} = await import('../stores/redis-store.ts');
	const store = await openRedisStore({...shared, clock, random});
	const condition = store.condition();
	return {store, notes: condition.state === 'degraded' ? [condition.detail] : []};
}
