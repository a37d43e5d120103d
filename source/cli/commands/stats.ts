import {rotationStats} from '../../engine/reports.ts';
import type {ModelView} from '../../engine/snapshot.ts';
import {latency, percent} from '../../format.ts';
import {type Command, projectFlags} from '../command.ts';
import {readingExit, withDeck} from '../deck-use.ts';
import type {Output} from '../output.ts';
import {textTable} from '../text-table.ts';

/** `keydeck stats`: how the calls of each model were spread over its keys. */
export const statsCommand: Command = {
	name: 'stats',
	summary: 'Rotation statistics per model and key',
	teaches:
		'Prints, per model, the strategy and how often each key was picked since the first start, with its share, success rate and latency. What was never measured is - (null in JSON).',
	args: [],
	flags: {json: {says: 'Print JSON (default: tables)'}, ...projectFlags},
	examples: [
		{line: 'keydeck stats', says: 'one table per model'},
		{line: 'keydeck stats --json | jq \'.["gpt-4o"].keys\'', says: 'one model for a script'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	run: (call) =>
		withDeck(call, async ({deck}) => {
			const snapshot = deck.snapshot();
			const {output, typed} = call;
			if (typed.on('json')) output.json(rotationStats(snapshot));
			else output.lines(snapshot.models.flatMap((model, place) => statsLines(model, place, output)));
			return readingExit(call, snapshot);
		}),
};

function statsLines(model: ModelView, place: number, output: Output): readonly string[] {
	const head = `${output.tone('title', model.name)} · ${model.strategy} · ${model.usable} of ${model.keys} can serve · ${model.picks} picks`;
	const gap = place === 0 ? [] : [''];
	if (model.shares.length === 0) return [...gap, head, `  no key for ${model.provider}`];
	const table = textTable(
		[
			{title: '#', align: 'right'},
			{title: 'KEY'},
			{title: 'HEALTH'},
			{title: 'PICKS', align: 'right'},
			{title: 'SHARE', align: 'right'},
			{title: 'OK%', align: 'right'},
			{title: 'TTFB', align: 'right'},
			{title: 'USED/MIN', align: 'right', drop: 1},
		],
		model.shares.map((share) => [
			String(share.index),
			share.label,
			healthCell(share.usable),
			String(share.picks),
			percent(share.share),
			percent(share.successRate),
			latency(share.latencyMs),
			String(share.usedThisMinute),
		]),
		output,
	);
	return [...gap, head, ...table.map((line) => `  ${line}`)];
}

function healthCell(usable: boolean | undefined) {
	if (usable === undefined) return {text: '? unknown', tone: 'quiet'} as const;
	return usable ? ({text: '● usable', tone: 'good'} as const) : ({text: '✗ not usable', tone: 'bad'} as const);
}
