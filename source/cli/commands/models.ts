import type {CatalogueEntry} from '../../domain/catalogue.ts';
import {retirementWarning} from '../../domain/models.ts';
import {money} from '../../format.ts';
import {catalogueOf} from '../../opening/catalogue.ts';
import {readProject} from '../../opening/project.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import {textTable} from '../text-table.ts';

/** `keydeck models`: every model name that can be asked for. */
export const modelsCommand: Command = {
	name: 'models',
	summary: 'Every model name you can ask for, who serves it, its price',
	teaches:
		'Lists the built-in models and those of keydeck.config.json: the vendor that serves a name, the id sent to it, USD per million tokens, the day it retires, and how many keys you have for it. A name whose own model is gone says which one serves it.',
	args: [],
	flags: {json: {says: 'Print JSON (default: a table)'}, ...projectFlags},
	examples: [
		{line: 'keydeck models', says: 'all names'},
		{line: 'keydeck models | grep anthropic', says: 'one vendor'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration', 130: 'interrupted'},
	async run(call) {
		const settings = await readProject({...call, flags: projectFlagsOf(call.typed)});
		const now = call.clock.now();
		const entries = [...catalogueOf(settings).values()];
		const keysOf = (entry: CatalogueEntry): number =>
			settings.keys.filter(({key}) => key.provider === entry.provider).length;
		if (call.typed.on('json')) {
			call.output.json({models: entries.map((entry) => modelReport(entry, keysOf(entry), now))});
			return exits.fine;
		}
		const table = textTable(
			[
				{title: 'MODEL'},
				{title: 'PROVIDER'},
				{title: 'UPSTREAM', drop: 2},
				{title: 'KEYS', align: 'right'},
				{title: 'IN', align: 'right', drop: 3},
				{title: 'OUT', align: 'right', drop: 3},
				{title: 'RETIRES', drop: 1},
				{title: 'NOTE'},
			],
			entries.map((entry) => [
				entry.name,
				entry.provider,
				entry.upstream,
				{text: String(keysOf(entry)), tone: keysOf(entry) > 0 ? 'good' : 'quiet'},
				money(entry.price?.input),
				money(entry.price?.output),
				entry.retires ?? '-',
				{text: retirementWarning(entry, now) ?? '', tone: 'warn'},
			]),
			call.output,
		);
		call.output.lines(table);
		return exits.fine;
	},
};

function modelReport(entry: CatalogueEntry, keys: number, now: number) {
	const {name, provider, upstream, retires, price, chain} = entry;
	return {
		name,
		provider,
		upstreamModel: upstream,
		warning: retirementWarning(entry, now) ?? null,
		retires: retires ?? null,
		/** USD per million tokens. */
		price: price === undefined ? null : {...price, cachedInput: price.cachedInput ?? null},
		chain,
		keys,
	};
}
