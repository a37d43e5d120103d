import {isatty} from 'node:tty';
import {systemClock} from '../clock.ts';
import type {OpenOptions} from '../opening/open-deck.ts';
import {packageVersion} from '../opening/package-version.ts';
import {exits} from './command.ts';
import {commandLine} from './command-line.ts';
import {sayFailure} from './failure.ts';
import {Output} from './output.ts';

/** How long an interrupted command may take to close what it opened. */
const closingMs = 2000;
/** Ctrl-C reaches both `bin/keydeck.js` and the Node.js it started: the echo is not a second wish. */
const echoMs = 500;

/** Runs the command line of this process and ends it with the exit code. */
export async function main(argv: readonly string[]): Promise<never> {
	const {stdin, stdout, stderr, env} = process;
	const output = new Output({stdout, stderr, env});
	const ending = new AbortController();
	let failure: {readonly error: unknown} | undefined;
	let endedAt = 0;
	let closing = closingMs;
	const hangUps = new Set<() => void>();
	const onTerminal = stdout.isTTY === true;
	const end = (code: number): void => {
		if (ending.signal.aborted) {
			// Somebody who asks twice does not want to wait.
			if (systemClock.now() - endedAt > echoMs) process.exit(code);
			return;
		}
		endedAt = systemClock.now();
		ending.abort(code);
		systemClock.after(closing, () => {
			if (failure !== undefined) sayFailure(failure.error, {output, env});
			process.exit(code);
		});
	};
	const fail = (error: unknown): void => {
		failure ??= {error};
		if (!ending.signal.aborted) end(exits.broken);
	};
	process.on('SIGINT', () => end(exits.interrupted));
	process.on('SIGTERM', () => end(exits.terminated));
	process.on('SIGHUP', () => {
		// A terminal that was closed is no wish to read anything again.
		if (hangUps.size === 0 || (onTerminal && !isatty(stdout.fd))) return end(exits.hungUp);
		for (const listener of hangUps) listener();
	});
	process.on('uncaughtException', fail);
	process.on('unhandledRejection', fail);
	// `keydeck report | head`: nobody reads on, which is no fault of anyone.
	stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') end(exits.fine);
		// Its terminal was closed; SIGHUP says so too, sooner or later.
		else if (error.code === 'EIO' && onTerminal) end(exits.hungUp);
		else fail(error);
	});
	stderr.on('error', () => {});
	const screen = stdin.isTTY && stdout.isTTY ? {stdin, stdout} : undefined;
	// The engine is loaded when a command wants it, so that help is there at once.
	const openDeck = async (options: OpenOptions) => (await import('../opening/open-deck.ts')).openDeck(options);
	const world = {
		cwd: process.cwd(),
		env,
		clock: systemClock,
		stdin,
		screen,
		output,
		openDeck,
		signals: {
			onHangUp: (listener: () => void) => {
				hangUps.add(listener);
				return () => void hangUps.delete(listener);
			},
			allowClosing: (ms: number) => {
				closing = ms;
			},
		},
		version: packageVersion(),
	};
	const code = await commandLine(argv, world, ending.signal);
	// Said last, so that a dashboard has given the terminal back.
	if (failure !== undefined) sayFailure(failure.error, world);
	await written(stdout);
	await written(stderr);
	process.exit(failure === undefined ? code : exits.broken);
}

/** A pipe takes text in its own time; exiting before that would cut it. */
function written(stream: NodeJS.WriteStream): Promise<void> {
	return new Promise((resolve) => stream.write('', () => resolve()));
}
