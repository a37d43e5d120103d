import type {StatusReport} from '../engine/report-shapes.ts';
import {statusReport} from '../engine/reports.ts';
import {deskOf, type KeyDesk, type KeyTest} from './key-desk.ts';
import type {Served} from './service-ports.ts';
import {type SharedOptions, sharedEngine} from './shared-engine.ts';

/**
 * The key manager of the original tool, over the engine that all such objects of a process share. Keys go in and
 * out as texts; whoever holds one must not print it. Every method answers a promise.
 */
export class APIKeyManager {
	readonly #shared: ReturnType<typeof sharedEngine>;

	constructor(options: SharedOptions = {}) {
		this.#shared = sharedEngine(options);
	}

	/** The best key for a call of this model. Throws a `NoCandidateError` when none can serve. */
	async getKey(model: string): Promise<string> {
		const desk = await this.#desk();
		return (await desk.engine.acquire(model)).reveal();
	}

	/** The same as `getKey`: each call gets the next key. */
	getNextKey(model: string): Promise<string> {
		return this.getKey(model);
	}

	/**
	 * Says that a call was made with a key; answers the key's requests in the last minute. The call itself was
	 * counted when the key was given out, and is not counted again.
	 */
	async trackUsage(model: string, key: string): Promise<number> {
		const desk = await this.#desk();
		const entry = desk.find(key, model);
		if (entry === undefined) return 0;
		await desk.countUse(entry, model);
		return desk.deck.usedThisMinute(entry.key.kid);
	}

	/** Asks the vendor about a key, for free; also about one that is not in the pool, of which nothing is kept. */
	async testKey(model: string, key: string): Promise<KeyTest> {
		return (await this.#desk()).test(model, key);
	}

	/** Whether a key rests for this model and comes back by itself: throttled, over its quota, its vendor overloaded. */
	async isRateLimited(model: string, key: string): Promise<boolean> {
		const desk = await this.#desk();
		const kid = desk.find(key, model)?.key.kid;
		const {skipped} = await desk.engine.why(model);
		const skip = skipped.find((one) => one.kid === kid);
		if (skip?.until === undefined || !/^(?:cooling|exhausted): /.test(skip.reason)) return false;
		// A refused key waits a moment to be asked again; that is no limit.
		const state = (await desk.deck.newest()).keys.find((view) => view.kid === kid)?.state;
		return state === undefined || !('because' in state) || state.because.cause !== 'rejected';
	}

	/** Eight hex characters that stand for a key on screens; they tell nothing without this home's pepper. */
	async hashKey(key: string): Promise<string> {
		return (await this.#desk()).hashOf(key);
	}

	/** The texts of the keys per model, in the order of their pools. */
	async loadKeys(): Promise<Record<string, string[]>> {
		const desk = await this.#desk();
		const {models} = await desk.deck.newest();
		return Object.fromEntries(models.map(({name}) => [name, desk.texts(name)]));
	}

	/** What `keydeck report --json` prints. */
	async generateReport(): Promise<StatusReport> {
		return statusReport(await (await this.#desk()).deck.newest());
	}

	/** Has all keys asked about in rounds from now on, in the background. */
	async monitorHealth(): Promise<void> {
		await this.#shared.probe(this);
	}

	/** Opens the key service and the health service in this process; it stays alive until `cleanup`. */
	start(): Promise<Served> {
		return this.#shared.serve(this);
	}

	/** Leaves the shared engine; the last one closes it. It is opened again at the next use. */
	cleanup(): Promise<void> {
		return this.#shared.leftBy(this);
	}

	async #desk(): Promise<KeyDesk> {
		return deskOf(await this.#shared.joinedBy(this));
	}
}

// `require` of this module gives the class itself.
export {APIKeyManager as default, APIKeyManager as 'module.exports'};
