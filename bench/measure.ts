/** Monotonic milliseconds. */
export function nowMs(): number {
	return performance.now();
}

/** Middle value of an odd or even number of samples. */
export function median(samples: readonly number[]): number {
	const sorted = samples.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Smallest and largest sample, as text. */
export function spread(samples: readonly number[], digits = 0): string {
	return `${Math.min(...samples).toFixed(digits)}–${Math.max(...samples).toFixed(digits)}`;
}

/** Rows as a table with aligned columns. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
	const lines = rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
	process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}
