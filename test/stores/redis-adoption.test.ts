import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import type {Store} from '../../source/stores/store.ts';
import {until} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {inFlight, minute, reservation} from './samples.ts';

type Two = {readonly one: Store; readonly other: Store; readonly server: RedisServer};

const withTwo = (title: string, body: (two: Two) => Promise<void>) =>
	test(title, {skip: needsRedis}, async () => {
		await using server = await RedisServer.start();
		const open = () =>
			openRedisStore({url: server.url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});
		const [one, other] = [await open(), await open()];
		await until(() => one.fleet?.replicas().length === 2 && other.fleet?.replicas().length === 2);
		try {
			await body({one, other, server});
		} finally {
			await one.close();
			await other.close();
		}
	});

/** A lease of a key that takes so many calls at a time. */
async function reserve(store: Store, id: string, capacity = 2): Promise<boolean> {
	const now = systemClock.now();
	const offers = [{kid: 'k1_a', checks: [inFlight(capacity)]}];
	return (await store.reserve(reservation(id, {now, expiresAt: now + minute, offers}))).granted;
}

/** Calls until each of the replicas knows that Redis is away. */
async function untilAway(stores: readonly Store[]): Promise<void> {
	for (const store of stores) {
		await until(async () => {
			await store.spend('2026-11-22', 0);
			return store.condition().state === 'degraded';
		});
	}
}

async function untilBack(stores: readonly Store[]): Promise<void> {
	await until(() => stores.every((store) => store.condition().state === 'ok'));
}

const openIds = async (store: Store) => (await store.openLeases()).map(({id}) => id).toSorted();

withTwo('calls granted while Redis was away hold their place once it is back', async ({one, other, server}) => {
	server.signal('SIGSTOP');
	await untilAway([one, other]);
	assert.deepEqual([await reserve(one, 'l1'), await reserve(other, 'l2')], [true, true]);
	server.signal('SIGCONT');
	await untilBack([one, other]);
	assert.deepEqual(await openIds(one), ['l1', 'l2']);
	assert.equal(await reserve(one, 'l3'), false, 'two are in flight');
	assert.equal((await other.release('l1', systemClock.now()))?.id, 'l1', 'any replica can end it');
	assert.equal(await reserve(one, 'l3'), true);
});

withTwo('one that ended meanwhile is not written, and one that ends afterwards leaves nothing behind', async (two) => {
	const {one, other, server} = two;
	server.signal('SIGSTOP');
	await untilAway([one, other]);
	await reserve(one, 'l1');
	await one.release('l1', systemClock.now());
	await reserve(one, 'l2');
	server.signal('SIGCONT');
	await untilBack([one, other]);
	assert.deepEqual(await openIds(one), ['l2']);
	assert.equal((await one.release('l2', systemClock.now()))?.id, 'l2');
	assert.deepEqual(await openIds(other), []);
	assert.deepEqual([await reserve(other, 'l3'), await reserve(other, 'l4')], [true, true]);
});

withTwo('calls in flight when Redis lost everything hold their place in what is begun anew', async (two) => {
	const {one, other, server} = two;
	assert.equal(await reserve(one, 'l1'), true);
	assert.equal(await reserve(other, 'l2'), true);
	await server.kill();
	await untilAway([one, other]);
	await server.restart();
	await untilBack([one, other]);
	assert.deepEqual(await openIds(one), ['l1', 'l2']);
	assert.equal(await reserve(other, 'l3'), false);
});

withTwo('one call that Redis did not answer is written to it soon after', async ({one, server}) => {
	assert.equal(await reserve(one, 'l1', 10), true);
	await server.cli('client', 'pause', '250', 'all');
	assert.equal(await reserve(one, 'l2', 10), true, 'from the share of this replica');
	await until(async () => (await openIds(one)).length === 2);
});

withTwo('the end of a call that Redis did not hear of is told soon after', async ({one, other, server}) => {
	assert.equal(await reserve(one, 'l1', 1), true);
	// What is told in groups is told: only the end is not heard.
	await sleep(300);
	await server.cli('client', 'pause', '130', 'all');
	assert.equal((await one.release('l1', systemClock.now()))?.id, 'l1');
	await sleep(100);
	await until(() => reserve(other, 'l2', 1));
	assert.equal(one.condition().state, 'ok');
});
