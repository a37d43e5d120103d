import {after, before, describe} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {testStoreContract} from './store-contract.ts';

describe('redis', {skip: needsRedis}, () => {
	let server: RedisServer;
	before(async () => {
		server = await RedisServer.start();
	});
	after(() => server[Symbol.asyncDispose]());

	let opened = 0;
	const open = async () => {
		opened += 1;
		const options = {
			url: server.url,
			prefix: `deck${opened}`,
			pepper: 'p',
			clock: systemClock,
			random: Math.random,
			time: 'caller',
		} as const;
		const store = await openRedisStore(options);
		return {
			store,
			async reopen() {
				await store.close();
				return openRedisStore(options);
			},
		};
	};
	testStoreContract('redis store', open, {histories: 200});
});
