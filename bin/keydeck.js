#!/usr/bin/env node
import {spawn} from 'node:child_process';
import {existsSync, realpathSync} from 'node:fs';
import module from 'node:module';
import {fileURLToPath} from 'node:url';

const built = new URL('../dist/source/cli/main.js', import.meta.url);
const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) await start();
else if (existsSync(ownNode) && realpathSync(ownNode) !== realpathSync(process.execPath)) startOn(ownNode);
else refuse(`needs Node.js 24 or newer, this is ${process.versions.node}: install it from https://nodejs.org`);

async function start() {
	if (!existsSync(built)) return refuse('is not built: run npm run build');
	// React reads it when it loads; its development build is several times slower.
	process.env.NODE_ENV = 'production';
	module.enableCompileCache?.();
	const {main} = await import(built.href);
	await main(process.argv.slice(2));
}

/** Runs this file again on the Node.js that came with the checkout, as if it had been called that way. */
function startOn(node) {
	const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {stdio: 'inherit'});
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	for (const signal of signals) process.on(signal, () => child.kill(signal));
	child.on('error', (error) => refuse(`could not start ${node}: ${error.code}`));
	child.on('exit', (code, signal) => {
		if (signal === null) process.exit(code);
		for (const each of signals) process.removeAllListeners(each);
		process.kill(process.pid, signal);
	});
}

function refuse(words) {
	process.stderr.write(`keydeck ${words}\n`);
	process.exitCode = 2;
}
