import {clean} from '../format.ts';

/** A value of a dump; undefined and null are empty cells. */
type DumpCell = string | number | boolean | null | undefined;

/** One table as a file holds it. */
export type DumpTable = {readonly head: readonly string[]; readonly rows: readonly (readonly DumpCell[])[]};

/** A table as CSV by RFC 4180, with a guard: no cell can start a formula in a spreadsheet. */
export function csvOf({head, rows}: DumpTable): string {
	return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** A table as GitHub-flavoured Markdown. */
export function markdownOf({head, rows}: DumpTable): string {
	return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(markdownCell).join(' | ')} |\n`).join('');
}

function csvCell(value: DumpCell): string {
	if (typeof value === 'number') return String(value);
	const raw = String(value ?? '');
	// Looked at before cleaning: a leading tab or return is what some spreadsheets strip before a formula.
	const guarded = /^[=+\-@\t\r\0]/.test(raw) || /^[=+\-@]/.test(clean(raw).trimStart()) ? `'${clean(raw)}` : clean(raw);
	return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

function markdownCell(value: DumpCell): string {
	return clean(String(value ?? '')).replace(/[\\`*_[\]<>|~]/g, String.raw`\$&`);
}
