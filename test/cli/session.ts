import {Readable} from 'node:stream';
import {commandLine} from '../../source/cli/command-line.ts';
import {Output} from '../../source/cli/output.ts';
import type {Settings} from '../../source/config/settings.ts';
import type {Deck} from '../../source/engine/deck.ts';
import type {OpenedDeck} from '../../source/opening/open-deck.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {now} from '../helpers/snapshot-fixture.ts';
import {fixtureSettings} from './deck-fixture.ts';

/** What one command line left behind. */
export type Session = {readonly code: number; readonly stdout: string; readonly stderr: string};

/** Runs a command line in this process over a deck made by hand. */
export async function keydeck(
	line: string,
	deck: Deck | Error,
	options: {
		readonly settings?: Settings;
		readonly notes?: readonly string[];
		/** Columns of a terminal; absent = a pipe. */
		readonly columns?: number;
		readonly env?: Readonly<Record<string, string>>;
		readonly signal?: AbortSignal;
		/** What a person types when asked; absent = stdin is no terminal. */
		readonly typed?: string;
	} = {},
): Promise<Session> {
	const {columns, env = {}, notes = [], settings = fixtureSettings(), signal = new AbortController().signal} = options;
	const written = {stdout: '', stderr: ''};
	const sink = (name: 'stdout' | 'stderr') => ({
		write(text: string) {
			written[name] += text;
			return true;
		},
		isTTY: columns !== undefined,
		...(columns === undefined ? {} : {columns}),
	});
	const output = new Output({stdout: sink('stdout'), stderr: sink('stderr'), env});
	const openDeck = async (): Promise<OpenedDeck> => {
		if (deck instanceof Error) throw deck;
		return {deck, settings, notes, close: () => deck.close()};
	};
	const clock = new SimulatedClock(now);
	const stdin = Object.assign(Readable.from([options.typed ?? '']), {isTTY: options.typed !== undefined});
	const signals = {onHangUp: () => () => {}, allowClosing: () => {}};
	const place = {cwd: '/home/kim/agents', env, clock, version: '0.0.0'};
	const world = {...place, stdin, screen: undefined, output, openDeck, signals};
	const code = await commandLine(line.split(' ').filter(Boolean), world, signal);
	return {code, ...written};
}
