import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {EmbeddedStore} from './embedded-store.ts';
import {ENTRY_KEPT_MS, type Span, spanNames, spanStart, spans, withEntry} from './roll-up.ts';
import type {HistoryQuery, RollUpQuery, Store} from './store.ts';

/** A store that forgets everything when the process ends: for the demo, tests and simulated time. */
export function createMemoryStore(): Store {
	return new MemoryStore();
}

class MemoryStore extends EmbeddedStore {
	readonly kind = 'memory';
	/** Oldest first, as they were given. */
	#entries: HistoryEntry[] = [];
	readonly #rollUps: Readonly<Record<Span, Map<string, RollUp>>> = {minute: new Map(), hour: new Map()};

	record(entry: HistoryEntry): void {
		this.#entries.push(entry);
		for (const span of spanNames) {
			const at = spanStart(span, entry.at);
			const id = `${entry.kid} ${at}`;
			this.#rollUps[span].set(id, withEntry(this.#rollUps[span].get(id), entry, at));
		}
	}

	async history({kid, sinceMs = -Infinity, limit}: HistoryQuery): Promise<readonly HistoryEntry[]> {
		return this.#entries
			.filter((entry) => (kid === undefined || entry.kid === kid) && entry.at >= sinceMs)
			.reverse()
			.sort((a, b) => b.at - a.at)
			.slice(0, limit);
	}

	async rollUps({kid, span, since}: RollUpQuery): Promise<readonly RollUp[]> {
		return [...this.#rollUps[span].values()]
			.filter((sum) => (kid === undefined || sum.kid === kid) && sum.at >= since)
			.sort((a, b) => a.at - b.at);
	}

	override async prune(now: number): Promise<void> {
		await super.prune(now);
		this.#entries = this.#entries.filter((entry) => entry.at >= now - ENTRY_KEPT_MS);
		for (const span of spanNames) {
			for (const [id, sum] of this.#rollUps[span]) {
				if (sum.at < now - spans[span].keptMs) this.#rollUps[span].delete(id);
			}
		}
	}

	async flush(): Promise<void> {}

	async close(): Promise<void> {}

	protected noteChange(): void {}
}
