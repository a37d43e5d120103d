import {statSync} from 'node:fs';
import type {Clock, Stoppable} from '../clock.ts';

/** How often files are looked at. Watching by the system misses editors that replace a file, so it is not used. */
const everyMs = 1000;

/**
 * Calls `onChange` once after files changed, came or went, when they have been still for one look: a file
 * that is being written is not read half done. Files that do not exist yet are watched too.
 */
export function watchSettings(paths: readonly string[], clock: Pick<Clock, 'every'>, onChange: () => void): Stoppable {
	const look = () => paths.map(markOf).join('\n');
	let told = look();
	let last = told;
	return clock.every(everyMs, () => {
		const now = look();
		const still = now === last;
		last = now;
		if (!still || now === told) return;
		told = now;
		onChange();
	});
}

/** Changes whenever the file does: by place, size or time. */
function markOf(path: string): string {
	try {
		const {ino, size, mtimeMs, ctimeMs} = statSync(path);
		return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
	} catch {
		return 'none';
	}
}
