import assert from 'node:assert/strict';
import {test} from 'node:test';
import {guessProvider} from '../../source/domain/key-shape.ts';
import {createDemo, demoAgents} from '../../source/simulator/demo.ts';
import {demoStory, playStory, storyEveryMs} from '../../source/simulator/demo-story.ts';
import {madeUpKey} from '../../source/simulator/key-text.ts';
import {startSimulator} from '../../source/simulator/simulator.ts';
import {vendorNames} from '../../source/simulator/vendor-name.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {asking} from './simulated-vendor.ts';

test('made-up keys look like their vendor’s, and no two are alike', () => {
	for (const vendor of vendorNames.filter((name) => name !== 'ollama')) {
		const key = madeUpKey(vendor, Math.random);
		assert.equal(guessProvider(key).provider, vendor, vendor);
		assert.notEqual(madeUpKey(vendor, Math.random), key);
	}
});

test('a demo has fifteen keys of five vendors, also as an environment', () => {
	const {keys, environment} = createDemo(Math.random);
	assert.equal(keys.length, 15);
	assert.equal(new Set(keys.map(({vendor}) => vendor)).size, 5);
	assert.equal(environment.DEEPSEEK_API_KEYS?.split(',').length, 4);
	for (const {label, secret} of keys) {
		const [, name = '', index] = /^(\w+?)(?:\[(\d)\])?$/.exec(label) ?? [];
		const text = index === undefined ? environment[name] : environment[name]?.split(',')[Number(index)];
		assert.equal(text, secret.reveal(), label);
	}
	assert.ok(demoAgents.every(({everyMs, tokens}) => everyMs > 0 && tokens > 0));
});

test('every key of the demo is good at the beginning, and at the end of the story again', async (t) => {
	const demo = createDemo(Math.random);
	const clock = new SimulatedClock();
	const simulator = await startSimulator({clock, scenario: demo.scenario});
	t.after(() => simulator.close());
	for (const vendor of vendorNames) simulator.change({vendor, latencyMs: 0});
	simulator.change({vendor: 'deepseek', keys: {}, latencyMs: 0});
	const statuses = () =>
		Promise.all(
			demo.keys.map(async ({vendor, secret}) => {
				const {auth, completion, model} = asking[vendor];
				const {path, body} = completion(vendor === 'openai' ? 'gpt-4o' : model, false);
				const headers = auth(secret.reveal());
				const response = await fetch(simulator.baseUrls[vendor] + path, {
					method: 'POST',
					headers,
					body: JSON.stringify(body),
				});
				return response.status;
			}),
		);
	const told: string[] = [];
	const story = playStory(simulator, clock, ({say}) => told.push(say));
	t.after(() => story.stop());
	assert.deepEqual(new Set(await statuses()), new Set([200]));
	await clock.advance(45_000);
	assert.deepEqual(await statuses(), [529, 529, 529, 429, 401, 429, 200, 200, 200, 200, 200, 429, 200, 200, 200]);
	await clock.advance(45_000);
	assert.deepEqual(new Set(await statuses()), new Set([200]));
	assert.deepEqual(
		told,
		demoStory.map(({say}) => say),
	);
	await clock.advance(storyEveryMs - 90_000 + 6000);
	assert.equal(told.length, demoStory.length + 1);
	story.stop();
	await clock.advance(storyEveryMs);
	assert.equal(told.length, demoStory.length + 1);
});
