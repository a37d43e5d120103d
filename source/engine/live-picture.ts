import type {Clock, Stoppable} from '../clock.ts';
import type {Snapshot} from './snapshot.ts';

/** A burst of changes becomes one new picture. */
const tellAfterMs = 50;
/** Times and rates move even when nothing happens. */
const freshMs = 1000;

/** The newest picture of the engine: taken when somebody looks, told when something has changed. */
export class LivePicture {
	readonly #take: () => Snapshot;
	readonly #clock: Clock;
	readonly #listeners = new Set<() => void>();
	#picture: Snapshot | undefined;
	#telling: Stoppable | undefined;

	constructor(take: () => Snapshot, clock: Clock) {
		this.#take = take;
		this.#clock = clock;
	}

	/** Never older than a second. */
	current(): Snapshot {
		if (this.#picture === undefined || this.#clock.now() - this.#picture.takenAt >= freshMs)
			this.#picture = this.#take();
		return this.#picture;
	}

	/** Something has changed: listeners are told soon. */
	outdate(): void {
		this.#picture = undefined;
		this.#telling ??= this.#clock.after(tellAfterMs, () => {
			this.#telling = undefined;
			for (const listener of this.#listeners) listener();
		});
	}

	/** Gives the function that ends it. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	stop(): void {
		this.#telling?.stop();
	}
}
