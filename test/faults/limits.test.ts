import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {RedisCluster} from '../helpers/redis-cluster.ts';
import {RedisSentinels} from '../helpers/redis-sentinels.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bound, grantsByKey, type ReplicaPlan, type ReplicaResult, startReplica, table} from './replicas.ts';

const keys = 10;
/** What is tested is what is granted: a busy machine must not look like an outage. */
const timeoutMs = 3000;

async function run(plans: readonly ReplicaPlan[]): Promise<ReplicaResult[]> {
	const replicas = plans.map(startReplica);
	return Promise.all(replicas.map(({result}) => result));
}

/** Prints and checks that no key was granted more often than its limit admits; gives the share of the bound that was used. */
function checkLimits(title: string, limits: ReplicaPlan['limits'], results: readonly ReplicaResult[]): number {
	const sums = grantsByKey(results);
	const most = bound(limits, results);
	const total = [...sums.values()].reduce((sum, count) => sum + count, 0);
	const largest = Math.max(...sums.values());
	const smallest = Math.min(...sums.values());
	table(title, [
		['replicas', 'grants', 'bound', 'share', 'largest key', 'bound of a key', 'max/min', 'degraded'],
		[
			results.length,
			total,
			Math.floor(most * keys),
			(total / (most * keys)).toFixed(3),
			largest,
			most.toFixed(1),
			(largest / smallest).toFixed(3),
			`${Math.max(...results.map(({degradedMs}) => degradedMs))} ms`,
		],
	]);
	assert.deepEqual(
		results.flatMap(({faults}) => faults),
		[],
	);
	assert.ok(largest <= most + 1e-6, `${largest} grants of a key, ${most} are admitted`);
	return largest / smallest;
}

test('3 processes with 32 calls in flight for 20 s never get more than burst and rate, evenly', {
	skip: needsRedis,
}, async () => {
	await using server = await RedisServer.start();
	const limits = {requestsPerMinute: 1200, burst: 40};
	const plan = {url: server.url, keys, limits, timeoutMs, forMs: 20_000, inFlight: 32};
	const ratio = checkLimits('exact limits: 3 x 32 in flight, 20 s', limits, await run([plan, plan, plan]));
	assert.ok(ratio <= 1.1, `fair: ${ratio}`);
});

test('the limits hold when one replica takes all the load first', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	const limits = {requestsPerMinute: 1200, burst: 40};
	const plan = {url: server.url, keys, limits, timeoutMs, inFlight: 32};
	const late = {...plan, afterMs: 4000, forMs: 6000};
	checkLimits('exact limits: one replica first', limits, await run([{...plan, forMs: 10_000}, late, late]));
});

test('the limits hold with clocks 70 s apart', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	const limits = {requestsPerMinute: 1200, burst: 40};
	const plan = {url: server.url, keys, limits, timeoutMs, inFlight: 32, forMs: 8000};
	const results = await run([plan, {...plan, clockAheadMs: 70_000}, {...plan, clockAheadMs: -70_000}]);
	checkLimits('clocks 0, +70 s, -70 s', limits, results);
});

/** Three replicas ask for twice what the limits admit, and the master of the only pool is killed meanwhile. */
async function failedOver(title: string, url: string, failOver: () => Promise<unknown>): Promise<void> {
	const limits = {requestsPerMinute: 600, burst: 10};
	const plan = {url, keys, limits, perSecond: 67, forMs: 20_000};
	const replicas = [plan, plan, plan].map(startReplica);
	await Promise.all(replicas.map(({open}) => open));
	await sleep(7000);
	await failOver();
	const results = await Promise.all(replicas.map(({result}) => result));
	checkLimits(`${title}, 3 replicas, 200 calls a second of 100`, limits, results);
}

test('the limits hold when sentinels fail over', {skip: needsRedis}, async () => {
	await using set = await RedisSentinels.start();
	const master = await set.master();
	await failedOver('sentinels fail over', set.url, () => master.kill());
});

test('the limits hold when a cluster fails over', {skip: needsRedis}, async () => {
	await using cluster = await RedisCluster.start();
	const master = await cluster.masterOf('{pool-openai}');
	await failedOver('a cluster fails over', cluster.url, () => master.kill());
});

test('Redis down for 30 s under twice the load: never more than the limit, and never nothing', {
	skip: needsRedis,
}, async () => {
	await using server = await RedisServer.start();
	const limits = {requestsPerMinute: 600, burst: 10};
	const plan = {url: server.url, keys, limits, perSecond: 67, forMs: 45_000};
	const replicas = [plan, plan, plan].map(startReplica);
	await Promise.all(replicas.map(({open}) => open));
	await sleep(7000);
	await server.kill();
	const downAt = Date.now();
	await sleep(30_000);
	await server.restart();
	const upAt = Date.now();
	const results = await Promise.all(replicas.map(({result}) => result));
	checkLimits('Redis down for 30 s, 3 replicas, 200 calls a second of 100', limits, results);
	const during = results.flatMap(({tookMs}) => tookMs.filter(([at]) => at > downAt + 1000 && at < upAt));
	table('hand-out while it is down', [
		['calls', 'slowest', 'degraded ms'],
		[
			during.length,
			`${Math.max(...during.map(([, ms]) => ms))} ms`,
			results.map(({degradedMs}) => degradedMs).join(' '),
		],
	]);
});
