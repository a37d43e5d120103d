import meow from 'meow';
import {nearest} from '../config/suggestion.ts';
import type {Command, Typed} from './command.ts';
import {quoted, UsageError} from './usage.ts';

/** What stands after a command's name: a call of it, or a wish for its manual. */
type Parsed = {readonly help: true; readonly manual: string} | {readonly help: false; readonly typed: Typed};

/**
 * Reads the words after a command's name by its manual. Unknown options, options without their value
 * and words too many are a `UsageError`. No option gets a default here.
 */
export function parseArguments(command: Command, manual: string, argv: readonly string[]): Parsed {
	const cli = read(command, manual, argv);
	const given: ReadonlyMap<string, unknown> = new Map(
		Object.entries(cli.unnormalizedFlags).filter(([, value]) => value !== undefined),
	);
	for (const name of given.keys()) refuseUnknown(command, name);
	if (given.get('help') === true || given.get('h') === true) return {help: true, manual: cli.help.trim()};
	for (const [name, flag] of Object.entries(command.flags)) {
		const value = given.get(camelCase(name));
		if (flag.value !== undefined && value === '') {
			throw new UsageError(`--${name} needs a value: --${name} ${flag.value}`, seeManual(command));
		}
	}
	checkCount(command, cli.input);
	return {
		help: false,
		typed: {
			args: cli.input,
			value: (flag) => {
				const value = given.get(camelCase(flag));
				return typeof value === 'string' ? value : undefined;
			},
			on: (flag) => given.get(camelCase(flag)) === true,
		},
	};
}

function read(command: Command, manual: string, argv: readonly string[]) {
	const flags = Object.entries(command.flags).map(([name, {value}]) => [
		camelCase(name),
		{type: value === undefined ? 'boolean' : 'string'} as const,
	]);
	try {
		return meow({
			importMeta: import.meta,
			argv,
			description: false,
			help: manual,
			helpIndent: 0,
			autoHelp: false,
			autoVersion: false,
			booleanDefault: undefined,
			flags: {...Object.fromEntries(flags), help: {type: 'boolean', shortFlag: 'h'}},
		});
	} catch (error) {
		// meow throws a bare Error when an option is given twice.
		throw new UsageError(error instanceof Error ? error.message : String(error), seeManual(command));
	}
}

function refuseUnknown(command: Command, name: string): void {
	const known = [...Object.keys(command.flags), 'help'];
	if (name === 'h' || known.some((flag) => camelCase(flag) === name)) return;
	const typed = name.length === 1 ? `-${name}` : `--${kebabCase(name)}`;
	const near = nearest(kebabCase(name), known);
	const hint = near === undefined ? seeManual(command) : `Did you mean --${near}?`;
	throw new UsageError(`keydeck ${command.name} has no option ${quoted(typed)}`, hint);
}

function checkCount(command: Command, input: readonly string[]): void {
	const extra = input[command.args.length];
	if (extra !== undefined && command.args.at(-1)?.many !== true)
		throw new UsageError(`keydeck ${command.name} does not take ${quoted(extra)}`, seeManual(command));
	const missing = command.args[input.length];
	if (missing?.required === true) {
		throw new UsageError(`keydeck ${command.name} needs <${missing.name}>: ${missing.says}`, seeManual(command));
	}
}

function seeManual(command: Command): string {
	return `See keydeck ${command.name} --help.`;
}

function camelCase(name: string): string {
	return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function kebabCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
