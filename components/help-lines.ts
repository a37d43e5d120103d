import {fit, width} from '../source/format.ts';
import type {Dialog} from './dashboard-state.ts';
import {type PaneName, paneTitle} from './header-lines.ts';
import {type Allowed, footerOf, helpOf, type Place} from './key-bindings.ts';
import {cutLine, type Line, lineWidth, type Span, span} from './line.ts';

type Entry = {readonly keys: string; readonly words: string};

/** The help as a page, in two columns where the screen is wide enough; made from the table of keys. */
export function helpPage(place: PaneName | 'detail', allowed: Allowed, columns: number): Dialog {
	const look = half('LOOK', helpOf('look', allowed));
	const act = allowed.readOnly ? [] : half('ACT on the key marked when you pressed', helpOf('act', allowed));
	const lines = columns < 72 ? [...look, ...act] : besides(look, act, 34);
	const title = `${place === 'detail' ? 'Detail' : paneTitle(place)}: what you can press`;
	return {kind: 'page', title, lines: [...lines, [], ...signs(columns)], top: 0};
}

function half(title: string, entries: readonly Entry[]): readonly Line[] {
	const keys = Math.max(...entries.map((entry) => width(entry.keys))) + 2;
	return [
		[span(title, 'title', true)],
		...entries.map((entry) => [span(fit(entry.keys, keys), 'accent'), span(entry.words)]),
	];
}

function besides(left: readonly Line[], right: readonly Line[], cells: number): readonly Line[] {
	return Array.from({length: Math.max(left.length, right.length)}, (_, place) => {
		const first = cutLine(left[place] ?? [], cells - 1);
		return [...first, span(' '.repeat(cells - lineWidth(first))), ...(right[place] ?? [])];
	});
}

function signs(columns: number): readonly Line[] {
	const meanings = [
		'● proven by a call',
		'◐ key valid, call unproven',
		'◷ rests, returns by itself',
		'✗ needs you',
		'! last key or degraded',
		'? not asked yet',
		'⊘ disabled by you',
	];
	const lines: string[] = [''];
	for (const meaning of meanings) {
		const line = lines.at(-1) ?? '';
		if (line !== '' && width(line) + 2 + width(meaning) > columns - 6) lines.push(meaning);
		else lines[lines.length - 1] = line === '' ? meaning : `${line}  ${meaning}`;
	}
	return lines.map((line) => [span(line, 'quiet')]);
}

/** The keys that work now; what does not fit falls away, `? help` stays. */
export function footerLine(place: Place, allowed: Allowed, cells: number): Line {
	const entries = footerOf(place, allowed);
	for (let kept = entries.length; kept > 0; kept--) {
		const last = entries.at(-1);
		const shown = kept === entries.length || last === undefined ? entries : [...entries.slice(0, kept - 1), last];
		const line = footer(shown);
		if (lineWidth(line) <= cells) return line;
	}
	return [];
}

function footer(entries: readonly Entry[]): Line {
	return entries.flatMap((entry, place): Span[] => [
		span(place === 0 ? ' ' : '  '),
		span(entry.keys, 'accent', true),
		span(` ${entry.words}`, 'quiet'),
	]);
}
