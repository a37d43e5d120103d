import {shownText} from '../config/shown-value.ts';
import {KeydeckError} from '../errors.ts';

/** What was typed cannot be understood; commands exit with 2. */
export class UsageError extends KeydeckError {
	constructor(message: string, hint?: string) {
		super('USAGE', message, hint === undefined ? {} : {hint});
	}
}

/** What a person typed, quoted; a key pasted in the wrong place is not repeated. */
export function quoted(typed: string): string {
	return `"${shownText(typed)}"`;
}

/** `test`, `a or b`, `a, b or c`. */
export function oneOf(words: readonly string[]): string {
	const last = words.at(-1) ?? '';
	return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** A whole number typed as the value of an option; undefined when it was not given. */
export function wholeNumber(
	flag: string,
	typed: string | undefined,
	range: {min: number; max: number},
): number | undefined {
	if (typed === undefined) return undefined;
	const value = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
	if (value >= range.min && value <= range.max) return value;
	throw new UsageError(`--${flag} must be a whole number from ${range.min} to ${range.max}, got ${quoted(typed)}`);
}

const units: Readonly<Record<string, number>> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** A time typed as the value of an option (`90s`, `30m`, `2h`, `1d`) in ms; undefined when it was not given. */
export function duration(
	flag: string,
	typed: string | undefined,
	range: {readonly min: number; readonly max: number},
): number | undefined {
	if (typed === undefined) return undefined;
	const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(typed) ?? [];
	const ms = Number(amount) * (units[unit] ?? Number.NaN);
	if (ms >= range.min && ms <= range.max) return ms;
	throw new UsageError(`--${flag} must be a time like 30m, 2h or 1d, got ${quoted(typed)}`);
}
