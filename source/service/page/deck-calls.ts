import type {Clock, Stoppable} from '../../clock.ts';
import type {FrameError} from '../../control/frame.ts';

type Progress = (done: number, total: number) => void;

type Call = {
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: CallError) => void;
	readonly progress: Progress | undefined;
	readonly idleMs: number;
	deadline: Stoppable;
};

/** A call the engine refused, or never answered. */
export class CallError extends Error {
	readonly code: string;
	readonly hint: string | undefined;

	constructor({code, message, hint}: Pick<FrameError, 'code' | 'message' | 'hint'>) {
		super(message);
		this.name = 'CallError';
		this.code = code;
		this.hint = hint;
	}
}

const disconnected = {code: 'DISCONNECTED', message: 'The connection to keydeck was lost before it answered.'};

/** Calls under way on one line, each with an end. */
export class DeckCalls {
	readonly #clock: Clock;
	readonly #calls = new Map<number, Call>();
	#lastId = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** `idleMs`: how long it may take without a sign. */
	make(
		send: (text: string) => void,
		request: {readonly method: string; readonly params: object; readonly idleMs: number; readonly progress?: Progress},
	): Promise<unknown> {
		this.#lastId += 1;
		const id = this.#lastId;
		const {idleMs, method, params, progress} = request;
		return new Promise((resolve, reject) => {
			this.#calls.set(id, {resolve, reject, progress, idleMs, deadline: this.#deadline(id, idleMs)});
			send(JSON.stringify({id, method, params}));
		});
	}

	progressed(id: number, done: number, total: number): void {
		const call = this.#calls.get(id);
		if (call === undefined) return;
		call.deadline.stop();
		call.deadline = this.#deadline(id, call.idleMs);
		call.progress?.(done, total);
	}

	answered(id: number, result: unknown): void {
		this.#take(id)?.resolve(result);
	}

	refused(id: number, error: Pick<FrameError, 'code' | 'message' | 'hint'>): void {
		this.#take(id)?.reject(new CallError(error));
	}

	/** The line is gone: nothing will be answered any more. */
	abandon(): void {
		for (const id of [...this.#calls.keys()]) this.refused(id, disconnected);
	}

	#take(id: number): Call | undefined {
		const call = this.#calls.get(id);
		this.#calls.delete(id);
		call?.deadline.stop();
		return call;
	}

	#deadline(id: number, idleMs: number): Stoppable {
		return this.#clock.after(idleMs, () =>
			this.refused(id, {code: 'NO_ANSWER', message: `keydeck has not answered for ${idleMs / 1000} s.`}),
		);
	}
}
