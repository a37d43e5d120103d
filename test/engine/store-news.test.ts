import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createMemoryStore} from '../../source/stores/memory-store.ts';
import type {StoreCondition} from '../../source/stores/store.ts';
import {openEngine} from '../helpers/engine.ts';

test('a store that goes and comes back is told once each, with how long it was gone', async () => {
	let condition: StoreCondition = {state: 'ok'};
	const store = Object.assign(createMemoryStore(), {condition: () => condition});
	await using deck = await openEngine({keys: ['a'], store});
	deck.engine.start({probing: false});
	const told = () => deck.events.filter(({type}) => type.startsWith('store.'));
	await deck.clock.advance(3000);
	assert.deepEqual(told(), []);
	condition = {state: 'degraded', detail: 'Redis is away'};
	await deck.clock.advance(5000);
	condition = {state: 'ok'};
	await deck.clock.advance(3000);
	const [gone, back, ...more] = told();
	assert.ok(gone?.type === 'store.degraded' && gone.detail === 'Redis is away');
	assert.ok(back?.type === 'store.restored' && back.afterMs === 5000);
	assert.deepEqual(more, []);
});
