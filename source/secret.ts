import {inspect} from 'node:util';
import type {Key} from './domain/key.ts';

const REDACTED = '[redacted]';

/**
 * A key's plain text. It prints as `[redacted]` wherever it is logged, joined, serialised or
 * inspected; only `reveal()` gives the text. Providers call it to build a header, the library to find a key by
 * its text or to give it to its caller.
 */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
	}

	/** The plain text. Never store, log or format what this returns. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return REDACTED;
	}

	toJSON(): string {
		return REDACTED;
	}

	[inspect.custom](): string {
		return REDACTED;
	}
}

/** A key with its secret, as the configuration gives it to the engine. */
export type KeyEntry = {readonly key: Key; readonly secret: Secret};

/** The form people see: at most the first 10 characters, never more than a third, then `…`. */
export function maskOf(value: string): string {
	return `${value.slice(0, Math.min(10, Math.floor(value.length / 3)))}…`;
}
