import type {Snapshot} from '../source/engine/snapshot.ts';
import {fit, wrap} from '../source/format.ts';
import {emptyLine, type Line, span} from './line.ts';

/** What stands on the screen while there is no key: where was looked, what was found, what to do. */
export function firstScreenLines(snapshot: Snapshot, cells: number, demo: boolean): readonly Line[] {
	const width = Math.min(40, Math.max(12, ...snapshot.searched.map((place) => place.place.length + 2)));
	return [
		emptyLine,
		[span('  No key found yet.', 'plain', true)],
		emptyLine,
		[span('  Searched, and watched from now on:', 'quiet')],
		...snapshot.searched.map((place) => [
			span(place.keys > 0 ? '  ✓ ' : '  ◷ ', place.keys > 0 ? 'good' : 'rest'),
			span(fit(place.place, width)),
			span(` ${place.found}`, 'quiet'),
		]),
		...(snapshot.notes.length === 0 ? [] : [emptyLine]),
		...snapshot.notes.flatMap((note) =>
			wrap(note, cells - 4).map((line, place) => [span(place === 0 ? '  ! ' : '    ', 'warn'), span(line)]),
		),
		emptyLine,
		[
			span('  Put a line such as ', 'quiet'),
			span('OPENAI_API_KEY=…', 'accent'),
			span(' into .env and save it:', 'quiet'),
		],
		[span('  its row appears here at once.', 'quiet')],
		...(demo
			? [
					emptyLine,
					[span('  Enter', 'accent', true), span(' starts the demo: simulated vendors, no key, no network.', 'quiet')],
				]
			: []),
	];
}
