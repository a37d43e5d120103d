import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import type {Store} from '../../source/stores/store.ts';
import {until} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench} from './samples.ts';

const today = '2026-11-22';

const open = (server: RedisServer) =>
	openRedisStore({url: server.url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});

const isBack = (store: Store) => store.condition().state === 'ok';

async function untilAway(store: Store): Promise<void> {
	await until(async () => {
		await store.spend(today, 0);
		return !isBack(store);
	});
}

test('what is benched while Redis comes back is in Redis too', {skip: needsRedis, timeout: 60_000}, async () => {
	await using server = await RedisServer.start();
	const store = await open(server);
	const names: string[] = [];
	const save = async (): Promise<void> => {
		const kid = `k1_${names.length}`;
		names.push(`key ${kid}`);
		assert.deepEqual(await store.save([{kind: 'bench-put', bench: bench(kid, 1)}]), {stale: []});
	};
	for (let outage = 0; outage < 5; outage++) {
		server.signal('SIGSTOP');
		await untilAway(store);
		await save();
		server.signal('SIGCONT');
		for (let turn = 0; !isBack(store); turn++) {
			await nextTurn();
			if (turn < 20_000 && turn % 20 === 0) await save();
		}
	}
	const inRedis = async () => (await server.client.hkeys('deck:{deck}:benches')).toSorted();
	// A call that fails on a busy machine is made good a beat later.
	await until(async () => (await inRedis()).length === names.length);
	assert.deepEqual(await inRedis(), names.toSorted());
	await store.close();
});

test('what one call to Redis failed to save is saved soon after', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	const store = await open(server);
	try {
		// One refusal, and no outage: what makes good an outage is not what is tried here.
		await server.cli('set', 'deck:{deck}:benches', 'no hash');
		assert.deepEqual(await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]), {stale: []});
		await server.cli('del', 'deck:{deck}:benches');
		assert.ok(isBack(store));
		await until(async () => (await server.client.hlen('deck:{deck}:benches')) === 1);
		assert.ok(isBack(store));
	} finally {
		await store.close();
	}
});

test('money that Redis refuses to count is told again', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	const store = await open(server);
	try {
		await server.cli('set', 'deck:{deck}:spent', 'no hash');
		await store.spend(today, 0.25);
		await store.spend('2026-11-23', 0.5);
		await untilAway(store);
		// It comes back several times, and is refused.
		await sleep(1000);
		await server.cli('del', 'deck:{deck}:spent');
		await until(() => isBack(store));
		assert.deepEqual([await store.spend(today, 0), await store.spend('2026-11-23', 0)], [0.25, 0.5]);
	} finally {
		await store.close();
	}
});
