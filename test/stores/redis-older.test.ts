import assert from 'node:assert/strict';
import {test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import type {LimitCheck} from '../../source/domain/limit.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import type {Store} from '../../source/stores/store.ts';
import {until} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench} from './samples.ts';

/** It refills so slowly that every unit spent is still to be seen. */
const check: LimitCheck = {id: 'key k1_a requests-day', capacity: 100, refillMs: 1e9, cost: 1};

async function grant(store: Store, leaseId: string): Promise<boolean> {
	const now = Date.now();
	const request = {leaseId, provider: 'openai', model: 'm', servedBy: 'm', now, expiresAt: now + 60_000};
	return (await store.reserve({...request, offers: [{kid: 'k1_a', checks: [check]}]})).granted;
}

/** Two replicas of one deck; they are closed, however the test ends. */
async function twoStores(server: RedisServer): Promise<AsyncDisposable & {readonly one: Store; readonly two: Store}> {
	const options = {prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random, timeoutMs: 1000};
	const [one, two] = [
		await openRedisStore({...options, url: server.url}),
		await openRedisStore({...options, url: server.url}),
	];
	return {
		one,
		two,
		async [Symbol.asyncDispose]() {
			await Promise.all([one.close(), two.close()]);
		},
	};
}

async function benched(store: Store): Promise<readonly string[]> {
	return (await store.load(Date.now())).benches.map(({id}) => id).toSorted();
}

/** What a master whose last writes had not reached a replica looks like: the same deck, some moments ago. */
async function comesBackOlder(server: RedisServer, meanwhile: () => Promise<void>): Promise<void> {
	await server.client.save();
	await meanwhile();
	await server.kill();
	await server.restart();
}

test('a Redis that comes back older than its replicas know is told what it forgot', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	await using stores = await twoStores(server);
	const {one, two} = stores;
	const isUp = () => [one, two].every((store) => store.condition().state === 'ok');
	await one.save([{kind: 'bench-put', bench: bench('before', 1)}]);
	for (let index = 0; index < 10; index++) assert.ok(await grant(one, `before ${index}`));
	await comesBackOlder(server, async () => {
		await one.save([{kind: 'bench-put', bench: bench('lost', 1, {kind: 'invalid'})}]);
		await one.save([{kind: 'bench-put', bench: bench('before', 2, {kind: 'disabled'})}]);
		await one.save([{kind: 'strategy-set', model: 'm', strategy: 'sticky'}]);
		for (let index = 0; index < 20; index++) assert.ok(await grant(two, `lost ${index}`));
		await until(async () => (await benched(two)).length === 2);
	});
	await until(isUp);
	await until(async () => (await server.client.hlen('deck:{deck}:benches')) === 2);
	for (const store of [one, two]) {
		const {benches, strategies} = await store.load(Date.now());
		assert.deepEqual(benches.map(({id, kind}) => `${id} ${kind}`).toSorted(), [
			'key before disabled',
			'key lost invalid',
		]);
		assert.deepEqual(strategies, {m: 'sticky'});
	}
	const level = async () => (await server.client.hget('deck:{pool-openai}:windows', check.id))?.split(' ')[0];
	// No window falls behind what its replicas saw.
	await until(async () => Math.round(Number(await level())) === 30);
});

test('what others lifted while Redis could not be reached stays lifted', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	await using stores = await twoStores(server);
	const {one, two} = stores;
	await one.save([{kind: 'bench-put', bench: bench('a', 1)}]);
	await until(async () => (await benched(two)).length === 1);
	await server.cli('client', 'kill', 'type', 'normal');
	await until(() => one.condition().state === 'ok');
	const saved = await one.save([{kind: 'bench-lift', id: 'key a', version: 1}]);
	assert.deepEqual(saved, {stale: []});
	await until(async () => two.condition().state === 'ok' && (await benched(two)).length === 0);
	assert.equal(await server.client.hlen('deck:{deck}:benches'), 0);
});
