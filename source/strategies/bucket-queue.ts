/** A member's place: fields belong to the queue once it was put in. */
export class Place<Subject> {
	readonly subject: Subject;
	bucket: Bucket<Subject> | undefined;
	previous: Place<Subject> | undefined;
	next: Place<Subject> | undefined;
	turn = 0;

	constructor(subject: Subject) {
		this.subject = subject;
	}
}

/** Members of one level, by turn. */
class Bucket<Subject> {
	readonly level: number;
	above: Bucket<Subject> | undefined;
	below: Bucket<Subject> | undefined;
	head: Place<Subject> | undefined;
	tail: Place<Subject> | undefined;
	/** Where the last straggler went in: they come almost sorted, so the next one's place is near. */
	finger: Place<Subject> | undefined;

	constructor(level: number) {
		this.level = level;
	}
}

/**
 * Members ordered by level, lowest first, then by turn, lowest first. Only levels in use have a
 * bucket, linked in order, so a step to a neighbouring level with the newest turn costs the same
 * whatever the number of members.
 */
export class BucketQueue<Subject> {
	#lowest: Bucket<Subject> | undefined;

	/** The first in order. */
	peek(): Subject | undefined {
		return this.#lowest?.head?.subject;
	}

	/** Puts in, or moves. */
	put(place: Place<Subject>, level: number, turn: number): void {
		const old = place.bucket;
		const bucket = this.#bucketAt(level, old);
		if (old !== undefined) unlink(place, old);
		place.turn = turn;
		link(place, bucket);
		if (old !== undefined && old.head === undefined) this.#drop(old);
	}

	/** A place that is not in the queue is ignored. */
	take(place: Place<Subject>): void {
		const bucket = place.bucket;
		if (bucket === undefined) return;
		unlink(place, bucket);
		if (bucket.head === undefined) this.#drop(bucket);
	}

	/** Everyone; who moves meanwhile is met again where that is still ahead. */
	*inOrder(): Generator<Subject, undefined> {
		let bucket = this.#lowest;
		while (bucket !== undefined) {
			let place = bucket.head;
			while (place !== undefined) {
				const {turn} = place;
				yield place.subject;
				const stayed: boolean = place.bucket === bucket && place.turn === turn;
				place = stayed ? place.next : firstAfter(bucket, turn);
			}
			bucket = this.#bucketAfter(bucket);
		}
	}

	#bucketAfter(bucket: Bucket<Subject>): Bucket<Subject> | undefined {
		if (bucket.head !== undefined) return bucket.above;
		// It was dropped on the way, so its links may be stale.
		let above = this.#lowest;
		while (above !== undefined && above.level <= bucket.level) above = above.above;
		return above;
	}

	/** The bucket of a level, made when missing; the search begins at `near`. */
	#bucketAt(level: number, near: Bucket<Subject> | undefined): Bucket<Subject> {
		let below = near ?? this.#lowest;
		while (below !== undefined && below.level > level) below = below.below;
		let above = below === undefined ? this.#lowest : below.above;
		while (above !== undefined && above.level <= level) {
			below = above;
			above = above.above;
		}
		if (below?.level === level) return below;
		const bucket = new Bucket<Subject>(level);
		bucket.below = below;
		bucket.above = above;
		if (above !== undefined) above.below = bucket;
		if (below === undefined) this.#lowest = bucket;
		else below.above = bucket;
		return bucket;
	}

	#drop(bucket: Bucket<Subject>): void {
		if (bucket.above !== undefined) bucket.above.below = bucket.below;
		if (bucket.below === undefined) this.#lowest = bucket.above;
		else bucket.below.above = bucket.above;
	}
}

function link<Subject>(place: Place<Subject>, bucket: Bucket<Subject>): void {
	const before = placeBefore(bucket, place.turn);
	const after = before === undefined ? bucket.head : before.next;
	place.bucket = bucket;
	place.previous = before;
	place.next = after;
	if (before === undefined) bucket.head = place;
	else before.next = place;
	if (after === undefined) bucket.tail = place;
	else {
		after.previous = place;
		bucket.finger = place;
	}
}

/** The last member whose turn is not after `turn`. */
function placeBefore<Subject>(bucket: Bucket<Subject>, turn: number): Place<Subject> | undefined {
	const tail = bucket.tail;
	if (tail === undefined || tail.turn <= turn) return tail;
	let before = bucket.finger ?? tail.previous;
	while (before !== undefined && before.turn > turn) before = before.previous;
	let after = before === undefined ? bucket.head : before.next;
	while (after !== undefined && after.turn <= turn) {
		before = after;
		after = after.next;
	}
	return before;
}

/** The first member with a later turn. */
function firstAfter<Subject>(bucket: Bucket<Subject>, turn: number): Place<Subject> | undefined {
	let place = bucket.head;
	while (place !== undefined && place.turn <= turn) place = place.next;
	return place;
}

function unlink<Subject>(place: Place<Subject>, bucket: Bucket<Subject>): void {
	const {previous, next} = place;
	if (previous === undefined) bucket.head = next;
	else previous.next = next;
	if (next === undefined) bucket.tail = previous;
	else next.previous = previous;
	if (bucket.finger === place) bucket.finger = previous;
	place.bucket = undefined;
	place.previous = undefined;
	place.next = undefined;
}
