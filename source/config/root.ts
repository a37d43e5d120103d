import {createHash} from 'node:crypto';
import {realpathSync} from 'node:fs';
import {homedir} from 'node:os';
import {basename, dirname, isAbsolute, join, resolve} from 'node:path';
import {readEnvText} from './env-file.ts';
import {isKeyName} from './key-names.ts';
import {readTextFile} from './text-file.ts';

/** Files that make a folder a configuration root. */
export type RootFiles = {readonly env: string; readonly tokenPool: string; readonly config: string};

export function rootFiles(root: string): RootFiles {
	return {
		env: join(root, '.env'),
		tokenPool: join(root, 'shared', 'tokenpool.json'),
		config: join(root, 'keydeck.config.json'),
	};
}

export type Root = {
	readonly path: string;
	/** False when nothing was found upward and the user's own configuration folder stands in. */
	readonly found: boolean;
};

/** The nearest folder upward from `cwd` that configures keydeck, else the user's own configuration folder. */
export function findRoot(cwd: string, env: Readonly<Record<string, string | undefined>>): Root {
	for (let folder = resolve(cwd); ; folder = dirname(folder)) {
		if (configures(folder, folder === resolve(cwd))) return {path: folder, found: true};
		if (folder === dirname(folder))
			return {path: join(baseFolder(env, 'XDG_CONFIG_HOME', '.config'), 'keydeck'), found: false};
	}
}

function configures(folder: string, nearest: boolean): boolean {
	const {env, tokenPool, config} = rootFiles(folder);
	if (readTextFile(config, '').kind !== 'absent' || readTextFile(tokenPool, '').kind !== 'absent') return true;
	const file = readTextFile(env, '');
	if (file.kind === 'absent') return false;
	// An `.env` nobody can read must be named rather than passed over; a folder of that name further up is
	// somebody's Python environment.
	if (file.kind === 'unreadable') return nearest || !file.isFolder;
	return [...readEnvText(file.text, '').variables.keys()].some(isKeyName);
}

/** `$XDG_STATE_HOME/keydeck/<name>-<hash of the root>`: two projects never mix. */
export function defaultHome(root: string, env: Readonly<Record<string, string | undefined>>): string {
	const real = realPath(root);
	const hash = createHash('sha256').update(real).digest('hex').slice(0, 8);
	const name = basename(real).replaceAll(/[^A-Za-z0-9._-]/g, '_') || 'root';
	return join(baseFolder(env, 'XDG_STATE_HOME', '.local/state'), 'keydeck', `${name}-${hash}`);
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

/** The XDG rules: a relative path in such a variable is ignored. */
function baseFolder(env: Readonly<Record<string, string | undefined>>, name: string, preset: string): string {
	const set = env[name];
	return set !== undefined && isAbsolute(set) ? set : join(env.HOME || homedir(), preset);
}
