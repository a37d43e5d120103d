/** A fact that has happened. `seq` grows by one with each event of an engine. */
export type EngineEvent = {readonly seq: number; readonly at: number} & EngineFact;

/** What can happen, in the past tense; documented in `docs/events.md`. */
export type EngineFact =
	| {readonly type: 'engine.started'; readonly keys: number}
	| {readonly type: 'engine.closed'}
	| {readonly type: 'key.added'; readonly kid: string; readonly label: string; readonly provider: string}
	| {readonly type: 'key.replaced'; readonly kid: string; readonly label: string; readonly where: string}
	| {readonly type: 'key.removed'; readonly kid: string; readonly label: string}
	| {
			readonly type: 'key.probed';
			readonly kid: string;
			readonly label: string;
			readonly verdict: string;
			readonly latencyMs: number;
	  }
	| {
			readonly type: 'bench.placed';
			readonly subject: string;
			readonly label: string;
			readonly kind: string;
			readonly why: string;
			readonly until?: number;
	  }
	| {readonly type: 'bench.lifted'; readonly subject: string; readonly label: string; readonly why: string}
	| {
			readonly type: 'lease.granted';
			readonly leaseId: string;
			readonly kid: string;
			readonly label: string;
			readonly model: string;
			readonly servedBy: string;
			readonly why: string;
	  }
	| {
			readonly type: 'lease.released';
			readonly leaseId: string;
			readonly kid: string;
			readonly label: string;
			readonly model: string;
			readonly verdict: string;
			readonly latencyMs: number;
			readonly firstByteMs?: number;
	  }
	| {
			readonly type: 'lease.expired';
			readonly leaseId: string;
			readonly kid: string;
			readonly label: string;
			readonly model: string;
	  }
	| {readonly type: 'lease.refused'; readonly model: string; readonly why: string; readonly retryAt?: number}
	| {readonly type: 'alert.fired'; readonly alertId: string; readonly severity: string; readonly message: string}
	| {readonly type: 'alert.resolved'; readonly alertId: string; readonly severity: string; readonly message: string}
	| {readonly type: 'alert.acknowledged'; readonly alertId: string; readonly by: string}
	| {readonly type: 'alert.silenced'; readonly alertId: string; readonly until: number}
	| {readonly type: 'strategy.changed'; readonly model: string; readonly strategy: string; readonly by: string}
	| {readonly type: 'store.degraded'; readonly detail: string}
	| {readonly type: 'store.restored'; readonly afterMs: number}
	| {readonly type: 'config.applied'; readonly added: number; readonly removed: number}
	| {readonly type: 'config.refused'; readonly problems: readonly string[]};

const keptEvents = 200;

/** Tells listeners in the order of happening; a listener that throws hurts nobody else. */
export class EventHub {
	readonly #listeners = new Set<(event: EngineEvent) => void>();
	readonly #recent: EngineEvent[] = [];
	#seq = 0;

	/** Gives the function that ends the subscription. */
	subscribe(listener: (event: EngineEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	/** The newest first, at most 200. */
	recent(): readonly EngineEvent[] {
		return this.#recent.slice(-keptEvents).reverse();
	}

	publish(fact: EngineFact, at: number): EngineEvent {
		this.#seq += 1;
		const event = {seq: this.#seq, at, ...fact};
		this.#recent.push(event);
		if (this.#recent.length >= 2 * keptEvents) this.#recent.splice(0, keptEvents);
		for (const listener of this.#listeners) {
			try {
				listener(event);
			} catch {
				// Listeners are strangers; the engine goes on.
			}
		}
		return event;
	}
}
