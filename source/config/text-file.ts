import {readFileSync, statSync} from 'node:fs';
import {isAbsolute, relative, sep} from 'node:path';
import type {Problem} from '../errors.ts';
import type {Note} from './settings.ts';

const largestFile = 16 * 1024 * 1024;

/** A file as read: its text, nothing there, or one problem that says why it cannot be read. */
export type TextFile =
	| {readonly kind: 'absent'}
	/** `mode`: permission bits. */
	| {readonly kind: 'text'; readonly text: string; readonly mode: number}
	| {readonly kind: 'unreadable'; readonly isFolder: boolean; readonly problem: Problem};

/** Reads UTF-8 text; a byte order mark is dropped. `source` names the file in the problem. */
export function readTextFile(path: string, source: string): TextFile {
	const unreadable = (rule: string, hint: string, isFolder = false): TextFile => ({
		kind: 'unreadable',
		isFolder,
		problem: {source, path: '', rule, hint},
	});
	try {
		const found = statSync(path);
		if (found.isDirectory()) return unreadable('is a folder, not a file', `Move ${path} away`, true);
		if (!found.isFile()) return unreadable('is not a regular file', `Move ${path} away`);
		if (found.size > largestFile) return unreadable('is larger than 16 MB', 'Check that it is the right file');
		const bytes = readFileSync(path);
		const text = textOf(bytes);
		if (text === undefined) return unreadable('is not UTF-8 text', 'Save it as UTF-8 in an editor');
		return {kind: 'text', text, mode: found.mode & 0o777};
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		if (code === 'ENOENT' || code === 'ENOTDIR') return {kind: 'absent'};
		if (code === 'EACCES' || code === 'EPERM')
			return unreadable('may not be read by this user', `Run: chmod u+r ${quoted(path)}`);
		return unreadable(`cannot be read (${code})`, `Look at ${path}`);
	}
}

function textOf(bytes: Uint8Array): string | undefined {
	if (bytes.includes(0)) return undefined;
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch {
		return undefined;
	}
}

/** How a file is called in front of people: relative to the root when it lies in it. */
export function fileName(path: string, root: string): string {
	const inside = relative(root, path);
	return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? path : inside;
}

/** A note with the command that mends it when others may read the file. */
export function fileModeNote(path: string, source: string, mode: number): Note | undefined {
	if ((mode & 0o077) === 0 || process.platform === 'win32') return undefined;
	return {
		kind: 'file-mode',
		text: `${source} is open to other users (mode ${mode.toString(8)}). Run: chmod 600 ${quoted(path)}`,
	};
}

function quoted(path: string): string {
	return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
