/** One subject's place in an urn. All fields but `subject` belong to the urn. */
export class Lot<Subject> {
	readonly subject: Subject;
	row: Row<Subject> | undefined;
	position = 0;

	constructor(subject: Subject) {
		this.subject = subject;
	}

	/** Its weight; 0 while it is in no urn. */
	get weight(): number {
		return this.row?.weights[this.position] ?? 0;
	}
}

/**
 * Lots whose weights lie in (height / 2, height], as bars side by side. What a draw reads stands
 * in arrays of its own: with many lots the time goes into fetching them from memory.
 */
class Row<Subject> {
	readonly height: number;
	readonly lots: Lot<Subject>[] = [];
	readonly subjects: Subject[] = [];
	readonly weights: number[] = [];

	constructor(height: number) {
		this.height = height;
	}
}

/**
 * Draws in proportion to weights. Think of a wall of bars, each as high as its row and filled
 * up to its weight: a dart thrown at the wall counts when it hits the filled part, which is at
 * least half. So a draw takes about as long with 4 lots as with 10,000.
 */
export class Urn<Subject> {
	/** By height. */
	readonly #rows = new Map<number, Row<Subject>>();
	/** Area of the wall; less than twice the sum of the weights. */
	area = 0;
	/** Sum of the weights, for people: rounding may make it drift. */
	weight = 0;
	size = 0;

	/** Puts in, or changes the weight, which must be above 0. */
	put(lot: Lot<Subject>, weight: number): void {
		this.take(lot);
		const row = this.#rowFor(weight);
		lot.row = row;
		lot.position = row.lots.push(lot) - 1;
		row.subjects.push(lot.subject);
		row.weights.push(weight);
		this.#count(1, weight);
	}

	/** A lot that is not in the urn is ignored. */
	take(lot: Lot<Subject>): void {
		const {row, position, weight} = lot;
		if (row === undefined) return;
		const last = row.lots.pop() as Lot<Subject>;
		row.subjects.pop();
		const lastWeight = row.weights.pop() as number;
		if (last !== lot) {
			row.lots[position] = last;
			row.subjects[position] = last.subject;
			row.weights[position] = lastWeight;
			last.position = position;
		}
		if (row.lots.length === 0) this.#rows.delete(row.height);
		lot.row = undefined;
		this.#count(-1, -weight);
	}

	/** The subject that a dart at `spot`, from 0 up to `area`, hits; undefined when it hits an unfilled part. */
	hit(spot: number): Subject | undefined {
		let left = spot;
		for (const {height, subjects, weights} of this.#rows.values()) {
			const area = height * weights.length;
			if (left >= area) {
				left -= area;
				continue;
			}
			const bar = Math.floor(left / height);
			return left - bar * height < (weights[bar] as number) ? subjects[bar] : undefined;
		}
		return undefined;
	}

	#rowFor(weight: number): Row<Subject> {
		let height = 2 ** Math.ceil(Math.log2(weight));
		if (height < weight) height *= 2;
		let row = this.#rows.get(height);
		if (row === undefined) {
			row = new Row(height);
			this.#rows.set(height, row);
		}
		return row;
	}

	#count(lots: number, weight: number): void {
		this.size += lots;
		this.weight = this.size === 0 ? 0 : this.weight + weight;
		this.area = 0;
		for (const row of this.#rows.values()) this.area += row.height * row.lots.length;
	}
}
