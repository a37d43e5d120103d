import type {Clock} from '../clock.ts';
import {openControlLink} from '../control/control-link.ts';
import {controlPath} from '../control/control-path.ts';
import type {Hello} from '../control/frame.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {KeydeckError} from '../errors.ts';

const snapshotIdleMs = 10_000;

/** Commands that hold a home until somebody ends them; the others are over in a moment. */
const lastingCommands: readonly string[] = ['start', 'watch', 'dashboard', 'monitor', 'demo'];

/** Who runs the engine of a home; undefined when nobody does. Throws `OWNER_SILENT` and its like. */
export async function holderOf(home: string, clock: Clock): Promise<Hello | undefined> {
	const link = await openControlLink(controlPath(home), clock);
	link?.close();
	return link?.hello;
}

/** The same with its picture. */
export async function holderAndPicture(
	home: string,
	clock: Clock,
): Promise<{readonly hello: Hello; readonly snapshot: Snapshot} | undefined> {
	const link = await openControlLink(controlPath(home), clock);
	if (link === undefined) return undefined;
	try {
		const snapshot = (await link.call({method: 'snapshot', idleMs: snapshotIdleMs})) as Snapshot;
		return {hello: link.hello, snapshot};
	} catch (error) {
		// It ended in the very moment we asked.
		if (error instanceof KeydeckError && error.code === 'OWNER_GONE') return undefined;
		throw error;
	} finally {
		link.close();
	}
}

/** It goes on until somebody ends it: a service, a dashboard, or a program that uses keydeck. */
export function isLasting({command}: Hello): boolean {
	return command === undefined || lastingCommands.includes(command);
}

/** `keydeck start (pid 4711)`. */
export function holderName({command, pid}: Hello): string {
	return command === undefined ? `a program that uses keydeck (pid ${pid})` : `keydeck ${command} (pid ${pid})`;
}

/** The home is taken: by whom, and what to do. */
export function heldBy(hello: Hello, home: string): KeydeckError {
	const page = hello.page === undefined ? '' : `, its page is ${hello.page}`;
	return new KeydeckError('HOME_IN_USE', `${holderName(hello)} already runs the engine of ${home}${page}`, {
		hint: wayOut(hello),
	});
}

function wayOut({command, pid}: Hello): string {
	const other = 'A second service on this machine needs a KEYDECK_HOME of its own.';
	switch (command) {
		case 'start':
			return `keydeck status says more, keydeck stop ends it. ${other}`;
		case 'dashboard':
			return `quit that dashboard with q and start again, or open it with keydeck dashboard --serve, which is the service too. Once keydeck start runs, dashboards attach to it. ${other}`;
		case 'watch':
		case 'monitor':
			return `end it with Ctrl-C or keydeck stop and start again: beside a running service it attaches. ${other}`;
		default:
			return `end it (kill ${pid}), or set KEYDECK_HOME to another folder`;
	}
}
