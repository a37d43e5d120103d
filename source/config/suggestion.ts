/** The candidate nearest to a misspelt word, when one is near enough to be meant. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
	// Longer texts are no misspelt names, and would only cost time.
	if (word.length > 60) return undefined;
	let best: string | undefined;
	let least = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const candidate of candidates) {
		const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
		if (edits < least) [best, least] = [candidate, edits];
	}
	return best;
}

/** Letters to insert, drop or change to make one word the other. */
function editsBetween(from: string, to: string): number {
	let above = Array.from({length: to.length + 1}, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const changed = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
			current.push(Math.min(changed, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
		}
		above = current;
	}
	return above[to.length] ?? 0;
}
