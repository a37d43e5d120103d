import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import {Engine} from '../engine/engine.ts';
import type {EngineSettings} from '../engine/options.ts';
import {createHttpClient} from '../providers/http-client.ts';
import {openSqliteStore} from '../stores/sqlite-store.ts';

/** An engine on its home's own store, with real parts; the one place where they are put together. */
export async function openEngine(options: {
	readonly settings: EngineSettings;
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly mode: 'live' | 'demo';
}): Promise<{readonly engine: Engine; readonly notes: readonly string[]}> {
	const {settings, clock, env, mode} = options;
	const store = openSqliteStore({file: join(settings.home, 'keydeck.sqlite'), clock});
	const transport = createHttpClient({clock, env});
	const engine = await Engine.open({settings, store, transport, clock, random: Math.random, newId: randomUUID, mode});
	return {engine, notes: store.notes};
}
