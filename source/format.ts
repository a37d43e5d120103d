import stringWidth from 'string-width';

/** Side on which a short text stands in its cell. */
export type Align = 'left' | 'right';

const maxLength = 4096;
const printableAscii = /^[\x20-\x7e]*$/;
// One cell each in every terminal: measuring them by the full rules costs most of a frame.
const singleCells = /^[\x20-\x7e─-▟⠀-⣿·…←↑→↓●◐◷✗✓⊘▸›≈$]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const unsafe = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/;
// Strings (OSC, DCS, SOS, PM, APC), then CSI, then other escapes; 7-bit and 8-bit, ended or cut off.
const sequences =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
	/(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|\x1b[\x20-\x2f]*[\x30-\x7e]?/g;
const blanks = /[\t\n\v\f\r\x85\u2028\u2029]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const leftovers = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
// Control characters below a blank JSON writes as escapes; those that stand in it are its line ends.
const unescaped = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/**
 * Text from outside made harmless for a terminal: escape sequences, control, bidirectional and
 * zero-width characters are dropped, tabs and line breaks become a space, halves of a surrogate
 * pair the replacement character. At most 4096 characters are kept.
 */
export function clean(text: string): string {
	return cleanWhole(text.length > maxLength ? text.slice(0, maxLength) : text);
}

/** The same for a text of any length. */
export function cleanWhole(text: string): string {
	if (printableAscii.test(text) || !unsafe.test(text)) return text;
	return text.replace(sequences, '').replace(blanks, ' ').replace(leftovers, '').toWellFormed();
}

/** JSON made harmless for a terminal: what `JSON.stringify` leaves as it is stands as `\uXXXX`. */
export function cleanJson(json: string): string {
	return json.replace(unescaped, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Terminal cells a text takes. */
export function width(text: string): number {
	return singleCells.test(text) ? text.length : stringWidth(text);
}

/** The text in exactly `cells` cells: padded, or cut with `…` between graphemes. Cleans it too. */
export function fit(text: string, cells: number, align: Align = 'left'): string {
	const short = shorten(text, cells);
	const padding = ' '.repeat(Math.max(0, cells - width(short)));
	return align === 'left' ? short + padding : padding + short;
}

/** The text in at most `cells` cells, cut with `…` when it is longer. Cleans it too. */
export function shorten(text: string, cells: number): string {
	const safe = clean(text);
	if (width(safe) <= cells) return safe;
	return cells <= 0 ? '' : `${head(safe, cells - 1)}…`;
}

function head(text: string, cells: number): string {
	if (singleCells.test(text)) return text.slice(0, cells);
	let kept = '';
	let used = 0;
	for (const {segment} of graphemes.segment(text)) {
		used += width(segment);
		if (used > cells) break;
		kept += segment;
	}
	return kept;
}

/** The text in lines of at most `cells` cells, broken between words; what exceeds `maxLines` is cut with `…`. */
export function wrap(text: string, cells: number, maxLines: number = Number.POSITIVE_INFINITY): string[] {
	if (cells <= 0 || maxLines <= 0) return [];
	const lines: string[] = [];
	let line = '';
	for (const word of clean(text)
		.split(' ')
		.filter(Boolean)
		.flatMap((each) => pieces(each, cells))) {
		if (line === '') line = word;
		else if (width(line) + 1 + width(word) <= cells) line += ` ${word}`;
		else {
			lines.push(line);
			line = word;
		}
	}
	if (line !== '') lines.push(line);
	if (lines.length <= maxLines) return lines;
	const last = lines.slice(maxLines - 1).join(' ');
	return [...lines.slice(0, maxLines - 1), shorten(last, cells)];
}

function pieces(word: string, cells: number): string[] {
	if (width(word) <= cells) return [word];
	const parts: string[] = [];
	let rest = word;
	while (width(rest) > cells) {
		// A glyph wider than the line would be cut off for ever: take it anyway.
		const part = head(rest, cells) || rest.slice(0, 1);
		parts.push(part);
		rest = rest.slice(part.length);
	}
	return rest === '' ? parts : [...parts, rest];
}

/** Time left, rounded up so that it never says `0s` too early: `12s`, `1m16s`, `2h05m`, `3d04h`. */
export function duration(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	if (seconds < 60) return `${seconds}s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 1440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
	const hours = Math.floor(minutes / 60);
	return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** Time passed, in its largest unit: `4s`, `3m`, `2h`, `5d`. */
export function age(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	if (seconds < 60) return `${seconds}s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
	if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
	return `${Math.floor(seconds / 86_400)}d`;
}

function two(value: number): string {
	return String(value).padStart(2, '0');
}

const dayOfYear = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short'});

/** Local time of day of an instant (epoch ms): `03:12:44`. */
export function clockTime(at: number): string {
	const time = new Date(at);
	return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Local day of an instant (epoch ms): `12 Aug`. */
export function day(at: number): string {
	return dayOfYear.format(at);
}

/** An instant as seen from `now`: the time of day when near (18 hours), else with its day: `12 Aug 03:12`. */
export function moment(at: number, now: number): string {
	if (Math.abs(now - at) < 18 * 3_600_000) return clockTime(at);
	return `${day(at)} ${clockTime(at).slice(0, 5)}`;
}

/** An instant (epoch ms) as ISO UTC, for machines and for text that leaves this one: `2026-11-22T03:12:44.000Z`. */
export function isoTime(at: number): string {
	return new Date(at).toISOString();
}

/** A share from 0 to 1: `88%`, or `-` when unknown. Only a whole 1 says 100 %, only 0 says 0 %. */
export function percent(share: number | undefined): string {
	if (share === undefined || Number.isNaN(share)) return '-';
	if (share <= 0) return '0%';
	if (share >= 1) return '100%';
	return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}

const currencySigns: Readonly<Record<string, string>> = {USD: '$', EUR: '€', GBP: '£', CNY: 'CN¥'};

/** An amount: `$110.00`; small ones keep two digits that count: `$0.0004`; `-` when unknown. */
export function money(amount: number | undefined, currency: string = 'USD'): string {
	if (amount === undefined || Number.isNaN(amount)) return '-';
	const size = Math.abs(amount);
	const digits = size === 0 || size >= 0.01 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(size)));
	const fixed = size.toFixed(digits);
	const figure = digits > 2 ? fixed.replace(/0+$/, '') : fixed;
	const sign = amount < 0 ? '-' : '';
	const mark = Object.hasOwn(currencySigns, currency) ? currencySigns[currency] : undefined;
	return mark === undefined ? `${sign}${figure} ${clean(currency)}` : `${sign}${mark}${figure}`;
}

/** A latency in seconds: `0.8s`, `12s`, or `-` when unknown. Below 50 ms in milliseconds, so that it is never `0.0s`. */
export function latency(ms: number | undefined): string {
	if (ms === undefined || Number.isNaN(ms)) return '-';
	if (ms < 50) return `${Math.round(ms)}ms`;
	return ms < 9950 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms / 1000)}s`;
}

/** A count in few characters: `412`, `9,120`, `31k`, `1.2M`; `-` when unknown. */
export function count(value: number | undefined): string {
	if (value === undefined) return '-';
	if (value < 1000) return String(value);
	if (value < 10_000) return `${Math.floor(value / 1000)},${String(Math.floor(value % 1000)).padStart(3, '0')}`;
	if (value < 1_000_000) return `${Math.round(value / 1000)}k`;
	return `${(value / 1_000_000).toFixed(1)}M`;
}

/** A size: `812 B`, `4.0 KB`, `12 MB`. */
export function fileSize(bytes: number): string {
	const units = ['KB', 'MB', 'GB', 'TB'];
	if (bytes < 1000) return `${bytes} B`;
	let size = bytes;
	let unit = '';
	for (const next of units) {
		size /= 1000;
		unit = next;
		if (size < 999.5) break;
	}
	return `${size < 9.95 ? size.toFixed(1) : size.toFixed(0)} ${unit}`;
}

/** One noun with its number: `1 key`, `2 keys`. */
export function plural(value: number, noun: string): string {
	return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A share from 0 to 1 as a bar: `██████░░`. More than nothing shows at least one full cell. */
export function bar(share: number, cells: number): string {
	const bounded = Math.min(1, Math.max(0, share));
	const full = bounded === 0 ? 0 : Math.max(1, Math.round(bounded * cells));
	return '█'.repeat(full) + '░'.repeat(cells - full);
}

const ticks = '▁▂▃▄▅▆▇█';

/** Values as a line of blocks, one cell each, scaled from 0 to the largest; a gap is `·`. */
export function sparkline(values: readonly (number | undefined)[], top?: number): string {
	const largest = top ?? values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
	return values
		.map((value) => {
			if (value === undefined) return '·';
			const share = largest <= 0 ? 0 : Math.min(1, Math.max(0, value / largest));
			return ticks[Math.min(7, Math.floor(share * 8))];
		})
		.join('');
}

/** A path with the user's home folder written as `~`. */
export function tildePath(path: string, homeFolder: string | undefined): string {
	if (homeFolder === undefined || homeFolder === '' || homeFolder === '/') return path;
	if (path === homeFolder) return '~';
	return path.startsWith(`${homeFolder}/`) ? `~${path.slice(homeFolder.length)}` : path;
}
