import type {Clock} from '../clock.ts';
import type {Kid} from '../domain/key.ts';
import type {RollUp} from '../domain/reading.ts';
import type {
	Deck,
	DryRun,
	HistorySpan,
	KeyHistory,
	Outage,
	TestRequest,
	TestResult,
	WhyAnswer,
} from '../engine/deck.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import type {Duty} from '../engine/switched-off.ts';
import type {EngineEvent} from '../events.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {OpenedDeck} from './open-deck.ts';

/** A deck that may lose the process that runs its engine. */
type Opened = Pick<OpenedDeck, 'deck' | 'close' | 'onClosed'>;

/** How long a call that met the end of its engine waits for another, ms. */
const patienceMs = 5000;
/** Between two tries, ms; the last goes on. */
const pausesMs = [0, 500, 1000, 2000, 4000, 8000, 10_000] as const;

/**
 * A deck for somebody who stays: when the process that ran the engine quits, another is opened (which makes this
 * process the owner, or a client of whoever was quicker), and whoever listened goes on listening. While none can
 * be opened the last picture stands and `outage` says so; it is tried again and again.
 */
export class LastingDeck<Kind extends Opened = Opened> implements Deck {
	readonly #open: () => Promise<Kind>;
	readonly #clock: Clock;
	readonly #listeners = new Set<() => void>();
	readonly #eventListeners = new Set<(event: EngineEvent) => void>();
	readonly #closing = new AbortController();
	#opened: Kind;
	#outage: Outage | undefined;
	#notes: readonly string[] = [];
	#noted: {readonly from: Snapshot; readonly picture: Snapshot} | undefined;
	#reopening: Promise<void> | undefined;

	constructor(opened: Kind, {open, clock}: {readonly open: () => Promise<Kind>; readonly clock: Clock}) {
		this.#opened = opened;
		this.#open = open;
		this.#clock = clock;
		this.#follow();
	}

	get outage(): Outage | undefined {
		return this.#outage;
	}

	/** What is open now. */
	protected get opened(): Kind {
		return this.#opened;
	}

	get attachment(): Deck['attachment'] {
		return this.#opened.deck.attachment;
	}

	/** The newest picture, with what `note` was told among its notes. */
	snapshot(): Snapshot {
		const from = this.#opened.deck.snapshot();
		if (this.#notes.length === 0) return from;
		if (this.#noted?.from !== from) this.#noted = {from, picture: {...from, notes: [...from.notes, ...this.#notes]}};
		return this.#noted.picture;
	}

	/** Has a person told something about this process, as a note of the deck. */
	note(text: string): void {
		this.#notes = [...this.#notes, text];
		this.#noted = undefined;
		this.#tell();
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	onEvent(listener: (event: EngineEvent) => void): () => void {
		this.#eventListeners.add(listener);
		return () => {
			this.#eventListeners.delete(listener);
		};
	}

	keyHistory(kid: Kid, limit: number): Promise<KeyHistory> {
		return this.#opened.deck.keyHistory(kid, limit);
	}

	test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]> {
		return this.#opened.deck.test(request, progress);
	}

	deepTestPrice(request: TestRequest): Promise<number | undefined> {
		return this.#opened.deck.deepTestPrice(request);
	}

	setDuty(kid: Kid, duty: Duty, by: string): Promise<void> {
		return this.#opened.deck.setDuty(kid, duty, by);
	}

	setStrategy(model: string, strategy: StrategyName, by: string): Promise<void> {
		return this.#opened.deck.setStrategy(model, strategy, by);
	}

	acknowledgeAlert(id: string, by: string): Promise<void> {
		return this.#opened.deck.acknowledgeAlert(id, by);
	}

	silenceAlert(id: string, until: number): Promise<void> {
		return this.#opened.deck.silenceAlert(id, until);
	}

	dryRun(model: string, strategy: StrategyName | undefined, count: number): Promise<DryRun> {
		return this.#opened.deck.dryRun(model, strategy, count);
	}

	history(span: HistorySpan, since: number): Promise<readonly RollUp[]> {
		return this.#opened.deck.history(span, since);
	}

	why(model: string): Promise<WhyAnswer> {
		return this.#opened.deck.why(model);
	}

	/** Ends the deck that is open, after one that is just being opened. */
	async close(): Promise<void> {
		this.#closing.abort();
		await this.#reopening;
		await this.#opened.close();
	}

	/** Waits a while until what was lost is opened again, for somebody whose call has just failed on it. */
	protected async reopened(lost: Kind, why: Error): Promise<void> {
		if (this.#opened !== lost || this.#closing.signal.aborted) return;
		this.#reopening ??= this.#reopen(why);
		await Promise.race([this.#reopening, this.#clock.sleep(patienceMs, this.#closing.signal)]);
	}

	/** Passes on what the open deck tells, and watches for its end. */
	#follow(): void {
		const {deck, onClosed} = this.#opened;
		deck.subscribe(() => this.#tell());
		deck.onEvent((event) => {
			for (const listener of this.#eventListeners) listener(event);
		});
		onClosed?.((error) => {
			if (!this.#closing.signal.aborted) this.#reopening ??= this.#reopen(error);
		});
	}

	async #reopen(lost: Error): Promise<void> {
		const since = this.#clock.now();
		let why = lost.message;
		for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
			const pauseMs = pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 0;
			this.#outage = pauseMs === 0 ? undefined : {since, why, nextTryAt: this.#clock.now() + pauseMs};
			this.#tell();
			await this.#clock.sleep(pauseMs, this.#closing.signal);
			try {
				if (this.#closing.signal.aborted) return;
				await this.#take(await this.#open());
				return;
			} catch (error) {
				why = error instanceof Error ? error.message : String(error);
			}
		}
	}

	async #take(opened: Kind): Promise<void> {
		const lost = this.#opened;
		this.#opened = opened;
		this.#reopening = undefined;
		this.#outage = undefined;
		this.#follow();
		this.#tell();
		await lost.close();
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
