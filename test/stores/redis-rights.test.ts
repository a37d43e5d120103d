import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {RedisSentinels} from '../helpers/redis-sentinels.ts';
import {needsRedis} from '../helpers/redis-server.ts';
import {topologies} from '../helpers/redis-topologies.ts';
import {alert, bench, entry, inFlight, knowledge, perSecond} from './samples.ts';

/** The user of the documentation, as `ACL SETUSER` takes it. */
async function documentedUser(): Promise<readonly string[]> {
	const text = await readFile(resolve(import.meta.dirname, '../../../docs/shared-store.md'), 'utf8');
	return /ACL SETUSER ([^`]+)```/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
}

for (const [name, start] of topologies) {
	test(`${name}: the user of the documentation may do all keydeck does`, {skip: needsRedis}, async () => {
		await using place = await start();
		const user = await documentedUser();
		for (const {client} of place.servers) await client.call('ACL', ['SETUSER', ...user]);
		const url = place.url.replace('redis://', 'redis://keydeck:secret@');
		const store = await openRedisStore({url, prefix: 'keydeck', pepper: 'p', clock: systemClock, random: Math.random});
		assert.deepEqual(store.condition(), {state: 'ok'});
		const now = Date.now();
		await store.save([
			{kind: 'bench-put', bench: bench('k1_a', 1)},
			{kind: 'alert-put', alert: {...alert('one'), resolvedAt: 1}},
		]);
		store.learn(knowledge('k1_a'));
		store.record(entry('k1_a', now));
		await store.flush();
		const request = {leaseId: 'l', provider: 'openai', model: 'm', servedBy: 'm', now, expiresAt: now + 60_000};
		const checks = [perSecond(10), inFlight(10)];
		assert.ok((await store.reserve({...request, offers: [{kid: 'k1_a', checks}]})).granted);
		assert.equal((await store.openLeases()).length, 1);
		await store.release('l', now);
		assert.ok(await store.claimProbe('k1_a', now, 1000));
		assert.equal(await store.spend('2000-01-01', 1), 1);
		assert.equal((await store.history({kid: 'k1_a', limit: 10})).length, 1);
		assert.equal((await store.rollUps({span: 'minute', since: 0})).length, 1);
		assert.equal((await store.load(now)).knowledge.length, 1);
		await store.prune(now);
		assert.deepEqual(store.condition(), {state: 'ok'});
		await store.close();
		for (const {client} of place.servers) {
			const refused = (await client.call('ACL', ['LOG'])) as readonly (readonly unknown[])[];
			assert.deepEqual(
				refused.map((each) => `${each[3]} ${each[5]} ${each[7]}`),
				[],
			);
		}
	});
}

test('sentinels may want a user of their own', {skip: needsRedis}, async () => {
	await using set = await RedisSentinels.start();
	const rights = ['-@all', '+@connection', '+sentinel|get-master-addr-by-name', '+sentinel|sentinels'];
	for (const {client} of set.sentinels) await client.call('ACL', ['SETUSER', 'watcher', 'on', '>secret', ...rights]);
	const conditionWith = async (password: string) => {
		const url = `${set.url}&sentinel-user=watcher&sentinel-password=${password}`;
		const store = await openRedisStore({url, prefix: 'deck', pepper: 'p', clock: systemClock, random: Math.random});
		const condition = store.condition();
		await store.close();
		return condition;
	};
	assert.deepEqual(await conditionWith('secret'), {state: 'ok'});
	const refused = await conditionWith('wrong');
	assert.match(refused.state === 'degraded' ? refused.detail : '', /no sentinel tells the master: WRONGPASS/);
});
