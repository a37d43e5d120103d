import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {VendorName} from '../../source/simulator/vendor-name.ts';
import {arrived, startVendor} from './simulated-vendor.ts';

const overloads: readonly (readonly [VendorName, free: number, completion: number, says: RegExp])[] = [
	['anthropic', 529, 529, /\{"type":"overloaded_error","message":"Overloaded"\}/],
	['openai', 503, 503, /"type":"service_unavailable_error","param":null,"code":"server_is_overloaded"/],
	['gemini', 503, 503, /"status": "UNAVAILABLE"/],
	['deepseek', 503, 503, /"code":"invalid_request_error"/],
	['mistral', 503, 429, /"type":"service_tier_capacity_exceeded","param":null,"code":"3505"/],
	['cohere', 503, 503, /"message":"service unavailable"/],
	['groq', 503, 503, /Service Unavailable/],
	['openrouter', 503, 503, /"error_type":"provider_overloaded"/],
	['together', 503, 503, /overloaded/],
	['ollama', 503, 503, /server busy/],
];

for (const [vendor, free, completion, says] of overloads) {
	test(`${vendor} is overloaded, fails and heals while it runs`, async (t) => {
		const simulated = await startVendor(t, vendor);
		const change = (condition: 'overloaded' | 'failing' | 'up') => simulated.simulator.change({vendor, condition});
		change('overloaded');
		assert.equal((await simulated.free()).status, free);
		const answer = await simulated.complete();
		assert.equal(answer.status, completion);
		assert.match(await answer.text(), says);
		change('failing');
		assert.equal((await simulated.free()).status, 500);
		change('up');
		assert.equal((await simulated.free()).status, 200);
	});
}

test('a slow vendor gives the right answer after its delay and not before', async (t) => {
	const vendor = await startVendor(t, 'openai');
	vendor.simulator.change({vendor: 'openai', condition: {kind: 'slow', delayMs: 7000}});
	let answered = false;
	const answer = vendor.free().then((response) => {
		answered = true;
		return response;
	});
	await arrived(vendor, 1);
	await vendor.clock.advance(6999);
	assert.equal(answered, false);
	await vendor.clock.advance(1);
	assert.equal((await answer).status, 200);
});

test('the usual latency varies by a fifth either way, and a key may have its own', async (t) => {
	const rolls = [0, 1];
	const vendor = await startVendor(t, 'openai', {}, () => rolls.shift() ?? 0.5);
	vendor.simulator.change({vendor: 'openai', latencyMs: 1000});
	rolls.splice(0, rolls.length, 0.5, 0);
	const quick = vendor.free();
	await arrived(vendor, 1);
	await vendor.clock.advance(800);
	assert.equal((await quick).status, 200);
	vendor.simulator.change({vendor: 'openai', keys: {label: 'it'}, latencyMs: 50});
	const own = vendor.free();
	await arrived(vendor, 2);
	await vendor.clock.advance(50);
	assert.equal((await own).status, 200);
});

test('a hanging vendor takes the request and never answers', async (t) => {
	const vendor = await startVendor(t, 'openai');
	vendor.simulator.change({vendor: 'openai', condition: 'hanging'});
	const cut = new AbortController();
	const asked = fetch(`${vendor.simulator.baseUrls.openai}/models`, {signal: cut.signal});
	await arrived(vendor, 1);
	await vendor.clock.advance(600_000);
	cut.abort();
	await assert.rejects(asked, {name: 'AbortError'});
	assert.deepEqual(vendor.simulator.counts().rows[0]?.answers, {});
});

test('closing a simulator frees those who wait for a hanging vendor', async (t) => {
	const vendor = await startVendor(t, 'openai');
	vendor.simulator.change({vendor: 'openai', condition: 'hanging'});
	const asked = assert.rejects(vendor.free(), TypeError);
	await arrived(vendor, 1);
	await vendor.simulator.close();
	await asked;
	await vendor.simulator.close();
});

test('a closing vendor breaks the connection in the middle of the body, streamed or not', async (t) => {
	const {simulator, complete} = await startVendor(t, 'openai');
	simulator.change({vendor: 'openai', condition: 'closing'});
	for (const stream of [false, true]) {
		const response = await complete({stream});
		assert.equal(response.status, 200);
		await assert.rejects(response.text(), TypeError);
	}
});

test('a flaky vendor fails for its share of the requests', async (t) => {
	let chance = 0;
	const {simulator, free} = await startVendor(t, 'openai', {}, () => chance);
	simulator.change({vendor: 'openai', condition: {kind: 'flaky', share: 0.3}});
	const statuses = [];
	for (chance of [0.1, 0.29, 0.3, 0.9]) statuses.push((await free()).status);
	assert.deepEqual(statuses, [500, 500, 200, 200]);
});
