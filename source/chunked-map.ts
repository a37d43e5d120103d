/** Entries of one part: it grows to so many in steps of some 5 ms at most. */
const mostInPart = 65_536;

/**
 * A map for hundreds of thousands of short-lived entries, in the order they came. One plain map of that size stands
 * still for tens of milliseconds each time it doubles; this one begins another part instead.
 */
export class ChunkedMap<Value> {
	/** Never empty; the last one takes new entries. */
	#parts: Map<string, Value>[] = [new Map()];

	get(id: string): Value | undefined {
		return this.#partOf(id)?.get(id);
	}

	/** Adds an entry; its id must not be in use. */
	add(id: string, value: Value): void {
		let last = this.#parts.at(-1);
		if (last === undefined || last.size >= mostInPart) {
			last = new Map();
			this.#parts.push(last);
		}
		last.set(id, value);
	}

	delete(id: string): void {
		const part = this.#partOf(id);
		part?.delete(id);
		if (part?.size === 0 && this.#parts.length > 1) this.#parts = this.#parts.filter((each) => each !== part);
	}

	/** Oldest first. */
	*values(): Generator<Value, undefined> {
		for (const part of this.#parts) yield* part.values();
	}

	/** The newest are asked for most. */
	#partOf(id: string): Map<string, Value> | undefined {
		return this.#parts.findLast((part) => part.has(id));
	}
}
