import {KeydeckError} from '../errors.ts';
import {LastingDeck} from '../opening/lasting-deck.ts';
import type {OpenedDeck} from '../opening/open-deck.ts';
import type {Call} from './command.ts';
import {openQuietly} from './deck-use.ts';
import {closingMs} from './headless.ts';
import {holderName, holderOf} from './holder.ts';
import {isOwn, Presence} from './served-deck.ts';

/** What is said of the ports, on a line of the screen. */
type Serving = OpenedDeck & {readonly notice: string};

/**
 * A deck for a dashboard that is the service too: when the engine is this process's own, both ports are open. A port
 * in use is an error at first; after a take-over it becomes a note of the deck.
 */
export async function openServing(call: Call): Promise<Serving> {
	call.signals.allowClosing(closingMs);
	let deck: LastingDeck | undefined;
	const tell = (text: string): void => deck?.note(text);
	const first = await openWithPorts(call, tell, 'must serve');
	for (const note of [...first.notes, first.notice]) call.output.note(note);
	const open = async (): Promise<Serving> => {
		const next = await openWithPorts(call, tell, 'may serve');
		tell(next.notice);
		return next;
	};
	deck = new LastingDeck(first, {open, clock: call.clock});
	deck.note(first.notice);
	const close = deck.close.bind(deck);
	return {...first, deck, close};
}

async function openWithPorts(
	call: Call,
	tell: (text: string) => void,
	wish: 'must serve' | 'may serve',
): Promise<Serving> {
	const presence = new Presence(call.command);
	const opened = await openQuietly(call, presence.wiring);
	if (!isOwn(opened)) return {...opened, notice: await attachedNotice(call, opened.settings.home)};
	try {
		const served = await presence.serve(call, opened, {onFailure: tell});
		for (const warning of served.service.warnings) call.output.note(warning);
		opened.startProbing();
		const notice = `the page is ${served.page}/, the key service ${served.keyService}`;
		return {...opened, notice, close: served.close};
	} catch (error) {
		if (wish === 'may serve' && error instanceof KeydeckError) {
			opened.startProbing();
			return {...opened, notice: `no port is open: ${error.message}`};
		}
		await opened.close();
		throw error;
	}
}

async function attachedNotice({clock}: Call, home: string): Promise<string> {
	const hello = await holderOf(home, clock);
	if (hello === undefined) return 'the ports are those of the running keydeck';
	return hello.page === undefined
		? `${holderName(hello)} runs the engine and opens no port: this one does when that one quits`
		: `${holderName(hello)} serves already, its page is ${hello.page}/`;
}
