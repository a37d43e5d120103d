import {lstatSync, mkdirSync, type Stats} from 'node:fs';
import {KeydeckError} from './errors.ts';

/**
 * Makes the folder own files lie in, 0700, with its parents. Throws `NOT_PRIVATE` when it is
 * there already and is a link, belongs to somebody else, or others may look into it.
 */
export function ensurePrivateFolder(folder: string): void {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const stats = lstatSync(folder);
	if (!stats.isDirectory()) throw notPrivate(`${folder} is not a folder`, 'name another KEYDECK_HOME');
	refuseOthers(folder, stats, '700');
}

/** Throws `NOT_PRIVATE` when others may read or write the file. A missing file is fine. */
export function ensurePrivateFile(file: string): void {
	const stats = lstatSync(file, {throwIfNoEntry: false});
	if (stats === undefined) return;
	if (!stats.isFile()) throw notPrivate(`${file} is not a plain file`, 'move it away and start again');
	refuseOthers(file, stats, '600');
}

function refuseOthers(path: string, stats: Stats, mode: string): void {
	const uid = process.getuid?.();
	// Windows has neither owners nor modes of this kind.
	if (uid === undefined) return;
	// Root in a container often works in a folder mounted from its host's user.
	if (uid !== 0 && stats.uid !== uid) throw notPrivate(`${path} belongs to another user`, 'name another KEYDECK_HOME');
	if ((stats.mode & 0o077) !== 0) throw notPrivate(`others may open ${path}`, `chmod ${mode} '${path}'`);
}

function notPrivate(message: string, hint: string): KeydeckError {
	return new KeydeckError('NOT_PRIVATE', message, {hint});
}
