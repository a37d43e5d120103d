import {randomUUID} from 'node:crypto';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {type EngineOptions, openEngine, type TestEngine} from '../helpers/engine.ts';
import {RealClock} from '../helpers/real-clock.ts';
import {RedisServer} from '../helpers/redis-server.ts';
import {ScriptedUpstream} from '../helpers/scripted-upstream.ts';

const names = ['a', 'b', 'c', 'dead'];

/** Whole engines on one Redis. */
export type Fleet = AsyncDisposable & {
	readonly decks: readonly [TestEngine, TestEngine];
	/** One more replica. */
	readonly join: () => Promise<TestEngine>;
	readonly server: RedisServer;
	/** Begins housekeeping and probing at each. */
	readonly start: () => Promise<void>;
};

export async function openFleet(more: Partial<EngineOptions> = {}): Promise<Fleet> {
	const server = await RedisServer.start();
	const upstream = await ScriptedUpstream.open();
	upstream.always('sk-dead', {status: 401, body: {error: {code: 'invalid_api_key', message: 'no'}}});
	const open = async (): Promise<TestEngine> => {
		const options = {url: server.url, prefix: 'deck', pepper: 'p', timeoutMs: 2000};
		const store = await openRedisStore({...options, clock: systemClock, random: Math.random});
		const keys = names.map((name) => ({name, secret: `sk-${name}`}));
		const parts = {store, upstream, clock: new RealClock(), newId: randomUUID};
		const deck = await openEngine({keys, models: ['gpt-4o'], ...more, ...parts});
		opened.push(deck);
		return deck;
	};
	const opened: TestEngine[] = [];
	const decks = [await open(), await open()] as const;
	return {
		decks,
		join: open,
		server,
		start: async () => {
			for (const {engine} of decks) engine.start();
		},
		async [Symbol.asyncDispose]() {
			for (const {engine} of opened) await engine.close();
			await upstream.close();
			await server[Symbol.asyncDispose]();
		},
	};
}
