import {defaults} from '../config/defaults.ts';
import {variables} from '../config/environment.ts';
import {LastingDeck} from '../opening/lasting-deck.ts';
import type {ShownDeck} from '../opening/open-deck.ts';
import {Secret} from '../secret.ts';
import type {Call} from './command.ts';

/** Options of commands that can look at a service elsewhere. */
export const connectFlags = {
	connect: {value: 'URL', says: 'Look at a running service, e.g. http://host:3002, (default: this project)'},
	'token-file': {value: 'PATH', says: 'File of its access token (default: the variable KEYDECK_TOKEN)'},
} as const;

/** The deck of the service that `--connect` names; it is found again when it went away. Undefined without that option. */
export async function openConnected({typed, env, clock}: Call): Promise<ShownDeck | undefined> {
	const url = typed.value('connect');
	if (url === undefined) return undefined;
	const {connectDeck, readTokenFile} = await import('../control/remote-deck.ts');
	const open = async () => {
		const file = typed.value('token-file');
		const given = env[variables.accessToken]?.trim();
		// Read again at each try: it may have been replaced.
		const token = file !== undefined ? readTokenFile(file) : given ? new Secret(given) : undefined;
		const deck = await connectDeck({url, clock, ...(token === undefined ? {} : {token})});
		const onClosed = (listener: (error: Error) => void): void => {
			deck.onClosed(listener);
		};
		return {deck, close: () => deck.close(), onClosed};
	};
	const deck = new LastingDeck(await open(), {open, clock});
	return {deck, settings: {dashboard: defaults.dashboard}, close: () => deck.close()};
}
