import {systemClock} from '../clock.ts';
import {judgeKey} from '../config/key-judgement.ts';
import {guessProvider} from '../domain/key-shape.ts';
import type {Reading} from '../domain/reading.ts';
import {type CallReport, reportedOutcome} from '../engine/call-report.ts';
import {unknownModel} from '../engine/deck.ts';
import type {EngineSettings} from '../engine/options.ts';
import {probeOnce} from '../opening/single-probe.ts';
import {type KeyEntry, maskOf, Secret} from '../secret.ts';
import {withoutKey} from './error-report.ts';
import {KeydeckEngine} from './keydeck-engine.ts';
import type {Library} from './open-library.ts';
import {keyNamed, keysOf} from './pool-keys.ts';

/** What a test says of one key. */
export type KeyTest = {
	/** The vendor accepted the key. */
	readonly valid: boolean;
	readonly verdict: string;
	/** State of the key in the pool; null for a key that is in none. */
	readonly state: string | null;
	readonly why: string;
	/** The vendor's words when it did not accept the key. */
	readonly error: string | null;
	/** HTTP status; null when there was no answer. */
	readonly status: number | null;
	readonly latencyMs: number | null;
	readonly proof: string;
	readonly label: string | null;
	readonly mask: string;
	readonly hash: string;
};

/** Works on an open project by the texts of keys, as callers of the original tool do. */
export class KeyDesk {
	readonly #library: Library;
	readonly engine: KeydeckEngine;
	/** Calls that `trackUsage` has counted and no `updateMetrics` has told of since, by kid. */
	readonly #counted = new Map<string, number>();

	constructor(library: Library) {
		this.#library = library;
		this.engine = new KeydeckEngine(library);
	}

	get deck(): Library['deck'] {
		return this.#library.deck;
	}

	get settings(): EngineSettings {
		return this.deck.configured();
	}

	/** Texts of a model's keys, in the order of its pool. */
	texts(model: string): string[] {
		this.#mustKnow(model);
		return keysOf(model, this.settings).map(({secret}) => secret.reveal());
	}

	find(text: string, model?: string): KeyEntry | undefined {
		return keyNamed(text, model, this.settings);
	}

	hashOf(text: string): string {
		const known = this.find(text);
		return known?.key.hash ?? this.deck.hashOf(guessProvider(text).provider ?? '', new Secret(text));
	}

	/** Ends the key's oldest open lease as a good call; without one nothing is counted. */
	async countUse(entry: KeyEntry, model: string): Promise<void> {
		const lease = await this.deck.openLease({kid: entry.key.kid, model});
		if (lease === undefined) return;
		const {outcome} = reportedOutcome({ok: true}, systemClock.now());
		if (await this.deck.release(lease.id, outcome)) this.#note(entry, 1);
	}

	/** Judges a call by its report, under the key's open lease or without one. Gives the reading. */
	async judge(entry: KeyEntry, model: string, report: CallReport): Promise<Reading | undefined> {
		const {kid} = entry.key;
		const {outcome, usage} = reportedOutcome(withoutKey(report, entry.secret), systemClock.now());
		const lease = await this.deck.openLease({kid, model});
		if (lease === undefined || !(await this.deck.release(lease.id, outcome, usage)))
			await this.deck.report(kid, model, outcome, usage);
		const {catalogue, providers} = this.settings;
		const upstream = catalogue.get(model)?.upstream ?? model;
		const asked = {by: 'call', model: upstream, request: `call ${upstream}`} as const;
		return providers.get(entry.key.provider)?.read(outcome, asked);
	}

	/** Takes in how a call went, unless `trackUsage` has counted that very call already. */
	async measure(entry: KeyEntry, model: string, report: CallReport): Promise<void> {
		const isOpen = (await this.deck.openLease({kid: entry.key.kid, model})) !== undefined;
		const wasCounted = !isOpen && this.#note(entry, -1);
		if (!wasCounted || report.ok === false) await this.judge(entry, model, report);
	}

	/** Asks the vendor about a key now, for free: one of the pool, or any other, of which nothing is kept. */
	async test(model: string, text: string): Promise<KeyTest> {
		this.#mustKnow(model);
		const known = this.find(text, model);
		if (known?.key.provider !== this.settings.catalogue.get(model)?.provider) return this.#testForeign(model, text);
		const [result] = await this.engine.test({kids: known === undefined ? [] : [known.key.kid]});
		if (result === undefined) return this.#testForeign(model, text);
		const {verdict, state, why, status, latencyMs, proof, label, mask, hash} = result;
		const valid = verdict === 'ok';
		return {valid, verdict, state, why, error: valid ? null : why, status, latencyMs, proof, label, mask, hash};
	}

	async #testForeign(model: string, text: string): Promise<KeyTest> {
		const {catalogue, providers, probe} = this.settings;
		const provider = providers.get(catalogue.get(model)?.provider ?? '');
		if (provider === undefined) throw unknownModel(model);
		const seen = {state: null, label: null, mask: maskOf(text), hash: this.hashOf(text)};
		const owner = this.find(text)?.key.provider;
		const unfit =
			owner === undefined ? unfitness(text, provider.name) : `is one of ${owner} and is not sent to others.`;
		if (unfit !== undefined) {
			const why = `This key ${unfit}`;
			return {
				...seen,
				valid: false,
				verdict: 'not-sent',
				why,
				error: why,
				status: null,
				latencyMs: null,
				proof: 'none',
			};
		}
		const {verdict, evidence, status, latencyMs, proof} = await probeOnce({
			provider,
			secret: new Secret(text),
			timeoutMs: probe.timeoutMs,
			clock: systemClock,
			env: this.#library.env,
		});
		const valid = verdict.kind === 'ok';
		return {
			...seen,
			valid,
			verdict: verdict.kind,
			why: evidence,
			error: valid ? null : evidence,
			status: status ?? null,
			latencyMs: Math.round(latencyMs),
			proof,
		};
	}

	/** Changes the count of calls told once; true when there was one to take away. */
	#note({key}: KeyEntry, change: 1 | -1): boolean {
		const count = this.#counted.get(key.kid) ?? 0;
		if (change < 0 && count === 0) return false;
		this.#counted.set(key.kid, count + change);
		return true;
	}

	#mustKnow(model: string): void {
		if (!this.settings.catalogue.has(model)) throw unknownModel(model);
	}
}

/** Why a text is not sent to a vendor as a key; undefined when it is. */
function unfitness(text: string, provider: string): string | undefined {
	const judgement = judgeKey(text, provider);
	switch (judgement.kind) {
		case 'placeholder':
			return 'is a placeholder.';
		case 'refused':
			return judgement.rule;
		case 'misplaced':
			return judgement.sentence;
		case 'usable':
			return undefined;
	}
}

const desks = new WeakMap<Library, KeyDesk>();

/** The desk of an open project; one for all who share it. */
export function deskOf(library: Library): KeyDesk {
	const desk = desks.get(library) ?? new KeyDesk(library);
	desks.set(library, desk);
	return desk;
}
