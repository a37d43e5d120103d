import {catalogueOf} from '../../opening/catalogue.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {sayNoKeys, withDeck} from '../deck-use.ts';
import {agreesToPrice, runKeyTest} from '../key-test.ts';
import {chosenKeys, requireModel} from '../selection.ts';

/** `keydeck test`: asks the vendors about keys now. */
export const testCommand: Command = {
	name: 'test',
	summary: 'Ask the vendors about your keys now, free',
	teaches:
		'Asks each vendor whether it accepts the key, by a request that costs nothing. That shows the key is known; that it has credit and completes calls is shown by --deep, which spends about one token per key and names the price first.',
	args: [{name: 'model', says: 'Only the keys that serve this model; any name of keydeck models'}],
	flags: {
		key: {value: 'N', says: 'Only one key: its place in the pool from 0, its label or its hash (default: all)'},
		deep: {says: 'Spend one token per key on a real call (default: free)'},
		yes: {says: 'Agree to the price of --deep beforehand (default: ask when at a terminal)'},
		json: {says: 'Print JSON (default: a table)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck test', says: 'every key, free'},
		{line: 'keydeck test gpt-4o --key 1 --deep', says: 'one real call with the second OpenAI key'},
	],
	exits: {
		0: 'every key asked about is ok',
		1: 'a key is not ok',
		2: 'bad usage or configuration, or no key',
		130: 'interrupted',
	},
	run: (call) =>
		withDeck(call, async (opened) => {
			const {typed, output} = call;
			const snapshot = opened.deck.snapshot();
			const [name] = typed.args;
			const model = name === undefined ? undefined : requireModel(name, catalogueOf(opened.settings), snapshot);
			const keys = chosenKeys(snapshot.keys, model, typed.value('key'));
			if (keys.length === 0) return sayNoKeys(call, snapshot, model?.provider);
			const request = {
				kids: keys.map(({kid}) => kid),
				deep: typed.on('deep'),
				...(model === undefined ? {} : {model: model.name}),
			};
			if (request.deep && !(await agreesToPrice(call, opened, request, keys.length))) {
				output.note('Nothing was spent.');
				return exits.interrupted;
			}
			for (const note of snapshot.notes) if (!opened.notes.includes(note)) output.note(note);
			return runKeyTest(call, opened, request);
		}),
};
