import assert from 'node:assert/strict';
import type {LimitCheck} from '../../source/domain/limit.ts';
import type {Reservation, Store} from '../../source/stores/store.ts';
import {type ContractTest, hour, inFlight, modelTokens, noon, perSecond, reservation} from './samples.ts';

/** Rate and concurrency windows. */
export function testLimits(contractTest: ContractTest, histories: number): void {
	/** Reserves again and again at one instant and gives the number granted. */
	async function grants(store: Store, check: LimitCheck, now: number, tries: number): Promise<number> {
		let granted = 0;
		for (let index = 0; index < tries; index += 1) {
			const offers = [{kid: 'k1_a', checks: [check]}];
			const answer = await store.reserve(reservation(`${check.id} ${now} ${index}`, {now, offers}));
			granted += Number(answer.granted);
		}
		return granted;
	}

	contractTest('a rate window admits its burst at once and then one a step', async ({store}) => {
		assert.equal(await grants(store, perSecond(10), noon, 15), 10);
		assert.equal(await grants(store, perSecond(10), noon + 999, 3), 0);
		assert.equal(await grants(store, perSecond(10), noon + 1000, 3), 1);
		assert.equal(await grants(store, perSecond(10), noon + 3500, 3), 2);
		assert.equal(await grants(store, perSecond(10), noon + hour, 15), 10);
	});

	contractTest('a refusal names the window that has room last, and it has room then', async ({store}) => {
		const checks = [modelTokens(50, 50), perSecond(1)];
		const offers = [{kid: 'k1_a', checks}];
		await store.reserve(reservation('l1', {offers}));
		const answer = await store.reserve(reservation('l2', {offers}));
		assert.deepEqual(answer, {
			granted: false,
			full: [{kid: 'k1_a', window: perSecond(1).id, retryAt: noon + 1000}],
		} satisfies Reservation);
		assert.equal((await store.reserve(reservation('l3', {now: noon + 999, offers}))).granted, false);
		assert.equal((await store.reserve(reservation('l4', {now: noon + 1000, offers}))).granted, true);
	});

	contractTest('an offer that does not fit in one window spends none of the others', async ({store}) => {
		const full: LimitCheck = {id: 'day', capacity: 0, refillMs: 1000, cost: 1};
		for (let index = 0; index < 5; index += 1) {
			await store.reserve(reservation(`l${index}`, {offers: [{kid: 'k1_a', checks: [perSecond(1), full]}]}));
		}
		assert.equal(await grants(store, perSecond(1), noon, 2), 1);
	});

	contractTest(
		'the second offer is taken when the first is full, and all are named when none fits',
		async ({store}) => {
			const window = (id: string): LimitCheck => ({id, capacity: 1, refillMs: 1000, cost: 1});
			const offers = [
				{kid: 'k1_a', checks: [window('a')]},
				{kid: 'k1_b', checks: [window('b')]},
			];
			const kids = [];
			for (const id of ['l1', 'l2', 'l3']) {
				const answer = await store.reserve(reservation(id, {offers}));
				kids.push(answer.granted ? answer.lease.kid : answer.full.map(({kid, window: full}) => `${kid} ${full}`));
			}
			assert.deepEqual(kids, ['k1_a', 'k1_b', ['k1_a a', 'k1_b b']]);
		},
	);

	contractTest('a cost above the capacity never fits', async ({store}) => {
		const answer = await store.reserve(reservation('l1', {offers: [{kid: 'k1_a', checks: [perSecond(3, 4)]}]}));
		assert.equal(answer.granted ? undefined : answer.full[0]?.retryAt, Infinity);
	});

	contractTest('a concurrency window counts open leases, whatever the time', async ({store}) => {
		assert.equal(await grants(store, inFlight(3), noon, 5), 3);
		assert.equal(await grants(store, inFlight(3), noon + 30_000, 2), 0);
		await store.release(`${inFlight(3).id} ${noon} 1`, noon + 30_000);
		assert.equal(await grants(store, inFlight(3), noon + 30_001, 2), 1);
	});

	contractTest('a lease past its time holds no room, told or not', async ({store}) => {
		const offers = [{kid: 'k1_a', checks: [inFlight(1)]}];
		await store.reserve(reservation('l1', {offers, expiresAt: noon + 100}));
		const refused = await store.reserve(reservation('l2', {offers, now: noon + 50}));
		assert.equal(refused.granted ? undefined : refused.full[0]?.retryAt, noon + 100);
		assert.equal((await store.reserve(reservation('l3', {offers, now: noon + 100}))).granted, true);
		assert.equal((await store.reserve(reservation('l4', {offers, now: noon + 100}))).granted, false);
	});

	contractTest('tokens told at release are spent from the token windows alone', async ({store}) => {
		const offers = [{kid: 'k1_a', checks: [perSecond(2), modelTokens(100, 10)]}];
		await store.reserve(reservation('l1', {offers}));
		await store.release('l1', noon, 190);
		const refused = await store.reserve(reservation('l2', {offers}));
		// 200 of 100 are spent: 110 must come back at 10 ms each before 10 fit.
		assert.deepEqual(refused.granted ? [] : refused.full, [
			{kid: 'k1_a', window: modelTokens(100, 10).id, retryAt: noon + 1100},
		]);
		assert.equal(await grants(store, perSecond(2), noon, 3), 1);
	});

	contractTest(
		'of many calls at once exactly those that fit are granted, and the others are told when',
		async ({store}) => {
			const ask = (id: string, checks: readonly LimitCheck[]) =>
				store.reserve(reservation(id, {offers: [{kid: 'k1_a', checks}]}));
			const numbers = Array.from({length: 20}, (_, index) => index);
			const rates = await Promise.all(numbers.map((index) => ask(`rate ${index}`, [perSecond(10)])));
			assert.deepEqual(
				rates.flatMap((answer) => (answer.granted ? [] : [answer.full[0]?.retryAt])),
				Array(10).fill(noon + 1000),
			);
			const slots = await Promise.all(numbers.map((index) => ask(`slot ${index}`, [inFlight(11)])));
			assert.deepEqual(
				slots.flatMap((answer) => (answer.granted ? [] : [answer.full[0]?.retryAt])),
				Array(9).fill(noon + 60_000),
			);
		},
	);

	contractTest('calls at once that offer several keys spread over them', async ({store}) => {
		const slot = (id: string): LimitCheck => ({id, capacity: 2, refillMs: 0, cost: 1});
		const offers = ['k1_a', 'k1_b', 'k1_c'].map((kid) => ({kid, checks: [slot(`key ${kid}`), perSecond(5)]}));
		const answers = await Promise.all(
			Array.from({length: 7}, (_, index) => store.reserve(reservation(`l${index}`, {offers}))),
		);
		assert.deepEqual(
			answers.map((answer) => (answer.granted ? answer.lease.kid : answer.full.map(({window}) => window))),
			['k1_a', 'k1_a', 'k1_b', 'k1_b', 'k1_c', ...Array(2).fill(['key k1_a', 'key k1_b', perSecond(5).id])],
		);
	});

	contractTest('in random histories no window admits more than burst and rate', async ({store}) => {
		await testRandomHistories(store, histories);
	});
}

