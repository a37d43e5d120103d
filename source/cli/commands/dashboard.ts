import {LastingDeck} from '../../opening/lasting-deck.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import {strategyNames} from '../../strategies/strategy.ts';
import {type Call, type Command, projectFlags, type Screen} from '../command.ts';
import {openFor, openQuietly, readingExit, withDeck} from '../deck-use.ts';
import {showDeck} from '../full-screen.ts';
import {summaryLines} from '../summary-text.ts';
import {oneOf} from '../usage.ts';
import {playDemo} from './demo.ts';

/** `keydeck` and `keydeck dashboard`: the full-screen dashboard. */
export const dashboardCommand: Command = {
	name: 'dashboard',
	summary: 'The full-screen dashboard (the default command)',
	teaches:
		'Opens the live dashboard on the keys of the environment, .env, shared/tokenpool.json and keydeck.config.json, and probes them, free. Press ? for its keys. Beside a running keydeck it attaches to that one. Without a terminal it prints the summary.',
	args: [],
	flags: {
		strategy: {value: 'NAME', says: `${oneOf(strategyNames)} (default: as configured)`},
		'read-only': {says: 'Look only: nothing is tested or changed by a key press (default: as configured)'},
		...projectFlags,
		connect: {value: 'URL', says: 'Attach to a service', later: true},
		serve: {says: 'Open the ports too', later: true},
	},
	examples: [
		{line: 'keydeck', says: 'the dashboard of this project'},
		{line: 'keydeck dashboard --read-only', says: 'for a screen on the wall'},
	],
	exits: {0: 'left with q', 2: 'bad usage or configuration, or no key and no terminal', 130: 'left with Ctrl-C'},
	run: (call) => (call.screen === undefined ? printSummary(call) : show(call, call.screen)),
};

async function show(call: Call, screen: Screen): Promise<number> {
	const opening = openLasting(call);
	return showDeck(call, screen, opening, async () => {
		await (await opening).close();
		return playDemo(call);
	});
}

/** Stays open when the process that runs the engine quits. */
async function openLasting(call: Call): Promise<OpenedDeck> {
	const opened = await openFor(call, {live: true});
	const deck = new LastingDeck(opened, () => openQuietly(call, {live: true}));
	return {...opened, deck, close: () => deck.close()};
}

function printSummary(call: Call): Promise<number> {
	return withDeck(call, async ({deck}) => {
		const snapshot = deck.snapshot();
		call.output.lines(summaryLines(snapshot, call.output));
		call.output.note('This is no terminal, so here is the summary; keydeck report --json has all of it.');
		return readingExit(call, snapshot);
	});
}
