import {randomBytes} from 'node:crypto';
import {link, lstat, open, rename, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {KeydeckError} from '../errors.ts';

export type WriteOptions = {
	/** Permission bits of the new file. @default 0o600 */
	readonly mode?: number;
};

/**
 * Replaces a file whole or not at all: after a full disk or a crash the old text stands, or the new one, never
 * a part, and no temporary file is left behind. Throws a `KeydeckError`: `SYMLINK_REFUSED`, `WRITE_FAILED`.
 */
export async function writeFileAtomically(path: string, text: string, options: WriteOptions = {}): Promise<void> {
	await refuseSymlink(path);
	await withTemporary(path, text, options, (temporary) => rename(temporary, path));
}

/**
 * Like `writeFileAtomically`, but never replaces: false when the file is there already, also when another
 * process made it a moment ago.
 */
export function createFileAtomically(path: string, text: string, options: WriteOptions = {}): Promise<boolean> {
	return withTemporary(path, text, options, async (temporary) => {
		const made = await link(temporary, path).then(
			() => true,
			(error: unknown) => {
				if (codeOf(error) === 'EEXIST') return false;
				throw error;
			},
		);
		await rm(temporary);
		return made;
	});
}

async function withTemporary<Result>(
	path: string,
	text: string,
	{mode = 0o600}: WriteOptions,
	install: (temporary: string) => Promise<Result>,
): Promise<Result> {
	const folder = dirname(path);
	const temporary = join(folder, `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
	try {
		await writeWhole(temporary, text, mode);
		const result = await install(temporary);
		await syncFolder(folder);
		return result;
	} catch (error) {
		await rm(temporary, {force: true});
		const code = codeOf(error);
		// Only the code is told; the text of a system error is not ours to vouch for.
		throw new KeydeckError('WRITE_FAILED', `${path} could not be written (${code})`, {
			hint: code === 'ENOSPC' ? 'The disk is full: make room and try again' : 'Check the folder and its permissions',
		});
	}
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
	const bytes = Buffer.from(text, 'utf8');
	// `wx` follows no link and takes no file that somebody else put there.
	const file = await open(path, 'wx', 0o600);
	try {
		await file.writeFile(bytes);
		// The mode given to open is cut by the umask.
		await file.chmod(mode);
		await file.sync();
		const {size} = await file.stat();
		if (size !== bytes.length) throw Object.assign(new Error('short write'), {code: 'ENOSPC'});
	} finally {
		await file.close();
	}
}

/** Makes the new name durable; some file systems have no such step. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, 'r');
	try {
		await handle.sync();
	} catch (error) {
		if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(codeOf(error))) throw error;
	} finally {
		await handle.close();
	}
}

async function refuseSymlink(path: string): Promise<void> {
	const found = await lstat(path).catch(() => undefined);
	if (found?.isSymbolicLink()) {
		throw new KeydeckError('SYMLINK_REFUSED', `${path} is a symbolic link and is not written through`, {
			hint: 'Name the file it points to, or replace the link by a file',
		});
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
