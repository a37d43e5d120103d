import type {Deck, DryRun, KeyHistory, TestRequest, TestResult, WhyAnswer} from '../../source/engine/deck.ts';
import type {Snapshot} from '../../source/engine/snapshot.ts';
import type {Duty} from '../../source/engine/switched-off.ts';
import type {KeydeckError} from '../../source/errors.ts';
import type {StrategyName} from '../../source/strategies/strategy.ts';
import {snapshotFixture} from './fixtures.ts';
import {historyFixture} from './key-fixtures.ts';

/** The deck contract over one picture that a test may exchange; it notes what it was asked to do. */
export class MemoryDeck implements Deck {
	readonly attachment: 'local' | 'attached';
	/** Everything asked of it, as short sentences. */
	readonly asked: string[] = [];
	/** Refuses actions with this error while set. */
	refusal: KeydeckError | undefined;
	/** A test ends only when this resolves. */
	testing: Promise<void> = Promise.resolve();
	#snapshot: Snapshot;
	readonly #listeners = new Set<() => void>();

	constructor(snapshot: Snapshot = snapshotFixture(), attachment: 'local' | 'attached' = 'local') {
		this.#snapshot = snapshot;
		this.attachment = attachment;
	}

	/** Shows another picture and tells everyone. */
	show(snapshot: Snapshot): void {
		this.#snapshot = snapshot;
		for (const listener of this.#listeners) listener();
	}

	snapshot(): Snapshot {
		return this.#snapshot;
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Listeners still held; none once a dashboard has ended. */
	get listeners(): number {
		return this.#listeners.size;
	}

	onEvent(): () => void {
		return () => {};
	}

	async keyHistory(kid: string, limit: number): Promise<KeyHistory> {
		const entries = [
			historyFixture({
				kid,
				verdict: 'throttled',
				counted: 'neither',
				evidence: '429 retry-after: 90',
				effect: 'rests 90s',
			}),
			historyFixture({kid}),
			...Array.from({length: 18}, (_, place) =>
				historyFixture({
					kid,
					from: 'probe',
					evidence: `200 GET /v1/models #${place}`,
					at: this.#snapshot.takenAt - 60_000 * (place + 1),
				}),
			),
		];
		return {kid, entries: entries.slice(0, limit), more: 12};
	}

	async test(request: TestRequest, progress?: (done: number, total: number) => void): Promise<readonly TestResult[]> {
		this.#ask(`test ${request.kids?.join(' ') ?? 'all'}${request.deep === true ? ' deep' : ''}`);
		const keys = this.#snapshot.keys.filter((key) => request.kids?.includes(key.kid) ?? true);
		progress?.(0, keys.length);
		await this.testing;
		return keys.map((key) => ({
			kid: key.kid,
			provider: key.provider,
			label: key.label,
			mask: key.mask,
			hash: key.hash,
			ok: key.usable === true,
			verdict: key.usable === true ? 'ok' : 'rejected',
			state: key.word,
			why: key.summary,
			status: 200,
			latencyMs: 210,
			proof: key.grade,
			costUsd: 0,
		}));
	}

	async deepTestPrice(request: TestRequest): Promise<number | undefined> {
		return 0.00001 * (request.kids?.length ?? this.#snapshot.keys.length);
	}

	async setDuty(kid: string, duty: Duty, by: string): Promise<void> {
		this.#ask(`${duty === 'on' ? 'enable' : 'disable'} ${kid} by ${by}`);
	}

	async history(): Promise<readonly []> {
		return [];
	}

	async setStrategy(model: string, strategy: StrategyName, by: string): Promise<void> {
		this.#ask(`strategy ${model} ${strategy} by ${by}`);
	}

	async acknowledgeAlert(id: string, by: string): Promise<void> {
		this.#ask(`acknowledge ${id} by ${by}`);
	}

	async silenceAlert(id: string, until: number): Promise<void> {
		this.#ask(`silence ${id} for ${(until - this.#snapshot.takenAt) / 1000}s`);
	}

	async dryRun(model: string, strategy: StrategyName | undefined, count: number): Promise<DryRun> {
		this.#ask(`dry run ${model}`);
		const pick = (index: number) => ({
			index,
			label: `CLAUDE_API_KEY${index + 1}`,
			mask: 'sk-ant-api…',
			why: 'healthy, in turn',
		});
		return {
			model,
			strategy: strategy ?? 'health-based',
			picks: Array.from({length: count}, (_, place) => pick(place % 3)),
		};
	}

	async why(model: string): Promise<WhyAnswer> {
		return {model, pick: null, skipped: []};
	}

	async close(): Promise<void> {}

	#ask(sentence: string): void {
		if (this.refusal !== undefined) throw this.refusal;
		this.asked.push(sentence);
	}
}
