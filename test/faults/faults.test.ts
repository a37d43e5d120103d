import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import type {LimitCheck} from '../../source/domain/limit.ts';
import {openRedisStore} from '../../source/stores/redis-store.ts';
import {needsRedis, RedisServer} from '../helpers/redis-server.ts';
import {bench} from '../stores/samples.ts';
import {type Fault, FaultProxy} from './fault-proxy.ts';
import {during, handOut, ms, normalAgain, perSecond, sufferAgain, tooSlow} from './hand-outs.ts';
import {table} from './replicas.ts';

const faultMs = 4000;

type Place = {readonly server: RedisServer; readonly proxy: FaultProxy};
type Row = readonly (string | number)[];
type FaultCase = {
	readonly begin: (place: Place) => unknown;
	readonly end: (place: Place) => unknown;
	/** The store notices: it says that it is degraded meanwhile. */
	readonly degrades: boolean;
};

const onTheWay = (fault: Fault): FaultCase => ({
	begin: ({proxy}) => {
		proxy.fault = fault;
		if (fault.kind === 'reset') proxy.reset();
	},
	end: ({proxy}) => {
		proxy.fault = undefined;
	},
	degrades: true,
});

const config = (name: string, value: string, back: string): FaultCase => ({
	begin: ({server}) => server.client.config('SET', name, value),
	end: ({server}) => server.client.config('SET', name, back),
	degrades: true,
});

const cases: Readonly<Record<string, FaultCase>> = {
	'latency of 2 s': onTheWay({kind: 'latency', ms: 2000}),
	'black hole': onTheWay({kind: 'black-hole'}),
	reset: onTheWay({kind: 'reset'}),
	'garbage bytes': onTheWay({kind: 'garbage'}),
	'one byte at a time': onTheWay({kind: 'slicer'}),
	'frozen (SIGSTOP)': {
		begin: ({server}) => server.signal('SIGSTOP'),
		end: ({server}) => server.signal('SIGCONT'),
		degrades: true,
	},
	'killed (SIGKILL), back empty': {
		begin: ({server}) => server.kill(),
		end: ({server}) => server.restart(),
		degrades: true,
	},
	'out of memory': config('maxmemory', '1', '0'),
	'read-only replica': {
		begin: ({server}) => server.client.call('REPLICAOF', '127.0.0.1', '1'),
		end: ({server}) => server.client.call('REPLICAOF', 'NO', 'ONE'),
		degrades: true,
	},
	'wrong password': {
		begin: async ({server, proxy}) => {
			await server.client.config('SET', 'requirepass', 'other');
			proxy.reset();
		},
		end: ({server}) => server.client.config('SET', 'requirepass', ''),
		degrades: true,
	},
	'a script that never ends': {
		begin: ({server}) => {
			void server.cli('eval', 'while true do end', '0');
		},
		end: async ({server}) => {
			while (!(await server.cli('script', 'kill')).includes('OK')) await sleep(50);
		},
		degrades: true,
	},
	flushed: {begin: ({server}) => server.client.flushall(), end: () => undefined, degrades: false},
	'scripts forgotten': {begin: ({server}) => server.client.script('FLUSH'), end: () => undefined, degrades: false},
};

const rows: Row[] = [['fault', 'calls', 'granted', 'p99 first second', 'p99 after', 'slowest', 'normal after']];
const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));
after(() => table(`faults of ${faultMs} ms, ${perSecond} hand-outs a second`, rows));

for (const name of Object.keys(cases)) {
	test(`${name}: keys are handed out all the time, and all is normal soon after`, {skip: needsRedis}, () =>
		sufferAgain(() => suffer(name)),
	);
}

