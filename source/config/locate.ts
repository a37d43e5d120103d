import type {Problem} from '../errors.ts';
import type {Secret} from '../secret.ts';
import {variables} from './environment.ts';
import {environmentSettings} from './environment-settings.ts';
import {defaultHome} from './root.ts';
import {type LoadOptions, readSources, statedPath} from './sources.ts';

/** Where a project and its state are, whether or not its configuration is in order. */
export type Place = {
	readonly root: string;
	readonly home: string;
	/** Set when `KEYDECK_PEPPER` is. */
	readonly pepper?: Secret;
	/** Set when `KEYDECK_TOKEN` is. */
	readonly accessToken?: Secret;
	/** What is wrong with the two of them. */
	readonly problems: readonly Problem[];
};

/** Finds the home without resolving a single key, for commands that are about the process on it; writes nothing. */
export async function locate(options: Omit<LoadOptions, 'providerOf'>): Promise<Place> {
	const reading = {...options, providerOf: () => undefined};
	const {root, environment} = await readSources(reading);
	const {pepper, accessToken, problems} = environmentSettings(environment, []);
	const stated = environment.find(variables.home);
	const home = stated === undefined ? defaultHome(root.path, options.env) : statedPath(stated, reading, root.path);
	const ours: readonly string[] = [variables.accessToken, variables.pepper];
	return {
		root: root.path,
		home,
		...(pepper === undefined ? {} : {pepper}),
		...(accessToken === undefined ? {} : {accessToken}),
		problems: problems.filter(({path}) => ours.includes(path)),
	};
}
