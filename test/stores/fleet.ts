import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {openEngine, type TestEngine} from '../helpers/engine.ts';
import {RealClock} from '../helpers/real-clock.ts';
import type {RedisPlace} from '../helpers/redis-topologies.ts';
import {ScriptedUpstream} from '../helpers/scripted-upstream.ts';

const names = ['a', 'b', 'c', 'dead'];

/** Whole engines on one Redis. */
export type Fleet = AsyncDisposable & {
	readonly decks: readonly [TestEngine, TestEngine];
	readonly place: RedisPlace;
	/** Begins housekeeping and probing at each. */
	readonly start: () => Promise<void>;
};

/** `prefix`: of their deck, so that fleets can share a Redis. */
export async function openFleet(place: RedisPlace, prefix: string): Promise<Fleet> {
	const upstream = await ScriptedUpstream.open();
	upstream.always('sk-dead', {status: 401, body: {error: {code: 'invalid_api_key', message: 'no'}}});
	const open = async (): Promise<TestEngine> => {
		const options = {url: place.url, prefix, pepper: 'p', timeoutMs: 2000};
		const store = await openRedisStore({...options, clock: systemClock});
		const keys = names.map((name) => ({name, secret: `sk-${name}`}));
		return openEngine({keys, models: ['gpt-4o'], store, upstream, clock: new RealClock()});
	};
	const decks = [await open(), await open()] as const;
	return {
		decks,
		place,
		start: async () => {
			for (const {engine} of decks) engine.start();
		},
		async [Symbol.asyncDispose]() {
			for (const {engine} of decks) await engine.close();
			await upstream.close();
		},
	};
}
