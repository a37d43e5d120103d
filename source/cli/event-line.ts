import type {Alert} from '../domain/alert.ts';
import {unreachable} from '../errors.ts';
import type {EngineEvent} from '../events.ts';
import {clean, duration, isoTime, latency, moment, plural} from '../format.ts';
import type {LogLevel} from './log-level.ts';

/** Probes that say nothing against anybody. */
const quietVerdicts: readonly string[] = ['ok', 'cancelled'];

/** What an event is about; `keydeck monitor --only` chooses by it. */
export const topics = ['alerts', 'benches', 'leases', 'probes', 'keys', 'config', 'engine'] as const;

export type Topic = (typeof topics)[number];

/** An event in one line for people. */
export type EventLine = {readonly topic: Topic; readonly level: LogLevel; readonly text: string};

type Of<Type extends EngineEvent['type']> = Extract<EngineEvent, {readonly type: Type}>;

/** Says an event. The alerts give what the event leaves out: what to do. */
export function eventLine(event: EngineEvent, alerts: () => readonly Alert[]): EventLine {
	switch (event.type) {
		case 'engine.started':
			return line('engine', 'info', `the engine is ready with ${plural(event.keys, 'key')}`);
		case 'engine.closed':
			return line('engine', 'info', 'the engine has stopped');
		case 'key.added':
			return line('keys', 'info', `${event.label} was added (${event.provider})`);
		case 'key.replaced':
			return line('keys', 'info', `${event.label} was replaced in ${event.where}`);
		case 'key.removed':
			return line('keys', 'info', `${event.label} was removed`);
		case 'strategy.changed':
			return line('config', 'info', `${event.model} now picks by ${event.strategy}, chosen by ${event.by}`);
		case 'config.applied':
			return line('config', 'info', appliedText(event));
		case 'store.degraded':
			return line('engine', 'error', `the store is degraded: ${event.detail}`);
		case 'store.restored':
			return line('engine', 'info', `the store is well again after ${duration(event.afterMs)}`);
		case 'config.refused':
			return line(
				'config',
				'error',
				`the changed configuration is refused, the old one stays: ${event.problems.join('; ')}`,
			);
		case 'key.probed':
			return line(
				'probes',
				quietVerdicts.includes(event.verdict) ? 'debug' : 'warn',
				`${event.label} asked: ${event.verdict}, ${latency(event.latencyMs)}`,
			);
		case 'bench.placed':
			return line('benches', 'warn', placedText(event));
		case 'bench.lifted':
			return line('benches', 'info', `${event.label} may serve again: ${event.why}`);
		case 'lease.granted':
		case 'lease.released':
		case 'lease.expired':
		case 'lease.refused':
			return line('leases', 'debug', leaseText(event));
		case 'alert.fired':
		case 'alert.resolved':
		case 'alert.acknowledged':
		case 'alert.silenced':
			return line('alerts', alertLevel(event), alertText(event, alerts));
		default:
			return unreachable(event);
	}
}

/** An event for machines: times in ISO UTC, a key by its hash. */
export function eventJson(event: EngineEvent, hashOf: (kid: string) => string | undefined): Record<string, unknown> {
	const {seq, at, type, ...facts} = event;
	const told: Record<string, unknown> = {seq, at: isoTime(at), type};
	for (const [name, value] of Object.entries(facts)) {
		if (name === 'kid') told.hash = hashOf(String(value)) ?? null;
		else if (name === 'until' || name === 'retryAt') told[name] = isoTime(Number(value));
		// Names keys by their inner id; the label says it for people and machines.
		else if (name !== 'subject') told[name] = value;
	}
	return told;
}

function line(topic: Topic, level: LogLevel, text: string): EventLine {
	return {topic, level, text: clean(text)};
}

function appliedText({added, removed}: Of<'config.applied'>): string {
	const changes = [
		...(added > 0 ? [`${plural(added, 'key')} added`] : []),
		...(removed > 0 ? [`${plural(removed, 'key')} removed`] : []),
	];
	return `the changed configuration is in force${changes.length === 0 ? '' : `: ${changes.join(', ')}`}`;
}

const benchWords = {
	cooling: 'rests',
	exhausted: 'has no credit',
	ejected: 'is set aside',
	invalid: 'is invalid',
	forbidden: 'may not be used',
	draining: 'takes no new calls',
	disabled: 'is switched off',
} as const;

function placedText({label, kind, why, until, at}: Of<'bench.placed'>): string {
	const word = Object.hasOwn(benchWords, kind) ? benchWords[kind as keyof typeof benchWords] : kind;
	const end = until === undefined ? '' : ` until ${moment(until, at)} (${duration(until - at)})`;
	return `${label} ${word}${end}: ${why}`;
}

type LeaseEvent = Of<'lease.granted' | 'lease.released' | 'lease.expired' | 'lease.refused'>;

function leaseText(event: LeaseEvent): string {
	switch (event.type) {
		case 'lease.granted': {
			const served = event.servedBy === event.model ? '' : `, served by ${event.servedBy}`;
			return `${event.model} → ${event.label}${served}: ${event.why}`;
		}
		case 'lease.released':
			return `${event.model} ← ${event.label}: ${event.verdict}, ${latency(event.latencyMs)}`;
		case 'lease.expired':
			return `${event.model} ← ${event.label}: nobody reported what came of the call`;
		case 'lease.refused': {
			const back = event.retryAt === undefined ? '' : `, back in ${duration(event.retryAt - event.at)}`;
			return `${event.model} → no key: ${event.why}${back}`;
		}
	}
}

type AlertEvent = Of<'alert.fired' | 'alert.resolved' | 'alert.acknowledged' | 'alert.silenced'>;

function alertLevel(event: AlertEvent): LogLevel {
	if (event.type !== 'alert.fired') return 'info';
	return event.severity === 'critical' || event.severity === 'high' ? 'error' : 'warn';
}

function alertText(event: AlertEvent, alerts: () => readonly Alert[]): string {
	const alert = alerts().find(({id}) => id === event.alertId);
	const about = alert?.label ?? event.alertId;
	switch (event.type) {
		case 'alert.fired': {
			const advice = alert === undefined ? '' : ` ${alert.advice}`;
			return `ALERT ${event.severity}: ${event.message.replace(/\.?$/, '.')}${advice}`;
		}
		case 'alert.resolved':
			return `resolved: ${event.message}`;
		case 'alert.acknowledged':
			return `acknowledged by ${event.by}: ${alert?.message ?? about}`;
		case 'alert.silenced':
			return `silent until ${moment(event.until, event.at)}: ${alert?.message ?? about}`;
	}
}
