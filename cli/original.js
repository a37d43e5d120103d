import {realpathSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';

const require = createRequire(import.meta.url);

/** Whether the file of this URL is what Node.js was started with. */
export function isStarted(url) {
	const started = process.argv[1];
	try {
		return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(url));
	} catch {
		return false;
	}
}

/**
 * One original file in its two roles: started, it runs the command beside it (undefined then, for the right
 * Node.js may have to be found first); required or imported, it is the class of that name in the library.
 */
export function original(url, name, run) {
	if (!isStarted(url)) return require(`../dist/source/library/${name}.js`);
	run();
	return undefined;
}

/** Runs `keydeck <command>` for a word of one of the original scripts; another word is refused with exit code 2. */
export async function runOriginal(script, commands) {
	const [word = '', ...rest] = process.argv.slice(2);
	if (Object.hasOwn(commands, word)) {
		process.argv.splice(2, Number.POSITIVE_INFINITY, commands[word], ...rest);
		await import('../bin/keydeck.js');
		return;
	}
	const words = Object.keys(commands).join('|');
	process.stderr.write(`usage: node cli/${script} ${words} [options]; node bin/keydeck.js --help lists all commands\n`);
	process.exitCode = 2;
}
