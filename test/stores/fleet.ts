import {randomUUID} from 'node:crypto';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {type EngineOptions, openEngine, type TestEngine} from '../helpers/engine.ts';
import {RealClock} from '../helpers/real-clock.ts';
import type {RedisPlace} from '../helpers/redis-topologies.ts';
import {ScriptedUpstream} from '../helpers/scripted-upstream.ts';

const names = ['a', 'b', 'c', 'dead'];

/** Whole engines on one Redis. */
export type Fleet = AsyncDisposable & {
	readonly decks: readonly [TestEngine, TestEngine];
	/** One more replica. */
	readonly join: () => Promise<TestEngine>;
	readonly place: RedisPlace;
	/** Begins housekeeping and probing at each. */
	readonly start: () => Promise<void>;
};

/** `prefix`: of their deck, so that fleets can share a Redis. */
export async function openFleet(place: RedisPlace, prefix: string, more: Partial<EngineOptions> = {}): Promise<Fleet> {
	const upstream = await ScriptedUpstream.open();
	upstream.always('sk-dead', {status: 401, body: {error: {code: 'invalid_api_key', message: 'no'}}});
	const open = async (): Promise<TestEngine> => {
		const options = {url: place.url, prefix, pepper: 'p', timeoutMs: 2000};
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
		place,
		start: async () => {
			for (const {engine} of decks) engine.start();
		},
		async [Symbol.asyncDispose]() {
			for (const {engine} of opened) await engine.close();
			await upstream.close();
		},
	};
}
