import type {Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-value.ts';
import {readProject} from '../../opening/project.ts';
import {createProviders} from '../../providers/index.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import type {Output} from '../output.ts';
import {textTable} from '../text-table.ts';

type ProviderRow = {
	readonly name: string;
	readonly title: string;
	readonly baseUrl: string;
	readonly verified: boolean;
	readonly keys: number;
};

/** `keydeck config`: every value that counts and where it comes from. */
export const configCommand: Command = {
	name: 'config',
	summary: 'Every setting with its source; secrets masked',
	teaches:
		'Shows what was read: each value with the place it comes from and the places that lost to it, the keys masked, the vendors, and what was found but cannot be used. Precedence: option, environment, .env, keydeck.config.json, default.',
	args: [],
	flags: {json: {says: 'Print JSON (default: tables)'}, ...projectFlags},
	examples: [
		{line: 'keydeck config', says: 'why is this key or value used?'},
		{line: 'keydeck config --root ../other', says: 'of another project'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration', 130: 'interrupted'},
	async run(call) {
		const settings = await readProject({...call, flags: projectFlagsOf(call.typed)});
		const providers = providerRows(settings);
		if (call.typed.on('json')) call.output.json(configReport(settings, providers));
		else call.output.lines(configLines(settings, providers, call.output));
		return exits.fine;
	},
};

function providerRows(settings: Settings): readonly ProviderRow[] {
	return [...createProviders(settings.providers).values()].map(({name, title, baseUrl, verified}) => ({
		name,
		title,
		baseUrl: shownUrl(baseUrl),
		verified,
		keys: settings.keys.filter(({key}) => key.provider === name).length,
	}));
}

function configReport({root, home, values, notes, searched}: Settings, providers: readonly ProviderRow[]) {
	return {
		root,
		home,
		values: values.map(({path, value, origin, where, shadows}) => ({
			path,
			value,
			source: origin,
			where: where ?? null,
			shadows: shadows ?? [],
		})),
		providers,
		notes,
		searched,
	};
}

function configLines(settings: Settings, providers: readonly ProviderRow[], output: Output): readonly string[] {
	const values = textTable(
		[{title: 'SETTING'}, {title: 'VALUE'}, {title: 'SOURCE'}, {title: 'SHADOWS', drop: 1}],
		settings.values.map(({path, value, origin, where, shadows = []}) => [
			path,
			value,
			{text: where === undefined || where === origin ? origin : where, tone: origin === 'default' ? 'quiet' : 'plain'},
			{text: shadows.join('; '), tone: 'warn'},
		]),
		output,
	);
	const vendors = textTable(
		[{title: 'PROVIDER'}, {title: 'KEYS', align: 'right'}, {title: 'BASE URL'}, {title: 'ERROR TABLE'}],
		providers.map(({name, baseUrl, verified, keys}) => [
			name,
			{text: String(keys), tone: keys > 0 ? 'good' : 'quiet'},
			baseUrl,
			verified ? {text: 'verified', tone: 'plain'} : {text: 'unverified', tone: 'warn'},
		]),
		output,
	);
	const notes = textTable(
		[{title: 'NOTES'}],
		settings.notes.map(({text}) => [text]),
		output,
	);
	return [...values, '', ...vendors, ...(settings.notes.length === 0 ? [] : ['', ...notes])];
}
