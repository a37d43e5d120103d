import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import type {LimitSettings} from '../../source/domain/limit.ts';

/** What a replica does: calls in flight all the time, or so many a second. */
export type ReplicaPlan = {
	readonly url: string;
	readonly keys: number;
	/** Of each key. */
	readonly limits: LimitSettings;
	/** Begins so long after it is open. */
	readonly afterMs?: number;
	readonly forMs: number;
	readonly inFlight?: number;
	readonly perSecond?: number;
	readonly clockAheadMs?: number;
	/** How long it waits for Redis; above the default where the machine, not Redis, may be slow. */
	readonly timeoutMs?: number;
};

export type ReplicaResult = {
	/** Grants by key. */
	readonly granted: Readonly<Record<string, number>>;
	readonly refused: number;
	/** Of the grants, epoch ms. */
	readonly firstAt: number;
	readonly lastAt: number;
	/** When each call was made and how long it took, ms. */
	readonly tookMs: readonly (readonly [at: number, ms: number])[];
	readonly degradedMs: number;
	/** Rejections nobody handled. */
	readonly faults: readonly string[];
};

export type RunningReplica = {readonly open: Promise<void>; readonly result: Promise<ReplicaResult>};

export function startReplica(plan: ReplicaPlan): RunningReplica {
	const file = join(import.meta.dirname, 'replica-process.js');
	const child = spawn(process.execPath, [file, JSON.stringify(plan)], {stdio: ['ignore', 'pipe', 'pipe']});
	let out = '';
	let problems = '';
	child.stderr.on('data', (text) => {
		problems += text;
	});
	const open = new Promise<void>((resolve) => {
		child.stdout.on('data', (text) => {
			out += text;
			if (out.includes('open\n')) resolve();
		});
	});
	const result = once(child, 'close').then(([code]) => {
		if (code !== 0) throw new Error(`a replica ended with ${code}: ${problems.slice(0, 2000)}`);
		return JSON.parse(out.slice(out.indexOf('\n') + 1)) as ReplicaResult;
	});
	return {open, result};
}

/** Grants of each key over all replicas. */
export function grantsByKey(results: readonly ReplicaResult[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (const {granted} of results) {
		for (const [kid, count] of Object.entries(granted)) sums.set(kid, (sums.get(kid) ?? 0) + count);
	}
	return sums;
}

/** The time is told by the callers: on a busy machine it is read that much after the server has granted. */
const clockMs = 50;

/** What a key's limit admits over all grants of these results, at most. */
export function bound({requestsPerMinute = 0, burst = 0}: LimitSettings, results: readonly ReplicaResult[]): number {
	const first = Math.min(...results.filter(({firstAt}) => firstAt > 0).map(({firstAt}) => firstAt));
	const last = Math.max(...results.map(({lastAt}) => lastAt));
	return burst + ((last - first + clockMs) * requestsPerMinute) / 60_000;
}

export function percentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function table(title: string, rows: readonly (readonly (string | number)[])[]): void {
	const texts = rows.map((row) => row.map(String));
	const widths = texts[0]?.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0))) ?? [];
	console.log(`\n${title}`);
	for (const row of texts) console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}
