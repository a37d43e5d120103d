import type {Deck, KeyHistory, WhyAnswer} from '../../engine/deck.ts';
import {historyReport, keyReport, whyReport} from '../../engine/reports.ts';
import type {KeyView, Snapshot} from '../../engine/snapshot.ts';
import {catalogueOf} from '../../opening/catalogue.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {sayNoKeys, withDeck} from '../deck-use.ts';
import {keysNamed, modelNamed, modelNames, suggestion} from '../selection.ts';
import {quoted, UsageError} from '../usage.ts';
import {keyLines, modelLines} from '../why-text.ts';

const entriesShown = 20;

/** `keydeck why`: which key a model would get now and why not the others, or how one key fares. */
export const whyCommand: Command = {
	name: 'why',
	summary: 'Which key a model would get and why, or why a key is as it is',
	teaches:
		'For a model: the key that would serve it now, and for every other key why not and until when. For a key (its label or hash): its state, the evidence, until when, whom it is held against, what to do, and its last answers.',
	args: [{name: 'model or key', says: 'a name of keydeck models, or the label or hash of a key', required: true}],
	flags: {json: {says: 'Print JSON (default: text)'}, ...projectFlags},
	examples: [
		{line: 'keydeck why gpt-4o', says: 'who serves it now'},
		{line: 'keydeck why OPENAI_API_KEY2', says: 'one key'},
	],
	exits: {0: 'printed', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	run: (call) =>
		withDeck(call, async ({deck, settings}) => {
			const snapshot = deck.snapshot();
			const [name = ''] = call.typed.args;
			const catalogue = catalogueOf(settings);
			const model = modelNamed(name, catalogue, snapshot);
			if (model !== undefined) return whyModel(call, deck, snapshot, model);
			const keys = keysNamed(name, snapshot.keys);
			if (keys.length === 1 && keys[0] !== undefined) return whyKey(call, deck, keys[0], snapshot);
			if (keys.length > 1) {
				const hashes = keys.map(({hash}) => hash).join(', ');
				throw new UsageError(`${keys.length} keys are called ${quoted(name)}`, `Say the hash of one: ${hashes}.`);
			}
			const known = [...modelNames(catalogue, snapshot), ...snapshot.keys.map(({label}) => label)];
			throw new UsageError(`there is no model or key ${quoted(name)}`, suggestion(name, known));
		}),
};

async function whyModel(
	call: Call,
	deck: Deck,
	snapshot: Snapshot,
	model: {name: string; provider: string},
): Promise<number> {
	const answer: WhyAnswer = await deck.why(model.name);
	if (call.typed.on('json')) call.output.json(whyReport(answer));
	else call.output.lines(modelLines(answer, snapshot.takenAt, call.output));
	const pooled = snapshot.keys.some(({provider}) => provider === model.provider);
	return pooled || answer.pick !== null ? exits.fine : sayNoKeys(call, snapshot, model.provider);
}

async function whyKey(call: Call, deck: Deck, key: KeyView, snapshot: Snapshot): Promise<number> {
	const history: KeyHistory = await deck.keyHistory(key.kid, entriesShown);
	if (call.typed.on('json')) {
		call.output.json({provider: key.provider, ...keyReport(key, key.usable), history: historyReport(history.entries)});
	} else call.output.lines(keyLines(key, history, snapshot.takenAt, call.output));
	return exits.fine;
}
