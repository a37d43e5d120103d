import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {type EngineOptions, openEngine, type TestEngine} from './engine.ts';
import {ScriptedUpstream} from './scripted-upstream.ts';
import {SimulatedClock} from './simulated-clock.ts';

type HomeOptions = Omit<EngineOptions, 'store' | 'upstream' | 'clock'>;

/** One home over several lives of an engine: a folder with an SQLite file, a clock, an upstream. */
export class Home {
	readonly clock = new SimulatedClock();
	readonly folder: string;
	readonly upstream: ScriptedUpstream;
	readonly #options: HomeOptions;
	#deck: TestEngine | undefined;

	private constructor(folder: string, upstream: ScriptedUpstream, options: HomeOptions) {
		this.folder = folder;
		this.upstream = upstream;
		this.#options = options;
	}

	/** Made for one test, removed after it. */
	static async make(context: TestContext, options: HomeOptions): Promise<Home> {
		const folder = await mkdtemp(join(tmpdir(), 'keydeck-home-'));
		const upstream = await ScriptedUpstream.open();
		const home = new Home(folder, upstream, options);
		context.after(async () => {
			await home.close();
			await upstream.close();
			await rm(folder, {recursive: true});
		});
		return home;
	}

	async open(options: Partial<HomeOptions> = {}): Promise<TestEngine> {
		const store = openSqliteStore({file: join(this.folder, 'state', 'keydeck.sqlite'), clock: this.clock});
		this.#deck = await openEngine({
			...this.#options,
			...options,
			clock: this.clock,
			upstream: this.upstream,
			store,
		});
		return this.#deck;
	}

	/** Closes the engine and opens another on the same file. */
	async reopen(options: Partial<HomeOptions> = {}): Promise<TestEngine> {
		await this.close();
		return this.open(options);
	}

	async close(): Promise<void> {
		await this.#deck?.engine.close();
	}
}
