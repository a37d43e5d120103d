import {chainReport} from '../../engine/reports.ts';
import type {LinkView, ModelView} from '../../engine/snapshot.ts';
import {clean, duration} from '../../format.ts';
import {catalogueOf} from '../../opening/catalogue.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {withDeck} from '../deck-use.ts';
import type {Output} from '../output.ts';
import {requireModel} from '../selection.ts';
import {textTable} from '../text-table.ts';
import {UsageError} from '../usage.ts';

/** `keydeck chains`: where each model falls back to, and which link serves now. */
export const chainsCommand: Command = {
	name: 'chains',
	summary: 'Where each model falls back to, and which link serves now',
	teaches:
		'Shows the chain of each model in use: when no key of a link can serve, the next one does. The link that would serve now is marked; a link that is skipped says why.',
	args: [{name: 'model', says: 'Only this model (default: all in use)'}],
	flags: {json: {says: 'Print JSON (default: text)'}, ...projectFlags},
	examples: [
		{line: 'keydeck chains', says: 'all of them'},
		{line: 'keydeck chains claude-3-opus', says: 'one model'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration', 130: 'interrupted'},
	run: (call) =>
		withDeck(call, async ({deck, settings}) => {
			const snapshot = deck.snapshot();
			const {takenAt, models} = snapshot;
			const {typed, output} = call;
			const [name] = typed.args;
			const shown = name === undefined ? models : models.filter((model) => model.name === name);
			if (name !== undefined && shown.length === 0) {
				const known = requireModel(name, catalogueOf(settings), snapshot);
				throw new UsageError(
					`${known.name} is not in use here`,
					`In use: ${models.map((model) => model.name).join(', ')}.`,
				);
			}
			if (typed.on('json')) output.json(chainReport(shown));
			else output.lines(shown.flatMap((model, place) => chainLines(model, place, takenAt, output)));
			return exits.fine;
		}),
};

function chainLines(model: ModelView, place: number, now: number, output: Output): readonly string[] {
	const warning = model.warning === undefined ? [] : [`  ${output.tone('warn', clean(model.warning))}`];
	const table = textTable(
		[
			{title: ''},
			{title: 'LINK'},
			{title: 'PROVIDER'},
			{title: 'UPSTREAM', drop: 1},
			{title: 'CAN SERVE'},
			{title: 'WHY NOT'},
		],
		model.chain.map((link, at) => {
			const live = at === model.liveLink;
			return [
				{text: live ? '▸' : ' ', tone: 'good'},
				{text: link.model, tone: live ? 'good' : 'plain'},
				link.provider,
				link.upstream,
				`${link.usable}/${link.keys}`,
				whyNot(link, now),
			];
		}),
		output,
	);
	const served =
		model.liveLink === undefined ? 'nothing can serve it now' : `served by ${model.chain[model.liveLink]?.model}`;
	const head = `${output.tone('title', clean(model.name))} · ${clean(served)}`;
	return [...(place === 0 ? [] : ['']), head, ...warning, ...table.map((line) => `  ${line}`)];
}

function whyNot(link: LinkView, now: number): string {
	const back = link.backAt === undefined ? '' : `, back in ${duration(link.backAt - now)}`;
	return link.skipped === undefined ? '' : `${link.skipped}${back}`;
}
