import {createHash} from 'node:crypto';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';

/** The kernel's room for a unix socket's path is 104 bytes on macOS and 108 on Linux, its end mark included. */
const LONGEST_PATH_BYTES = 100;

/**
 * Where the engine of a home listens: `control.sock` in it or, where that is too long for a
 * socket, a name made from the home's in a folder of this user among the temporary files.
 */
export function controlPath(home: string): string {
	const inHome = join(resolve(home), 'control.sock');
	if (Buffer.byteLength(inHome) <= LONGEST_PATH_BYTES) return inHome;
	const name = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16);
	return join(tmpdir(), `keydeck-${process.getuid?.() ?? 'user'}`, `${name}.sock`);
}
