import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Alert} from '../../source/domain/alert.ts';
import type {TestEngine} from '../helpers/engine.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {placeOf} from '../helpers/redis-topologies.ts';
import {openFleet} from './fleet.ts';

const patienceMs = 20_000;

async function eventually(holds: () => boolean): Promise<void> {
	const end = performance.now() + patienceMs;
	while (!holds()) {
		assert.ok(performance.now() < end, `never came true: ${holds}`);
		await sleep(20);
	}
}

const ofStore = ({engine}: TestEngine): readonly Alert[] =>
	engine.snapshot().alerts.filter(({type}) => type === 'store_degraded');

/** What happened to the store and to its alert. */
const told = ({events}: TestEngine): readonly string[] =>
	events
		.filter((event) => event.type.startsWith('store.') || ('alertId' in event && event.alertId.startsWith('store_')))
		.map(({type}) => type);

/** Ways of being gone: the second keeps what it had. */
const ways: Readonly<
	Record<string, readonly [leave: (server: RedisServer) => unknown, back: (server: RedisServer) => unknown]>
> = {
	'killed, and back empty': [(server) => server.kill(), (server) => server.restart()],
	'frozen, and back': [(server) => server.signal('SIGSTOP'), (server) => server.signal('SIGCONT')],
};

test('Redis gone for a moment raises nothing', {skip: needsRedis, timeout: 60_000}, async () => {
	await using server = await RedisServer.start();
	await using fleet = await openFleet(placeOf(server), 'deck');
	const {decks, start} = fleet;
	await start();
	await server.kill();
	await eventually(() => decks.every((deck) => told(deck).includes('store.degraded')));
	await server.restart();
	await eventually(() => decks.every((deck) => told(deck).includes('store.restored')));
	for (const deck of decks) assert.deepEqual([told(deck), ofStore(deck)], [['store.degraded', 'store.restored'], []]);
});

suite('when Redis is gone each replica raises an alert once, and resolves it when it is back', {
	concurrency: 2,
	skip: needsRedis,
	timeout: 60_000,
}, () => {
	for (const [way, [leave, back]] of Object.entries(ways)) {
		test(way, async () => {
			await using server = await RedisServer.start();
			await using fleet = await openFleet(placeOf(server), 'deck');
			const {decks, start} = fleet;
			await start();
			await leave(server);
			await eventually(() => decks.every((deck) => ofStore(deck)[0]?.state === 'firing'));
			const ids = decks.map((deck) => ofStore(deck)[0]?.id ?? '');
			for (const [place, {engine}] of decks.entries()) await engine.acknowledgeAlert(ids[place] ?? '', 'ann');
			await back(server);
			await eventually(() => decks.every((deck) => told(deck).includes('alert.resolved')));
			await sleep(2500);
			const once = ['store.degraded', 'alert.fired', 'alert.acknowledged', 'store.restored', 'alert.resolved'];
			const expected = ids.map((id) => `${id} resolved, seen by ann`).toSorted();
			const kept = await server.client.hvals('deck:{deck}:alerts');
			const inRedis = kept.map((text) => JSON.parse(text) as Alert).filter(({type}) => type === 'store_degraded');
			assert.deepEqual(gist(inRedis), expected, 'kept once, when it was over');
			for (const deck of decks) {
				assert.deepEqual(told(deck), once);
				assert.deepEqual(gist(ofStore(deck)), expected, 'each hears of the others');
			}
		});
	}
});

function gist(alerts: readonly Alert[]): readonly string[] {
	return alerts.map(({id, state, acknowledged}) => `${id} ${state}, seen by ${acknowledged?.by}`).toSorted();
}
