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
