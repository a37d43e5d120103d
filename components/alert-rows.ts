import type {Alert, Severity} from '../source/domain/alert.ts';
import type {Snapshot} from '../source/engine/snapshot.ts';
import {age, duration, moment} from '../source/format.ts';
import {type Span, span} from './line.ts';
import type {Column, Item} from './table-layout.ts';
import type {Tone} from './theme.ts';

export function alertItems(snapshot: Snapshot, filter: string): readonly Item<Alert>[] {
	const wanted = filter.toLowerCase();
	return snapshot.alerts
		.filter((alert) =>
			`${alert.severity} ${alert.label} ${alert.provider} ${alert.message}`.toLowerCase().includes(wanted),
		)
		.map((alert) => ({kind: 'row', id: alert.id, row: alert}));
}

const severityTones: Readonly<Record<Severity, Tone>> = {critical: 'bad', high: 'bad', medium: 'warn', low: 'plain'};

export function alertSymbol(alert: Alert): Span {
	if (alert.state === 'resolved') return span('✓', 'quiet');
	if (alert.state === 'pending') return span('?', 'quiet');
	return alert.severity === 'critical' || alert.severity === 'high' ? span('✗', 'bad') : span('!', 'warn');
}

function stateCell(alert: Alert, now: number): Span {
	if (alert.state === 'resolved') {
		return span(alert.resolvedAt === undefined ? 'resolved' : `resolved ${moment(alert.resolvedAt, now)}`, 'quiet');
	}
	if (alert.silencedUntil !== undefined && alert.silencedUntil > now) {
		return span(`silent ${duration(alert.silencedUntil - now)}`, 'quiet');
	}
	if (alert.acknowledged !== undefined) return span(`ack by ${alert.acknowledged.by}`, 'quiet');
	return alert.state === 'firing' ? span('firing', 'bad') : span('pending', 'quiet');
}

/** The message, led by who it is about where it does not say so itself. */
function alertWords(alert: Alert): string {
	return alert.message.includes(alert.label) ? alert.message : `${alert.label}: ${alert.message}`;
}

export function alertColumns(now: number): readonly Column<Alert>[] {
	const tone = (alert: Alert, firing: Tone): Tone => (alert.state === 'firing' ? firing : 'quiet');
	return [
		{
			id: 'severity',
			title: 'SEVERITY',
			width: 8,
			cell: (alert) => span(alert.severity, tone(alert, severityTones[alert.severity])),
		},
		{id: 'since', title: 'SINCE', width: 5, cell: (alert) => span(age(now - alert.since), tone(alert, 'plain'))},
		{
			id: 'state',
			title: 'STATE',
			width: 17,
			from: 60,
			cell: (alert) => stateCell(alert, now),
		},
		{
			id: 'what',
			title: 'WHAT',
			width: 16,
			flex: 1,
			cell: (alert) => span(alertWords(alert), tone(alert, 'plain')),
		},
	];
}
