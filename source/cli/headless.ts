import type {Stoppable} from '../clock.ts';
import type {Note, Settings} from '../config/settings.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import type {EngineEvent} from '../events.ts';
import {type Call, exits} from './command.ts';
import {type EventLine, eventJson, eventLine} from './event-line.ts';
import {KeyHashes} from './key-hashes.ts';
import {tally} from './key-words.ts';
import type {Log} from './log.ts';
import {ProbeNews} from './probe-news.ts';
import type {ServedDeck} from './served-deck.ts';

/** Running answers, probes and the store have less than this together to come to an end, ms. */
export const closingMs = 4900;
const lookEveryMs = 500;
/** The first round is told after this at the latest, ms. */
const firstRoundMs = 30_000;

type Headless = {
	readonly served: ServedDeck;
	readonly log: Log;
	/** Which events become lines. @default all */
	readonly tells?: (line: EventLine) => boolean;
};

/** Runs a service until a signal ends it and tells what happens in its log; gives the exit code. */
export async function runHeadless(call: Call, {served, log, tells = () => true}: Headless): Promise<number> {
	const {own} = served;
	tellStart(call, log, served);
	const endings = [own.deck.onEvent(eventTeller(served, log, tells))];
	own.startProbing();
	const round = firstRound(call, served, () => tellKeys(log, own.deck.snapshot()));
	endings.push(() => round.stop());
	endings.push(
		call.signals.onHangUp(() => {
			log.reopen();
			log.write('info', 'SIGHUP: the configuration is read again');
			void own.reload();
		}),
	);
	await ended(call.signal);
	log.write('info', `stopping: ${stopWord(call.signal.reason)}; what runs may finish`);
	await served.close();
	for (const end of endings) end();
	log.write('info', 'stopped');
	return call.signal.reason === exits.terminated ? exits.fine : call.signal.reason;
}

/** Resolves when the command is to end. */
export function ended(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener('abort', () => resolve(), {once: true});
	});
}

/** Says that changed settings of the server itself wait for the next start. */
export function tellServerChange(log: Log, changed: Settings, first: Settings): void {
	if (JSON.stringify(changed.server) === JSON.stringify(first.server)) return;
	log.write('warn', 'server.* was changed: host, ports, names and TLS take effect at the next start');
}

function stopWord(reason: unknown): string {
	switch (reason) {
		case exits.terminated:
			return 'SIGTERM';
		case exits.interrupted:
			return 'Ctrl-C';
		case exits.hungUp:
			return 'its terminal was closed';
		case exits.fine:
			return 'nobody reads its output';
		default:
			return 'keydeck failed';
	}
}

function tellStart({version, typed}: Call, log: Log, {own, service, page, keyService}: ServedDeck): void {
	const {settings} = own;
	const {tokenFile} = service;
	const socket = typed.value('socket');
	const event = 'service.started';
	log.write('info', `keydeck ${version} serves ${settings.root}, its state is in ${settings.home}`, {event, version});
	log.write('info', `key service     ${keyService}`, {event, keyService});
	log.write('info', `health service  ${page}, the page for a browser: ${page}/`, {event, page});
	if (socket !== undefined) log.write('info', `unix socket     ${socket}`, {event, socket});
	const token = tokenFile === undefined ? 'the one in KEYDECK_TOKEN' : `in ${tokenFile}${tokenHint(own)}`;
	log.write('info', `access token    ${token}`, {event, tokenFile: tokenFile ?? null});
	for (const warning of service.warnings) log.write('warn', warning);
	const noted = new Set(settings.notes.map(({text}) => text));
	for (const note of own.notes) if (!noted.has(note)) log.write('warn', note);
	for (const {kind, text} of settings.notes) log.write(quietNotes.includes(kind) ? 'info' : 'warn', text);
	const snapshot = own.deck.snapshot();
	if (snapshot.keys.length === 0) tellNoKeys(log, snapshot);
	else log.write('info', `${tally(snapshot)}; the vendors are asked now, free`, keyCounts(snapshot));
}

/** The home of a demo is found by no other command. */
function tokenHint({deck}: ServedDeck['own']): string {
	return deck.snapshot().mode === 'demo' ? '' : '; keydeck token show prints it';
}

const quietNotes: readonly Note['kind'][] = ['placeholder', 'duplicate', 'shadowed', 'unknown-name'];

function tellNoKeys(log: Log, {searched, root}: Snapshot): void {
	const places = searched.map(({place, found}) => `${place}: ${found}`).join('; ');
	log.write(
		'warn',
		`no key found (${places}); put one into ${root}/.env, e.g. OPENAI_API_KEY=…, and it is taken up at once`,
	);
}

/** How many keys there are, and one line for each that a person must see to. */
function tellKeys(log: Log, snapshot: Snapshot): void {
	if (snapshot.keys.length === 0) return;
	log.write('info', tally(snapshot), keyCounts(snapshot));
	for (const {trouble, label, word, why, advice, hash} of snapshot.keys) {
		if (trouble === 'needs-you') log.write('warn', `${label} needs you, ${word}: ${why} ${advice}`, {key: label, hash});
	}
}

function keyCounts({keys}: Snapshot): Readonly<Record<string, number>> {
	const needYou = keys.filter(({trouble}) => trouble === 'needs-you').length;
	return {keys: keys.length, usable: keys.filter(({usable}) => usable === true).length, needYou};
}

/** Calls back once, when every key has been asked for the first time. */
function firstRound({clock}: Call, {own}: ServedDeck, done: () => void): Stoppable {
	const startedAt = clock.now();
	const looking = clock.every(lookEveryMs, () => {
		const {keys, probing} = own.deck.snapshot();
		const unasked = keys.some(({trouble, lastCheck}) => trouble === 'unknown' && lastCheck === undefined);
		const late = clock.now() - startedAt > firstRoundMs;
		if (!late && (unasked || probing.sweep !== undefined)) return;
		looking.stop();
		done();
	});
	return looking;
}

function eventTeller({own}: ServedDeck, log: Log, tells: (line: EventLine) => boolean): (event: EngineEvent) => void {
	const news = new ProbeNews();
	const hashes = new KeyHashes(() => own.deck.snapshot());
	return (event) => {
		const line = news.toned(
			event,
			eventLine(event, () => own.deck.snapshot().alerts),
		);
		if (!tells(line) || !log.writes(line.level)) return;
		const {type, seq: _, at: __, ...fields} = eventJson(event, hashes.of);
		log.write(line.level, line.text, {event: type, ...fields});
	};
}
