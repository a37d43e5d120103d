import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import {Engine} from '../engine/engine.ts';
import type {EngineSettings} from '../engine/options.ts';
import {createHttpClient} from '../providers/http-client.ts';
import {openRedisStore, type RedisStoreOptions} from '../stores/redis-store.ts';
import {openSqliteStore} from '../stores/sqlite-store.ts';
import type {Store} from '../stores/store.ts';

export type SharedStore = Pick<RedisStoreOptions, 'url' | 'prefix' | 'pepper'>;

/** An engine on its home's own store, with real parts; the one place where they are put together. */
export async function openEngine(options: {
	readonly settings: EngineSettings;
	/** The store is shared with other replicas, and the home has none of its own. */
	readonly shared: SharedStore | undefined;
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly mode: 'live' | 'demo';
}): Promise<{readonly engine: Engine; readonly notes: readonly string[]}> {
	const {settings, shared, clock, env, mode} = options;
	const {store, notes} = await openStore(settings.home, shared, clock);
	const transport = createHttpClient({clock, env});
	const engine = await Engine.open({settings, store, transport, clock, random: Math.random, newId: randomUUID, mode});
	return {engine, notes};
}

async function openStore(
	home: string,
	shared: SharedStore | undefined,
	clock: Clock,
): Promise<{readonly store: Store; readonly notes: readonly string[]}> {
	if (shared === undefined) {
		const store = openSqliteStore({file: join(home, 'keydeck.sqlite'), clock});
		return {store, notes: store.notes};
	}
	const store = await openRedisStore({...shared, clock});
	const condition = store.condition();
	return {store, notes: condition.state === 'degraded' ? [condition.detail] : []};
}
