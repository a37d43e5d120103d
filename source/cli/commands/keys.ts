import {keyReport} from '../../engine/reports.ts';
import type {KeyView, Snapshot} from '../../engine/snapshot.ts';
import type {Duty} from '../../engine/switched-off.ts';
import {isoTime} from '../../format.ts';
import {catalogueOf} from '../../opening/catalogue.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {actorOf, readingExit, sayWhere, withDeck} from '../deck-use.ts';
import {troubleFirst} from '../key-words.ts';
import {chosenKeys, keysNamed, modelNamed, requireModel} from '../selection.ts';
import {textTable} from '../text-table.ts';
import {oneOf, quoted, UsageError} from '../usage.ts';

const duties: Readonly<Record<string, {readonly duty: Duty; readonly said: string}>> = {
	disable: {duty: 'off', said: 'is switched off'},
	enable: {duty: 'on', said: 'is switched on'},
	drain: {duty: 'drain', said: 'takes no new calls'},
};
const later: readonly string[] = ['add', 'remove', 'replace', 'renew'];
const actions: readonly string[] = ['list', ...Object.keys(duties)];

/** `keydeck keys`: lists keys, switches one off or on. */
export const keysCommand: Command = {
	name: 'keys',
	summary: 'List the keys; disable, enable or drain one',
	teaches:
		'Lists the keys with their hashes, or switches one off (disable), lets it finish its calls and take no new ones (drain), or on again (enable). Through the running keydeck it counts at once; alone it is kept for the next one. Only a person switches a key on that a person switched off.',
	args: [
		{name: 'action', says: oneOf(actions), required: true},
		{name: 'key', says: 'its label or hash, or a model with the place in its pool after it (list: a model)'},
		{name: 'place', says: 'from 0, after a model: keydeck keys disable gpt-4o 1'},
	],
	flags: {json: {says: 'Print JSON (default: text)'}, ...projectFlags},
	examples: [
		{line: 'keydeck keys list', says: 'labels, hashes, states'},
		{line: 'keydeck keys disable OPENAI_API_KEY2', says: 'nobody gets it until it is enabled'},
		{line: 'keydeck keys drain gpt-4o 0', says: 'the first key of the pool of gpt-4o'},
	],
	exits: {0: 'done', 2: 'bad usage or configuration, or no such key', 130: 'interrupted'},
	async run(call) {
		const [action = '', name, place] = call.typed.args;
		if (later.includes(action)) {
			throw new UsageError(
				`keydeck keys ${action} comes with a later release; until then edit .env or keydeck.config.json: a running keydeck takes changes up`,
			);
		}
		if (!actions.includes(action)) {
			throw new UsageError(`there is no keydeck keys ${quoted(action)}`, `Take ${oneOf(actions)}.`);
		}
		if (action === 'list' && place !== undefined) throw new UsageError('keydeck keys list takes a model at most');
		if (action !== 'list' && name === undefined) {
			throw new UsageError(`keydeck keys ${action} needs a key`, 'keydeck keys list has their labels and hashes.');
		}
		return withDeck(call, (opened) => (action === 'list' ? list(call, opened, name) : change(call, opened, action)));
	},
};

async function list(call: Call, {deck, settings}: OpenedDeck, model: string | undefined): Promise<number> {
	const snapshot = deck.snapshot();
	const served = model === undefined ? undefined : requireModel(model, catalogueOf(settings), snapshot);
	const keys = chosenKeys(snapshot.keys, served, undefined);
	if (call.typed.on('json')) {
		call.output.json({timestamp: isoTime(snapshot.takenAt), keys: keys.map(reportOf)});
	} else {
		const rows = troubleFirst(keys).map((key) => [
			key.label,
			key.hash,
			key.provider,
			String(key.index),
			{text: key.mask, tone: 'quiet' as const},
			key.word,
			key.summary,
		]);
		const columns = [
			{title: 'KEY'},
			{title: 'HASH'},
			{title: 'PROVIDER', drop: 2},
			{title: '#', align: 'right' as const, drop: 1},
			{title: 'MASK', drop: 3},
			{title: 'STATE'},
			{title: 'WHY'},
		];
		call.output.lines(textTable(columns, rows, call.output));
	}
	return readingExit(call, snapshot);
}

async function change(call: Call, {deck, settings}: OpenedDeck, action: string): Promise<number> {
	const [, name = '', place] = call.typed.args;
	const {duty, said} = duties[action] ?? {duty: 'on', said: ''};
	const key = oneKey(deck.snapshot(), catalogueOf(settings), name, place);
	await deck.setDuty(key.kid, duty, actorOf(call));
	sayWhere(call, deck);
	const what = `${key.label} ${said}`;
	if (call.typed.on('json')) call.output.json({ok: true, what, label: key.label, hash: key.hash, action});
	else call.output.lines([what]);
	return exits.fine;
}

/** The one key that was named: by label or hash, or by a model and a place in its pool. */
function oneKey(
	snapshot: Snapshot,
	catalogue: ReturnType<typeof catalogueOf>,
	name: string,
	place: string | undefined,
): KeyView {
	const model = place === undefined ? undefined : requireModel(name, catalogue, snapshot);
	if (place === undefined && keysNamed(name, snapshot.keys).length === 0 && modelNamed(name, catalogue, snapshot)) {
		throw new UsageError(`${name} is a model`, `Say which of its keys: keydeck keys list ${name} has their places.`);
	}
	const [key, ...more] = chosenKeys(snapshot.keys, model, place ?? name);
	if (key === undefined)
		throw new UsageError(`there is no key ${quoted(place ?? name)}`, 'keydeck keys list has them.');
	if (more.length === 0) return key;
	const hashes = [key, ...more].map(({hash}) => hash).join(', ');
	throw new UsageError(`${more.length + 1} keys are called ${quoted(name)}`, `Say the hash of one: ${hashes}.`);
}

function reportOf(key: KeyView) {
	return {provider: key.provider, ...keyReport(key, key.usable)};
}
