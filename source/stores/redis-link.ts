import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Clock, Stoppable} from '../clock.ts';
import {connectClient, type RedisClient} from './redis-client.ts';
import {mayHaveRun, reasonOf} from './redis-reason.ts';
import {redisScript, type ScriptName} from './redis-scripts.ts';

/** In a row, or within the span, so many failed calls open the breaker. */
const failuresInARow = 3;
const failuresInSpan = 5;
const failureSpanMs = 2000;
/** Skew is taken from the fastest answer of this span: a slow one makes the server look behind. */
const skewSpanMs = 10_000;

export type Argument = string | number;

/** Answer of a script: a word, the server's time, and what belongs to the word. */
export type ScriptAnswer = readonly [word: string, server: number, ...rest: unknown[]];

/** Redis did not do what it was asked, or may have done it and not told. */
export class RedisAway extends Error {
	/** It may have been carried out all the same. */
	readonly mayHaveRun: boolean;

	constructor(message: string, mayHaveRun: boolean) {
		super(message);
		this.name = 'RedisAway';
		this.mayHaveRun = mayHaveRun;
	}
}

type LinkParts = {
	readonly clock: Clock;
	/** A call that takes longer has failed. */
	readonly timeoutMs: number;
	readonly onDown: () => void;
};

/** `at`: the instant to count with; `anyway`: to find out whether Redis is still away; `withinMs`: then it has failed. */
type RunOptions = {readonly at?: number | undefined; readonly anyway?: boolean; readonly withinMs?: number};

/** One connection with a breaker of its own: while Redis is away no call waits for it. */
export class RedisLink {
	readonly #client: RedisClient;
	readonly #clock: Clock;
	readonly #onDown: () => void;
	readonly #timeoutMs: number;
	/** Since when it is down and why; undefined while it is up. Down until the first `up()`. */
	#down: {readonly since: number; readonly why: string} | undefined;
	#inARow = 0;
	#failures: number[] = [];
	#skews: {readonly at: number; readonly ms: number}[] = [];
	#latencyMs: number | undefined;
	#lastError: string | undefined;

