import type {Alert} from '../../domain/alert.ts';
import {type Call, type Command, exits, projectFlags, serverFlags} from '../command.ts';
import {openQuietly} from '../deck-use.ts';
import {type EventLine, eventLine} from '../event-line.ts';
import {closingMs, ended, runHeadless} from '../headless.ts';
import {holderName, holderOf} from '../holder.ts';
import type {Log} from '../log.ts';
import {isOwn, Presence} from '../served-deck.ts';

/** A service that is restarted comes back within it; only then does the watch run the engine itself, ms. */
const graceMs = 5000;

/** `keydeck watch`: monitoring, both ports and alerts as lines; beside a running engine only the lines. */
export const watchCommand: Command = {
	name: 'watch',
	summary: 'Monitoring with the web page; alerts as lines',
	teaches:
		'Probes the keys, opens both ports with the page, and prints alerts as they fire and resolve. Beside a running keydeck it attaches: it prints the alerts of that one and names its page, and takes its place when it ends and none follows within five seconds.',
	args: [],
	flags: {
		...serverFlags,
		json: {says: 'Print JSON lines (default: for people on a terminal, JSON lines elsewhere)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck watch', says: 'alerts here, the page on 3002'},
		{line: 'keydeck watch --health-port 8080', says: 'the page elsewhere'},
	],
	exits: {
		0: 'stopped by SIGTERM',
		2: 'bad usage or configuration, or a port in use',
		3: 'the running keydeck does not answer',
		130: 'stopped by Ctrl-C',
	},
	async run(call) {
		const {Log} = await import('../log.ts');
		const {output, clock, signal} = call;
		const log = new Log({output, clock, level: 'info', ...(call.typed.on('json') ? {format: 'json' as const} : {})});
		call.signals.allowClosing(closingMs);
		while (!signal.aborted) {
			const code = await watchOnce(call, log);
			if (code !== undefined) return code;
			log.write('warn', 'the keydeck that ran the engine has ended: unless another starts now, this one takes over');
			await clock.sleep(graceMs, signal);
		}
		return codeOf(signal);
	},
};

/** The exit code, or undefined when the engine it was attached to has ended. */
async function watchOnce(call: Call, log: Log): Promise<number | undefined> {
	const presence = new Presence(call.command);
	const opened = await openQuietly(call, presence.wiring);
	const tells = ({topic}: EventLine): boolean => topic === 'alerts' || topic === 'config';
	if (isOwn(opened)) {
		const onFailure = (message: string): void => log.write('error', message);
		const served = await presence.serve(call, opened, {onFailure}).catch(async (error: unknown) => {
			await opened.close();
			throw error;
		});
		tellFiring(log, opened.deck.snapshot().alerts);
		return runHeadless(call, {served, log, tells});
	}
	const {deck, settings, close, onClosed} = opened;
	try {
		await tellHolder(call, log, settings.home);
		tellFiring(log, deck.snapshot().alerts);
		const end = deck.onEvent((event) => {
			const line = eventLine(event, () => deck.snapshot().alerts);
			if (tells(line)) log.write(line.level, line.text, {event: event.type});
		});
		const gone = new Promise<'gone'>((resolve) => onClosed?.(() => resolve('gone')));
		const how = await Promise.race([gone, ended(call.signal)]);
		end();
		return how === 'gone' ? undefined : codeOf(call.signal);
	} finally {
		await close();
	}
}

async function tellHolder({clock}: Call, log: Log, home: string): Promise<void> {
	const hello = await holderOf(home, clock);
	if (hello === undefined) return;
	const page =
		hello.page === undefined
			? 'it has no page, as keydeck start and keydeck dashboard --serve have'
			: `its page is ${hello.page}/`;
	log.write('info', `attached to ${holderName(hello)}: ${page}`, {page: hello.page ?? null});
}

/** Alerts that were there before are told too. */
function tellFiring(log: Log, alerts: readonly Alert[]): void {
	const firing = alerts.filter(({state}) => state === 'firing');
	for (const {severity, message, advice} of firing) {
		log.write('warn', `still firing, ${severity}: ${message.replace(/\.?$/, '.')} ${advice}`);
	}
	if (firing.length === 0) log.write('info', 'no alert fires');
}

function codeOf(signal: AbortSignal): number {
	return signal.reason === exits.terminated ? exits.fine : signal.reason;
}
