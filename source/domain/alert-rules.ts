import type {Alert, Severity} from './alert.ts';
import {
	type AlertFacts,
	type Cause,
	causesOf,
	type Standing,
	type StoreFacts,
	storeCauses,
	subjectOf,
} from './alert-causes.ts';
import type {AlertPolicy} from './policy.ts';

export type {AlertFacts, StoreFacts} from './alert-causes.ts';

type Evaluation = {readonly alerts: readonly Alert[]; readonly changed: readonly Alert[]};

const keptMs = 90 * 86_400_000;
/** After an outage each key has this long to show a good call before it is called bad by itself. */
const afterOutageMs = 120_000;

/**
 * The alerts after a new look at the facts. `changed` are those that began to fire or were
 * resolved: to be kept and told. A pending one is not, so that is all a restart forgets; with
 * the same facts it fires nothing again. At most one alert per rule and subject is open, and
 * one that fires anew has a new id. Resolved ones are dropped after 90 days.
 *
 * Order of `alerts`: firing, pending, resolved; then newest first, pools before keys, severest first.
 * What a replica tells for itself alone stays as it is.
 */
export function evaluateAlerts(
	current: readonly Alert[],
	facts: AlertFacts,
	policy: AlertPolicy,
	now: number,
): Evaluation {
	const causes = causesOf(facts, policy, standingOf(current, facts, now));
	return compared(current, causes, now, (alert) => !isOwn(alert));
}

/** The same for what each replica tells for itself alone: how its store fares. */
export function evaluateStore(current: readonly Alert[], facts: StoreFacts, now: number): Evaluation {
	return compared(current, storeCauses(facts), now, isOwn);
}

/** Whether each replica tells it for itself. */
export function isOwn({type}: Pick<Alert, 'type'>): boolean {
	return type === 'store_degraded';
}

function compared(
	current: readonly Alert[],
	causes: readonly Cause[],
	now: number,
	concerns: (alert: Alert) => boolean,
): Evaluation {
	const open = new Map<string, Alert>();
	const alerts: Alert[] = [];
	for (const alert of current) {
		if (alert.state !== 'resolved' && concerns(alert)) open.set(ruleOf(alert), alert);
		else if (now - (alert.resolvedAt ?? now) < keptMs) alerts.push(alert);
	}
	const past = pastOf(alerts, now);
	const changed: Alert[] = [];
	for (const cause of causes) {
		const before = open.get(ruleOf(cause));
		open.delete(ruleOf(cause));
		if (cause.isInhibited && before?.state !== 'firing') continue;
		const alert = before === undefined ? begin(cause, past, now) : goOn(before, cause, now);
		alerts.push(alert);
		if (alert.state === 'firing' && before?.state !== 'firing') changed.push(alert);
	}
	for (const alert of open.values()) {
		if (alert.state !== 'firing') continue;
		const resolved: Alert = {...alert, state: 'resolved', resolvedAt: now};
		alerts.push(resolved);
		changed.push(resolved);
	}
	return {alerts: alerts.sort(byUrgency), changed: changed.sort(byUrgency)};
}

/** In the order of `evaluateAlerts`. */
export function sortedAlerts(alerts: readonly Alert[]): readonly Alert[] {
	return alerts.toSorted(byUrgency);
}

/** Somebody has seen it. */
export function acknowledge(alert: Alert, by: string, now: number): Alert {
	return {...alert, acknowledged: {by, at: now}};
}

/** Nobody is told before `until`, not even when it ends and fires anew. */
export function silence(alert: Alert, until: number): Alert {
	return {...alert, silencedUntil: until};
}

/** What a new alert must know of the resolved ones. */
type Past = {
	readonly ids: ReadonlySet<string>;
	/** By rule; a person who silenced a rule on a key means the next firing too. */
	readonly silences: ReadonlyMap<string, number>;
};

function pastOf(alerts: readonly Alert[], now: number): Past {
	const resolved = alerts.filter(({state}) => state === 'resolved');
	const silences = new Map<string, number>();
	for (const alert of resolved) {
		const {silencedUntil = now} = alert;
		if (silencedUntil > (silences.get(ruleOf(alert)) ?? now)) silences.set(ruleOf(alert), silencedUntil);
	}
	return {ids: new Set(resolved.map(({id}) => id)), silences};
}

function begin(cause: Cause, {ids, silences}: Past, now: number): Alert {
	const {waitMs, isInhibited: _, raisedBy = subjectOf(cause.subject), ...about} = cause;
	const stem = `${cause.type}-${raisedBy.replaceAll(/[^\w.-]+/g, '_')}-${now.toString(36)}`;
	let id = stem;
	for (let again = 2; ids.has(id); again++) id = `${stem}-${again}`;
	const silencedUntil = silences.get(ruleOf(cause));
	const state = waitMs > 0 ? 'pending' : 'firing';
	return {id, ...about, state, since: now, ...(silencedUntil === undefined ? {} : {silencedUntil})};
}

/** Keeps its id, since when, and what people did; takes the newest words. */
function goOn(alert: Alert, cause: Cause, now: number): Alert {
	const {severity, label, message, advice, waitMs} = cause;
	const state = alert.state === 'firing' || now - alert.since >= waitMs ? 'firing' : 'pending';
	return {...alert, severity, label, message, advice, state};
}

function standingOf(current: readonly Alert[], facts: AlertFacts, now: number): Standing {
	const firing = new Set<string>();
	const troubled = new Set<string>();
	for (const pool of facts.pools) if (pool.down) troubled.add(pool.provider);
	for (const alert of current) {
		if (alert.state === 'firing') firing.add(ruleOf(alert));
		if (alert.type === 'provider_down' && now - (alert.resolvedAt ?? now) < afterOutageMs) troubled.add(alert.provider);
	}
	return {
		isFiring: (type, subject) => firing.has(`${type} ${subject}`),
		isTroubled: (provider) => troubled.has(provider),
	};
}

function ruleOf({type, subject}: Pick<Alert, 'type' | 'subject'>): string {
	return `${type} ${subjectOf(subject)}`;
}

const stateRank: Readonly<Record<Alert['state'], number>> = {firing: 0, pending: 1, resolved: 2};
const severityRank: Readonly<Record<Severity, number>> = {critical: 0, high: 1, medium: 2, low: 3};

function byUrgency(one: Alert, other: Alert): number {
	return (
		stateRank[one.state] - stateRank[other.state] ||
		other.since - one.since ||
		Number(one.subject.kind === 'key') - Number(other.subject.kind === 'key') ||
		severityRank[one.severity] - severityRank[other.severity] ||
		compare(one.provider, other.provider) ||
		compare(one.label, other.label) ||
		compare(one.id, other.id)
	);
}

/** By code unit: the same order on every machine. */
function compare(one: string, other: string): number {
	if (one === other) return 0;
	return one < other ? -1 : 1;
}
