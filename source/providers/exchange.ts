import type {Dispatcher} from 'undici';
import type {Outcome, OutcomeFailed, OutcomeTiming} from '../domain/outcome.ts';
import {bodyLimit} from './answer.ts';

/** The part of the engine's clock that a call needs. */
export type CallClock = {
	/** Epoch ms. */
	readonly now: () => number;
	readonly after: (delayMs: number, task: () => void) => {readonly stop: () => void};
};

type ExchangeOptions = {
	readonly clock: CallClock;
	/** For the whole exchange: connection, headers and body. */
	readonly timeoutMs: number;
	readonly signal?: AbortSignal;
};

/** Words for codes of the HTTP library that tell a person nothing. */
const words: Readonly<Record<string, string>> = {
	UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
	UND_ERR_HEADERS_TIMEOUT: 'headers timeout',
	UND_ERR_BODY_TIMEOUT: 'body timeout',
	UND_ERR_SOCKET: 'socket closed by the other side',
	UND_ERR_ABORTED: 'refused by the proxy',
	UND_ERR_PRX_CONN: 'closed by the proxy',
	HTTPParserError: 'the answer is not HTTP',
};

/**
 * One request and what came of it: collects the answer, keeps the time, and settles exactly once.
 * Whether a byte was sent tells a broken line (`unreachable`) from a broken vendor.
 */
export class Exchange implements Dispatcher.DispatchHandler {
	/** Settles with what happened; never rejects. */
	readonly outcome: Promise<Outcome>;
	readonly #clock: CallClock;
	readonly #startedAt: number;
	readonly #timeoutMs: number;
	readonly #chunks: Buffer[] = [];
	readonly #cleanUp: () => void;
	#settle: ((outcome: Outcome) => void) | undefined;
	#controller: Dispatcher.DispatchController | undefined;
	#received = 0;
	#status = 0;
	readonly #headers: Record<string, string> = Object.create(null) as Record<string, string>;
	#firstByteAt: number | undefined;

	constructor({clock, timeoutMs, signal}: ExchangeOptions) {
		this.#clock = clock;
		this.#startedAt = clock.now();
		this.#timeoutMs = timeoutMs;
		this.outcome = new Promise((resolve) => {
			this.#settle = resolve;
		});
		const timer = clock.after(timeoutMs, () => this.#runOut());
		const cancelled = (): void => this.cancel('by the caller');
		signal?.addEventListener('abort', cancelled);
		this.#cleanUp = () => {
			timer.stop();
			signal?.removeEventListener('abort', cancelled);
		};
		if (signal?.aborted) cancelled();
	}

	/** Ends it on our side; nothing is held against anyone. */
	cancel(detail: string): void {
		this.#fail('cancelled', detail);
	}

	onRequestStart(controller: Dispatcher.DispatchController): void {
		this.#controller = controller;
		// Settled while the connection was being made: the request must not go out any more.
		if (this.#settle === undefined) controller.abort(new Error('settled'));
	}

	onResponseStart(
		_controller: Dispatcher.DispatchController,
		status: number,
		headers: Readonly<Record<string, string | string[] | undefined>>,
	): void {
		if (status < 200) return;
		this.#firstByteAt = this.#clock.now();
		this.#status = status;
		for (const [name, value] of Object.entries(headers)) {
			this.#headers[name] = typeof value === 'string' ? value : (value?.join(', ') ?? '');
		}
	}

	onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#received += chunk.length;
		if (this.#received >= bodyLimit) this.#answer();
	}

	onResponseEnd(): void {
		this.#controller = undefined;
		this.#answer();
	}

	/** Before a byte was sent it is our line or the vendor's door; after that the vendor broke off. */
	onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
		const code = codeOf(error);
		const late = code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT';
		const failure = this.#controller === undefined ? 'unreachable' : late ? 'timeout' : 'closed';
		this.#fail(failure, code === undefined ? 'connection failed' : (words[code] ?? code));
	}

	#runOut(): void {
		const limit = `${this.#timeoutMs} ms`;
		if (this.#controller === undefined) this.#fail('unreachable', `no connection within ${limit}`);
		else if (this.#status === 0) this.#fail('timeout', `headers timeout after ${limit}`);
		else this.#fail('timeout', `body timeout after ${limit}`);
	}

	#answer(): void {
		const body = Buffer.concat(this.#chunks).subarray(0, bodyLimit).toString('utf8');
		this.#finish({kind: 'answered', status: this.#status, headers: this.#headers, body, timing: this.#timing()});
	}

	#fail(failure: OutcomeFailed['failure'], detail: string): void {
		this.#finish({kind: 'failed', failure, detail, timing: this.#timing()});
	}

	#finish(outcome: Outcome): void {
		const settle = this.#settle;
		if (settle === undefined) return;
		this.#settle = undefined;
		this.#cleanUp();
		// Frees the connection when the rest of a long or late answer is not wanted.
		this.#controller?.abort(new Error('settled'));
		settle(outcome);
	}

	#timing(): OutcomeTiming {
		const at = this.#clock.now();
		return {
			at,
			latencyMs: at - this.#startedAt,
			...(this.#firstByteAt !== undefined && {firstByteMs: this.#firstByteAt - this.#startedAt}),
		};
	}
}

/** The system's or the library's code; messages are left out, they may quote a header. */
function codeOf(error: unknown): string | undefined {
	if (!(error instanceof Error)) return undefined;
	// A host with several addresses fails with one error for each.
	const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
	const code: unknown = 'code' in error ? error.code : codeOf(inner);
	if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
	return codeOf(error.cause) ?? (error.name in words ? error.name : undefined);
}
