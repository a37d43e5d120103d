import {width as cellsOf, shorten, wrap} from '../source/format.ts';
import type {Dialog} from './dashboard-state.ts';
import {cutLine, type Line, lineWidth, type Span, span} from './line.ts';

type Box = {readonly lines: readonly Line[]; readonly width: number};

/** The box of a dialog with its frame, no larger than the screen. */
export function dialogLines(dialog: Dialog, columns: number, rows: number): Box {
	return dialog.kind === 'page' ? pageBox(dialog, columns, rows) : choiceBox(dialog, columns, rows);
}

function pageBox(page: Extract<Dialog, {kind: 'page'}>, columns: number, rows: number): Box {
	const height = Math.max(1, rows - 4);
	const top = Math.min(page.top, Math.max(0, page.lines.length - height));
	const shown = page.lines.slice(top, top + height);
	const below = page.lines.length - top - shown.length;
	const hint = below > 0 ? `${below} more ↓` : 'Esc closes';
	const longest = Math.max(cellsOf(page.title) + cellsOf(hint) + 4, ...page.lines.map(lineWidth));
	return framed(page.title, hint, shown, Math.min(columns, longest + 4));
}

function choiceBox(choice: Extract<Dialog, {kind: 'choice'}>, columns: number, rows: number): Box {
	const width = Math.min(
		columns,
		Math.max(44, cellsOf(choice.title) + 24, ...choice.choices.map((each) => cellsOf(each.title) + 8)),
	);
	const text = choice.text.flatMap((paragraph) => wrap(paragraph, width - 4)).map((line): Line => [span(line)]);
	const answers = choice.choices.map((each, place): Line => {
		const chosen = place === choice.chosen;
		return [span(chosen ? '▸ ' : '  ', 'accent', chosen), span(each.title, chosen ? 'accent' : 'plain', chosen)];
	});
	// On a low screen the answers scroll with the choice, and the words above them yield.
	const room = Math.max(1, rows - 4);
	const top = Math.max(0, choice.chosen - room + 1);
	const above = answers.length + 2 > room ? [] : text.slice(0, room - answers.length - 1);
	const gap: readonly Line[] = above.length === 0 ? [] : [[]];
	return framed(choice.title, 'Enter · Esc', [...above, ...gap, ...answers.slice(top, top + room)], width);
}

function framed(title: string, hint: string, lines: readonly Line[], width: number): Box {
	const inner = width - 4;
	const name = ` ${shorten(title, Math.max(4, inner - cellsOf(hint) - 4))} `;
	const dashes = '─'.repeat(Math.max(0, width - 5 - cellsOf(name) - cellsOf(hint)));
	const edge = (text: string): Span => span(text, 'title');
	const body = lines.map((line): Line => {
		const cut = cutLine(line, inner);
		return [edge('│ '), ...cut, span(' '.repeat(Math.max(0, inner - lineWidth(cut)))), edge(' │')];
	});
	return {
		width,
		lines: [
			cutLine([edge('┌'), span(name, 'accent', true), edge(`${dashes} `), span(hint, 'quiet'), edge(' ─┐')], width),
			...body,
			[edge(`└${'─'.repeat(width - 2)}┘`)],
		],
	};
}
