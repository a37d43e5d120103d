/** `none`: a path the vendor does not have. */
export type Cost = 'public' | 'free' | 'completion' | 'none';

/** What one key asked of one endpoint. */
export type TallyLine = {
	readonly cost: Cost;
	requests: number;
	/** Tokens in and out of granted completions. */
	tokens: number;
	/** How many answers had this HTTP status; broken and hanging ones have none. */
	readonly answers: Map<number, number>;
};

/** Counts the requests of one key per endpoint. */
export class Tally {
	readonly #lines = new Map<string, TallyLine>();

	line(endpoint: string, cost: Cost): TallyLine {
		let line = this.#lines.get(endpoint);
		if (line === undefined) {
			line = {cost, requests: 0, tokens: 0, answers: new Map()};
			this.#lines.set(endpoint, line);
		}
		return line;
	}

	entries(): Iterable<readonly [string, TallyLine]> {
		return this.#lines;
	}
}

/** Counts a finished answer. */
export function countAnswer(line: TallyLine, status: number): void {
	line.answers.set(status, (line.answers.get(status) ?? 0) + 1);
}
