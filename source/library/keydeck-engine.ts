import {systemClock} from '../clock.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import {type CallReport, reportedOutcome} from '../engine/call-report.ts';
import type {TestRequest, TestResult, WhyAnswer} from '../engine/deck.ts';
import type {AcquireRequest} from '../engine/leasing.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {KeydeckError} from '../errors.ts';
import type {EngineEvent} from '../events.ts';
import {withoutKey} from './error-report.ts';
import {Grant} from './grant.ts';
import {noCandidate} from './no-candidate-error.ts';
import type {Library} from './open-library.ts';
import {type WithKeyOptions, withKey} from './with-key.ts';

/** The pool of keys of one project, for a program that makes the calls itself. */
export class KeydeckEngine {
	readonly #library: Library;
	readonly #settled = new WeakSet<Grant>();

	constructor(library: Library) {
		this.#library = library;
	}

	/** A key for one call, by model name or with wishes. Throws a `NoCandidateError` when none can serve. */
	async acquire(request: string | AcquireRequest): Promise<Grant> {
		const {deck} = this.#library;
		this.#mustBeOpen();
		const wishes = typeof request === 'string' ? {model: request} : request;
		const answer = await deck.acquire(wishes);
		if (!answer.granted) throw noCandidate(wishes.model, answer, deck.configured(), systemClock.now());
		const provider = deck.configured().providers.get(answer.entry.provider);
		if (provider !== undefined) return new Grant(answer, provider);
		await deck.release(answer.lease.id, 'unused');
		throw new KeydeckError('PROVIDER_NOT_HERE', `this process does not know the provider ${answer.entry.provider}`, {
			hint: 'start both processes with the same configuration',
		});
	}

	/**
	 * Says what came of the call. False when that was said before. With the grant itself a call that outlived its
	 * lease still counts; with a lease id it does not.
	 */
	async settle(grant: Grant | string, report: CallReport = {}): Promise<boolean> {
		const {deck} = this.#library;
		this.#mustBeOpen();
		const now = systemClock.now();
		if (typeof grant === 'string') {
			const {outcome, usage} = reportedOutcome(report, now);
			return deck.release(grant, outcome, usage);
		}
		if (this.#settled.has(grant)) return false;
		this.#settled.add(grant);
		const {outcome, usage} = reportedOutcome(withoutKey(report, grant.secret), now);
		if (await deck.release(grant.leaseId, outcome, usage)) return true;
		return now >= grant.expiresAt && deck.report(grant.key.kid, grant.model, outcome, usage);
	}

	/** Gives a lease back with the raw outcome of the call, or `unused` when none was made. False when it was over. */
	async release(grant: Grant | string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean> {
		this.#mustBeOpen();
		if (typeof grant !== 'string') this.#settled.add(grant);
		return this.#library.deck.release(typeof grant === 'string' ? grant : grant.leaseId, outcome, usage);
	}

	/**
	 * Makes a call with a key and settles it by its result or error. A failure that is not the caller's own is tried
	 * again with another key, then along the model's chain. The last result or error is the caller's.
	 */
	withKey<Result>(
		request: string | AcquireRequest,
		call: (grant: Grant) => Promise<Result> | Result,
		options: WithKeyOptions = {},
	): Promise<Result> {
		const wishes = typeof request === 'string' ? {model: request} : request;
		return withKey(this, {fallback: true, ...wishes}, call, options);
	}

	/** Asks the vendors about keys now; free unless `deep`. */
	async test(
		request: TestRequest = {},
		progress?: (done: number, total: number) => void,
	): Promise<readonly TestResult[]> {
		this.#mustBeOpen();
		return this.#library.deck.ask(({deck}) => deck.test(request, progress));
	}

	/** The picture of this moment; plain JSON without a secret. */
	async snapshot(): Promise<Snapshot> {
		this.#mustBeOpen();
		return this.#library.deck.newest();
	}

	/** Which key a call would get now, and why every other is passed over. */
	async why(model: string): Promise<WhyAnswer> {
		this.#mustBeOpen();
		return this.#library.deck.ask(({deck}) => deck.why(model));
	}

	/** Tells every event of one type, or all of them (`*`); gives the function that ends it. */
	on<Type extends EngineEvent['type'] | '*'>(type: Type, listener: (event: EventOf<Type>) => void): () => void {
		return this.#library.deck.onEvent((event) => {
			if (type === '*' || event.type === type) listener(event as EventOf<Type>);
		});
	}

	/** Stops probing, makes everything durable and frees the home. Idempotent. */
	close(): Promise<void> {
		return this.#library.close();
	}

	#mustBeOpen(): void {
		if (this.#library.closed) throw new KeydeckError('CLOSED', 'the engine was closed', {hint: 'create another one'});
	}
}

type EventOf<Type> = Type extends '*' ? EngineEvent : Extract<EngineEvent, {readonly type: Type}>;
