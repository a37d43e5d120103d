import {subjectId} from '../domain/bench.ts';
import {dayHours} from '../domain/vitals.ts';
import type {Scene} from './picture.ts';
import {blocks} from './pools.ts';
import type {DayBucket, KeyView, ProviderView} from './snapshot.ts';

/** One vendor's pool as a whole, summed from its keys. */
export function providerView(name: string, keys: readonly KeyView[], {settings, roster}: Scene): ProviderView {
	const usable = keys.filter((key) => key.usable === true).length;
	const unknown = keys.filter((key) => key.usable === undefined).length;
	const bench = roster.bench(subjectId({level: 'provider', provider: name}));
	const successes = sum(keys, (key) => key.successes);
	const failures = sum(keys, (key) => key.failures);
	const latencies = keys.map((key) => key.latencyMs).filter((value) => value !== undefined);
	const p95s = keys.map((key) => key.p95Ms).filter((value) => value !== undefined);
	const backs = keys
		.map((key) => (key.trouble === 'resting' ? key.until : undefined))
		.filter((until) => until !== undefined);
	const lastError = keys
		.map((key) => key.lastError)
		.filter((entry) => entry !== undefined)
		.toSorted((a, b) => b.at - a.at)[0];
	const down = bench !== undefined && blocks(bench);
	return {
		name,
		title: settings.providers.get(name)?.title ?? name,
		keys: keys.length,
		usable,
		condition: conditionOf(keys.length, usable, unknown, down),
		...(usable === 0 && backs.length > 0 ? {backAt: Math.min(...backs)} : {}),
		...(bench === undefined
			? {}
			: {
					breaker: {state: down ? 'open' : 'half-open', until: bench.until ?? bench.since, why: bench.because.evidence},
				}),
		successes,
		failures,
		...(successes + failures === 0 ? {} : {successRate: successes / (successes + failures)}),
		...(latencies.length === 0 ? {} : {latencyMs: latencies.reduce((a, b) => a + b, 0) / latencies.length}),
		...(p95s.length === 0 ? {} : {p95Ms: Math.max(...p95s)}),
		day: dayOfAll(keys),
		...(lastError === undefined ? {} : {lastError}),
	};
}

function conditionOf(keys: number, usable: number, unknown: number, down: boolean): ProviderView['condition'] {
	if (down) return 'down';
	if (unknown > 0 && usable === 0) return 'unknown';
	if (usable === 0) return 'dry';
	if (unknown > 0) return 'unknown';
	if (usable === keys) return 'ok';
	return usable === 1 ? 'last-key' : 'reduced';
}

function sum(keys: readonly KeyView[], of: (key: KeyView) => number): number {
	return keys.reduce((total, key) => total + of(key), 0);
}

function dayOfAll(keys: readonly KeyView[]): readonly (DayBucket | undefined)[] {
	return Array.from({length: dayHours}, (_, hour) => {
		const buckets = keys.map((key) => key.day[hour]).filter((bucket) => bucket !== undefined);
		if (buckets.length === 0) return undefined;
		const rates = buckets.map((bucket) => bucket.successRate).filter((rate) => rate !== undefined);
		const latencies = buckets.map((bucket) => bucket.latencyMs).filter((value) => value !== undefined);
		return {
			...(rates.length === 0 ? {} : {successRate: rates.reduce((a, b) => a + b, 0) / rates.length}),
			...(latencies.length === 0 ? {} : {latencyMs: latencies.reduce((a, b) => a + b, 0) / latencies.length}),
			calls: buckets.reduce((total, bucket) => total + bucket.calls, 0),
			probes: buckets.reduce((total, bucket) => total + bucket.probes, 0),
		};
	});
}
