import {join} from 'node:path';

/** The embedded store of a home. */
export function storeFile(home: string): string {
	return join(home, 'keydeck.sqlite');
}
