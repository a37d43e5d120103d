import {wrap} from '../format.ts';
import type {Command} from './command.ts';

/** The manual of keydeck: what `keydeck --help` prints. */
export function manualOf(commands: readonly Command[], coming: readonly string[]): string {
	return [
		'keydeck keeps a pool of LLM API keys alive: it picks the right key, benches a failing',
		'one exactly as long as it must rest, and says why.',
		'',
		'Usage',
		'  $ keydeck [command] [options]',
		'',
		'Commands',
		...columns(commands.map(({name, args, summary}) => [[name, ...args.map(spelled)].join(' '), summary])),
		'',
		'Options',
		...columns([
			['--help', 'Show the manual of a command'],
			['--version', 'Show the version'],
			['--json', 'JSON on stdout for every command that prints; messages go to stderr'],
		]),
		'',
		'Exit codes',
		...columns([
			['0', 'fine'],
			['1', 'the thing asked about is unhealthy'],
			['2', 'bad usage or configuration, an empty pool too'],
			['3', 'not reachable'],
			['70', 'keydeck itself failed'],
			['130', 'interrupted'],
		]),
		'',
		'Start here',
		...columns([
			['$ keydeck demo', 'a living dashboard; no key, no network'],
			['$ keydeck test', 'ask the vendors about every key you have; free'],
			['$ keydeck <command> --help', 'options, examples and exit codes of one command'],
		]),
		'',
		...wrap(`Coming with later releases: ${coming.join(', ')}.`, 88),
	].join('\n');
}

/** The manual of one command: what `keydeck <command> --help` prints. */
export function manualOfCommand(command: Command): string {
	const usage = ['keydeck', command.name, ...command.args.map(spelled)];
	if (Object.keys(command.flags).length > 0) usage.push('[options]');
	return [
		...wrap(command.teaches, 88),
		'',
		'Usage',
		`  $ ${usage.join(' ')}`,
		...section('Arguments', columns(command.args.map(({name, says}) => [name, says]))),
		...section('Options', columns(optionsOf(command))),
		...section('Examples', columns(command.examples.map(({line, says}) => [`$ ${line}`, says]))),
		...section('Exit codes', columns(Object.entries(command.exits).map(([code, says]) => [code, says]))),
	].join('\n');
}

function optionsOf(command: Command): readonly [string, string][] {
	const options = Object.entries(command.flags).map(([name, {value, says}]): [string, string] => [
		value === undefined ? `--${name}` : `--${name} ${value}`,
		says,
	]);
	return [...options, ['--help', 'Show this']];
}

function spelled({name, required, many}: Command['args'][number]): string {
	const said = many ? `${name}…` : name;
	return required ? `<${said}>` : `[${said}]`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : ['', title, ...lines];
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
	const width = Math.max(0, ...rows.map(([left]) => left.length));
	return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
