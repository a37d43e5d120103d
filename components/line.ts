import {type Align, clean, fit, shorten, width, wrap} from '../source/format.ts';
import type {Tone} from './theme.ts';

/** A run of text with one meaning. Made by `span`, which is where text from outside is made harmless. */
export type Span = {readonly text: string; readonly tone: Tone; readonly bold: boolean};

/** One row of the screen; never broken, cut at the edge. */
export type Line = readonly Span[];

export function span(text: string, tone: Tone = 'plain', bold = false): Span {
	return {text: clean(text), tone, bold};
}

/** A span of exactly `cells` cells. */
export function cell(content: Span, cells: number, align: Align = 'left'): Span {
	return {...content, text: fit(content.text, cells, align)};
}

export function lineWidth(line: Line): number {
	return line.reduce((sum, each) => sum + width(each.text), 0);
}

/** The line in at most `cells` cells; the span that crosses the edge is cut with `…`. */
export function cutLine(line: Line, cells: number): Line {
	const kept: Span[] = [];
	let left = cells;
	for (const each of line) {
		if (left <= 0) break;
		const used = width(each.text);
		kept.push(used <= left ? each : {...each, text: shorten(each.text, left)});
		left -= used;
	}
	return kept;
}

/** Left and right part of one line of `cells` cells; the left one yields when both do not fit. */
export function spread(left: Line, right: Line, cells: number): Line {
	const kept = cutLine(left, Math.max(0, cells - lineWidth(right) - (right.length === 0 ? 0 : 1)));
	const gap = Math.max(0, cells - lineWidth(kept) - lineWidth(right));
	return cutLine([...kept, span(' '.repeat(gap)), ...right], cells);
}

/** A titled paragraph with a hanging indent: ` WHY  Refused at …`. At most `maxLines` lines. */
export function paragraph(
	title: string,
	text: string,
	options: {
		readonly cells: number;
		readonly indent: number;
		readonly maxLines?: number;
		readonly tone?: Tone;
	},
): readonly Line[] {
	const {cells, indent, tone = 'plain'} = options;
	const lines = wrap(text, cells - indent - 1, options.maxLines);
	return lines.map((line, place) => [
		span(fit(place === 0 ? ` ${title}` : '', indent), 'title', true),
		span(line, tone),
	]);
}

export function rule(cells: number): Line {
	return [span('─'.repeat(cells), 'quiet')];
}

export const emptyLine: Line = [];
