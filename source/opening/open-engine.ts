import {randomUUID} from 'node:crypto';
import type {Clock} from '../clock.ts';
import {Engine} from '../engine/engine.ts';
import type {EngineSettings} from '../engine/options.ts';
import {createHttpClient} from '../providers/http-client.ts';
import {openSqliteStore} from '../stores/sqlite-store.ts';
import {storeFile} from './store-file.ts';

/** An engine on its home's own store, with real parts; the one place where they are put together. */
export async function openEngine(options: {
	readonly settings: EngineSettings;
	readonly clock: Clock;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly mode: 'live' | 'demo';
	/** Fingerprint of the pepper the keys are named by. */
	readonly pepper: string;
}): Promise<{readonly engine: Engine; readonly notes: readonly string[]}> {
	const {settings, clock, env, mode, pepper} = options;
	const store = openSqliteStore({file: storeFile(settings.home), clock, pepper: {fingerprint: pepper}});
	const transport = createHttpClient({clock, env});
	// What the opening had to say stands among the notes, where the dashboard shows it.
	const noted = {...settings, notes: [...store.notes, ...settings.notes]};
	const engine = await Engine.open({
		settings: noted,
		store,
		transport,
		clock,
		random: Math.random,
		newId: randomUUID,
		mode,
	});
	return {engine, notes: store.notes};
}
