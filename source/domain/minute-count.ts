const seconds = 60;

/** Counts events of the last minute, to the second. */
export class MinuteCount {
	readonly #slots = new Uint32Array(seconds);
	#last = 0;
	#sum = 0;

	add(now: number, count = 1): void {
		this.#forget(now);
		const slot = Math.floor(now / 1000) % seconds;
		this.#slots[slot] = (this.#slots[slot] ?? 0) + count;
		this.#sum += count;
	}

	count(now: number): number {
		this.#forget(now);
		return this.#sum;
	}

	/** Empties the seconds that have left the minute. */
	#forget(now: number): void {
		const second = Math.floor(now / 1000);
		for (let passed = Math.max(this.#last + 1, second - seconds + 1); passed <= second; passed++) {
			const slot = passed % seconds;
			this.#sum -= this.#slots[slot] ?? 0;
			this.#slots[slot] = 0;
		}
		if (second > this.#last) this.#last = second;
	}
}