	constructor(client: RedisClient, {clock, timeoutMs, onDown}: LinkParts) {
		this.#client = client;
		this.#clock = clock;
		this.#timeoutMs = timeoutMs;
		this.#onDown = onDown;
		this.#down = {since: clock.now(), why: 'not reached yet'};
		client.on('error', (error: Error) => {
			this.#lastError = reasonOf(error);
		});
		// What was wrong with the way there is over.
		client.on('connect', () => {
			this.#lastError = undefined;
		});
		client.on('close', () => this.#trip(this.#lastError ?? 'the connection was closed'));
		// Who takes the place of a master may not know all that was written.
		client.on('-node', ({options}: {readonly options: {readonly readOnly?: boolean}}) => {
			if (options.readOnly !== true) this.#trip('the connection to a node of the cluster was closed');
		});
	}

	get isUp(): boolean {
		return this.#down === undefined;
	}

	get outage(): {readonly since: number; readonly why: string} | undefined {
		return this.#down;
	}

	/** How long an answer takes now, smoothed, ms. */
	get latencyMs(): number | undefined {
		return this.#latencyMs;
	}

	/** What the server's clock shows beyond ours, ms; an answer is never older than it looks. */
	get skewMs(): number {
		return this.#skews.reduce((best, {ms}) => Math.max(best, ms), Number.NEGATIVE_INFINITY);
	}

	/** Waits no longer than told: behind sentinels the client itself would wait for ever. */
	async connect(withinMs: number): Promise<void> {
		await this.#inTime(connectClient(this.#client), withinMs).catch((error: unknown) => {
			this.#lastError ??= reasonOf(error);
		});
	}

	/** It answers again and everything is reconciled. */
	up(): void {
		this.#down = undefined;
		this.#inARow = 0;
		this.#failures = [];
		this.#lastError = undefined;
	}

	disconnect(): void {
		this.#client.disconnect();
	}

	/** Runs a script unless Redis is away; `anyway`: to find out whether it still is. */
	async run(
		name: ScriptName,
		keys: readonly string[],
		args: readonly Argument[],
		{at, anyway = false, withinMs = this.#timeoutMs}: RunOptions = {},
	): Promise<ScriptAnswer> {
		for (let attempt = 1; ; attempt++) {
			const deadline = Math.ceil(this.#clock.now() + this.#knownSkew() + withinMs);
			const given = [keys.length, ...keys, deadline, at ?? '', ...args];
			const answer = (await this.#timed(() => this.#evaluate(name, given), anyway, withinMs)) as ScriptAnswer;
			this.#noteServerTime(answer[1], answer[0] === 'EXPIRED');
			if (answer[0] !== 'EXPIRED') return answer;
			// Either it was late, or one of the clocks was set: the second try knows the difference.
			if (attempt === 2) throw this.#failed('answers too late', false);
		}
	}

	/** One command outside of scripts. */
	command(name: string, args: readonly Argument[], {anyway = false} = {}): Promise<unknown> {
		return this.#timed(() => this.#client.call(name, [...args]), anyway, this.#timeoutMs);
	}

	async #evaluate(name: ScriptName, given: readonly Argument[]): Promise<unknown> {
		const {sha, text} = redisScript(name);
		try {
			return await this.#client.call('EVALSHA', [sha, ...given]);
		} catch (error) {
			if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
			return this.#client.call('EVAL', [text, ...given]);
		}
	}

	async #timed<Answer>(ask: () => Promise<Answer>, anyway: boolean, withinMs: number): Promise<Answer> {
		if (!anyway && this.#down !== undefined) throw new RedisAway(this.#down.why, false);
		const askedAt = this.#clock.now();
		try {
			const answer = await this.#inTime(ask(), withinMs);
			const tookMs = Math.max(0, this.#clock.now() - askedAt);
			this.#latencyMs = this.#latencyMs === undefined ? tookMs : this.#latencyMs * 0.9 + tookMs * 0.1;
			this.#inARow = 0;
			return answer;
		} catch (error) {
			throw this.#failed(reasonOf(error), mayHaveRun(error));
		}
	}

	/** Answers that have come in while this process was busy are read before the time is called over. */
	#inTime<Answer>(asked: Promise<Answer>, withinMs: number): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const timer = this.#clock.after(withinMs, () => {
				void nextTurn()
					.then(nextTurn)
					.then(() => reject(new Error('Command timed out')));
			});
			asked.then(resolve, reject).finally(() => timer.stop());
		});
	}

	#failed(reason: string, mayHaveRun: boolean): RedisAway {
		const now = this.#clock.now();
		this.#inARow += 1;
		this.#failures = [...this.#failures.filter((at) => Math.abs(now - at) < failureSpanMs), now];
		const tripped = this.#inARow >= failuresInARow || this.#failures.length >= failuresInSpan;
		if (tripped || this.#client.status !== 'ready') this.#trip(this.#lastError ?? reason);
		else if (this.#down !== undefined) this.#down = {...this.#down, why: this.#lastError ?? reason};
		return new RedisAway(reason, mayHaveRun);
	}

	#trip(why: string): void {
		if (this.#down !== undefined) {
			this.#down = {...this.#down, why};
			return;
		}
		this.#down = {since: this.#clock.now(), why};
		this.#onDown();
	}

	#knownSkew(): number {
		// Before the first answer nothing is known: the deadline must not refuse what would tell.
		return this.#skews.length === 0 ? 1e12 : this.skewMs;
	}

	#noteServerTime(server: number, anew: boolean): void {
		const at = this.#clock.now();
		const ms = server - at;
		const first = this.#skews[0];
		if (anew || first === undefined) this.#skews = [{at, ms}];
		else if (Math.abs(at - first.at) > skewSpanMs) this.#skews = [...this.#skews.slice(-1), {at, ms}];
		else if (ms > this.skewMs) this.#skews = [first, {at, ms}];
	}
}

/** Calls again and again, each time after the pause. */
export function repeat(clock: Clock, pauseMs: () => number, task: () => Promise<void>): Stoppable {
	let stopped = false;
	let timer: Stoppable | undefined;
	const again = (): void => {
		if (stopped) return;
		timer = clock.after(pauseMs(), () => void task().finally(again));
	};
	again();
	return {
		stop: () => {
			stopped = true;
			timer?.stop();
		},
	};
}
