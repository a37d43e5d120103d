import assert from 'node:assert/strict';
import {test} from 'node:test';
import {watchEventLoop} from '../../source/service/event-loop.ts';
import {until} from '../helpers/engine.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';

test('the event loop is read over spans of 15 seconds, whoever asks and how often', async () => {
	const clock = new SimulatedClock();
	const loop = watchEventLoop(clock);
	await until(() => loop.families().length > 0);
	const stopAt = performance.now() + 120;
	while (performance.now() < stopAt);
	await until(() => (loop.families()[1]?.samples[0]?.value ?? 0) > 0.1);
	await clock.advance(15_000);
	const late = loop.families();
	assert.ok((late[1]?.samples[0]?.value ?? 0) > 0.1);
	assert.ok((late[0]?.samples[0]?.value ?? 1) < 0.1);
	assert.equal(loop.families(), late);
	await new Promise((resolve) => setTimeout(resolve, 50));
	await clock.advance(15_000);
	assert.ok((loop.families()[1]?.samples[0]?.value ?? 1) < 0.1);
	loop.stop();
	loop.stop();
});
