import {healthSummary} from '../../engine/reports.ts';
import {type Command, projectFlags} from '../command.ts';
import {readingExit, withDeck} from '../deck-use.ts';
import {summaryLine, summaryLines} from '../summary-text.ts';
import {UsageError} from '../usage.ts';

/** `keydeck summary`: the health of every pool and the alerts that fire. */
export const summaryCommand: Command = {
	name: 'summary',
	summary: 'Health of every pool, and the alerts that fire',
	teaches:
		'Prints the health of each pool and the alerts. It asks no vendor: a running keydeck answers, else what the last one left behind. JSON is what GET /api/health/summary answers.',
	args: [],
	flags: {
		line: {says: 'One line, for a status bar (default: a table)'},
		json: {says: 'Print JSON'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck summary', says: 'pools and alerts'},
		{line: 'keydeck summary --line', says: 'for tmux: set -g status-right "#(keydeck summary --line)"'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	async run(call) {
		const {typed, output} = call;
		if (typed.on('line') && typed.on('json')) throw new UsageError('--line and --json contradict each other');
		return withDeck(call, async ({deck}) => {
			const snapshot = deck.snapshot();
			if (typed.on('json')) output.json(healthSummary(snapshot));
			else output.lines(typed.on('line') ? [summaryLine(snapshot)] : summaryLines(snapshot, output));
			return readingExit(call, snapshot);
		});
	},
};
