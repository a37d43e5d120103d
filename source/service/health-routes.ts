import type {Clock} from '../clock.ts';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {unknownModel} from '../engine/deck.ts';
import type {Engine} from '../engine/engine.ts';
import {alertReport, healthSummary, isoOrNull} from '../engine/reports.ts';
import type {KeyView} from '../engine/snapshot.ts';
import {isoTime} from '../format.ts';
import type {EventLoopReader} from './event-loop.ts';
import type {Metrics} from './metrics.ts';
import {processFamilies} from './process-families.ts';
import {contentType} from './prometheus-text.ts';
import {notFound} from './refusal.ts';
import {type Route, route, TextAnswer} from './route.ts';
import * as shapes from './shapes.ts';

type Parts = {
	readonly engine: Engine;
	readonly clock: Clock;
	readonly metrics: Metrics;
	readonly eventLoop: EventLoopReader;
	readonly closing: () => boolean;
};

const mostAlerts = 50;
const mostHistory = 50;
const hourMs = 3_600_000;

/** How keys, alerts and the service itself are. */
export function healthRoutes({engine, clock, metrics, eventLoop, closing}: Parts): Route[] {
	return [
		route({
			method: 'GET',
			path: '/api/health/summary',
			need: 'read',
			summary: 'Health of every key, by model, and the newest alerts',
			answer: shapes.summaryAnswer,
			errors: [],
			run: async () => healthSummary(engine.snapshot()),
		}),
		route({
			method: 'GET',
			path: '/api/health/alerts',
			need: 'read',
			summary: 'Alerts, newest first',
			answer: shapes.alertsAnswer,
			errors: [],
			run: async () => {
				const snapshot = engine.snapshot();
				const told = snapshot.alerts.filter(({state}) => state !== 'pending').toSorted((a, b) => b.since - a.since);
				return told.slice(0, mostAlerts).map((alert) => alertReport(alert, snapshot));
			},
		}),
		route({
			method: 'GET',
			path: '/api/health/history',
			need: 'read',
			summary: 'Sums over time, by provider',
			query: shapes.historyQuery,
			answer: shapes.historyAnswer,
			errors: [400],
			run: async ({query: {span = 'hour', hours = span === 'hour' ? 24 : 1}}) => {
				const sums = await engine.history(span, clock.now() - hours * hourMs);
				return {span, providers: sumsByProvider(sums, engine)};
			},
		}),
		route({
			method: 'GET',
			path: '/api/health/:model/:keyIndex',
			need: 'read',
			summary: 'Health of one key, with its last checks',
			params: shapes.ofKey,
			answer: shapes.keyHealthAnswer,
			errors: [400, 404],
			run: async ({params: {model, keyIndex}}) => {
				const key = keyAt(engine, model, keyIndex);
				const {entries} = await engine.keyHistory(key.kid, mostHistory);
				return {current: currentHealth(key), history: entries.map(checkOf)};
			},
		}),
		route({
			method: 'GET',
			path: '/metrics',
			need: 'read',
			summary: 'Metrics in the text format of Prometheus',
			errors: [],
			run: async () => new TextAnswer(contentType, metrics.text([...eventLoop.families(), ...processFamilies()])),
		}),
		route({
			method: 'GET',
			path: '/healthz',
			need: 'nothing',
			summary: 'The process is alive',
			answer: shapes.healthAnswer,
			errors: [],
			run: async () => ({ok: true}),
		}),
		route({
			method: 'GET',
			path: '/readyz',
			need: 'read',
			summary: 'It can serve; degraded when its store is gone and it serves from memory',
			answer: shapes.readyAnswer,
			errors: [503],
			run: async () => readiness(engine, closing()),
		}),
	];
}

/** The key at a place of a model's pool. Throws `UNKNOWN_MODEL`, or 404 for a place without a key. */
export function keyAt(engine: Engine, model: string, index: number): KeyView {
	const entry = engine.settings.catalogue.get(model);
	if (entry === undefined) throw unknownModel(model);
	const pool = engine.snapshot().keys.filter(({provider}) => provider === entry.provider);
	const key = pool.find((each) => each.index === index);
	if (key !== undefined) return key;
	const has = pool.length === 0 ? 'it has none' : `it has ${pool.length}, from 0`;
	throw notFound(`${model} has no key ${index}: ${has}`, 'GET /api/keys/status lists them', 'UNKNOWN_KEY');
}

function currentHealth(key: KeyView): object | null {
	if (key.lastCheck === undefined) return null;
	const [limit] = key.limits.toSorted((a, b) => b.at - a.at);
	return {
		...checkOf(key.lastCheck),
		status: key.usable === undefined ? 'unknown' : key.usable ? 'healthy' : 'unhealthy',
		rateLimit:
			limit === undefined
				? null
				: {
						kind: limit.kind,
						limit: limit.limit,
						remaining: limit.remaining ?? null,
						resetAt: isoOrNull(limit.resetAt),
					},
		state: key.state.kind,
		why: key.why,
		until: isoOrNull(key.until),
		advice: key.advice,
	};
}

function checkOf(entry: HistoryEntry): object {
	return {
		status: entry.counted === 'success' ? 'healthy' : entry.counted === 'failure' ? 'unhealthy' : 'unknown',
		statusCode: entry.status ?? null,
		latency: entry.latencyMs ?? null,
		timestamp: isoTime(entry.at),
		verdict: entry.verdict,
		evidence: entry.evidence,
		from: entry.from,
	};
}

function sumsByProvider(sums: readonly RollUp[], engine: Engine): object {
	const providers = new Map(engine.settings.keys.map(({key}) => [key.kid, key.provider]));
	const known = sums.filter(({kid}) => providers.has(kid));
	const byProvider = Map.groupBy(known, ({kid}) => providers.get(kid) ?? '');
	return Object.fromEntries(
		[...byProvider].map(([provider, ofProvider]) => [
			provider,
			[...Map.groupBy(ofProvider, ({at}) => at)].map(([at, group]) => spanOf(at, group)),
		]),
	);
}

function spanOf(at: number, group: readonly RollUp[]): object {
	const sum = (of: (one: RollUp) => number): number => group.reduce((total, one) => total + of(one), 0);
	const measured = sum((one) => one.latencyCount);
	return {
		timestamp: isoTime(at),
		successes: sum((one) => one.successes),
		failures: sum((one) => one.failures),
		throttled: sum((one) => one.throttled),
		calls: sum((one) => one.calls),
		probes: sum((one) => one.probes),
		avgLatency: measured === 0 ? null : sum((one) => one.latencySumMs) / measured,
		tokens: sum((one) => one.tokens),
		costUsd: sum((one) => one.costUsd),
	};
}

function readiness(engine: Engine, closing: boolean): object {
	const {store, keys} = engine.snapshot();
	return {
		ready: !closing,
		degraded: store.state === 'degraded',
		store: {kind: store.kind, state: store.state, detail: store.detail ?? null},
		keys: {total: keys.length, usable: keys.filter(({usable}) => usable === true).length},
	};
}
