import type {Hello} from '../../control/frame.ts';
import type {Snapshot} from '../../engine/snapshot.ts';
import {age, isoTime, moment, plural} from '../../format.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import {holderAndPicture, holderName} from '../holder.ts';
import {tally} from '../key-words.ts';

/** `keydeck status`: whether an engine runs for this project, and how it fares. */
export const statusCommand: Command = {
	name: 'status',
	summary: 'Whether a keydeck runs for this project, and where',
	teaches:
		'Asks the process that runs the engine of this project: what it is, since when, where its ports and its state are, how many keys can serve and which alerts fire. It reads no key and asks no vendor.',
	args: [],
	flags: {json: {says: 'Print JSON (default: text)'}, ...projectFlags},
	examples: [
		{line: 'keydeck status', says: 'is it running?'},
		{line: 'keydeck status --json | jq -r .page', says: 'the address of its page'},
	],
	exits: {0: 'one runs', 2: 'bad usage', 3: 'none runs, or it does not answer', 130: 'interrupted'},
	async run(call) {
		const {typed, output, clock} = call;
		const {locate} = await import('../../config/locate.ts');
		const {root, home} = await locate({...call, flags: projectFlagsOf(typed)});
		const found = await holderAndPicture(home, clock);
		if (found === undefined) {
			if (typed.on('json')) output.json({running: false, root, home});
			else output.lines([`no keydeck runs for ${root} (its state is in ${home})`]);
			return exits.notReachable;
		}
		const {hello, snapshot} = found;
		if (typed.on('json')) output.json(statusReport(hello, snapshot));
		else output.lines(statusLines(hello, snapshot, clock.now()));
		return exits.fine;
	},
};

function statusReport(hello: Hello, snapshot: Snapshot) {
	const {pid, version, startedAt, command, page, keyService} = hello;
	const numbered = (trouble: string): number => snapshot.keys.filter((key) => key.trouble === trouble).length;
	return {
		running: true,
		command: command ?? null,
		pid,
		version,
		since: isoTime(startedAt),
		root: snapshot.root,
		home: snapshot.home,
		keyService: keyService ?? null,
		page: page ?? null,
		keys: {
			total: snapshot.keys.length,
			usable: snapshot.keys.filter(({usable}) => usable === true).length,
			needYou: numbered('needs-you'),
			resting: numbered('resting'),
		},
		alerts: snapshot.alerts.filter(({state}) => state === 'firing').length,
		store: {kind: snapshot.store.kind, state: snapshot.store.state, detail: snapshot.store.detail ?? null},
		replicas:
			snapshot.fleet?.replicas.map(({name, probes, isThis, latencyMs}) => ({
				name,
				probes,
				isThis,
				latencyMs: latencyMs ?? null,
			})) ?? null,
	};
}

function statusLines(hello: Hello, snapshot: Snapshot, now: number): readonly string[] {
	const {version, startedAt, page, keyService} = hello;
	const firing = snapshot.alerts.filter(({state}) => state === 'firing').length;
	const {kind, state, detail} = snapshot.store;
	const ports = 'none: keydeck start and keydeck dashboard --serve open them';
	const rows: readonly [string, string][] = [
		['since', `${moment(startedAt, now)} (${age(now - startedAt)}), version ${version}`],
		['root', snapshot.root],
		['home', snapshot.home],
		...(keyService === undefined || page === undefined
			? [['ports', ports] satisfies [string, string]]
			: [['key service', keyService] satisfies [string, string], ['page', `${page}/`] satisfies [string, string]]),
		['keys', tally(snapshot)],
		['alerts', firing === 0 ? 'none fires' : `${plural(firing, 'alert')} firing: keydeck alerts list`],
		['store', `${kind}, ${state}${detail === undefined ? '' : `: ${detail}`}`],
		...(snapshot.fleet?.replicas ?? []).map((replica, place): [string, string] => [
			place === 0 ? 'replicas' : '',
			replicaWords(replica),
		]),
	];
	return [`${holderName(hello)} runs`, ...rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`)];
}

/** `web-1:4711 (this one), probes, 0.4ms to the store`. */
function replicaWords({name, isThis, probes, latencyMs}: NonNullable<Snapshot['fleet']>['replicas'][number]): string {
	const took = latencyMs === undefined ? '' : `, ${latencyMs.toFixed(1)}ms to the store`;
	return `${name}${isThis ? ' (this one)' : ''}${probes ? ', probes' : ''}${took}`;
}
