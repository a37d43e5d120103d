import type {EngineEvent, EngineFact} from '../../events.ts';
import {clean, clockTime, duration, plural} from '../../format.ts';
import type {Tone} from './signs.ts';

/** One event as a line. */
export type EventLine = {readonly seq: number; readonly time: string; readonly words: string; readonly tone: Tone};

/** Newest first; leases come and go too fast to be read, the charts tell of them. */
export function eventLines(events: readonly EngineEvent[], most: number): readonly EventLine[] {
	return events
		.filter((event) => event.type !== 'lease.granted' && event.type !== 'lease.released')
		.slice(0, most)
		.map((event) => ({
			seq: event.seq,
			time: clockTime(event.at),
			words: clean(wordsOf(event)),
			tone: toneOf(event.type),
		}));
}

function toneOf(type: EngineFact['type']): Tone {
	switch (type) {
		case 'alert.fired':
		case 'config.refused':
		case 'store.degraded':
		case 'lease.refused':
			return 'bad';
		case 'bench.placed':
		case 'lease.expired':
			return 'rest';
		case 'alert.resolved':
		case 'bench.lifted':
			return 'good';
		default:
			return 'plain';
	}
}

function wordsOf(event: EngineEvent): string {
	switch (event.type) {
		case 'engine.started':
			return `engine started with ${plural(event.keys, 'key')}`;
		case 'engine.closed':
			return 'engine closed';
		case 'key.added':
			return `${event.label} added (${event.provider})`;
		case 'key.replaced':
			return `${event.label} replaced in ${event.where}`;
		case 'key.removed':
			return `${event.label} removed`;
		case 'key.probed':
			return `${event.label} probed: ${event.verdict}, ${Math.round(event.latencyMs)} ms`;
		case 'bench.placed':
			return `${event.label} ${event.kind}: ${event.why}${event.until === undefined ? '' : `, until ${clockTime(event.until)}`}`;
		case 'bench.lifted':
			return `${event.label} back in service: ${event.why}`;
		default:
			return wordsOfTheRest(event);
	}
}

type Rest = Exclude<EngineEvent, {readonly type: `engine.${string}` | `key.${string}` | `bench.${string}`}>;

function wordsOfTheRest(event: Rest): string {
	switch (event.type) {
		case 'lease.granted':
			return `${event.label} leased for ${event.model}: ${event.why}`;
		case 'lease.released':
			return `${event.label} given back: ${event.verdict}`;
		case 'lease.expired':
			return `a lease of ${event.label} expired`;
		case 'lease.refused':
			return `no key for ${event.model}: ${event.why}`;
		case 'alert.fired':
			return `alert, ${event.severity}: ${event.message}`;
		case 'alert.resolved':
			return `resolved: ${event.message}`;
		case 'alert.acknowledged':
			return `alert acknowledged by ${event.by}`;
		case 'alert.silenced':
			return `alert silenced until ${clockTime(event.until)}`;
		case 'strategy.changed':
			return `${event.model} is picked by ${event.strategy} (${event.by})`;
		case 'config.applied':
			return `configuration applied: ${event.added} added, ${event.removed} removed`;
		case 'store.degraded':
			return `the store is degraded: ${event.detail}`;
		case 'store.restored':
			return `the store is well again after ${duration(event.afterMs)}`;
		case 'config.refused':
			return `configuration refused: ${event.problems.join('; ')}`;
		default: {
			// A newer engine may know events this page does not.
			const {type}: {readonly type: string} = event;
			return type;
		}
	}
}
