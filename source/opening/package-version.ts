import {createRequire} from 'node:module';

/** Version of this keydeck, as its package says. */
export function packageVersion(): string {
	const {version} = createRequire(import.meta.url)('../../../package.json') as {readonly version: string};
	return version;
}
