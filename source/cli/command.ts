import type {Clock} from '../clock.ts';
import type {OpenedDeck, OpenOptions, OwnDeck} from '../opening/open-deck.ts';
import type {Output} from './output.ts';

/** Exit codes of every command; part of the public interface. */
export const exits = {
	fine: 0,
	/** The thing asked about is unhealthy. */
	unhealthy: 1,
	/** Bad usage or configuration, an empty pool too. */
	usage: 2,
	notReachable: 3,
	/** keydeck itself failed. */
	broken: 70,
	hungUp: 129,
	interrupted: 130,
	terminated: 143,
} as const;

/** One option as the help teaches it. It has no default here: what is absent may come from the configuration. */
type Flag = {
	/** Placeholder of its value, e.g. `N`; absent = a switch. */
	readonly value?: string;
	/** What it does, with its default in words. */
	readonly says: string;
};

type Argument = {
	readonly name: string;
	readonly says: string;
	/** @default false */
	readonly required?: boolean;
	/** Stands last and may be said more than once. @default false */
	readonly many?: boolean;
};

/** One command: its manual and what it does. */
export type Command = {
	readonly name: string;
	/** One line for the list of commands; no full stop. */
	readonly summary: string;
	/** What a person should know before the first use. */
	readonly teaches: string;
	readonly args: readonly Argument[];
	/** Long names in kebab-case, without dashes. */
	readonly flags: Readonly<Record<string, Flag>>;
	readonly examples: readonly {readonly line: string; readonly says: string}[];
	/** What each exit code means here. */
	readonly exits: Readonly<Record<number, string>>;
	readonly run: (call: Call) => Promise<number>;
};

/** What was typed after the command, checked against its manual. */
export type Typed = {
	readonly args: readonly string[];
	/** Value of an option, undefined when absent. */
	readonly value: (flag: string) => string | undefined;
	/** True when a switch was given. */
	readonly on: (flag: string) => boolean;
};

/** A terminal that is read and drawn on. */
export type Screen = {readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream};

/** Options of every command that reads the configuration. */
export const projectFlags = {
	root: {value: 'DIR', says: 'Configuration root (default: the nearest folder upward that has one)'},
} as const satisfies Readonly<Record<string, Flag>>;

/** Options of every command that opens the ports. */
export const serverFlags = {
	host: {value: 'ADDRESS', says: 'Address to listen at (default: as configured, 127.0.0.1)'},
	port: {value: 'N', says: 'Port of the key service, 0 for any free one (default: as configured, 3001)'},
	'health-port': {value: 'N', says: 'Port of the health service and its page (default: as configured, 3002)'},
} as const satisfies Readonly<Record<string, Flag>>;

/** What the signals of the system mean while a command runs. SIGINT and SIGTERM always end it, a second one at once. */
type Signals = {
	/** SIGHUP calls this instead of ending the command, unless its terminal was closed; gives the function that ends that. */
	readonly onHangUp: (listener: () => void) => () => void;
	/** How long the command may take to close what it opened once a signal has come, ms. */
	readonly allowClosing: (ms: number) => void;
};

/** The world around a command; tests bring their own. */
export type World = {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly clock: Clock;
	readonly stdin: NodeJS.ReadableStream & {readonly isTTY?: boolean};
	/** The terminal to draw on; undefined when stdin or stdout is none. */
	readonly screen: Screen | undefined;
	readonly output: Output;
	readonly version: string;
	readonly signals: Signals;
	/** Opens the deck of the current project, or attaches to the engine that holds it. */
	readonly openDeck: (options: OpenOptions) => Promise<OpenedDeck | OwnDeck>;
};

/** One run of a command. */
export type Call = World & {
	/** Name of the command. */
	readonly command: string;
	readonly typed: Typed;
	/** Aborted when the command should end: SIGINT, SIGTERM, or nobody reads what it prints. */
	readonly signal: AbortSignal;
};
