import type {EngineEvent} from '../events.ts';
import type {EventLine} from './event-line.ts';

/** A key that stays as it is answers every probe alike: only what differs from its last answer is worth a line. */
export class ProbeNews {
	readonly #told = new Map<string, string>();

	/** The line, at debug when it is no news. */
	toned(event: EngineEvent, line: EventLine): EventLine {
		if (event.type === 'key.removed') this.#told.delete(event.kid);
		if (event.type !== 'key.probed') return line;
		const before = this.#told.get(event.kid);
		this.#told.set(event.kid, event.verdict);
		return before === event.verdict ? {...line, level: 'debug'} : line;
	}
}
