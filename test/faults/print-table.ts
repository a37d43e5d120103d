/** What a long test has seen, as lines beside the results. */
export function printTable(title: string, rows: readonly (readonly [string, string | number])[]): void {
	const width = Math.max(...rows.map(([name]) => name.length));
	const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
	process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}
