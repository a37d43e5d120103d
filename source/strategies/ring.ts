import type {Kid} from '../domain/key.ts';
import type {Candidate} from './strategy.ts';

/**
 * Candidates in pool order with a cursor that goes round. Adding and removing move the cursor
 * along, so nobody loses a turn or gets two.
 */
export class Ring {
	readonly #members: Candidate[] = [];
	/** Who had the last turn; it may have been removed since. */
	#last: Candidate | undefined;
	/** How many members stand up to and including `#last`; all of them means "begin again". */
	#cursor = 0;
	/** Members that were served elsewhere since they last had a turn: they are passed over once. */
	readonly #served = new Set<Kid>();

	/** Whose turn it is. */
	peek(): Candidate | undefined {
		return this.#members[this.#cursor] ?? this.#members[0];
	}

	/** Adds, or replaces the candidate that has the same kid and index. */
	set(candidate: Candidate): void {
		const position = this.#positionOf(candidate);
		if (this.#members[position]?.kid === candidate.kid) {
			this.#members[position] = candidate;
			return;
		}
		this.#members.splice(position, 0, candidate);
		if (this.#last !== undefined && !isBefore(this.#last, candidate)) this.#cursor += 1;
	}

	/** Removes the candidate with this kid and index. */
	delete(candidate: Candidate): void {
		const position = this.#positionOf(candidate);
		if (this.#members[position]?.kid !== candidate.kid) return;
		this.#members.splice(position, 1);
		this.#served.delete(candidate.kid);
		if (position < this.#cursor) this.#cursor -= 1;
	}

	/** A member had its turn: the one after it is next that was not served elsewhere. */
	passed(candidate: Candidate): void {
		this.#served.delete(candidate.kid);
		this.#moveOn(candidate);
		this.#passServed();
	}

	/** Members had a turn at another replica. Where that goes for all of them, nobody is passed over. */
	served(candidates: readonly Candidate[]): void {
		for (const {kid} of candidates) this.#served.add(kid);
		this.#passServed();
	}

	/** Each step uses up a mark, so that a turn costs the same whatever the number of members. */
	#passServed(): void {
		if (this.#served.size === 0) return;
		for (let next = this.peek(); next !== undefined && this.#served.delete(next.kid); next = this.peek()) {
			this.#moveOn(next);
		}
	}

	#moveOn(candidate: Candidate): void {
		const inTurn = this.#cursor < this.#members.length ? this.#cursor : 0;
		const position = this.#members[inTurn] === candidate ? inTurn : this.#positionOf(candidate);
		this.#cursor = position + 1;
		this.#last = candidate;
	}

	/** Everyone once, beginning with the next in turn. */
	*inTurn(): Generator<Candidate, undefined> {
		const members = this.#members;
		const start = this.#cursor;
		for (let position = start; position < members.length; position++) yield members[position] as Candidate;
		for (let position = 0; position < start && position < members.length; position++) {
			yield members[position] as Candidate;
		}
	}

	/** Where the candidate stands, or would stand. */
	#positionOf(candidate: Candidate): number {
		let low = 0;
		let high = this.#members.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (isBefore(this.#members[middle] as Candidate, candidate)) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

function isBefore(one: Candidate, other: Candidate): boolean {
	return one.index === other.index ? one.kid < other.kid : one.index < other.index;
}
