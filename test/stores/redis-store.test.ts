import assert from 'node:assert/strict';
import {after, before, describe} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {needsRedis} from '../helpers/redis-server.ts';
import {type RedisPlace, topologies} from '../helpers/redis-topologies.ts';
import {testStoreContract} from './store-contract.ts';

for (const [name, start] of topologies) {
	describe(`redis, ${name}`, {skip: needsRedis}, () => {
		let place: RedisPlace;
		before(async () => {
			place = await start();
		});
		after(() => place[Symbol.asyncDispose]());

		let opened = 0;
		const open = async () => {
			opened += 1;
			const options = {
				url: place.url,
				prefix: `deck${opened}`,
				pepper: 'p',
				clock: systemClock,
				random: Math.random,
				time: 'caller',
			} as const;
			const store = await openRedisStore(options);
			assert.deepEqual(store.condition(), {state: 'ok'}, 'it is Redis that is tried');
			return {
				store,
				async reopen() {
					await store.close();
					return openRedisStore(options);
				},
			};
		};
		testStoreContract(`redis store, ${name}`, open, {histories: name === 'one server' ? 200 : 50});
	});
}
