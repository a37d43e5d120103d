import type {OpenedDeck} from '../../opening/open-deck.ts';
import {type Call, type Command, exits} from '../command.ts';
import {overDeck} from '../deck-use.ts';
import {showDeck} from '../full-screen.ts';
import {summaryLines} from '../summary-text.ts';

/** `keydeck demo`: the dashboard on simulated vendors. */
export const demoCommand: Command = {
	name: 'demo',
	summary: 'The dashboard on simulated vendors: no key, no network',
	teaches:
		'Shows the dashboard against vendors simulated on this machine, with agents that take keys through the engine: a key is revoked, an account runs dry, a vendor falls over and heals. It needs no key and no network, and leaves nothing behind.',
	args: [],
	flags: {
		'read-only': {says: 'Look only: nothing is tested or changed by a key press (default: everything can be tried)'},
		headless: {says: 'The service without a dashboard', later: true},
	},
	examples: [
		{line: 'keydeck demo', says: 'watch for ninety seconds'},
		{line: 'keydeck demo --read-only', says: 'for a screen on the wall'},
	],
	exits: {0: 'left with q', 2: 'bad usage', 130: 'left with Ctrl-C'},
	run: playDemo,
};

/** Opens the simulated vendors and shows them until a person has seen enough. */
export async function playDemo(call: Call): Promise<number> {
	const {output, screen} = call;
	if (screen !== undefined) return showDeck(call, screen, openDemo(call));
	return overDeck(call, openDemo(call), async ({deck}) => {
		await deck.test({});
		output.lines(summaryLines(deck.snapshot(), output));
		output.note('This is no terminal, so here is the summary of the simulated vendors; run keydeck demo in one.');
		return exits.fine;
	});
}

async function openDemo({clock, version}: Call): Promise<OpenedDeck> {
	const {openDemoDeck} = await import('../demo-deck.ts');
	return openDemoDeck({clock, version});
}
