import type {Kid} from '../domain/key.ts';
import type {RollUp} from '../domain/reading.ts';
import type {Deck, DryRun, HistorySpan, KeyHistory, TestRequest, TestResult, WhyAnswer} from '../engine/deck.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import type {Duty} from '../engine/switched-off.ts';
import type {KeydeckError} from '../errors.ts';
import type {EngineEvent} from '../events.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {DeckLink} from './deck-link.ts';

/** How long a call may take without a sign, ms; a test waits for vendors that may be slow. */
export const CALL_IDLE_MS = 30_000;
const TEST_IDLE_MS = 600_000;

/** A deck whose engine runs in another process: every read is a picture it sent, every action a request. */
export class LinkedDeck implements Deck {
	readonly attachment: Deck['attachment'] = 'attached';
	protected readonly link: DeckLink;
	readonly #changeListeners = new Set<() => void>();
	readonly #eventListeners = new Set<(event: EngineEvent) => void>();
	readonly #closedListeners = new Set<(error: KeydeckError) => void>();
	#snapshot: Snapshot;
	/** Sequence number of the newest event that listeners were told. */
	#toldSeq: number;
	#watching = false;

	constructor(link: DeckLink, snapshot: Snapshot) {
		this.link = link;
		this.#snapshot = revived(snapshot);
		this.#toldSeq = snapshot.events[0]?.seq ?? 0;
		link.onPushed = (frame) => ('event' in frame ? this.#tellEvent(frame.event) : this.#take(frame.snapshot));
		link.onClosed = (error) => {
			for (const listener of this.#closedListeners) listener(error);
		};
	}

	/** Process that runs the engine. */
	get pid(): number {
		return this.link.hello.pid;
	}

	/** Its version of keydeck. */
	get version(): string {
		return this.link.hello.version;
	}

	/** Address of its page; undefined while it opens no port. */
	get page(): string | undefined {
		return this.link.hello.page;
	}

	snapshot(): Snapshot {
		return this.#snapshot;
	}

	/** The picture of this moment, asked for: without a subscriber none is sent. */
	async newest(): Promise<Snapshot> {
		this.#take((await this.call('snapshot')) as Snapshot);
		return this.#snapshot;
	}

	subscribe(listener: () => void): () => void {
		return this.#listen(this.#changeListeners, listener);
	}

	onEvent(listener: (event: EngineEvent) => void): () => void {
		return this.#listen(this.#eventListeners, listener);
	}

	/** Called once when that process goes away (not after `close`), with what to tell people; gives the function that ends it. */
	onClosed(listener: (error: KeydeckError) => void): () => void {
		this.#closedListeners.add(listener);
		return () => this.#closedListeners.delete(listener);
	}

	keyHistory(kid: Kid, limit: number): Promise<KeyHistory> {
		return this.call('keyHistory', {kid, limit}) as Promise<KeyHistory>;
	}

	test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]> {
		return this.link.call({
			method: 'test',
			params: request,
			idleMs: TEST_IDLE_MS,
			progress: ({done, total}) => progress?.(done, total),
		}) as Promise<readonly TestResult[]>;
	}

	deepTestPrice(request: TestRequest): Promise<number | undefined> {
		return this.call('deepTestPrice', request) as Promise<number | undefined>;
	}

	async setDuty(kid: Kid, duty: Duty, by: string): Promise<void> {
		await this.call('setDuty', {kid, duty, by});
	}

	async setStrategy(model: string, strategy: StrategyName, by: string): Promise<void> {
		await this.call('setStrategy', {model, strategy, by});
	}

	async acknowledgeAlert(id: string, by: string): Promise<void> {
		await this.call('acknowledgeAlert', {id, by});
	}

	async silenceAlert(id: string, until: number): Promise<void> {
		await this.call('silenceAlert', {id, until});
	}

	dryRun(model: string, strategy: StrategyName | undefined, count: number): Promise<DryRun> {
		return this.call('dryRun', {model, strategy, count}) as Promise<DryRun>;
	}

	history(span: HistorySpan, since: number): Promise<readonly RollUp[]> {
		return this.call('history', {span, since}) as Promise<readonly RollUp[]>;
	}

	why(model: string): Promise<WhyAnswer> {
		return this.call('why', {model}) as Promise<WhyAnswer>;
	}

	async close(): Promise<void> {
		this.link.close();
	}

	protected call(method: string, params: object = {}): Promise<unknown> {
		return this.link.call({method, params, idleMs: CALL_IDLE_MS});
	}

	#listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
		listeners.add(listener);
		this.#watchAsNeeded();
		return () => {
			listeners.delete(listener);
			this.#watchAsNeeded();
		};
	}

	/** The owner sends changes only while somebody here wants them. */
	#watchAsNeeded(): void {
		const wanted = this.#changeListeners.size + this.#eventListeners.size > 0;
		if (wanted === this.#watching) return;
		this.#watching = wanted;
		// That the owner is gone is told by `onClosed`.
		this.call(wanted ? 'watch' : 'unwatch').catch(() => undefined);
	}

	#take(snapshot: Snapshot): void {
		this.#snapshot = revived(snapshot);
		// Events are left out for a slow reader; those the snapshot still lists are told now, in order.
		for (const event of snapshot.events.toReversed()) this.#tellEvent(event);
		for (const listener of this.#changeListeners) listener();
	}

	#tellEvent(event: EngineEvent): void {
		if (event.seq <= this.#toldSeq) return;
		this.#toldSeq = event.seq;
		for (const listener of this.#eventListeners) listener(event);
	}
}

/** JSON has no undefined: empty hours arrive as null. */
function revived(snapshot: Snapshot): Snapshot {
	const withDay = <View extends {readonly day: Snapshot['keys'][number]['day']}>(view: View): View => ({
		...view,
		day: view.day.map((bucket) => bucket ?? undefined),
	});
	return {...snapshot, keys: snapshot.keys.map(withDay), providers: snapshot.providers.map(withDay)};
}
