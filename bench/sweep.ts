import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Agent, request} from 'undici';
import {systemClock} from '../source/clock.ts';
import {builtInCatalogue} from '../source/domain/models.ts';
import {defaultAlertPolicy, defaultProbePolicy} from '../source/domain/policy.ts';
import {Engine} from '../source/engine/engine.ts';

import {createHttpClient} from '../source/providers/http-client.ts';
import {createProviders} from '../source/providers/index.ts';
import {type KeyEntry, Secret} from '../source/secret.ts';
import {openSqliteStore} from '../source/stores/sqlite-store.ts';
import type {Store} from '../source/stores/store.ts';
import {median, nowMs, printTable, spread} from './measure.ts';

const keyCount = 1000;
const parallel = 32;
/** Both loops are compiled by then; before, either may be five times slower. */
const warmUps = 10;

/**
 * A probe sweep of 1,000 keys through the whole engine, its store included, beside a bare undici
 * loop over the same requests: once with a vendor that answers at once, where all that is
 * measured is work, and once with one that takes 20 ms, which is quicker than any real one.
 */
export async function benchSweep(): Promise<void> {
	await sweepAgainst({latencyMs: 0, rounds: 25});
	await sweepAgainst({latencyMs: 20, rounds: 5});
}

async function sweepAgainst({latencyMs, rounds}: {latencyMs: number; rounds: number}): Promise<void> {
	const vendor = spawn(process.execPath, [join(import.meta.dirname, 'sweep-vendor.js'), String(latencyMs)], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const baseUrl = await new Promise<string>((resolve) =>
		vendor.stdout.once('data', (line) => resolve(String(line).trim())),
	);
	const home = await mkdtemp(join(tmpdir(), 'keydeck-bench-'));
	const store = openSqliteStore({file: join(home, 'keydeck.sqlite'), clock: systemClock});
	const engine = await openEngine(baseUrl, home, store);
	const agent = new Agent({connections: parallel});
	const sweeps: number[] = [];
	const bares: number[] = [];
	for (let round = 0; round < warmUps + rounds; round++) {
		const bare = await timed(() => bareLoop(agent, `${baseUrl}/models`));
		const sweep = await timed(async () => {
			const results = await engine.test({});
			if (results.some((result) => !result.ok)) throw new Error('a probe of the sweep failed');
			// What a sweep has found out is paid for by the sweep, not by the loop that follows.
			await store.flush();
		});
		if (round < warmUps) continue;
		bares.push(bare);
		sweeps.push(sweep);
	}
	await engine.close();
	await agent.close();
	vendor.stdin.end();
	await rm(home, {recursive: true});
	const perSecond = (samples: readonly number[]): string =>
		Math.round(keyCount / (median(samples) / 1000)).toLocaleString('en');
	printTable(
		`probe sweep of ${keyCount} keys, ${parallel} at once, the vendor takes ${latencyMs} ms, median of ${rounds} rounds`,
		[
			['', 'ms', 'spread', 'probes/s', 'ratio'],
			['bare undici loop', median(bares).toFixed(0), spread(bares), perSecond(bares), '1.00'],
			[
				'keydeck sweep',
				median(sweeps).toFixed(0),
				spread(sweeps),
				perSecond(sweeps),
				(median(bares) / median(sweeps)).toFixed(2),
			],
		],
	);
}

async function openEngine(baseUrl: string, home: string, store: Store): Promise<Engine> {
	const clock = systemClock;
	return Engine.open({
		settings: {
			root: home,
			home,
			keys: Array.from({length: keyCount}, (_, index) => keyEntry(index)),
			providers: createProviders(new Map([['openai', {baseUrl}]])),
			catalogue: builtInCatalogue,
			strategy: 'health-based',
			modelStrategies: new Map(),
			modelLimits: new Map(),
			providerLimits: new Map(),
			listedModels: ['gpt-4o'],
			probe: defaultProbePolicy,
			deepProbes: new Map(),
			alerts: defaultAlertPolicy,
			notes: [],
			searched: [],
		},
		store,
		transport: createHttpClient({clock, env: {}}),
		clock,
		random: Math.random,
		newId: randomUUID,
		mode: 'live',
	});
}

function keyEntry(index: number): KeyEntry {
	const key = {
		kid: `k1_bench${index}`,
		hash: String(index),
		provider: 'openai',
		label: `BENCH[${index}]`,
		mask: 'sk-proj-be…',
		source: {kind: 'config'},
		index,
		weight: 1,
		disabled: false,
	} as const;
	return {key, secret: new Secret(benchKey(index))};
}

function benchKey(index: number): string {
	return `sk-proj-bench-${index}`;
}

async function bareLoop(agent: Agent, url: string): Promise<void> {
	let next = 0;
	const worker = async (): Promise<void> => {
		for (let index = next++; index < keyCount; index = next++) {
			const {statusCode, body} = await request(url, {
				dispatcher: agent,
				headers: {authorization: `Bearer ${benchKey(index)}`},
			});
			await body.text();
			if (statusCode !== 200) throw new Error(`the vendor answered ${statusCode}`);
		}
	};
	await Promise.all(Array.from({length: parallel}, worker));
}

async function timed(work: () => Promise<void>): Promise<number> {
	const start = nowMs();
	await work();
	return nowMs() - start;
}
