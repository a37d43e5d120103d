import type {About} from '../control/frame.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import type {OpenedDeck, OpenOptions, OwnDeck} from '../opening/open-deck.ts';
import {type Call, exits, type Typed} from './command.ts';

/** How a deck is to be opened, beside what was typed. */
type Wish = Pick<OpenOptions, 'live' | 'probing' | 'about' | 'onApplied'>;

/** Opens the deck and runs a command over it (`overDeck`). */
export function withDeck(call: Call, use: (opened: OpenedDeck) => Promise<number>): Promise<number> {
	return overDeck(call, openFor(call), use);
}

/**
 * Runs `use` over a deck and closes it, also when the command is interrupted: then the promise rejects with
 * the reason of the signal.
 */
export async function overDeck<Opened extends Pick<OpenedDeck, 'close'>>(
	call: Call,
	opening: Promise<Opened>,
	use: (opened: Opened) => Promise<number>,
): Promise<number> {
	const opened = await opening;
	try {
		return await Promise.race([use(opened), interruption(call.signal)]);
	} finally {
		await opened.close();
	}
}

/** Opens the deck (`live`: it goes on probing) by the options that were typed and says on stderr where its answers come from. */
export async function openFor(call: Call, wish: Wish = {}): Promise<OpenedDeck> {
	const opened = await openQuietly(call, wish);
	for (const note of opened.notes) call.output.note(note);
	return opened;
}

/** The same without a word: for a screen that is already drawn on. */
export function openQuietly(call: Call, wish: Wish = {}): Promise<OpenedDeck | OwnDeck> {
	return call.openDeck({...openOptionsOf(call), ...wish});
}

/** How a command opens a deck: by what was typed, under its own name. */
export function openOptionsOf({cwd, env, clock, typed, version, command}: Call): OpenOptions {
	const about = (): About => ({command});
	return {cwd, env, clock, version, flags: projectFlagsOf(typed), about};
}

/** Options of a command that stand for settings. */
const settingFlags = {
	root: 'root',
	strategy: 'strategy',
	host: 'server.host',
	port: 'server.keyPort',
	'health-port': 'server.healthPort',
} as const;

/** The typed options that outrank the environment. */
export function projectFlagsOf(typed: Typed): OpenOptions['flags'] {
	const given = Object.entries(settingFlags).map(([flag, path]) => [path, typed.value(flag)] as const);
	return Object.fromEntries(given.flatMap(([path, value]) => (value === undefined ? [] : [[path, value]])));
}

/** Who acts, as it stands in histories: the user of the shell. */
export function actorOf({env}: Call): string {
	return env.USER || env.LOGNAME || 'you';
}

/** Says on stderr whom an action has reached, where that was not said before. */
export function sayWhere({output}: Call, {attachment}: OpenedDeck['deck']): void {
	if (attachment === 'local') output.note('no keydeck runs here: it is kept for the next one');
}

/** Says on stderr that there is no key (of one provider), what was found instead and where keydeck looked. */
export function sayNoKeys(call: Call, snapshot: Snapshot, provider?: string): number {
	call.output.note(`keydeck: no key found${provider === undefined ? '' : ` for ${provider}`}`);
	for (const note of snapshot.notes) call.output.note(`  ${note}`);
	for (const {place, found} of snapshot.searched) call.output.note(`  looked in ${place}: ${found}`);
	call.output.note('  Put a key in .env, e.g. OPENAI_API_KEY=…, or see it work without one: keydeck demo');
	return exits.usage;
}

/** For commands that read: fine, unless there is nothing to read about. */
export function readingExit(call: Call, snapshot: Snapshot): number {
	return snapshot.keys.length === 0 ? sayNoKeys(call, snapshot) : exits.fine;
}

function interruption(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => {
		if (signal.aborted) reject(signal.reason);
		signal.addEventListener('abort', () => reject(signal.reason), {once: true});
	});
}
