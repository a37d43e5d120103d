import {closeSync, openSync, writeSync} from 'node:fs';
import {type Logger, pino} from 'pino';
import type {Clock} from '../clock.ts';
import {KeydeckError} from '../errors.ts';
import {clean, cleanJson, clockTime, isoTime} from '../format.ts';
import {type LogLevel, levelTones, logLevels} from './log-level.ts';
import type {Output} from './output.ts';
import {redact} from './redaction.ts';

/** What a line tells machines beside its message; never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

type LogOptions = {
	readonly output: Output;
	readonly clock: Clock;
	/** Lines below it are left out. */
	readonly level: LogLevel;
	/** Appended to, 0600. Then a pipe gets no lines; a terminal does. */
	readonly file?: string;
	/** @default 'people' on a terminal, 'json' elsewhere */
	readonly format?: 'json';
};

/**
 * The log of a service: lines for people on a terminal, JSON lines elsewhere and in a file. A value can neither
 * begin a line of its own nor steer a terminal, and what looks like a key is cut.
 */
export class Log {
	readonly #options: LogOptions;
	readonly #json: Logger;
	#fd: number | undefined;
	#lastError = '';

	constructor(options: LogOptions) {
		this.#options = options;
		this.#fd = this.#openFile();
		this.#json = pino(
			{
				level: options.level,
				base: {pid: process.pid},
				timestamp: () => `,"time":"${isoTime(options.clock.now())}"`,
				formatters: {level: (level) => ({level})},
			},
			{write: (line) => this.#writeJson(cleanJson(line))},
		);
	}

	/** Whether lines of this level are written at all. */
	writes(level: LogLevel): boolean {
		return logLevels.indexOf(level) >= logLevels.indexOf(this.#options.level);
	}

	write(level: LogLevel, message: string, fields: LogFields = {}): void {
		const {output} = this.#options;
		if (!this.writes(level)) return;
		const text = clean(message);
		const forPeople = output.interactive && this.#options.format !== 'json';
		if (forPeople) output.lines([this.#lineForPeople(level, text)]);
		if (this.#fd !== undefined || !forPeople) this.#json[level](fields, text);
	}

	/** Opens the file anew, after somebody has moved it away. */
	reopen(): void {
		const before = this.#fd;
		if (before === undefined) return;
		this.#fd = this.#openFile();
		closeSync(before);
	}

	close(): void {
		if (this.#fd !== undefined) closeSync(this.#fd);
		this.#fd = undefined;
	}

	#lineForPeople(level: LogLevel, text: string): string {
		const {output, clock} = this.#options;
		const head = `${output.tone('quiet', clockTime(clock.now()))} ${output.tone(levelTones[level], level.padEnd(5))}`;
		return `${head} ${text}`;
	}

	#writeJson(line: string): void {
		if (this.#fd === undefined) {
			this.#options.output.text(line);
			return;
		}
		try {
			writeSync(this.#fd, redact(line));
			this.#lastError = '';
		} catch (error) {
			// A full disk must not end the service; it is said once.
			const code = codeOf(error);
			if (code !== this.#lastError) this.#options.output.note(`the log file cannot be written (${code})`);
			this.#lastError = code;
		}
	}

	#openFile(): number | undefined {
		const {file} = this.#options;
		if (file === undefined) return undefined;
		try {
			return openSync(file, 'a', 0o600);
		} catch (error) {
			throw new KeydeckError('LOG_UNUSABLE', `the log file ${file} cannot be opened (${codeOf(error)})`, {
				hint: 'name a file in a folder you may write: --log-file',
			});
		}
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
