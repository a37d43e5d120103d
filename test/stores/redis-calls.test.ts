import assert from 'node:assert/strict';
import {test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import type {CallsElsewhere, Store} from '../../source/stores/store.ts';
import {until} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench, minute, reservation} from './samples.ts';

type Two = {
	readonly one: Store;
	readonly other: Store;
	readonly server: RedisServer;
	/** What the other heard of the first. */
	readonly heard: CallsElsewhere[];
};

const withTwo = (title: string, body: (two: Two) => Promise<void>) =>
	test(title, {skip: needsRedis}, async () => {
		await using server = await RedisServer.start();
		const open = () =>
			openRedisStore({
				url: server.url,
				prefix: 'deck',
				pepper: 'p',
				clock: systemClock,
				random: Math.random,
				timeoutMs: 2000,
			});
		const [one, other] = [await open(), await open()];
		const heard: CallsElsewhere[] = [];
		other.fleet?.follow((changes) => {
			for (const change of changes) if (change.kind === 'calls') heard.push(change.calls);
		});
		try {
			await body({one, other, server, heard});
		} finally {
			await one.close();
			await other.close();
		}
	});

/** A lease of a minute, by the clock of the machine. */
function reserve(store: Store, id: string, kid = 'k1_a') {
	const now = systemClock.now();
	return store.reserve(reservation(id, {now, expiresAt: now + minute, offers: [{kid, checks: []}]}));
}

const picksOf = (heard: readonly CallsElsewhere[]) =>
	heard.flatMap(({picks}) => picks).reduce((sum, {picks}) => sum + picks, 0);

withTwo('what one replica grants and ends is told to the other, and not to itself', async ({one, other, heard}) => {
	const own: CallsElsewhere[] = [];
	one.fleet?.follow((changes) => {
		for (const change of changes) if (change.kind === 'calls') own.push(change.calls);
	});
	await reserve(one, 'l1', 'k1_a');
	await reserve(one, 'l2', 'k1_a');
	await reserve(one, 'l3', 'k1_b');
	await until(() => picksOf(heard) === 3);
	assert.equal(heard.at(-1)?.open.find(({kid}) => kid === 'k1_a')?.count, 2);
	heard.length = 0;
	await one.release('l1', systemClock.now());
	await until(() => heard.length === 1);
	assert.deepEqual(heard[0]?.picks, []);
	assert.deepEqual(heard[0]?.open, [{kid: 'k1_a', count: 1}]);
	await reserve(other, 'l4');
	await until(() => own.length === 1);
	assert.deepEqual(
		[own[0]?.picks, own[0]?.replica !== heard[0]?.replica],
		[[{model: 'gpt-4o', kid: 'k1_a', picks: 1}], true],
	);
});

withTwo('thousands of calls are a few messages, and none of them stands among the states', async (two) => {
	const {one, server, heard} = two;
	await one.save([{kind: 'bench-put', bench: bench('k1_z', 1)}]);
	const begunAt = performance.now();
	for (let round = 0; round < 40; round++) {
		await Promise.all(Array.from({length: 50}, (_, index) => reserve(one, `l${round} ${index}`, `k1_${index % 7}`)));
	}
	const tookMs = performance.now() - begunAt;
	await until(() => picksOf(heard) === 2000);
	assert.ok(heard.length <= 2 + tookMs / 50, `${heard.length} messages in ${tookMs} ms`);
	assert.ok(heard.every(({picks}) => picks.length <= 7));
	assert.equal(await server.client.xlen('deck:{deck}:changes'), 1);
});

withTwo('the stream of calls stays short', async ({one, server}) => {
	const stream = 'deck:{deck}:calls';
	for (let count = 0; count < 1000; count++) await server.client.xadd(stream, '*', 'from', 'nobody', 'ignored', 'x');
	await reserve(one, 'l1');
	await until(async () => (await server.client.xlen(stream)) <= 300);
});

withTwo('a lease given back to the other replica ends here too, and is not told as expired', async (two) => {
	const {one, other} = two;
	const ended: string[] = [];
	one.fleet?.follow((changes) => {
		for (const change of changes) if (change.kind === 'calls') ended.push(...change.calls.ended);
	});
	await reserve(one, 'l1');
	assert.equal((await other.release('l1', systemClock.now()))?.id, 'l1');
	await until(() => ended.length === 1);
	assert.deepEqual(ended, ['l1']);
	assert.equal(await one.release('l1', systemClock.now()), undefined);
	assert.deepEqual(await one.expire(systemClock.now() + minute), []);
});

withTwo('where word of that is lost, it ends at its time and is not told as expired either', async ({one, other}) => {
	await reserve(one, 'l1');
	await reserve(one, 'l2');
	await other.release('l1', systemClock.now());
	assert.deepEqual(
		(await one.expire(systemClock.now() + minute)).map(({id}) => id),
		['l2'],
	);
});
