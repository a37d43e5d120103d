import {type Tone, themes} from '../../components/theme.ts';
import {clean, cleanJson, cleanWhole} from '../format.ts';
import {redact} from './redaction.ts';

/** A stream to print on: a terminal, a pipe or a file. */
type Sink = {
	readonly write: (text: string) => boolean;
	readonly isTTY?: boolean;
	readonly columns?: number;
};

/** The colours of `tone`; in a line no other sequence is let through. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with one.
const sequence = /\u001b\[[\d;]*m/g;
const ownSequences = new Set(Object.values(themes.dark.tones).flatMap((paint) => paint('x').match(sequence) ?? []));

/**
 * Everything a command prints: answers on stdout, messages on stderr. Names, reasons and figures come from vendors,
 * from other replicas and from services elsewhere; whatever they hold, nothing printed here steers a terminal.
 */
export class Output {
	readonly #stdout: Sink;
	readonly #stderr: Sink;
	readonly #coloured: boolean;

	constructor(options: {
		readonly stdout: Sink;
		readonly stderr: Sink;
		readonly env: Readonly<Record<string, string | undefined>>;
	}) {
		this.#stdout = options.stdout;
		this.#stderr = options.stderr;
		const refused = Boolean(options.env.NO_COLOR) || options.env.TERM === 'dumb';
		this.#coloured = options.stdout.isTTY === true && !refused;
	}

	/** A person reads stdout on a terminal. */
	get interactive(): boolean {
		return this.#stdout.isTTY === true;
	}

	/** Columns of the terminal; undefined for a pipe or a file, where nothing is cut. */
	get columns(): number | undefined {
		return this.interactive ? (this.#stdout.columns ?? 80) : undefined;
	}

	/** Prints lines of an answer on stdout. */
	lines(lines: readonly string[]): void {
		if (lines.length > 0) this.#print(`${lines.map((line) => this.#harmless(line)).join('\n')}\n`);
	}

	/** Prints a text of several lines on stdout, its line ends as they are. */
	text(text: string): void {
		const parts = text.split(/(\r?\n)/);
		this.#print(parts.map((part, place) => (place % 2 === 1 ? part : this.#harmless(part))).join(''));
	}

	/** Prints a text a person asked for that is a secret, on stdout. */
	secret(text: string): void {
		this.#stdout.write(text);
	}

	/** Prints one JSON value on stdout; without `indent` on one line. */
	json(value: unknown, indent = 2): void {
		this.#print(`${cleanJson(JSON.stringify(value, undefined, indent))}\n`);
	}

	/** Prints one message on stderr, harmless for a terminal. */
	note(line: string): void {
		this.#stderr.write(`${redact(clean(line))}\n`);
	}

	/** Asks on stderr, without a line end. */
	ask(question: string): void {
		this.#stderr.write(redact(clean(question)));
	}

	/** Shows how far long work is, in place, when a person watches stderr; undefined takes it away. */
	progress(line: string | undefined): void {
		if (this.#stderr.isTTY === true) this.#stderr.write(`\r\u001B[K${clean(line ?? '')}`);
	}

	/** Colours text by what it tells; plain without a terminal or with NO_COLOR. */
	tone(tone: Tone, text: string): string {
		return this.#coloured ? themes.dark.tones[tone](text) : text;
	}

	/** One line: what is left of it cannot begin another. */
	#harmless(line: string): string {
		if (!this.#coloured) return cleanWhole(line);
		const colours = [...line.matchAll(sequence)].map(([found]) => (ownSequences.has(found) ? found : ''));
		return line
			.split(sequence)
			.map((part, place) => `${cleanWhole(part)}${colours[place] ?? ''}`)
			.join('');
	}

	#print(text: string): void {
		this.#stdout.write(redact(text));
	}
}
