import type {Clock, Stoppable} from '../clock.ts';
import type {EventHub} from '../events.ts';
import type {Store} from '../stores/store.ts';
import type {Alerter} from './alerter.ts';
import type {Assessor} from './assessor.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {LivePicture} from './live-picture.ts';

const everyMs = 1000;
/** Without news alerts are looked at this often: windows pass. */
const quietMs = 10_000;
/** What is past its time is dropped this often. */
const pruneEveryMs = 3_600_000;

type Parts = {
	readonly clock: Clock;
	readonly assessor: Assessor;
	readonly dispatcher: Dispatcher;
	readonly alerter: Alerter;
	readonly picture: LivePicture;
	readonly store: Store;
	readonly events: EventHub;
};

/** What has to be done even when nobody asks: deadlines, overdue leases, alerts. */
export class Housekeeping {
	readonly #parts: Parts;
	#timers: readonly Stoppable[] = [];
	#running: Promise<void> | undefined;
	#hasNews = false;
	#evaluatedAt = 0;
	#degradedSince: number | undefined;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Once a second from now on. */
	start(): void {
		const {clock, store} = this.#parts;
		const round = (): void => {
			this.#running ??= this.#round().finally(() => {
				this.#running = undefined;
			});
		};
		this.#timers = [clock.every(everyMs, round), clock.every(pruneEveryMs, () => void store.prune(clock.now()))];
	}

	/** Something has changed since the alerts were looked at. */
	get hasNews(): boolean {
		return this.#hasNews;
	}

	/** Something has changed: the alerts are worth a look. */
	noteChange(): void {
		this.#hasNews = true;
	}

	async evaluateAlerts(): Promise<void> {
		const {alerter, clock, picture, store} = this.#parts;
		this.#hasNews = false;
		this.#evaluatedAt = clock.now();
		// Of replicas that share a store one raises alerts for all.
		if (store.fleet?.raisesAlerts() === false) return;
		await alerter.evaluate(picture.current());
	}

	/** Waits for a round under way. */
	async stop(): Promise<void> {
		for (const timer of this.#timers) timer.stop();
		await this.#running;
	}

	/** Once per change: a store that is gone is no news every second. */
	#tellStore(): void {
		const {store, events, clock, picture} = this.#parts;
		const now = clock.now();
		const condition = store.condition();
		if (condition.state === 'degraded' && this.#degradedSince === undefined) {
			this.#degradedSince = now;
			events.publish({type: 'store.degraded', detail: condition.detail}, now);
			picture.outdate();
		} else if (condition.state === 'ok' && this.#degradedSince !== undefined) {
			events.publish({type: 'store.restored', afterMs: now - this.#degradedSince}, now);
			this.#degradedSince = undefined;
			picture.outdate();
		}
	}

	async #round(): Promise<void> {
		const {alerter, assessor, dispatcher, clock, picture} = this.#parts;
		this.#tellStore();
		await alerter.watchStore();
		await assessor.passDeadlines();
		await dispatcher.expireLeases();
		if (!this.#hasNews && clock.now() - this.#evaluatedAt < quietMs) return;
		await this.evaluateAlerts();
		picture.outdate();
	}
}
