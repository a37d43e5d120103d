import {environmentSource} from './env.ts';
import {type ExecOptions, execSource} from './exec.ts';
import {fileSource} from './file.ts';
import type {Resolved, SecretSource} from './secret-source.ts';

/** Schemes that are written already but come with a later release. */
const later: readonly RegExp[] = [/^vault:/, /^op:\/\//, /^awssm:/, /^gcpsm:/, /^keychain:/];

/** Whether a text in the place of a key refers to one: `env:`, `file:`, `exec:`, or a scheme of a later release. */
export function isReference(text: string): boolean {
	return /^(env|file|exec):/.test(text) || later.some((scheme) => scheme.test(text));
}

export type ReferenceOptions = ExecOptions & {
	/** Value of a variable, for `env:`. */
	readonly variable: (name: string) => string | undefined;
};

/** Resolves references, each text once however often it is used. */
export function createResolver(
	options: ReferenceOptions,
): (reference: string, signal: AbortSignal) => Promise<Resolved> {
	const sources: readonly SecretSource[] = [
		environmentSource(options.variable),
		fileSource(options.root),
		execSource(options),
	];
	const running = new Map<string, Promise<Resolved>>();
	return (reference, signal) => {
		const known = running.get(reference);
		if (known !== undefined) return known;
		const source = sources.find(({scheme}) => reference.startsWith(`${scheme}:`));
		const answer =
			source === undefined ? notYet(reference) : source.resolve(reference.slice(source.scheme.length + 1), {signal});
		running.set(reference, answer);
		return answer;
	};
}

async function notYet(reference: string): Promise<Resolved> {
	const scheme = reference.slice(0, reference.indexOf(':') + 1);
	return {
		ok: false,
		rule: `refers to ${scheme}, which comes with a later release`,
		hint: 'Use env:NAME, file:/path or exec:["cmd","arg"] until then',
	};
}
