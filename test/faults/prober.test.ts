import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench} from '../stores/samples.ts';
import {percentile, table} from './replicas.ts';

const rounds = 20;
const intervalMs = 3000;
/** Sweeps come with jitter, so a claim holds for four fifths of the interval. */
const leastGapMs = intervalMs * 0.8;

/** When each key was probed. */
async function openVendor() {
	const probes: {readonly key: string; readonly at: number}[] = [];
	const server = createServer((request, response) => {
		probes.push({key: `${request.headers.authorization}`, at: Date.now()});
		response.setHeader('content-type', 'application/json').end('{"object":"list","data":[]}');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	return {probes, url: `http://127.0.0.1:${port}/v1`, close: () => server.close()};
}

test('20 rounds of stopping or killing the prober: one probe per key and interval', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	const vendor = await openVendor();
	const replicas = new Map<number, ChildProcess>();
	const start = async (): Promise<void> => {
		const file = join(import.meta.dirname, 'prober-process.js');
		const child = spawn(process.execPath, [file, server.url, vendor.url, `${intervalMs}`], {
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		replicas.set(child.pid ?? 0, child);
		await once(child.stdout, 'data');
	};
	/** Process id and fence of the prober. */
	const prober = async (): Promise<readonly [pid: number, fence: string] | undefined> => {
		const [leader, fence] = await server.client.mget('deck:{deck}:leader', 'deck:{deck}:fence');
		const facts = leader === null ? null : await server.client.hget('deck:{deck}:facts', `${leader}`);
		const name = facts === null ? '' : String((JSON.parse(facts) as {name: string}).name);
		return name === '' ? undefined : [Number(name.split(' ')[1]), `${fence}`];
	};
	const nextProber = async (old: string): Promise<readonly [pid: number, fence: string]> => {
		for (;;) {
			const now = await prober();
			if (now !== undefined && now[1] !== old) return now;
			await sleep(25);
		}
	};
	await Promise.all([start(), start(), start()]);
	const tookMs: number[] = [];
	const fences: number[] = [];
	let [pid, fence] = await nextProber('');
	for (let round = 0; round < rounds; round++) {
		await sleep(500);
		const before = Date.now();
		const child = replicas.get(pid);
		const stops = round % 2 === 0;
		child?.kill(stops ? 'SIGSTOP' : 'SIGKILL');
		const next = await nextProber(fence);
		tookMs.push(Date.now() - before);
		if (stops) child?.kill('SIGCONT');
		else {
			replicas.delete(pid);
			await start();
		}
		[pid, fence] = next;
		fences.push(Number(fence));
	}
	const store = await openRedisStore({
		url: server.url,
		prefix: 'deck',
		pepper: 'p',
		clock: systemClock,
		random: Math.random,
		timeoutMs: 2000,
	});
	const refused = await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}], fences[0]);
	const accepted = await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}], fences.at(-1));
	await store.close();
	for (const child of replicas.values()) child.kill('SIGKILL');
	vendor.close();

	const byKey = Map.groupBy(vendor.probes, ({key}) => key);
	const gaps = [...byKey.values()].flatMap((probes) =>
		probes.slice(1).map(({at}, index) => at - (probes[index]?.at ?? 0)),
	);
	table(`${rounds} rounds, an interval of ${intervalMs} ms`, [
		['probes', 'shortest gap', 'median gap', 'longest gap', 'take-over median', 'take-over longest'],
		[
			vendor.probes.length,
			...[
				Math.min(...gaps),
				percentile(gaps, 0.5),
				Math.max(...gaps),
				percentile(tookMs, 0.5),
				Math.max(...tookMs),
			].map((ms) => `${ms} ms`),
		],
	]);
	assert.ok(byKey.size === 3);
	assert.ok(Math.max(...tookMs) <= 8000, 'another takes over within 8 s');
	assert.ok(Math.min(...gaps) >= leastGapMs - 250, 'no key is asked twice in an interval');
	assert.deepEqual(
		fences,
		fences.toSorted((a, b) => a - b),
		'fences only grow',
	);
	assert.deepEqual(refused.stale, [{id: 'key k1_a'}], 'a write with an old fence is refused');
	assert.deepEqual(accepted.stale, []);
});
