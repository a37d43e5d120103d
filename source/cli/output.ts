import {type Tone, themes} from '../../components/theme.ts';
import {clean} from '../format.ts';
import {redact} from './redaction.ts';

/** A stream to print on: a terminal, a pipe or a file. */
type Sink = {
	readonly write: (text: string) => boolean;
	readonly isTTY?: boolean;
	readonly columns?: number;
};

/** Everything a command prints: answers on stdout, messages on stderr. */
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
		if (lines.length > 0) this.text(`${lines.join('\n')}\n`);
	}

	/** Prints text as it stands on stdout. */
	text(text: string): void {
		this.#stdout.write(redact(text));
	}

	/** Prints a text a person asked for that is a secret, on stdout. */
	secret(text: string): void {
		this.#stdout.write(text);
	}

	/** Prints one JSON value on stdout. */
	json(value: unknown): void {
		this.text(`${JSON.stringify(value, undefined, 2)}\n`);
	}

	/** Prints one message on stderr, harmless for a terminal. */
	note(line: string): void {
		this.#stderr.write(`${redact(clean(line))}\n`);
	}

	/** Asks on stderr, without a line end. */
	ask(question: string): void {
		this.#stderr.write(redact(question));
	}

	/** Shows how far long work is, in place, when a person watches stderr; undefined takes it away. */
	progress(line: string | undefined): void {
		if (this.#stderr.isTTY === true) this.#stderr.write(`\r\u001B[K${line ?? ''}`);
	}

	/** Colours text by what it tells; plain without a terminal or with NO_COLOR. */
	tone(tone: Tone, text: string): string {
		return this.#coloured ? themes.dark.tones[tone](text) : text;
	}
}
