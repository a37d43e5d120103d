import type {Alert} from '../../domain/alert.ts';
import type {Deck} from '../../engine/deck.ts';
import {alertReport} from '../../engine/reports.ts';
import {age, clean, duration, isoTime, moment, plural} from '../../format.ts';
import type {OpenedDeck} from '../../opening/open-deck.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {actorOf, sayWhere, withDeck} from '../deck-use.ts';
import {severityTone} from '../key-words.ts';
import {duration as durationOf, oneOf, quoted, UsageError} from '../usage.ts';

const actions: readonly string[] = ['list', 'ack', 'silence'];
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** `keydeck alerts`: lists alerts, takes note of them, silences them. */
export const alertsCommand: Command = {
	name: 'alerts',
	summary: 'List the alerts; acknowledge or silence them',
	teaches:
		'Lists the alerts with their ids, says that somebody has seen one (ack), or has nobody told of it for a while (silence). Through the running keydeck it counts at once; alone it is kept for the next one.',
	args: [
		{name: 'action', says: oneOf(actions), required: true},
		{name: 'alert', says: 'its id, the label of its key or provider, or all that fire: all', many: true},
	],
	flags: {
		for: {value: 'TIME', says: 'How long silence lasts: 30m, 2h, 1d, at most 30d (default: 1h)'},
		json: {says: 'Print JSON (default: text)'},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck alerts list', says: 'what fires, since when, what to do'},
		{line: 'keydeck alerts ack all', says: 'somebody is at it'},
		{line: 'keydeck alerts silence OPENAI_API_KEY2 --for 2h', says: 'no word of that key for two hours'},
	],
	exits: {
		0: 'done; list: none fires',
		1: 'list: an alert fires',
		2: 'bad usage or configuration, or no such alert',
		130: 'interrupted',
	},
	async run(call) {
		const [action = '', ...names] = call.typed.args;
		if (!actions.includes(action)) {
			throw new UsageError(`there is no keydeck alerts ${quoted(action)}`, `Take ${oneOf(actions)}.`);
		}
		const silentMs = durationOf('for', call.typed.value('for'), {min: 60_000, max: 30 * dayMs}) ?? hourMs;
		if (action !== 'silence' && call.typed.value('for') !== undefined) throw new UsageError('--for belongs to silence');
		if (action === 'list') {
			if (names.length > 0) throw new UsageError('keydeck alerts list takes no alert');
			return withDeck(call, async ({deck}) => list(call, deck));
		}
		if (names.length === 0) throw new UsageError(`keydeck alerts ${action} needs an alert`, 'all means all that fire.');
		return withDeck(call, (opened) => change(call, opened, {action, names, silentMs}));
	},
};

function list({typed, output}: Call, deck: Deck): number {
	const snapshot = deck.snapshot();
	const shown = snapshot.alerts.filter(({state}) => state !== 'pending');
	const firing = shown.filter(({state}) => state === 'firing');
	if (typed.on('json')) {
		const alerts = shown.map((alert) => alertReport(alert, snapshot));
		output.json({timestamp: isoTime(snapshot.takenAt), firing: firing.length, alerts});
	} else {
		const resolved = shown.length - firing.length;
		output.lines([
			firing.length === 0 ? 'no alert fires' : `${plural(firing.length, 'alert')} firing`,
			...firing.flatMap((alert) => alertLines(alert, snapshot.takenAt, output)),
			...(resolved === 0 ? [] : ['', `${resolved} resolved: keydeck alerts list --json has them`]),
		]);
	}
	return firing.length === 0 ? exits.fine : exits.unhealthy;
}

function alertLines(alert: Alert, now: number, output: Call['output']): readonly string[] {
	const {severity, message, advice, id, since, acknowledged, silencedUntil} = alert;
	const remarks = [
		...(acknowledged === undefined ? [] : [`acknowledged by ${acknowledged.by}`]),
		...(silencedUntil === undefined || silencedUntil <= now ? [] : [`silent until ${moment(silencedUntil, now)}`]),
	];
	const head = output.tone(severityTone(severity), severity.padEnd(8));
	const said = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`;
	return [
		'',
		`${head}  ${age(now - since).padStart(4)}  ${clean(message)}${clean(said)}`,
		...(advice === '' ? [] : [`                ${clean(advice)}`]),
		output.tone('quiet', `                ${id}`),
	];
}

type Change = {readonly action: string; readonly names: readonly string[]; readonly silentMs: number};

async function change(call: Call, {deck}: OpenedDeck, {action, names, silentMs}: Change): Promise<number> {
	const {clock, typed, output} = call;
	const alerts = named(deck.snapshot().alerts, names);
	for (const {id} of alerts) {
		if (action === 'ack') await deck.acknowledgeAlert(id, actorOf(call));
		else await deck.silenceAlert(id, clock.now() + silentMs);
	}
	sayWhere(call, deck);
	const done = action === 'ack' ? 'acknowledged' : `silent for ${duration(silentMs)}`;
	if (typed.on('json')) output.json({ok: true, what: done, ids: alerts.map(({id}) => id)});
	else if (alerts.length === 0) output.lines(['no alert fires']);
	else output.lines(alerts.map(({message}) => `${done}: ${clean(message)}`));
	return exits.fine;
}

/** Each alert once; a name nobody knows is a `UsageError`. */
function named(alerts: readonly Alert[], names: readonly string[]): readonly Alert[] {
	const firing = alerts.filter(({state}) => state === 'firing');
	const chosen = new Set<Alert>();
	for (const name of names) {
		const found = name === 'all' ? firing : firing.filter((alert) => isCalled(alert, name));
		if (found.length === 0 && name !== 'all') {
			throw new UsageError(`no alert fires that is called ${quoted(name)}`, 'keydeck alerts list has their ids.');
		}
		for (const alert of found) chosen.add(alert);
	}
	return [...chosen];
}

function isCalled({id, label, provider}: Alert, name: string): boolean {
	const wanted = name.toLowerCase();
	return id === name || label.toLowerCase() === wanted || provider === wanted;
}
