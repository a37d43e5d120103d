import {type Command, projectFlags} from '../command.ts';
import {sayNoKeys, withDeck} from '../deck-use.ts';
import {runKeyTest} from '../key-test.ts';

/** `keydeck check`: one health check of every key, for cron and scripts. */
export const checkCommand: Command = {
	name: 'check',
	summary: 'One health check of every key, free',
	teaches:
		'Probes every key once, free, and answers with its exit code: made for cron and scripts. It is keydeck test without choices.',
	args: [],
	flags: {json: {says: 'Print JSON (default: a table)'}, ...projectFlags},
	examples: [
		{line: 'keydeck check', says: 'a table of all keys'},
		{line: 'keydeck check --json > health.json || notify', says: 'act when a key is not ok'},
	],
	exits: {0: 'every key is ok', 1: 'a key is not ok', 2: 'bad usage or configuration, or no key', 130: 'interrupted'},
	run: (call) =>
		withDeck(call, async (opened) => {
			const snapshot = opened.deck.snapshot();
			if (snapshot.keys.length === 0) return sayNoKeys(call, snapshot);
			return runKeyTest(call, opened, {});
		}),
};
