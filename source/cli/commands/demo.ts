import type {OpenedDeck} from '../../opening/open-deck.ts';
import {type Call, type Command, exits, serverFlags} from '../command.ts';
import {overDeck, projectFlagsOf} from '../deck-use.ts';
import {showDeck} from '../full-screen.ts';
import {closingMs, runHeadless} from '../headless.ts';
import {Presence} from '../served-deck.ts';
import {summaryLines} from '../summary-text.ts';
import {UsageError} from '../usage.ts';

/** `keydeck demo`: the dashboard on simulated vendors. */
export const demoCommand: Command = {
	name: 'demo',
	summary: 'The dashboard on simulated vendors: no key, no network',
	teaches:
		'Shows the dashboard against vendors simulated on this machine, with agents that take keys through the engine: a key is revoked, an account runs dry, a vendor falls over and heals. It needs no key and no network, and leaves nothing behind.',
	args: [],
	flags: {
		'read-only': {says: 'Look only: nothing is tested or changed by a key press (default: everything can be tried)'},
		headless: {says: 'The service without a dashboard: both ports, a log (default: the dashboard)'},
		host: {value: 'ADDRESS', says: 'With --headless: address to listen at (default: 127.0.0.1)'},
		port: {value: 'N', says: 'With --headless: port of the key service (default: any free one)'},
		'health-port': {value: 'N', says: 'With --headless: port of the health service (default: any free one)'},
	},
	examples: [
		{line: 'keydeck demo', says: 'watch for ninety seconds'},
		{line: 'keydeck demo --read-only', says: 'for a screen on the wall'},
		{line: 'keydeck demo --headless --port 3001', says: 'a service to try clients on'},
	],
	exits: {0: 'left with q, or stopped by SIGTERM', 2: 'bad usage, or a port in use', 130: 'left with Ctrl-C'},
	async run(call) {
		if (call.typed.on('headless')) return serveDemo(call);
		const alone = Object.keys(serverFlags).find((flag) => call.typed.value(flag) !== undefined);
		if (alone !== undefined) throw new UsageError(`--${alone} belongs to --headless`);
		return playDemo(call);
	},
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

/** The service on the simulated vendors, until a signal ends it; its home is thrown away. */
async function serveDemo(call: Call): Promise<number> {
	const {clock, version, output, typed} = call;
	call.signals.allowClosing(closingMs);
	const [{openDemoDeck}, {Log}] = await Promise.all([import('../demo-deck.ts'), import('../log.ts')]);
	const log = new Log({output, clock, level: 'info'});
	const presence = new Presence(call.command);
	const flags = {'server.keyPort': '0', 'server.healthPort': '0', ...projectFlagsOf(typed)};
	const own = await openDemoDeck({clock, version, flags, ...presence.wiring});
	const onFailure = (message: string): void => log.write('error', message);
	const served = await presence.serve(call, own, {onFailure}).catch(async (error: unknown) => {
		await own.close();
		throw error;
	});
	return runHeadless(call, {served, log});
}

async function openDemo({clock, version}: Call): Promise<OpenedDeck> {
	const {openDemoDeck} = await import('../demo-deck.ts');
	return openDemoDeck({clock, version});
}
