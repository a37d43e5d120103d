const spanMs = 60_000;

/** At more than 17,000 calls a second the minute gets shorter rather than the memory longer. */
const mostCalls = 1 << 20;

/** The calls of the last 60 s, oldest first: a ring buffer that grows as needed, to 1,048,576 calls. */
export class RollingMinute<Subject> {
	#at = new Float64Array(64);
	#subjects: (Subject | undefined)[] = new Array(64).fill(undefined);
	#start = 0;
	#length = 0;

	/** Adds a call; `now` should not go backwards. */
	push(subject: Subject, now: number): void {
		if (this.#length === this.#at.length) this.#grow();
		const slot = (this.#start + this.#length) & (this.#at.length - 1);
		this.#at[slot] = now;
		this.#subjects[slot] = subject;
		this.#length += 1;
	}

	/** Takes out the oldest call when it is 60 s old; undefined when none is. */
	shift(now: number): Subject | undefined {
		if (this.#length === 0) return undefined;
		const isOld = now - (this.#at[this.#start] as number) >= spanMs;
		if (!isOld && this.#length < mostCalls) return undefined;
		const subject = this.#subjects[this.#start];
		this.#subjects[this.#start] = undefined;
		this.#start = (this.#start + 1) & (this.#at.length - 1);
		this.#length -= 1;
		return subject;
	}

	#grow(): void {
		const {length} = this.#at;
		const at = new Float64Array(length * 2);
		at.set(this.#at.subarray(this.#start));
		at.set(this.#at.subarray(0, this.#start), length - this.#start);
		this.#subjects = [
			...this.#subjects.slice(this.#start),
			...this.#subjects.slice(0, this.#start),
			...new Array<undefined>(length).fill(undefined),
		];
		this.#at = at;
		this.#start = 0;
	}
}
