import type {Kid} from '../domain/key.ts';
import type {RollUp} from '../domain/reading.ts';
import type {Deck, DryRun, HistorySpan, KeyHistory, TestRequest, TestResult, WhyAnswer} from '../engine/deck.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import type {Duty} from '../engine/switched-off.ts';
import type {EngineEvent} from '../events.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {OpenedDeck} from './open-deck.ts';

/** A deck that may lose the process that runs its engine. */
type Opened = Pick<OpenedDeck, 'deck' | 'close' | 'onClosed'>;

/**
 * A deck for somebody who stays: when the process that ran the engine quits, another is opened (which makes this
 * process the owner, or a client of whoever was quicker), and whoever listened goes on listening.
 */
export class LastingDeck implements Deck {
	readonly #open: () => Promise<Opened>;
	readonly #listeners = new Set<() => void>();
	readonly #eventListeners = new Set<(event: EngineEvent) => void>();
	#opened: Opened;
	#closing = false;
	#notes: readonly string[] = [];
	#noted: {readonly from: Snapshot; readonly picture: Snapshot} | undefined;
	#reopening: Promise<void> | undefined;

	constructor(opened: Opened, open: () => Promise<Opened>) {
		this.#opened = opened;
		this.#open = open;
		this.#follow();
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
		this.#closing = true;
		await this.#reopening;
		await this.#opened.close();
	}

	/** Passes on what the open deck tells, and watches for its end. */
	#follow(): void {
		const {deck, onClosed} = this.#opened;
		deck.subscribe(() => this.#tell());
		deck.onEvent((event) => {
			for (const listener of this.#eventListeners) listener(event);
		});
		onClosed?.(() => {
			if (!this.#closing) this.#reopening = this.#reopen();
		});
	}

	async #reopen(): Promise<void> {
		const lost = this.#opened;
		try {
			this.#opened = await this.#open();
			this.#follow();
			this.#tell();
			await lost.close();
		} catch {
			// Nothing can be opened now: the last picture stays, and its age says so.
		}
	}

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}
