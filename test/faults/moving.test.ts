import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {RedisCluster} from '../helpers/redis-cluster.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench} from '../stores/samples.ts';
import {during, handOut, ms, normalAgain, perSecond, sufferAgain, tooSlow} from './hand-outs.ts';
import {table} from './replicas.ts';

type Fault = {
	/** Resolves when it is over. */
	readonly suffer: () => Promise<void>;
	readonly url: string;
	/** The store notices: it says that it is degraded meanwhile, and why. */
	readonly why?: RegExp;
};

const rows: (readonly (string | number)[])[] = [
	['fault', 'lasted', 'calls', 'granted', 'degraded', 'p99 first second', 'p99 after', 'slowest', 'normal after'],
];
const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
after(() => table(`slots that move and servers that load, ${perSecond} hand-outs a second`, rows));

/** Asserts what holds under one fault, and gives what was too slow. */
async function suffer(name: string, {suffer, url, why}: Fault): Promise<readonly string[]> {
	const store = await openRedisStore({url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});
	assert.deepEqual(store.condition(), {state: 'ok'});
	await store.save([{kind: 'bench-put', bench: bench('dead', 1, {kind: 'invalid'})}]);
	const handing = handOut(store, name);
	await sleep(1000);
	const wasWell = store.condition().state === 'ok';
	const beganAt = performance.now();
	const reasons = new Set<string>();
	let degradedMs = 0;
	const watching = setInterval(() => {
		const condition = store.condition();
		if (condition.state === 'ok') return;
		degradedMs += 20;
		reasons.add(condition.detail);
	}, 20);
	await suffer();
	const endedAt = performance.now();
	const backMs = await normalAgain([store], endedAt);
	clearInterval(watching);
	await sleep(500);
	const told = await handing.stop();
	const known = (await store.load(Date.now())).benches.map(({id}) => id);
	await store.close();

	const {calls, granted, firstMs, afterMs, slowestMs} = during(told, beganAt, endedAt);
	const took = [firstMs, afterMs, slowestMs, backMs].map(ms);
	rows.push([name, ms(endedAt - beganAt), calls, granted, ms(degradedMs), ...took]);
	assert.deepEqual(unhandled, []);
	assert.equal(told.filter(([, , one]) => !one).length, 0, 'nothing is refused');
	assert.deepEqual(known, ['key dead']);
	if (why !== undefined)
		assert.ok(
			[...reasons].some((reason) => why.test(reason)),
			[...reasons].join('\n'),
		);
	return wasWell ? tooSlow(firstMs, afterMs, backMs) : ['degraded before anything happened'];
}

for (const key of ['{deck}', '{pool-openai}']) {
	test(`the slot of ${key} moves to another node: keys are handed out all the time`, {skip: needsRedis}, () =>
		sufferAgain(async () => {
			await using cluster = await RedisCluster.start();
			const moveAll = async (): Promise<void> => {
				const move = await cluster.startMove(key);
				while (await move.step()) await sleep(200);
				await move.finish();
			};
			return await suffer(`${key} moves`, {url: cluster.url, suffer: moveAll});
		}),
	);

	test(`nobody serves the slot of ${key}: degraded, not down`, {skip: needsRedis}, () =>
		sufferAgain(async () => {
			await using cluster = await RedisCluster.start();
			const lose = async (): Promise<void> => {
				const giveBack = await cluster.orphan(key);
				await sleep(3000);
				await giveBack();
			};
			return await suffer(`${key} has no node`, {url: cluster.url, suffer: lose, why: /CLUSTERDOWN|slot/});
		}),
	);
}

test('the node a slot moves to is killed meanwhile: nothing is left unhandled', {skip: needsRedis}, () =>
	sufferAgain(async () => {
		await using cluster = await RedisCluster.start();
		const lose = async (): Promise<void> => {
			const move = await cluster.startMove('{pool-openai}');
			while (await move.step()) await sleep(20);
			// Whatever is asked now is asked of the other.
			await move.to.kill();
			await sleep(3000);
			await move.giveUp();
		};
		return await suffer('{pool-openai} moves to a node that dies', {url: cluster.url, suffer: lose});
	}),
);

test('a server that loads its data for seconds: degraded meanwhile, normal soon after', {skip: needsRedis}, () =>
	sufferAgain(async () => {
		// 200 µs a key: as slow as a large file on a slow disk.
		const slowly = ['--key-load-delay', '200', '--loading-process-events-interval-bytes', '1024'];
		await using server = await RedisServer.start([...slowly, '--enable-debug-command', 'yes']);
		await server.cli('debug', 'populate', '20000');
		const reload = async (): Promise<void> => {
			await server.client.save();
			await server.kill();
			await server.restart();
		};
		return await suffer('loading', {url: server.url, suffer: reload, why: /loading/});
	}),
);
