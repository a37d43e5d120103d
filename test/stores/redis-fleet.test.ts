import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {KeydeckError} from '../../source/errors.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {until} from '../helpers/engine.ts';
import {needsRedis} from '../helpers/redis-server.ts';
import {type RedisPlace, topologies} from '../helpers/redis-topologies.ts';
import {type Fleet, openFleet} from './fleet.ts';

for (const [name, start] of topologies) {
	describe(`a fleet, ${name}`, {skip: needsRedis}, () => {
		let place: RedisPlace;
		let fleets = 0;
		before(async () => {
			place = await start();
		});
		after(() => place[Symbol.asyncDispose]());

		const withFleet = (title: string, body: (fleet: Fleet) => Promise<void>) =>
			test(title, async () => {
				fleets += 1;
				await using fleet = await openFleet(place, `fleet${fleets}`);
				await body(fleet);
			});

		withFleet('a key benched by one replica is benched for all within a second', async ({decks: [one, two]}) => {
			const kid = await one.callWith({status: 429, headers: {'retry-after': '90'}});
			const benchedAt = performance.now();
			await until(() => two.key(kid).state.kind === 'cooling');
			assert.ok(performance.now() - benchedAt < 1000);
			assert.equal(two.key(kid).until, one.key(kid).until);
			const picks = await Promise.all([1, 2, 3, 4].map(() => two.call('gpt-4o')));
			assert.ok(!picks.includes(kid), 'nobody else is offered it');
		});

		withFleet(
			'what a person switches off at one replica is off at the other, and back on too',
			async ({decks: [one, two]}) => {
				await one.engine.setDuty('a', 'off', 'ana');
				await until(() => two.key('a').state.kind === 'disabled');
				await two.engine.setDuty('a', 'on', 'ben');
				await until(() => one.key('a').state.kind !== 'disabled');
			},
		);

		withFleet('a strategy chosen at one replica is used by the other', async ({decks: [one, two]}) => {
			await one.engine.setStrategy('gpt-4o', 'least-used', 'ana');
			await until(() => two.engine.snapshot().models.find(({name}) => name === 'gpt-4o')?.strategy === 'least-used');
		});

		withFleet('what one replica calls counts in the history of the other', async ({decks: [one, two]}) => {
			const kid = await one.call('gpt-4o');
			await until(() => two.key(kid).successes === 1);
			assert.equal(two.key(kid).lastCheck?.from, 'call');
		});

		withFleet('a lease may be given back to another replica', async ({decks: [one, two]}) => {
			const {lease} = await one.acquire('gpt-4o');
			assert.equal((await two.engine.openLease({leaseId: lease.id}))?.kid, lease.kid, 'it is known there');
			assert.equal(await two.engine.release(lease.id, 'unused'), true);
			assert.equal(await two.engine.openLease({leaseId: lease.id}), undefined);
			assert.equal(await two.engine.release(lease.id, 'unused'), false);
		});

		withFleet('an alert is raised once for the fleet and acknowledged once', async ({decks: [one, two], start}) => {
			await start();
			const alerts = (deck: typeof one) => deck.engine.snapshot().alerts.filter(({type}) => type === 'key_invalid');
			await one.probe(['dead']);
			await until(() => alerts(one).length === 1 && alerts(two).length === 1);
			assert.equal(alerts(one)[0]?.id, alerts(two)[0]?.id);
			await two.engine.acknowledgeAlert(alerts(two)[0]?.id ?? '', 'ben');
			await until(() => alerts(one)[0]?.acknowledged?.by === 'ben');
		});

		withFleet(
			'one replica probes, every picture shows the fleet, and who is left takes over',
			async ({decks, start}) => {
				await start();
				const [one, two] = decks;
				const prober = (deck: typeof one) => deck.engine.snapshot().fleet?.replicas.find(({probes}) => probes);
				await until(() => prober(one) !== undefined && prober(one)?.id === prober(two)?.id);
				assert.equal(one.engine.snapshot().fleet?.replicas.length, 2);
				const [leader, other] = prober(one)?.isThis === true ? [one, two] : [two, one];
				await until(() => other.key('a').lastCheck !== undefined);
				assert.equal(other.engine.snapshot().probing.probesToday, 0);
				await leader.engine.close();
				await until(() => prober(other)?.isThis === true);
			},
		);

		test('a replica with another pepper is refused and told how to copy it', async () => {
			const options = {url: place.url, prefix: 'pepper', clock: systemClock, random: Math.random};
			const first = await openRedisStore({...options, pepper: 'one'});
			await assert.rejects(openRedisStore({...options, pepper: 'another'}), (error) => {
				assert.ok(error instanceof KeydeckError);
				assert.equal(error.code, 'PEPPER_DIFFERS');
				assert.match(error.hint ?? '', /KEYDECK_PEPPER/);
				return true;
			});
			await first.close();
		});

		withFleet('the text of a key never reaches Redis, not even as an argument', async ({decks: [one, two], start}) => {
			using ears = new DisposableStack();
			const listening = await Promise.all(place.servers.map((server) => server.listen()));
			for (const ear of listening) ears.use(ear);
			await start();
			await one.call('gpt-4o');
			await two.probe(['dead', 'a']);
			await one.engine.setDuty('a', 'off', 'ana');
			await until(() => two.key('a').state.kind === 'disabled');
			const heard = () => listening.map((ear) => ear.heard()).join('');
			await until(() => heard().includes('"key a"'));
			assert.ok(!heard().includes('sk-'), 'no secret of a key');
		});
	});
}

test('every script says that it is one, and keeps to names it was given', async () => {
	const folder = resolve(import.meta.dirname, '../../../source/stores/lua');
	const {readFile} = await import('node:fs/promises');
	for (const name of readdirSync(folder)) {
		const text = await readFile(join(folder, name), 'utf8');
		if (name !== 'prelude.lua') assert.match(text, /^#!lua\n-- /, name);
		assert.doesNotMatch(text, /redis\.call\('[A-Z]+', '/, `${name} spells no key`);
	}
});
