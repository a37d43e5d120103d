import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {type TestEngine, until} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {placeOf} from '../helpers/redis-topologies.ts';
import {type Fleet, openFleet} from '../stores/fleet.ts';

const names = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
const ordered = ['round-robin', 'health-based', 'sticky', 'headroom', 'least-used'] as const;

type Three = {readonly decks: readonly TestEngine[]; readonly fleet: Fleet};

/** Three replicas with six keys that all are known to be well. */
const withThree = (title: string, strategy: (typeof ordered)[number], body: (three: Three) => Promise<void>) =>
	test(title, {skip: needsRedis}, async () => {
		await using server = await RedisServer.start();
		await using fleet = await openFleet(placeOf(server), 'deck', {keys: names, strategy});
		await fleet.decks[0].probe();
		const decks = [...fleet.decks, await fleet.join()];
		await until(() => decks.every((deck) => names.every((name) => deck.key(name).state.kind === 'active')));
		await body({decks, fleet});
	});

/** Calls that were granted, as every replica shows them. */
function granted(deck: TestEngine): number {
	return deck.engine.snapshot().models[0]?.picks ?? 0;
}

for (const strategy of ordered) {
	withThree(
		`${strategy}: replicas asked in turn give each key one call a round, one that joins too`,
		strategy,
		async ({decks, fleet}) => {
			const picks: string[] = [];
			const pick = async (deck: TestEngine): Promise<void> => {
				const {lease, key} = await deck.acquire('gpt-4o');
				await deck.engine.release(lease.id, 'unused');
				picks.push(key.kid);
				await sleep(100);
				await until(() => decks.every((each) => granted(each) === picks.length));
			};
			for (let turn = 0; turn < 4; turn++) await pick(decks[turn % 3] as TestEngine);
			await pick(await fleet.join());
			for (let turn = 5; turn < 12; turn++) await pick(decks[turn % 3] as TestEngine);
			for (const round of [picks.slice(0, 6), picks.slice(6)]) assert.deepEqual(round.toSorted(), names, `${picks}`);
		},
	);

	withThree(`${strategy}: at full speed the keys get the same number of calls`, strategy, async ({decks}) => {
		const counts = new Map<string, number>();
		const calls = async (deck: TestEngine): Promise<void> => {
			// A number of calls, not a time: on a busy machine few calls say nothing of how even they are.
			for (let call = 0; call < 400; call++) {
				const {lease, key} = await deck.acquire('gpt-4o');
				counts.set(key.kid, (counts.get(key.kid) ?? 0) + 1);
				await deck.engine.release(lease.id, 'unused');
			}
		};
		await Promise.all(decks.flatMap((deck) => [calls(deck), calls(deck)]));
		assert.equal(counts.size, 6);
		const ratio = Math.max(...counts.values()) / Math.min(...counts.values());
		assert.ok(ratio < 1.15, [...counts].join(' '));
		const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
		await until(() => decks.every((deck) => granted(deck) === all));
		for (const deck of decks) {
			for (const name of names) assert.equal(deck.key(name).usedThisMinute, counts.get(name), 'of the fleet');
		}
	});
}

withThree('what is in flight elsewhere is shown apart from what is in flight here', 'round-robin', async ({decks}) => {
	const [one, two, three] = decks as [TestEngine, TestEngine, TestEngine];
	const {lease, key} = await one.acquire('gpt-4o');
	const shown = ({kid}: typeof key, deck: TestEngine) => {
		const {inFlight, inFlightElsewhere} = deck.key(kid);
		return [inFlight, inFlightElsewhere];
	};
	await until(() => shown(key, two)[1] === 1 && shown(key, three)[1] === 1);
	assert.deepEqual(
		decks.map((deck) => shown(key, deck)),
		[
			[1, 0],
			[0, 1],
			[0, 1],
		],
	);
	await one.engine.release(lease.id, 'unused');
	await until(() => shown(key, two)[1] === 0 && shown(key, three)[1] === 0);
});

withThree('a lease given back to another replica ends where it was granted', 'round-robin', async ({decks}) => {
	const [one, two] = decks as [TestEngine, TestEngine];
	const acquired = await one.acquire('gpt-4o');
	const {successes} = one.key(acquired.key.kid);
	assert.equal(await two.engine.release(acquired.lease.id, await two.send(acquired)), true);
	await until(() => one.key(acquired.key.kid).inFlight === 0);
	assert.equal(await one.engine.openLease({leaseId: acquired.lease.id}), undefined);
	assert.equal(await one.engine.release(acquired.lease.id, await one.send(acquired)), false);
	await until(() => one.key(acquired.key.kid).successes > successes);
	assert.equal(one.key(acquired.key.kid).successes, successes + 1, 'judged once');
	assert.deepEqual(
		one.events.filter(({type}) => type === 'lease.released' || type === 'lease.expired'),
		[],
	);
});

withThree('a replica that has ended has nothing in flight', 'round-robin', async ({decks}) => {
	const [one, two] = decks as [TestEngine, TestEngine];
	const {key} = await one.acquire('gpt-4o');
	await until(() => two.key(key.kid).inFlightElsewhere === 1);
	await one.engine.close();
	await until(() => two.key(key.kid).inFlightElsewhere === 0);
});

withThree(
	'a trial call given back to another replica is over: the next call may be one',
	'round-robin',
	async ({decks}) => {
		const [one, two] = decks as [TestEngine, TestEngine];
		const kid = await one.callWith({status: 429, headers: {'retry-after': '1'}});
		await until(() => two.key(kid).state.kind === 'cooling');
		await sleep(1100);
		for (let turn = 0; turn < 2; turn++) {
			const {lease, key, why} = await one.acquire('gpt-4o');
			assert.equal(key.kid, kid);
			assert.match(why, /trial call/);
			assert.equal(await two.engine.release(lease.id, 'unused'), true);
			await until(() => one.key(kid).inFlight === 0);
		}
	},
);
