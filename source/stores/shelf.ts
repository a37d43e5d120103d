/**
 * Values of one kind by id, and which of them changed since they were last written. A store
 * without a disk leaves `changed` alone; it never holds more than one id per value ever kept.
 */
export class Shelf<Value> {
	readonly kind: string;
	readonly #values = new Map<string, Value>();
	readonly #changed = new Set<string>();

	constructor(kind: string) {
		this.kind = kind;
	}

	get changed(): ReadonlySet<string> {
		return this.#changed;
	}

	get(id: string): Value | undefined {
		return this.#values.get(id);
	}

	set(id: string, value: Value): void {
		this.#values.set(id, value);
		this.#changed.add(id);
	}

	delete(id: string): void {
		if (this.#values.delete(id)) this.#changed.add(id);
	}

	/** Deletes what the test says is past its time. */
	prune(isPast: (value: Value, id: string) => boolean): void {
		for (const [id, value] of this.#values) {
			if (isPast(value, id)) this.delete(id);
		}
	}

	values(): Value[] {
		return [...this.#values.values()];
	}

	entries(): [string, Value][] {
		return [...this.#values];
	}

	/** Puts back what was read from disk: not a change. */
	restore(id: string, value: Value): void {
		this.#values.set(id, value);
	}

	/** All changes so far are on disk. */
	written(): void {
		this.#changed.clear();
	}
}
