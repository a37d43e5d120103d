import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createMemoryStore} from '../../source/stores/memory-store.ts';
import type {StoreCondition} from '../../source/stores/store.ts';
import {openEngine} from '../helpers/engine.ts';

/** An engine on a store that can be told how it fares. */
async function openWavering() {
	const store = Object.assign(createMemoryStore(), {condition: (): StoreCondition => ({state: 'ok'})});
	const deck = await openEngine({keys: ['a'], store});
	deck.engine.start({probing: false});
	const fares = (condition: StoreCondition): void => {
		store.condition = () => condition;
	};
	return {deck, store, fares};
}

test('a store that goes and comes back is told once each, with how long it was gone', async () => {
	const {deck: opened, fares} = await openWavering();
	await using deck = opened;
	const told = () => deck.events.filter(({type}) => type.startsWith('store.'));
	await deck.clock.advance(3000);
	assert.deepEqual(told(), []);
	fares({state: 'degraded', detail: 'Redis is away'});
	await deck.clock.advance(5000);
	fares({state: 'ok'});
	await deck.clock.advance(3000);
	const [gone, back, ...more] = told();
	assert.ok(gone?.type === 'store.degraded' && gone.detail === 'Redis is away');
	assert.ok(back?.type === 'store.restored' && back.afterMs === 5000);
	assert.deepEqual(more, []);
});

test('a store that is gone for 5 s raises an alert, which is kept and resolved when it is back', async () => {
	const {deck: opened, store, fares} = await openWavering();
	await using deck = opened;
	const told = () => deck.events.filter(({type}) => type.startsWith('alert.')).map(({type}) => type);
	const listed = () => deck.engine.snapshot().alerts.map(({type, severity, state}) => `${type} ${severity} ${state}`);
	fares({state: 'degraded', detail: 'The store cannot be written'});
	await deck.clock.advance(4000);
	fares({state: 'ok'});
	await deck.clock.advance(3000);
	assert.deepEqual([told(), listed()], [[], []], 'a fault of some seconds is no news');
	fares({state: 'degraded', detail: 'The store cannot be written'});
	await deck.clock.advance(20_000);
	assert.deepEqual([told(), listed()], [['alert.fired'], ['store_degraded high firing']]);
	const [alert] = deck.engine.snapshot().alerts;
	await deck.engine.acknowledgeAlert(alert?.id ?? '', 'ann');
	fares({state: 'ok'});
	await deck.clock.advance(3000);
	assert.deepEqual(told(), ['alert.fired', 'alert.acknowledged', 'alert.resolved']);
	assert.deepEqual(listed(), ['store_degraded high resolved']);
	const {alerts} = await store.load(deck.clock.now());
	assert.deepEqual(
		alerts.map(({id, state, acknowledged}) => [id, state, acknowledged?.by]),
		[[alert?.id, 'resolved', 'ann']],
	);
});
