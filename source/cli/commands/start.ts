import {KeydeckError} from '../../errors.ts';
import type {OpenOptions, OwnDeck} from '../../opening/open-deck.ts';
import {strategyNames} from '../../strategies/strategy.ts';
import {type Call, type Command, projectFlags, serverFlags} from '../command.ts';
import {openOptionsOf} from '../deck-use.ts';
import {closingMs, runHeadless, tellServerChange} from '../headless.ts';
import {heldBy, holderName, holderOf, isLasting} from '../holder.ts';
import type {Log} from '../log.ts';
import {logLevelOf, logLevels} from '../log-level.ts';
import {Presence, type ServedDeck} from '../served-deck.ts';
import {oneOf} from '../usage.ts';

/** A command that is over in a moment may hold the home for so long, ms. */
const patienceMs = 20_000;
const retryMs = 200;

/** `keydeck start`: the service without a dashboard. */
export const startCommand: Command = {
	name: 'start',
	summary: 'The service without a dashboard: both ports, probing, a log',
	teaches:
		'Opens the key service and the health service with its page, probes the keys, free, and writes a log: lines for people on a terminal, JSON lines elsewhere. It starts without a key too and takes up what .env, shared/tokenpool.json and keydeck.config.json say later; SIGHUP reads them at once. SIGTERM and Ctrl-C let running answers finish; a second one does not wait. Dashboards and commands of the same project attach to it.',
	args: [],
	flags: {
		...serverFlags,
		socket: {value: 'PATH', says: 'Answer at a unix socket too, for this user alone (default: none)'},
		strategy: {value: 'NAME', says: `${oneOf(strategyNames)} (default: as configured)`},
		'log-level': {value: 'NAME', says: `${oneOf(logLevels)} (default: info; debug has every lease)`},
		'log-file': {value: 'PATH', says: 'Append JSON lines to a file, 0600, in place of a pipe (default: stdout)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck start', says: 'key service on 3001, health service and page on 3002'},
		{line: 'keydeck start --port 0 --health-port 0 --log-level debug', says: 'any free ports, every lease in the log'},
		{line: 'curl -s localhost:3002/api/health/summary', says: 'how the keys fare; needs no token on this machine'},
	],
	exits: {
		0: 'stopped by SIGTERM',
		2: 'bad usage or configuration, a port in use, or another keydeck runs on this home',
		3: 'a process holds the home and does not answer',
		130: 'stopped by Ctrl-C',
	},
	async run(call) {
		const level = logLevelOf(call.typed.value('log-level'));
		const file = call.typed.value('log-file');
		const {Log} = await import('../log.ts');
		const {output, clock} = call;
		const log = new Log({output, clock, level, ...(file === undefined ? {} : {file})});
		try {
			const served = await openServed(call, log);
			return await runHeadless(call, {served, log});
		} finally {
			log.close();
		}
	},
};

/** An engine of this process with both ports, or nothing at all. */
async function openServed(call: Call, log: Log): Promise<ServedDeck> {
	call.signals.allowClosing(closingMs);
	const presence = new Presence(call.command);
	const onApplied: OpenOptions['onApplied'] = (changed, first) => tellServerChange(log, changed, first);
	const own = await openWhenFree(call, {...openOptionsOf(call), ...presence.wiring, onApplied});
	try {
		return await presence.serve(call, own, {onFailure: (message) => log.write('error', message)});
	} catch (error) {
		await own.close();
		throw error;
	}
}

/** Opens the engine; waits for a command that is over in a moment, and names whoever stays. */
async function openWhenFree(call: Call, options: OpenOptions): Promise<OwnDeck> {
	const {openOwnDeck} = await import('../../opening/open-deck.ts');
	const {locate} = await import('../../config/locate.ts');
	const {clock, signal} = call;
	const deadline = clock.now() + patienceMs;
	for (let isFirst = true; ; isFirst = false) {
		try {
			return await openOwnDeck(options);
		} catch (error) {
			if (!(error instanceof KeydeckError) || error.code !== 'HOME_IN_USE') throw error;
			const {home} = await locate(options);
			const holder = await holderOf(home, clock);
			if (holder !== undefined && isLasting(holder)) throw heldBy(holder, home);
			signal.throwIfAborted();
			if (clock.now() > deadline) throw holder === undefined ? error : heldBy(holder, home);
			if (isFirst && holder !== undefined) call.output.note(`waiting for ${holderName(holder)} to end`);
			await clock.sleep(retryMs, signal);
		}
	}
}
