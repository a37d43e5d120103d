/**
 * One replica of a fleet as a process of its own: `node replica-process.js <ReplicaPlan as JSON>`. It says `open`,
 * asks its engine for keys as the plan says, and ends with a `ReplicaResult` as JSON.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {type Clock, systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {openEngine} from '../helpers/engine.ts';
import {RealClock} from '../helpers/real-clock.ts';
import {ScriptedUpstream} from '../helpers/scripted-upstream.ts';
import type {ReplicaPlan, ReplicaResult} from './replicas.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as ReplicaPlan;
const {url, keys, limits, afterMs = 0, forMs, inFlight, perSecond, clockAheadMs = 0, timeoutMs = 100} = plan;

const faults: string[] = [];
process.on('unhandledRejection', (reason) => faults.push(String(reason)));
const clock: Clock = {...systemClock, now: () => Date.now() + clockAheadMs};
const store = await openRedisStore({url, prefix: 'deck', pepper: 'p', clock, random: Math.random, timeoutMs});
const upstream = await ScriptedUpstream.open();
const {engine} = await openEngine({
	keys: Array.from({length: keys}, (_, index) => ({name: `k${index}`, limits})),
	upstream,
	store,
	clock: new RealClock(clockAheadMs),
});
process.stdout.write('open\n');

const granted: Record<string, number> = {};
const result = {granted, refused: 0, firstAt: 0, lastAt: 0, tookMs: [] as [number, number][], degradedMs: 0, faults};

async function ask(): Promise<boolean> {
	const at = Date.now();
	const before = performance.now();
	const answer = await engine.acquire({model: 'gpt-4o'});
	result.tookMs.push([at, Math.round((performance.now() - before) * 100) / 100]);
	if (!answer.granted) {
		result.refused += 1;
		return false;
	}
	granted[answer.key.kid] = (granted[answer.key.kid] ?? 0) + 1;
	result.firstAt = Math.min(result.firstAt || at, at);
	result.lastAt = Date.now();
	await engine.release(answer.lease.id, 'unused');
	return true;
}

async function askInTurn(until: number): Promise<void> {
	while (performance.now() < until) if (!(await ask())) await sleep(5 + Math.random() * 10);
}

async function askEvenly(until: number, rate: number): Promise<void> {
	const start = performance.now();
	const asked: Promise<unknown>[] = [];
	for (let count = 0; performance.now() < until; count++) {
		const waitMs = start + (count * 1000) / rate - performance.now();
		if (waitMs > 1) await sleep(waitMs);
		asked.push(ask());
	}
	await Promise.all(asked);
}

await sleep(afterMs);
const watching = setInterval(() => {
	if (store.condition().state === 'degraded') result.degradedMs += 50;
}, 50);
const until = performance.now() + forMs;
if (perSecond === undefined) await Promise.all(Array.from({length: inFlight ?? 1}, () => askInTurn(until)));
else await askEvenly(until, perSecond);
clearInterval(watching);
await engine.close();
await upstream.close();
process.stdout.write(`${JSON.stringify(result satisfies ReplicaResult)}\n`);
