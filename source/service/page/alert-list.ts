import type {Alert, Severity} from '../../domain/alert.ts';
import {age, clean, duration, moment} from '../../format.ts';
import {alertSign, type Sign} from './signs.ts';

/** One alert in words. */
export type AlertCard = {
	readonly id: string;
	readonly sign: Sign;
	readonly severity: Severity;
	readonly what: string;
	readonly advice: string;
	readonly since: string;
	readonly sinceAt: string;
	readonly state: string;
	readonly mayAcknowledge: boolean;
	readonly maySilence: boolean;
	/** Key to show when it is clicked; pools have none. */
	readonly kid?: string;
	readonly provider: string;
};

const severityRank: Readonly<Record<Severity, number>> = {critical: 0, high: 1, medium: 2, low: 3};

/** `open`: what still is; the gravest first, what nobody has taken on before what somebody has. */
export function alertCards(
	alerts: readonly Alert[],
	now: number,
): {readonly open: readonly AlertCard[]; readonly resolved: readonly AlertCard[]} {
	const open = alerts
		.filter((alert) => alert.state !== 'resolved')
		.toSorted(
			(a, b) =>
				Number(isTaken(a, now)) - Number(isTaken(b, now)) ||
				Number(a.state === 'pending') - Number(b.state === 'pending') ||
				severityRank[a.severity] - severityRank[b.severity] ||
				b.since - a.since,
		);
	const resolved = alerts
		.filter((alert) => alert.state === 'resolved')
		.toSorted((a, b) => (b.resolvedAt ?? b.since) - (a.resolvedAt ?? a.since));
	return {open: open.map((alert) => card(alert, now)), resolved: resolved.map((alert) => card(alert, now))};
}

/** Firing alerts that were not there before, for a voice that reads them out. */
export function newlyFiring(before: ReadonlySet<string>, alerts: readonly Alert[]): readonly Alert[] {
	return alerts.filter((alert) => alert.state === 'firing' && !before.has(alert.id));
}

/** An alert read out: `Alert, critical: openai has no usable key.` */
export function spokenAlert(alert: Alert): string {
	return clean(`Alert, ${alert.severity}: ${whatOf(alert)}`);
}

function isSilent(alert: Alert, now: number): boolean {
	return alert.silencedUntil !== undefined && alert.silencedUntil > now;
}

function isTaken(alert: Alert, now: number): boolean {
	return alert.acknowledged !== undefined || isSilent(alert, now);
}

function card(alert: Alert, now: number): AlertCard {
	const open = alert.state !== 'resolved';
	return {
		id: alert.id,
		sign: isTaken(alert, now) ? {...alertSign(alert), tone: 'quiet'} : alertSign(alert),
		severity: alert.severity,
		what: clean(whatOf(alert)),
		advice: clean(alert.advice),
		since: age(now - alert.since),
		sinceAt: moment(alert.since, now),
		state: clean(stateOf(alert, now)),
		mayAcknowledge: open && alert.acknowledged === undefined,
		maySilence: open && !isSilent(alert, now),
		...(alert.subject.kind === 'key' ? {kid: alert.subject.kid} : {}),
		provider: alert.provider,
	};
}

/** The message, led by who it is about where it does not say so itself. */
function whatOf(alert: Alert): string {
	return alert.message.includes(alert.label) ? alert.message : `${alert.label}: ${alert.message}`;
}

function stateOf(alert: Alert, now: number): string {
	if (alert.state === 'resolved') {
		return alert.resolvedAt === undefined ? 'resolved' : `resolved ${moment(alert.resolvedAt, now)}`;
	}
	const taken = [
		isSilent(alert, now) ? `silent for ${duration((alert.silencedUntil ?? now) - now)}` : '',
		alert.acknowledged === undefined ? '' : `acknowledged by ${alert.acknowledged.by}`,
	].filter(Boolean);
	return taken.length === 0 ? alert.state : taken.join(', ');
}
