import {EventEmitter} from 'node:events';
import {systemClock} from '../clock.ts';
import {benchesByItself, type VerdictKind} from '../domain/verdict.ts';
import type {AcquireRequest} from '../engine/leasing.ts';
import type {RotationStats} from '../engine/report-shapes.ts';
import {rotationStats} from '../engine/reports.ts';
import {InvalidInputError, KeydeckError} from '../errors.ts';
import {isoTime} from '../format.ts';
import {type StrategyName, strategyNames} from '../strategies/strategy.ts';
import {errorReport} from './error-report.ts';
import type {Grant} from './grant.ts';
import {deskOf, type KeyDesk} from './key-desk.ts';
import {NoCandidateError} from './no-candidate-error.ts';
import {keysOf} from './pool-keys.ts';
import {type SharedOptions, sharedEngine} from './shared-engine.ts';

/** Told by `key-failure`; never the text of a key. */
export type KeyFailure = {
	readonly model: string;
	/** Null for a key that is not in the pool. */
	readonly label: string | null;
	readonly keyIndex: number | null;
	readonly hash: string;
	/** What the failure means: `throttled`, `rejected`, …; null for a key that is not in the pool. */
	readonly verdict: VerdictKind | null;
	readonly error: string;
	/** ISO, UTC. */
	readonly timestamp: string;
	/** Who serves instead; null when nobody does. */
	readonly fallback: {readonly model: string; readonly label: string; readonly hash: string} | null;
};

/** The key rotator of the original tool, over the engine that all such objects of a process share. */
export class APIKeyRotator extends EventEmitter<{'key-failure': [KeyFailure]}> {
	readonly #shared: ReturnType<typeof sharedEngine>;
	readonly #chains = new Map<string, readonly string[]>();

	constructor(options: SharedOptions = {}) {
		super();
		this.#shared = sharedEngine(options);
	}

	/**
	 * The next key of a model: of the whole pool, or of these keys of it, in the order of the model's strategy or of
	 * another. Throws a `NoCandidateError` when none can serve.
	 */
	async getNextKey(model: string, keys?: readonly string[], strategy?: StrategyName): Promise<string> {
		if (strategy !== undefined && !strategyNames.includes(strategy)) throw unknownStrategy(strategy);
		const desk = await this.#desk();
		const avoid = keys === undefined ? [] : othersThan(keys, model, desk);
		const wish = {model, avoid, ...(strategy === undefined ? {} : {strategy})};
		return (await desk.engine.acquire(wish)).reveal();
	}

	/**
	 * Benches a key by the error its call ended with, in whatever shape the client throws it. Answers another key:
	 * of the model first, then along its chain. Throws a `NoCandidateError` when there is none.
	 */
	async handleKeyFailure(model: string, key: string, error: unknown): Promise<{model: string; key: string}> {
		const desk = await this.#desk();
		const failed = desk.find(key, model);
		const report = errorReport(error);
		const reading = failed === undefined ? undefined : await desk.judge(failed, model, report);
		const verdict = reading?.verdict.kind;
		const isBenched = verdict !== undefined && benchesByItself(verdict);
		const avoid = failed === undefined || isBenched ? [] : [failed.key.kid];
		const tell = (fallback: Grant | undefined): void => {
			this.emit('key-failure', {
				model,
				label: failed?.key.label ?? null,
				keyIndex: failed?.key.index ?? null,
				hash: desk.hashOf(key),
				verdict: verdict ?? null,
				error: reading?.evidence ?? 'a key that is not in the pool failed',
				timestamp: isoTime(systemClock.now()),
				fallback:
					fallback === undefined ? null : {model: fallback.model, label: fallback.key.label, hash: fallback.key.hash},
			});
		};
		const grant = await desk.engine.acquire(this.#fallbackWish(model, avoid)).catch((refusal: unknown) => {
			tell(undefined);
			throw refusal;
		});
		tell(grant);
		return {model: grant.model, key: grant.reveal()};
	}

	/** Takes in how a call of a key went; `latency` in ms, the whole call. */
	async updateMetrics(model: string, keyIndex: number, success: boolean, latency: number): Promise<void> {
		const desk = await this.#desk();
		const entry = keysOf(model, desk.settings)[keyIndex];
		if (entry === undefined) throw unknownIndex(model, keyIndex);
		await desk.measure(entry, model, {ok: success, latencyMs: latency});
	}

	/** What `keydeck stats --json` prints. */
	async getRotationStats(): Promise<RotationStats> {
		return rotationStats(await (await this.#desk()).deck.newest());
	}

	/** Chains this rotator falls back along, by model, instead of the configured ones. Names nobody knows are passed over. */
	configureFallbacks(chains: Readonly<Record<string, readonly string[]>>): void {
		for (const [model, chain] of Object.entries(chains)) this.#chains.set(model, [...chain]);
	}

	/** The texts of a model's keys, in the order of its pool. */
	async getModelKeys(model: string): Promise<string[]> {
		return (await this.#desk()).texts(model);
	}

	/** Leaves the shared engine; the last one closes it. It is opened again at the next use. */
	async cleanup(): Promise<void> {
		this.removeAllListeners();
		await this.#shared.leftBy(this);
	}

	#fallbackWish(model: string, avoid: readonly string[]): AcquireRequest {
		const chain = this.#chains.get(model);
		return {model, fallback: true, avoid, ...(chain === undefined ? {} : {chain})};
	}

	async #desk(): Promise<KeyDesk> {
		return deskOf(await this.#shared.joinedBy(this));
	}
}

/** Ids of the pool's keys that are not among these texts. */
function othersThan(texts: readonly string[], model: string, desk: KeyDesk): string[] {
	const wanted = new Set(texts);
	const pool = keysOf(model, desk.settings);
	const others = pool.filter(({secret}) => !wanted.has(secret.reveal())).map(({key}) => key.kid);
	if (pool.length === 0 || others.length < pool.length) return others;
	throw new NoCandidateError('NO_KEY', `none of the ${texts.length} keys given is in the pool of ${model}`, {
		model,
		hint: 'put them into .env or shared/tokenpool.json, or leave them out: then the pool is used',
	});
}

function unknownStrategy(strategy: string): InvalidInputError {
	const rule = `must be one of ${strategyNames.join(', ')}`;
	return new InvalidInputError([{source: 'getNextKey', path: 'strategy', rule, value: JSON.stringify(strategy)}]);
}

function unknownIndex(model: string, keyIndex: number): KeydeckError {
	return new KeydeckError('UNKNOWN_KEY', `${model} has no key with index ${keyIndex}`, {
		hint: 'getModelKeys lists the keys of a model, from 0',
	});
}

// `require` of this module gives the class itself.
export {APIKeyRotator as default, APIKeyRotator as 'module.exports'};
