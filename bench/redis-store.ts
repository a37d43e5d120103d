import {createHash, randomUUID} from 'node:crypto';
import {systemClock} from '../source/clock.ts';
import {openRedisStore} from '../source/stores/redis-store.ts';
import type {Store} from '../source/stores/store.ts';
import {needsRedis, RedisServer} from '../test/helpers/redis-server.ts';
import {median, nowMs, printTable, spread} from './measure.ts';

const runs = 9;
const calls = 20_000;
const inFlight = 16;
const keys = 100;
const checks = [{id: 'account openai own gpt-4o requests-minute', capacity: 1e9, refillMs: 1, cost: 1}];
const increment = "return redis.call('INCR', KEYS[1])";

/** Reservations a second through the shared store, against a bare script that adds one. Goal: at least 0.4 of it. */
export async function benchRedisStore(): Promise<void> {
	if (needsRedis !== false) {
		console.log(`redis-store: ${needsRedis}`);
		return;
	}
	await using server = await RedisServer.start();
	const store = await openRedisStore({
		url: server.url,
		prefix: 'deck',
		pepper: 'p',
		clock: systemClock,
		random: Math.random,
		timeoutMs: 5000,
	});
	const sha = createHash('sha1').update(increment).digest('hex');
	await server.client.eval(increment, 1, 'bare');
	const rates: Record<'bare' | 'store', number[]> = {bare: [], store: []};
	for (let run = 0; run <= runs; run += 1) {
		const perSecond = {
			bare: await callsPerSecond(() => server.client.evalsha(sha, 1, 'bare')),
			store: await callsPerSecond((call) => reserve(store, call)),
		};
		// The first run warms the code up.
		if (run === 0) continue;
		rates.bare.push(perSecond.bare);
		rates.store.push(perSecond.store);
	}
	await store.close();
	const share = median(rates.store) / median(rates.bare);
	printTable(`reservations in Redis, ${inFlight} in flight, ${keys} keys, median of ${runs} runs of ${calls}`, [
		['what', 'a second', 'spread', 'of the bare script'],
		['bare EVALSHA of one INCR', median(rates.bare).toFixed(0), spread(rates.bare), ''],
		['store.reserve', median(rates.store).toFixed(0), spread(rates.store), share.toFixed(2)],
	]);
}

async function callsPerSecond(call: (number: number) => Promise<unknown>): Promise<number> {
	let left = calls;
	const start = nowMs();
	const worker = async (): Promise<void> => {
		while (left-- > 0) await call(left);
	};
	await Promise.all(Array.from({length: inFlight}, worker));
	return (calls * 1000) / (nowMs() - start);
}

async function reserve(store: Store, call: number): Promise<void> {
	const now = systemClock.now();
	const request = {provider: 'openai', model: 'gpt-4o', servedBy: 'gpt-4o', now, expiresAt: now + 60_000};
	await store.reserve({...request, leaseId: randomUUID(), offers: [{kid: `k1_${call % keys}`, checks}]});
}