/** Numbers from 0 to 1 that a seed repeats (a linear congruence). */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
		return state / 4_294_967_296;
	};
}

/**
 * The model: for any stretch of grants from the i-th to the j-th, their cost is at most the burst
 * and what refills between them; and a refusal's `retryAt` is the first whole ms that admits.
 */
async function testRandomHistories(store: Store, histories: number): Promise<void> {
	for (let seed = 1; seed <= histories; seed += 1) {
		const random = seeded(seed);
		const below = (most: number) => Math.floor(random() * most);
		const check = {id: `window ${seed}`, capacity: 1 + below(6), refillMs: [1, 7, 1000 / 3, 1000, 0.6][below(5)] ?? 1};
		const granted: {at: number; cost: number}[] = [];
		let now = noon;
		for (let step = 0; step < 20; step += 1) {
			now += below(4) === 0 ? below(3000) : below(3);
			const cost = 1 + below(Math.min(2, check.capacity));
			const offers = [{kid: 'k1_a', checks: [{...check, cost}]}];
			const answer = await store.reserve(reservation(`${seed} ${step}`, {now, offers}));
			if (answer.granted) granted.push({at: now, cost});
			else {
				const retryAt = answer.full[0]?.retryAt ?? 0;
				assert.ok(retryAt > now, `seed ${seed}: retryAt lies ahead`);
				const early = await store.reserve(reservation(`${seed} ${step} early`, {now: retryAt - 1, offers}));
				assert.equal(early.granted, false, `seed ${seed}: not before retryAt`);
				const then = await store.reserve(reservation(`${seed} ${step} then`, {now: retryAt, offers}));
				assert.equal(then.granted, true, `seed ${seed}: admitted at retryAt`);
				granted.push({at: retryAt, cost});
				now = retryAt;
			}
		}
		for (const [first, {at: from}] of granted.entries()) {
			let spent = 0;
			for (const {at, cost} of granted.slice(first)) {
				spent += cost;
				assert.ok(spent <= check.capacity + (at - from) / check.refillMs + 1e-5, `seed ${seed}: never above the rate`);
			}
		}
	}
}
