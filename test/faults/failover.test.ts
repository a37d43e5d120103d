import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {RedisCluster} from '../helpers/redis-cluster.ts';
import {RedisSentinels} from '../helpers/redis-sentinels.ts';
import {needsRedis, type RedisServer} from '../helpers/redis-server.ts';
import type {RedisPlace} from '../helpers/redis-topologies.ts';
import {bench} from '../stores/samples.ts';
import {during, handOut, ms, normalAgain, perSecond, sufferAgain, tooSlow} from './hand-outs.ts';
import {table} from './replicas.ts';

/** Ends the master that matters; resolves when another one takes writes. */
type Failover = {readonly place: RedisPlace; readonly failOver: () => Promise<unknown>};

const rows: (readonly (string | number)[])[] = [
	['failover', 'new master after', 'calls', 'granted', 'p99 first second', 'p99 after', 'slowest', 'normal after that'],
];
const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
after(() => table(`failovers, ${perSecond} hand-outs a second`, rows));

async function ofSentinels(end: (master: RedisServer) => unknown): Promise<Failover> {
	const place = await RedisSentinels.start();
	return {
		place,
		failOver: async () => {
			const master = await place.master();
			await end(master);
			return place.promoted(master);
		},
	};
}

async function ofCluster(key: string, end: (master: RedisServer) => unknown): Promise<Failover> {
	const place = await RedisCluster.start();
	return {
		place,
		failOver: async () => {
			const master = await place.masterOf(key);
			await end(master);
			return place.promoted(master, key);
		},
	};
}

const kill = (master: RedisServer) => master.kill();
const freeze = (master: RedisServer) => master.signal('SIGSTOP');

const cases: Readonly<Record<string, () => Promise<Failover>>> = {
	'sentinels, master killed': () => ofSentinels(kill),
	'sentinels, master frozen': () => ofSentinels(freeze),
	'cluster, node of the deck killed': () => ofCluster('{deck}', kill),
	'cluster, node of the deck frozen': () => ofCluster('{deck}', freeze),
	'cluster, node of the pool killed': () => ofCluster('{pool-openai}', kill),
	'cluster, node of the pool frozen': () => ofCluster('{pool-openai}', freeze),
};

for (const [name, start] of Object.entries(cases)) {
	test(`${name}: keys are handed out all the time, and who rests goes on resting`, {skip: needsRedis}, () =>
		sufferAgain(() => suffer(name, start)),
	);
}

/** What was too slow in one failover; all else it asserts. */
async function suffer(name: string, start: () => Promise<Failover>): Promise<readonly string[]> {
	const {place, failOver} = await start();
	await using _ = place;
	const options = {url: place.url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random};
	const stores = [await openRedisStore(options), await openRedisStore(options)] as const;
	const [store, other] = stores;
	const benched = async () =>
		Promise.all(stores.map(async (each) => (await each.load(Date.now())).benches.map(({id}) => id).toSorted()));
	await store.save([{kind: 'bench-put', bench: bench('dead', 1, {kind: 'invalid'})}]);
	const handing = handOut(store, name);
	await sleep(1000);
	await other.save([{kind: 'bench-put', bench: bench('late', 1, {kind: 'invalid'})}]);
	const wasWell = stores.every((each) => each.condition().state === 'ok');
	const beganAt = performance.now();
	await failOver();
	const servesAt = performance.now();
	const backMs = await normalAgain(stores, servesAt);
	const endedAt = performance.now();
	await sleep(1000);
	const told = await handing.stop();
	const known = await benched();
	await Promise.all(stores.map((each) => each.close()));

	const {calls, granted, firstMs, afterMs, slowestMs} = during(told, beganAt, endedAt);
	rows.push([name, ms(servesAt - beganAt), calls, granted, ...[firstMs, afterMs, slowestMs, backMs].map(ms)]);
	assert.deepEqual(unhandled, []);
	assert.equal(told.filter(([, , one]) => !one).length, 0, 'nothing is refused');
	assert.deepEqual(known, [
		['key dead', 'key late'],
		['key dead', 'key late'],
	]);
	return wasWell ? tooSlow(firstMs, afterMs, backMs) : ['degraded before anything happened'];
}
