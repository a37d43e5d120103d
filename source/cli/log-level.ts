import type {Tone} from '../../components/theme.ts';
import {oneOf, quoted, UsageError} from './usage.ts';

/** From the most talkative on. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof logLevels)[number];

/** The colour of a level. */
export const levelTones: Readonly<Record<LogLevel, Tone>> = {
	trace: 'quiet',
	debug: 'quiet',
	info: 'plain',
	warn: 'warn',
	error: 'bad',
	fatal: 'bad',
};

/** The level that was typed; another word is a `UsageError` that lists them. */
export function logLevelOf(typed: string | undefined): LogLevel {
	if (typed === undefined) return 'info';
	const level = logLevels.find((each) => each === typed);
	if (level !== undefined) return level;
	throw new UsageError(`there is no log level ${quoted(typed)}`, `Take ${oneOf(logLevels)}.`);
}
