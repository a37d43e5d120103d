import type {Alert} from '../domain/alert.ts';
import type {SkipReason} from '../domain/lease.ts';
import type {HistoryEntry} from '../domain/reading.ts';
import {isoTime} from '../format.ts';
import type {WhyAnswer} from './deck.ts';
import type {
	AlertReport,
	ChainReport,
	HealthSummary,
	HistoryReport,
	KeyHealth,
	KeyReport,
	RotationStats,
	SkipReport,
	StatusReport,
	WhyReport,
} from './report-shapes.ts';
import type {KeyShare, KeyView, ModelView, Snapshot} from './snapshot.ts';

const alertsInSummary = 10;

/** Per model: its keys with health, last check, use and error. */
export function statusReport(snapshot: Snapshot): StatusReport {
	const titles = titlesOf(snapshot);
	return {
		timestamp: isoTime(snapshot.takenAt),
		providers: perModel(snapshot, (model, keys) => ({
			name: titles.get(model.provider) ?? model.provider,
			keyCount: keys.length,
			keys: keys.map(({key, share}) => keyReport(key, share.usable)),
			provider: model.provider,
			upstreamModel: model.upstream,
			warning: model.warning ?? null,
			strategy: model.strategy,
			usable: model.usable,
		})),
	};
}

/** Per model: its keys with counts and rates, and the newest alerts. */
export function healthSummary(snapshot: Snapshot): HealthSummary {
	const titles = titlesOf(snapshot);
	return {
		timestamp: isoTime(snapshot.takenAt),
		providers: perModel(snapshot, (model, keys) => ({
			name: titles.get(model.provider) ?? model.provider,
			keys: keys.map(({key, share}) => keyHealth(key, share.usable)),
		})),
		alerts: snapshot.alerts
			.filter((alert) => alert.state !== 'pending')
			.slice(0, alertsInSummary)
			.map((alert) => alertReport(alert, snapshot)),
	};
}

/** Per model: how its calls were spread over its keys. */
export function rotationStats(snapshot: Snapshot): RotationStats {
	return perModel(snapshot, (model, keys) => ({
		strategy: model.strategy,
		totalKeys: keys.length,
		keys: keys.map(({share}) => ({
			index: share.index,
			label: share.label,
			health: share.usable ?? 'unknown',
			successRate: share.successRate ?? null,
			avgLatency: share.latencyMs ?? null,
			usageCount: share.picks,
			share: share.share ?? null,
		})),
	}));
}

/** Per model: the links of its chain and which one is live. */
export function chainReport(models: readonly ModelView[]): ChainReport {
	return Object.fromEntries(
		models.map((model) => [
			model.name,
			{
				live: model.liveLink ?? null,
				links: model.chain.map((link) => ({
					...link,
					skipped: link.skipped ?? null,
					backAt: isoOrNull(link.backAt),
				})),
			},
		]),
	);
}

/** One key as the status report shows it; `usable` is that of the model asked about, or of the key at all. */
export function keyReport(key: KeyView, usable: boolean | undefined): KeyReport {
	return {
		hash: key.hash,
		health: usable ?? 'unknown',
		lastCheck: isoOrNull(key.lastCheck?.at),
		usage: key.usedThisMinute,
		error: errorOf(key),
		index: key.index,
		label: key.label,
		mask: key.mask,
		account: key.account.name,
		state: key.state.kind,
		why: key.why,
		until: isoOrNull(key.until),
		advice: key.advice,
		proof: key.grade,
		successRate: key.successRate ?? null,
		avgLatency: key.latencyMs ?? null,
		headroom: key.headroom ?? null,
		balance: key.balance === undefined ? null : {amount: key.balance.amount, currency: key.balance.currency},
	};
}

/** Who would serve a model now, and why the others would not; kids stay inside. */
export function whyReport({model, pick, skipped}: WhyAnswer): WhyReport {
	return {model, pick, skipped: skipped.map(skipReport)};
}

export function skipReport({label, model, reason, until}: SkipReason): SkipReport {
	return {label, model, reason, until: isoOrNull(until)};
}

/** Epoch ms as ISO UTC, null when there is none. */
export function isoOrNull(at: number | undefined): string | null {
	return at === undefined ? null : isoTime(at);
}

/** What is wrong now; an error that healed is history, not an error. */
function errorOf(key: KeyView): string | null {
	if ('because' in key.state && key.state.kind !== 'recovering') return key.state.because.evidence;
	return key.lastCheck?.counted === 'failure' ? key.lastCheck.evidence : null;
}

function keyHealth(key: KeyView, usable: boolean | undefined): KeyHealth {
	return {
		index: key.index,
		status: usable === undefined ? 'unknown' : usable ? 'healthy' : 'unhealthy',
		lastCheck: isoOrNull(key.lastCheck?.at),
		metrics: {
			successCount: key.successes,
			failureCount: key.failures,
			successRate: key.successRate ?? null,
			avgLatency: key.latencyMs ?? null,
			p95Latency: key.p95Ms ?? null,
		},
		hash: key.hash,
		label: key.label,
		state: key.state.kind,
		why: key.why,
		until: isoOrNull(key.until),
	};
}

/** One alert as people and programs outside see it. */
export function alertReport(alert: Alert, snapshot: Snapshot): AlertReport {
	const {subject} = alert;
	const key = subject.kind === 'key' ? snapshot.keys.find(({kid}) => kid === subject.kid) : undefined;
	const models = snapshot.models.filter(({provider}) => provider === alert.provider).map(({name}) => name);
	return {
		id: alert.id,
		type: alert.type,
		severity: alert.severity,
		model: models[0] ?? null,
		keyIndex: key?.index ?? null,
		message: alert.message,
		timestamp: isoTime(alert.since),
		models,
		provider: alert.provider,
		label: alert.label,
		state: alert.state,
		advice: alert.advice,
		resolvedAt: isoOrNull(alert.resolvedAt),
		acknowledged: alert.acknowledged ? {by: alert.acknowledged.by, at: isoTime(alert.acknowledged.at)} : null,
		silencedUntil: isoOrNull(alert.silencedUntil),
	};
}

function titlesOf(snapshot: Snapshot): ReadonlyMap<string, string> {
	return new Map(snapshot.providers.map(({name, title}) => [name, title]));
}

type Placed = {readonly key: KeyView; readonly share: KeyShare};

/** Fields are own properties, so a model called `__proto__` stays a model. */
function perModel<Part>(
	snapshot: Snapshot,
	part: (model: ModelView, keys: readonly Placed[]) => Part,
): Readonly<Record<string, Part>> {
	const keys = new Map(snapshot.keys.map((key) => [key.kid, key]));
	return Object.fromEntries(
		snapshot.models.map((model) => [
			model.name,
			part(
				model,
				model.shares.flatMap((share) => {
					const key = keys.get(share.kid);
					return key === undefined ? [] : [{key, share}];
				}),
			),
		]),
	);
}

/** The last readings of a key, newest first; times ISO UTC, latency in ms. */
export function historyReport(entries: readonly HistoryEntry[]): readonly HistoryReport[] {
	return entries.map((entry) => ({
		timestamp: isoTime(entry.at),
		from: entry.from,
		verdict: entry.verdict,
		evidence: entry.evidence,
		effect: entry.effect ?? null,
		model: entry.model ?? null,
		status: entry.status ?? null,
		code: entry.code ?? null,
		latencyMs: entry.latencyMs ?? null,
		firstByteMs: entry.firstByteMs ?? null,
		costUsd: entry.costUsd ?? null,
	}));
}
