import {catalogueOf} from '../../opening/catalogue.ts';
import {strategyNames} from '../../strategies/strategy.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {sayNoKeys, withDeck} from '../deck-use.ts';
import {requireModel, requireStrategy} from '../selection.ts';
import {textTable} from '../text-table.ts';
import {oneOf, wholeNumber} from '../usage.ts';

const defaultModel = 'gpt-4o';
const defaultCount = 10;

/** `keydeck rotate`: which keys a strategy would pick, and why. */
export const rotateCommand: Command = {
	name: 'rotate',
	summary: 'Dry-run a strategy: which keys it would pick, and why',
	teaches:
		'Shows the next picks of a strategy over the keys as they are now, with the reason of each. No vendor is asked, no limit is spent and no counter moves.',
	args: [
		{name: 'model', says: `Any name of keydeck models (default: ${defaultModel})`},
		{name: 'strategy', says: `${oneOf(strategyNames)} (default: the model's own)`},
	],
	flags: {
		count: {value: 'N', says: `How many picks, from 1 to 1000 (default: ${defaultCount})`},
		json: {says: 'Print JSON (default: a table)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck rotate gpt-4o', says: 'the next ten picks of its strategy'},
		{line: 'keydeck rotate claude-3-opus least-used --count 3', says: 'what another strategy would do'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	async run(call) {
		const {typed, output} = call;
		const [name = defaultModel, strategyName] = typed.args;
		const strategy = strategyName === undefined ? undefined : requireStrategy(strategyName);
		const count = wholeNumber('count', typed.value('count'), {min: 1, max: 1000}) ?? defaultCount;
		return withDeck(call, async ({deck, settings}) => {
			const snapshot = deck.snapshot();
			const model = requireModel(name, catalogueOf(settings), snapshot);
			const run = await deck.dryRun(model.name, strategy, count);
			if (typed.on('json')) output.json(run);
			if (!snapshot.keys.some(({provider}) => provider === model.provider)) {
				return sayNoKeys(call, snapshot, model.provider);
			}
			if (typed.on('json')) return exits.fine;
			output.lines([`${output.tone('title', run.model)} · ${run.strategy} · dry run, nothing is spent`, '']);
			if (run.picks.length === 0) output.lines([`no key can serve now: keydeck why ${run.model}`]);
			else output.lines(pickLines(run.picks, output));
			return exits.fine;
		});
	},
};

function pickLines(
	picks: readonly {readonly index: number; readonly label: string; readonly mask: string; readonly why: string}[],
	output: Parameters<typeof textTable>[2],
): readonly string[] {
	return textTable(
		[
			{title: 'PICK', align: 'right'},
			{title: '#', align: 'right'},
			{title: 'KEY'},
			{title: 'MASK', drop: 1},
			{title: 'WHY'},
		],
		picks.map(({index, label, mask, why}, place) => [
			String(place + 1),
			String(index),
			label,
			{text: mask, tone: 'quiet'},
			why,
		]),
		output,
	);
}
