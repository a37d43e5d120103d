import {LastingDeck} from '../../opening/lasting-deck.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import {strategyNames} from '../../strategies/strategy.ts';
import {type Call, type Command, exits, projectFlags, type Screen, serverFlags} from '../command.ts';
import {connectFlags, openConnected} from '../connected-deck.ts';
import {openFor, openQuietly, overDeck, readingExit, withDeck} from '../deck-use.ts';
import {showDeck} from '../full-screen.ts';
import {openServing} from '../serving-deck.ts';
import {summaryLines} from '../summary-text.ts';
import {oneOf, UsageError} from '../usage.ts';
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
		serve: {says: 'Open the key service and the health service with its page too (default: no port)'},
		...serverFlags,
		...projectFlags,
		...connectFlags,
	},
	examples: [
		{line: 'keydeck', says: 'the dashboard of this project'},
		{line: 'keydeck dashboard --read-only', says: 'for a screen on the wall'},
		{line: 'keydeck dashboard --serve', says: 'the service too, as long as the dashboard is open'},
		{line: 'keydeck --connect http://10.1.2.3:3002', says: 'the same screen on a service elsewhere'},
	],
	exits: {
		0: 'left with q',
		2: 'bad usage or configuration, a port in use, or no key and no terminal',
		3: 'the service cannot be reached',
		130: 'left with Ctrl-C',
	},
	async run(call) {
		const alone = Object.keys(serverFlags).find((flag) => call.typed.value(flag) !== undefined);
		if (alone !== undefined && !call.typed.on('serve')) throw new UsageError(`--${alone} belongs to --serve`);
		if (call.typed.on('serve') && call.typed.value('connect') !== undefined) {
			throw new UsageError('--serve and --connect contradict each other');
		}
		if (call.screen !== undefined) return show(call, call.screen);
		if (call.typed.on('serve')) {
			throw new UsageError('--serve needs a terminal for the dashboard', 'Without one, run keydeck start.');
		}
		return printSummary(call);
	},
};

async function show(call: Call, screen: Screen): Promise<number> {
	const connected = await openConnected(call);
	if (connected !== undefined) return showDeck(call, screen, Promise.resolve(connected));
	const opening = openLasting(call);
	return showDeck(call, screen, opening, async () => {
		await (await opening).close();
		return playDemo(call);
	});
}

/** Stays open when the process that runs the engine quits. */
async function openLasting(call: Call): Promise<OpenedDeck & {readonly notice?: string}> {
	if (call.typed.on('serve')) return openServing(call);
	const opened = await openFor(call, {live: true});
	const deck = new LastingDeck(opened, {open: () => openQuietly(call, {live: true}), clock: call.clock});
	return {...opened, deck, close: () => deck.close()};
}

async function printSummary(call: Call): Promise<number> {
	const connected = await openConnected(call);
	if (connected !== undefined) {
		return overDeck(call, Promise.resolve(connected), async ({deck}) => {
			call.output.lines(summaryLines(deck.snapshot(), call.output));
			return exits.fine;
		});
	}
	return withDeck(call, async ({deck}) => {
		const snapshot = deck.snapshot();
		call.output.lines(summaryLines(snapshot, call.output));
		call.output.note('This is no terminal, so here is the summary; keydeck report --json has all of it.');
		return readingExit(call, snapshot);
	});
}