/** What was too slow under one fault; all else it asserts. */
async function suffer(name: string): Promise<readonly string[]> {
	const {begin, end, degrades} = cases[name] as (typeof cases)[string];
	await using server = await RedisServer.start();
	await using proxy = await FaultProxy.before(server.port);
	const place = {server, proxy};
	const store = await openRedisStore({
		url: proxy.url,
		prefix: 'deck',
		pepper: 'p',
		clock: systemClock,
		random: Math.random,
	});
	assert.deepEqual(store.condition(), {state: 'ok'});
	await store.save([{kind: 'bench-put', bench: bench('dead', 1, {kind: 'invalid'})}]);
	const handing = handOut(store, name);
	await sleep(1000);
	await begin(place);
	const beganAt = performance.now();
	await sleep(faultMs);
	const {state} = store.condition();
	const known = (await store.load(Date.now())).benches.map(({id}) => id);
	await end(place);
	const endedAt = performance.now();
	const backMs = await normalAgain([store], endedAt);
	await sleep(500);
	const told = await handing.stop();
	const kept = await server.client.hexists('deck:{deck}:benches', 'key dead');
	await store.close();

	const {calls, granted, firstMs, afterMs, slowestMs} = during(told, beganAt, endedAt);
	rows.push([name, calls, granted, ...[firstMs, afterMs, slowestMs, backMs].map(ms)]);
	assert.deepEqual(unhandled, []);
	if (degrades) assert.equal(state, 'degraded');
	assert.equal(granted, calls, 'nothing is refused');
	assert.deepEqual(known, ['key dead'], 'what is dead stays dead');
	assert.equal(kept, 1, 'and Redis knows it in the end');
	return tooSlow(firstMs, afterMs, backMs);
}

test('absent at the start: it opens, hands out, and joins when Redis comes', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	await server.kill();
	const store = await openRedisStore({
		url: server.url,
		prefix: 'deck',
		pepper: 'p',
		clock: systemClock,
		random: Math.random,
	});
	assert.equal(store.condition().state, 'degraded');
	const handing = handOut(store, 'absent');
	await sleep(500);
	await server.restart();
	const backMs = await normalAgain([store], performance.now());
	const told = await handing.stop();
	await store.close();
	assert.ok(told.every(([, , granted]) => granted));
	assert.ok(backMs <= 2000, `${backMs} ms`);
});

test('100 answers cut after the script has run: nothing is spent twice', {skip: needsRedis}, async () => {
	await using server = await RedisServer.start();
	// Each deck is away for a while after a cut: several of them save the waiting.
	const decks = await Promise.all(Array.from({length: 5}, (_, index) => cutAnswers(server, `deck${index}`, 20)));
	const granted = decks.reduce((sum, deck) => sum + deck.granted, 0);
	const spent = decks.reduce((sum, deck) => sum + deck.spent, 0);
	table('100 answers cut', [
		['granted', 'spent'],
		[granted, spent.toFixed(2)],
	]);
	assert.equal(granted, 105, 'those cut, and one of each deck before');
	assert.ok(spent >= granted - 0.01, 'nothing granted is missing');
	// What was granted from the share refills more slowly, and counts a ninth more.
	assert.ok(spent <= granted / 0.9 + 0.01, `${spent} units for ${granted} grants`);
});

/** Takes leases whose answers are lost on the way, one after the other; what was granted and what the books say. */
async function cutAnswers(
	server: RedisServer,
	prefix: string,
	times: number,
): Promise<{readonly granted: number; readonly spent: number}> {
	await using proxy = await FaultProxy.before(server.port);
	const store = await openRedisStore({url: proxy.url, prefix, pepper: 'p', clock: systemClock, random: Math.random});
	// It refills so slowly that every unit spent is still to be seen.
	const check: LimitCheck = {id: 'key k1_a requests-day', capacity: 10_000, refillMs: 1e9, cost: 1};
	const reserve = async (leaseId: string): Promise<number> => {
		const now = Date.now();
		const request = {leaseId, provider: 'openai', model: 'm', servedBy: 'm', now, expiresAt: now + 60_000};
		return Number((await store.reserve({...request, offers: [{kid: 'k1_a', checks: [check]}]})).granted);
	};
	// The script is known from here on: what is cut is its answer, not the question which one it is.
	let granted = await reserve('first');
	for (let index = 0; index < times; index++) {
		await normalAgain([store], performance.now());
		proxy.fault = {kind: 'cut-replies', times: 1};
		granted += await reserve(`l${index}`);
	}
	proxy.fault = undefined;
	await normalAgain([store], performance.now());
	await sleep(300);
	const spent = Number((await server.client.hget(`${prefix}:{pool-openai}:windows`, check.id))?.split(' ')[0]);
	for (let index = 0; index < times; index++) await store.release(`l${index}`, Date.now());
	await store.close();
	assert.deepEqual(await server.client.hkeys(`${prefix}:{pool-openai}:leases`), ['first']);
	return {granted, spent};
}
