import {nearest} from '../config/suggestion.ts';
import {parseArguments} from './arguments.ts';
import {comingCommands} from './coming.ts';
import {type Command, exits, type World} from './command.ts';
import {commands} from './commands/index.ts';
import {sayFailure} from './failure.ts';
import {manualOf, manualOfCommand} from './manual.ts';
import {quoted, UsageError} from './usage.ts';

/** Runs one command line and answers its exit code; never throws. `signal` ends it early, its reason is the exit code. */
export async function commandLine(argv: readonly string[], world: World, signal: AbortSignal): Promise<number> {
	try {
		return await run(argv, world, signal);
	} catch (error) {
		return signal.aborted ? signal.reason : sayFailure(error, world);
	}
}

async function run(argv: readonly string[], world: World, signal: AbortSignal): Promise<number> {
	const [first] = argv;
	if (first === '--version' && argv.length === 1) {
		world.output.lines([world.version]);
		return exits.fine;
	}
	if ((first === '--help' || first === '-h' || first === 'help') && argv.length === 1) {
		world.output.text(`${manualOf(commands, Object.keys(comingCommands))}\n`);
		return exits.fine;
	}
	const {command, rest} = chosen(argv);
	const parsed = parsedFor(command, rest, argv);
	if (!parsed.help) return command.run({...world, command: command.name, typed: parsed.typed, signal});
	world.output.text(`${parsed.manual}\n`);
	return exits.fine;
}

/** The command that was named, `help <command>` turned around; without a name the dashboard. */
function chosen(argv: readonly string[]): {readonly command: Command; readonly rest: readonly string[]} {
	const [name, ...rest] = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : argv;
	if (name === undefined || name.startsWith('-')) return {command: named('dashboard'), rest: argv};
	return {command: named(name), rest};
}

/** Options before the command are the dashboard's: what it cannot take may be meant for a command that comes later. */
function parsedFor(command: Command, rest: readonly string[], argv: readonly string[]) {
	try {
		return parseArguments(command, manualOfCommand(command), rest);
	} catch (error) {
		const late = argv[0]?.startsWith('-') ? commands.find(({name}) => argv.includes(name))?.name : undefined;
		if (late === undefined || !(error instanceof UsageError)) throw error;
		throw new UsageError(error.message, `If keydeck ${late} was meant, write that first, then its options.`);
	}
}

function named(name: string): Command {
	const command = commands.find((each) => each.name === name);
	if (command !== undefined) return command;
	const meanwhile = Object.hasOwn(comingCommands, name) ? comingCommands[name] : undefined;
	if (meanwhile !== undefined) throw new UsageError(`keydeck ${name} comes with a later release; ${meanwhile}`);
	const near = nearest(name, [...commands.map((each) => each.name), ...Object.keys(comingCommands)]);
	const hint = near === undefined ? 'keydeck --help lists the commands.' : `Did you mean keydeck ${near}?`;
	throw new UsageError(`there is no command ${quoted(name)}`, hint);
}
