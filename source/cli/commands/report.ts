import {statusReport} from '../../engine/reports.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import {type Call, type Command, projectFlags} from '../command.ts';
import {readingExit, withDeck} from '../deck-use.ts';
import {csvOf, markdownOf} from '../dump.ts';
import type {Output} from '../output.ts';
import {keyDump, modelDump, reportLines} from '../report-tables.ts';
import {oneOf, quoted, UsageError} from '../usage.ts';

const formats = ['table', 'json', 'csv', 'markdown'] as const;

type Format = (typeof formats)[number];

/** `keydeck report`: the status of every key as a dump. */
export const reportCommand: Command = {
	name: 'report',
	summary: 'Dump the status of every key',
	teaches:
		'Prints what keydeck knows of every key: state and why, until when and what to do, proof, limits and use. It asks no vendor: a running keydeck answers, else what the last one left behind. JSON is grouped by model as GET /api/keys/status is; the other formats have one row per key.',
	args: [],
	flags: {
		format: {value: 'NAME', says: `${oneOf(formats)} (default: table)`},
		json: {says: 'The same as --format json'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck report', says: 'tables of keys and models, trouble first'},
		{line: 'keydeck report --format csv > keys.csv', says: 'for a spreadsheet'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	async run(call) {
		const format = formatOf(call);
		return withDeck(call, async ({deck}) => {
			const snapshot = deck.snapshot();
			dump(snapshot, format, call.output);
			return readingExit(call, snapshot);
		});
	},
};

function formatOf({typed}: Call): Format {
	const name = typed.value('format');
	if (name === undefined) return typed.on('json') ? 'json' : 'table';
	const format = formats.find((each) => each === name);
	if (format === undefined) throw new UsageError(`there is no format ${quoted(name)}`, `Take ${oneOf(formats)}.`);
	if (typed.on('json') && format !== 'json')
		throw new UsageError(`--json and --format ${format} contradict each other`);
	return format;
}

function dump(snapshot: Snapshot, format: Format, output: Output): void {
	if (format === 'json') output.json(statusReport(snapshot));
	else if (format === 'csv') output.text(csvOf(keyDump(snapshot)));
	else if (format === 'markdown') output.text(`${markdownOf(keyDump(snapshot))}\n${markdownOf(modelDump(snapshot))}`);
	else output.lines(reportLines(snapshot, output));
}
