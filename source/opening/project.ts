import {loadSettings} from '../config/load.ts';
import type {Settings} from '../config/settings.ts';
import {builtInCatalogue} from '../domain/models.ts';
import {InvalidInputError} from '../errors.ts';
import {modelProblems} from './catalogue.ts';

export type ProjectOptions = {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Explicit flags that outrank the environment, by setting path. */
	readonly flags: Readonly<Record<string, string>>;
	/** Ends commands of `exec:` references. */
	readonly signal?: AbortSignal;
};

/** Reads the configuration of the project around `cwd`; every problem at once as an `InvalidInputError`, and then nothing was written. */
export async function readProject({cwd, env, flags, signal}: ProjectOptions): Promise<Settings> {
	const providerOf = (model: string): string | undefined => builtInCatalogue.get(model)?.provider;
	const loaded = await loadSettings({
		cwd,
		env,
		flags,
		providerOf,
		modelProblems,
		...(signal === undefined ? {} : {signal}),
	});
	if (!loaded.ok) throw new InvalidInputError(loaded.problems);
	return loaded.settings;
}
