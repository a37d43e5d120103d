import {parseEnv} from 'node:util';
import type {Problem} from '../errors.ts';

/** A variable of an `.env`. */
export type EnvLine = {
	readonly name: string;
	readonly value: string;
	/** Line its name stands in, from 1. */
	readonly line: number;
	/** Earlier lines that set the same name and lost. */
	readonly earlier: readonly number[];
};

export type EnvFile = {readonly variables: ReadonlyMap<string, EnvLine>; readonly problems: readonly Problem[]};

const assignment = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/;

/**
 * Reads the text of an `.env`. Values are what `parseEnv` of Node makes of each statement: quotes, comments
 * and values over several lines included; the scan around it adds the line numbers. Lines that are no
 * `NAME=value` make one problem.
 */
export function readEnvText(text: string, source: string): EnvFile {
	const lines = text.replaceAll('\r\n', '\n').split('\n');
	const variables = new Map<string, EnvLine>();
	const odd: number[] = [];
	for (let at = 0; at < lines.length; at++) {
		// parseEnv would take the next line for the value of a name followed by blanks only.
		const first = lines[at]?.trimEnd() ?? '';
		const line = at + 1;
		if (first === '' || first.trimStart().startsWith('#')) continue;
		const name = assignment.exec(first)?.[1];
		if (name === undefined) {
			odd.push(line);
			continue;
		}
		const end = lastLineOf(lines, at);
		const statement = end === at ? first : lines.slice(at, end + 1).join('\n');
		const value = parseEnv(statement)[name];
		if (value !== undefined) {
			const before = variables.get(name);
			variables.set(name, {name, value, line, earlier: before === undefined ? [] : [...before.earlier, before.line]});
		}
		at = end;
	}
	return {variables, problems: odd.length === 0 ? [] : [oddLines(odd, source)]};
}

/** A value that opens a quote runs to the line that closes it; one that is never closed ends with its line. */
function lastLineOf(lines: readonly string[], at: number): number {
	const first = lines[at] ?? '';
	const start = assignment.exec(first)?.[0].length ?? 0;
	const quote = first[start];
	if (quote !== '"' && quote !== "'" && quote !== '`') return at;
	if (first.includes(quote, start + 1)) return at;
	for (let next = at + 1; next < lines.length; next++) if (lines[next]?.includes(quote)) return next;
	return at;
}

function oddLines([first, ...rest]: readonly number[], source: string): Problem {
	const more = rest.length === 0 ? '' : ` (nor are lines ${rest.slice(0, 5).join(', ')}${rest.length > 5 ? ' …' : ''})`;
	return {
		source: `${source} line ${first}`,
		path: '',
		rule: `is not NAME=value${more}`,
		hint: 'Mend the line, or make it a comment with #',
	};
}
