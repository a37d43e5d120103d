import assert from 'node:assert/strict';
import {type ContractTest, inFlight, minute, noon, perSecond, reservation} from './samples.ts';

/** Reserving, releasing and expiring, without limits. */
export function testLeases(contractTest: ContractTest): void {
	contractTest('the first offer that fits becomes a lease, and later ones are never asked for', async ({store}) => {
		let taken = 0;
		function* offers() {
			for (const kid of ['k1_a', 'k1_b', 'k1_c']) {
				taken += 1;
				yield {kid, checks: []};
			}
		}
		const answer = await store.reserve(reservation('l1', {servedBy: 'gpt-4-turbo', offers: offers()}));
		const lease = {
			id: 'l1',
			kid: 'k1_a',
			model: 'gpt-4o',
			servedBy: 'gpt-4-turbo',
			grantedAt: noon,
			expiresAt: noon + minute,
		};
		assert.deepEqual(answer, {granted: true, lease});
		assert.deepEqual(await store.openLeases(), [lease]);
		assert.equal(taken, 1);
	});

	contractTest('without offers there is no lease', async ({store}) => {
		assert.deepEqual(await store.reserve(reservation('l1', {offers: []})), {granted: false, full: []});
	});

	contractTest('the same lease id again gives the same lease and spends nothing', async ({store}) => {
		const request = reservation('l1', {offers: [{kid: 'k1_a', checks: [perSecond(2)]}]});
		const first = await store.reserve(request);
		for (let again = 0; again < 100; again += 1) assert.deepEqual(await store.reserve(request), first);
		assert.equal((await store.reserve({...request, leaseId: 'l2'})).granted, true);
		assert.equal((await store.load(noon)).picks[0]?.picks, 2);
	});

	contractTest('a second release, or one of an unknown lease, is harmless', async ({store}) => {
		const request = reservation('l1', {offers: [{kid: 'k1_a', checks: [inFlight(1)]}]});
		await store.reserve(request);
		assert.equal((await store.release('l1', noon))?.id, 'l1');
		assert.equal(await store.release('l1', noon), undefined);
		assert.equal(await store.release('nobody', noon), undefined);
		assert.equal((await store.reserve({...request, leaseId: 'l2'})).granted, true);
		assert.equal((await store.reserve({...request, leaseId: 'l3'})).granted, false);
	});

	contractTest('a lease ends by itself at its time and is told once', async ({store}) => {
		await store.reserve(reservation('l1', {expiresAt: noon + 10}));
		await store.reserve(reservation('l2', {expiresAt: noon + 20}));
		assert.deepEqual(await store.expire(noon + 9), []);
		assert.deepEqual(
			(await store.expire(noon + 10)).map(({id}) => id),
			['l1'],
		);
		assert.deepEqual(await store.expire(noon + 10), []);
		assert.equal(await store.release('l1', noon + 11), undefined);
		assert.deepEqual(
			(await store.openLeases()).map(({id}) => id),
			['l2'],
		);
	});

	contractTest('grants are counted per model and key, and the last minute of them is known', async ({store}) => {
		await store.reserve(reservation('l1'));
		await store.reserve(reservation('l2', {now: noon + minute}));
		await store.reserve(reservation('l3', {now: noon + minute, servedBy: 'gpt-4-turbo'}));
		const {picks, recentGrants} = await store.load(noon + minute);
		assert.deepEqual(picks, [
			{model: 'gpt-4o', kid: 'k1_a', picks: 2},
			{model: 'gpt-4-turbo', kid: 'k1_a', picks: 1},
		]);
		assert.deepEqual(recentGrants, [
			{kid: 'k1_a', model: 'gpt-4o', at: noon + minute},
			{kid: 'k1_a', model: 'gpt-4-turbo', at: noon + minute},
		]);
	});
}
