import {randomBytes} from 'node:crypto';
import {chmod, lstat, mkdir, readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {KeydeckError} from '../errors.ts';
import {Secret} from '../secret.ts';
import {createFileAtomically} from './atomic-file.ts';

/** An open home: the folder exists, is ours and closed to others. */
export type Home = {readonly path: string; readonly pepper: Secret};

const pepperFile = 'pepper';

/** Whether a text is a pepper: 32 bytes as 64 hex characters. */
export function isPepper(text: string): boolean {
	return /^[0-9a-fA-F]{64}$/.test(text);
}

/**
 * Makes the home (0700) and its pepper (0600) at first use and checks both ever after; the pepper is never
 * rewritten, for every identity hangs on it. `pepper` is the one of the environment; then no file is made.
 * Throws a `KeydeckError`: `HOME_UNUSABLE`, `HOME_OPEN`, `PEPPER_UNUSABLE`.
 */
export async function openHome(path: string, pepper?: Secret): Promise<Home> {
	await makeFolder(path);
	await closeToOthers(path);
	return {path, pepper: pepper ?? (await readPepper(join(path, pepperFile)))};
}

async function makeFolder(path: string): Promise<void> {
	try {
		await mkdir(path, {recursive: true, mode: 0o700});
	} catch (error) {
		throw new KeydeckError('HOME_UNUSABLE', `the state folder ${path} cannot be made (${codeOf(error)})`, {
			hint: 'Set KEYDECK_HOME to a folder you may write',
		});
	}
}

async function closeToOthers(path: string): Promise<void> {
	if (process.platform === 'win32') return;
	const found = await stat(path);
	const mine = found.uid === process.getuid?.();
	if (!mine) {
		throw new KeydeckError('HOME_UNUSABLE', `the state folder ${path} belongs to another user`, {
			hint: 'Set KEYDECK_HOME to a folder of your own',
		});
	}
	if ((found.mode & 0o077) === 0) return;
	// Only a folder that is plainly keydeck's is changed: KEYDECK_HOME=/tmp must not close /tmp for everybody.
	const files = await readdir(path);
	const ours = files.length === 0 || files.includes(pepperFile);
	const closed =
		ours &&
		(await chmod(path, 0o700).then(
			() => true,
			() => false,
		));
	if (closed) return;
	throw new KeydeckError('HOME_OPEN', `the state folder ${path} is open to other users`, {
		hint: `If it is keydeck's alone, run: chmod 700 ${path}. If not, set KEYDECK_HOME to another folder`,
	});
}

async function readPepper(path: string): Promise<Secret> {
	const found = await lstat(path).catch((error: unknown) => {
		if (codeOf(error) === 'ENOENT') return undefined;
		throw unusable(path, `cannot be read (${codeOf(error)})`, 'Check the state folder');
	});
	if (found === undefined) {
		const fresh = randomBytes(32).toString('hex');
		// When another process was faster, its pepper counts.
		if (await createFileAtomically(path, `${fresh}\n`)) return new Secret(fresh);
		return readPepper(path);
	}
	if (!found.isFile())
		throw unusable(path, 'is not a regular file', 'Move it away, or put the pepper back from a copy');
	if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
		throw unusable(path, `is open to other users (mode ${(found.mode & 0o777).toString(8)})`, `Run: chmod 600 ${path}`);
	}
	const text = (await readFile(path, 'utf8').catch(() => '')).trim();
	if (!isPepper(text)) {
		throw unusable(
			path,
			'does not hold 64 hex characters',
			'Put it back from a copy; without it every key counts as new',
		);
	}
	return new Secret(text);
}

function unusable(path: string, rule: string, hint: string): KeydeckError {
	return new KeydeckError('PEPPER_UNUSABLE', `the pepper ${path} ${rule}`, {hint});
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
