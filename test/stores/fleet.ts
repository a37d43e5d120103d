import {type Stoppable, systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {openEngine, type TestEngine} from '../helpers/engine.ts';
import {RedisServer} from '../helpers/redis-server.ts';
import {ScriptedUpstream} from '../helpers/scripted-upstream.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';

const names = ['a', 'b', 'c', 'dead'];

/** Whole engines on one Redis. */
export type Fleet = AsyncDisposable & {
	readonly decks: readonly [TestEngine, TestEngine];
	readonly server: RedisServer;
	/** Begins housekeeping and probing at each. */
	readonly start: () => Promise<void>;
};

/** Replicas agree by the time of Redis, which nobody moves: simulated time would leave it. */
class RealClock extends SimulatedClock {
	override now(): number {
		return systemClock.now();
	}

	override after(delayMs: number, task: () => void): Stoppable {
		return systemClock.after(delayMs, task);
	}

	override every(everyMs: number, task: () => void): Stoppable {
		return systemClock.every(everyMs, task);
	}

	override sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
		return systemClock.sleep(delayMs, signal);
	}

	override advance(byMs: number): Promise<void> {
		return systemClock.sleep(byMs);
	}
}

export async function openFleet(): Promise<Fleet> {
	const server = await RedisServer.start();
	const upstream = await ScriptedUpstream.open();
	upstream.always('sk-dead', {status: 401, body: {error: {code: 'invalid_api_key', message: 'no'}}});
	const open = async (): Promise<TestEngine> => {
		const options = {url: server.url, prefix: 'deck', pepper: 'p', timeoutMs: 2000};
		const store = await openRedisStore({...options, clock: systemClock});
		const keys = names.map((name) => ({name, secret: `sk-${name}`}));
		return openEngine({keys, models: ['gpt-4o'], store, upstream, clock: new RealClock()});
	};
	const decks = [await open(), await open()] as const;
	return {
		decks,
		server,
		start: async () => {
			for (const {engine} of decks) engine.start();
		},
		async [Symbol.asyncDispose]() {
			for (const {engine} of decks) await engine.close();
			await upstream.close();
			await server[Symbol.asyncDispose]();
		},
	};
}
