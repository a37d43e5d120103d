import {InvalidInputError, KeydeckError, problemLine} from '../errors.ts';
import {exits, type World} from './command.ts';
import {redactHard} from './redaction.ts';

/** Codes of errors that mean the keydeck on the other side cannot be reached or does not answer. */
const notReachableCodes: readonly string[] = [
	'OWNER_GONE',
	'OWNER_SILENT',
	'OWNER_UNREACHABLE',
	'OWNER_BROKEN',
	'SERVICE_REFUSES',
	'SERVICE_UNREACHABLE',
];

/** Says an error on stderr in words for people and answers the exit code that goes with it. */
export function sayFailure(error: unknown, {output, env}: Pick<World, 'output' | 'env'>): number {
	if (error instanceof InvalidInputError) {
		for (const problem of error.problems) output.note(`keydeck: ${problemLine(problem)}`);
		return exits.usage;
	}
	if (error instanceof KeydeckError && error.code !== 'UNREACHABLE') {
		const said = error.message.startsWith('keydeck ') ? error.message : `keydeck: ${error.message}`;
		output.note(error.hint === undefined ? said : joined(said, error.hint));
		return notReachableCodes.includes(error.code) ? exits.notReachable : exits.usage;
	}
	const message = error instanceof Error ? error.message : String(error);
	output.note(`keydeck: unexpected: ${redactHard(message.split('\n')[0] ?? '')}`);
	if (!env.KEYDECK_DEBUG) output.note('This is a fault of keydeck: run again with KEYDECK_DEBUG=1 for the trace.');
	else for (const line of traceOf(error)) output.note(redactHard(line));
	return exits.broken;
}

/** What is wrong and what to do, in one line. */
function joined(said: string, hint: string): string {
	return `${said.replace(/\.$/, '')}${/^\p{Lu}/u.test(hint) ? '.' : ':'} ${hint}`;
}

function traceOf(error: unknown): readonly string[] {
	if (!(error instanceof Error)) return [];
	const own = (error.stack ?? '').split('\n').slice(1);
	return error.cause === undefined ? own : [...own, `caused by: ${String(error.cause)}`, ...traceOf(error.cause)];
}
