import type {Deck} from '../../engine/deck.ts';
import type {EngineEvent} from '../../events.ts';
import {clockTime} from '../../format.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import {type Call, type Command, projectFlags} from '../command.ts';
import {connectFlags, openConnected} from '../connected-deck.ts';
import {openQuietly} from '../deck-use.ts';
import {eventJson, eventLine, type Topic, topics} from '../event-line.ts';
import {ended} from '../headless.ts';
import {holderName, holderOf} from '../holder.ts';
import {KeyHashes} from '../key-hashes.ts';
import {levelTones} from '../log-level.ts';
import {isOwn} from '../served-deck.ts';
import {oneOf, quoted, UsageError} from '../usage.ts';

const lookEveryMs = 500;

/** `keydeck monitor`: what happens, as lines. */
export const monitorCommand: Command = {
	name: 'monitor',
	summary: 'Rotation, failures and alerts as lines, as they happen',
	teaches:
		'Prints one line per event: which key a call got and why, what came of it, what rests and until when, alerts. Beside a running keydeck it shows the events of that one, and waits for the next when it ends; alone it runs the engine and probes the keys, free.',
	args: [],
	flags: {
		only: {value: 'LIST', says: `Some of ${topics.join(',')} (default: all)`},
		json: {says: 'One JSON object a line (default: lines for people)'},
		...projectFlags,
		...connectFlags,
	},
	examples: [
		{line: 'keydeck monitor', says: 'all that happens'},
		{line: 'keydeck monitor --only alerts,benches', says: 'what goes wrong'},
		{line: 'keydeck monitor --json | jq \'select(.type == "lease.refused")\'', says: 'calls that got no key'},
	],
	exits: {
		0: 'nobody reads its output any more',
		2: 'bad usage or configuration',
		3: 'the running keydeck does not answer, or the service cannot be reached',
		130: 'ended by Ctrl-C',
		143: 'ended by SIGTERM',
	},
	async run(call) {
		const wanted = topicsOf(call.typed.value('only'));
		const {signal, clock, output} = call;
		const connected = await openConnected(call);
		if (connected !== undefined) {
			await follow(call, connected, wanted, `from the service at ${call.typed.value('connect')}`);
			return signal.reason;
		}
		while (!signal.aborted) {
			const opened = await openQuietly(call, {live: true});
			await follow(call, opened, wanted, await sourceOf(call, opened));
			if (signal.aborted) break;
			output.note('the running keydeck has ended: waiting for the next one');
			const {home} = opened.settings;
			while (!signal.aborted && (await holderOf(home, clock)) === undefined) await clock.sleep(lookEveryMs, signal);
		}
		return signal.reason;
	},
};

/** Prints events until the command is to end, or the engine is gone. */
async function follow(
	call: Call,
	{deck, onClosed, close}: Pick<OpenedDeck, 'deck' | 'onClosed' | 'close'>,
	wanted: ReadonlySet<Topic>,
	source: string,
): Promise<void> {
	try {
		const gone = new Promise<void>((resolve) => onClosed?.(() => resolve()));
		const hashes = new KeyHashes(() => deck.snapshot());
		const ends = [
			deck.onEvent((event) => print(call, event, {deck, hashes, wanted})),
			deck.subscribe(tellOutages(call, deck)),
		];
		call.output.note(source);
		await Promise.race([gone, ended(call.signal)]);
		for (const end of ends) end();
	} finally {
		await close();
	}
}

/** A service elsewhere may go away and come back: both are said once. */
function tellOutages({output}: Call, deck: OpenedDeck['deck']): () => void {
	let away = false;
	return () => {
		const {outage} = deck;
		if ((outage !== undefined) === away) return;
		away = outage !== undefined;
		output.note(outage === undefined ? 'it is there again' : `${outage.why}: it is tried again and again`);
	};
}

async function sourceOf({clock}: Call, opened: OpenedDeck): Promise<string> {
	if (isOwn(opened)) return 'no keydeck runs here: this one runs the engine and probes while you look';
	const hello = await holderOf(opened.settings.home, clock);
	return hello === undefined ? 'from the running keydeck' : `from ${holderName(hello)}`;
}

type Parts = {readonly deck: Deck; readonly hashes: KeyHashes; readonly wanted: ReadonlySet<Topic>};

function print({typed, output}: Call, event: EngineEvent, {deck, hashes, wanted}: Parts): void {
	const {topic, level, text} = eventLine(event, () => deck.snapshot().alerts);
	if (!wanted.has(topic)) return;
	if (typed.on('json')) {
		output.json(eventJson(event, hashes.of), 0);
		return;
	}
	const tone = topic === 'leases' && level === 'debug' ? 'plain' : levelTones[level];
	output.lines([`${output.tone('quiet', clockTime(event.at))} ${output.tone(tone, topic.padEnd(7))} ${text}`]);
}

function topicsOf(typed: string | undefined): ReadonlySet<Topic> {
	if (typed === undefined) return new Set(topics);
	const words = typed.split(',').map((word) => word.trim());
	const unknown = words.find((word) => !topics.some((topic) => topic === word));
	if (unknown !== undefined) {
		throw new UsageError(`there are no events about ${quoted(unknown)}`, `Take some of ${oneOf(topics)}.`);
	}
	return new Set(topics.filter((topic) => words.includes(topic)));
}
