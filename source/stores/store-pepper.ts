import {dirname, join} from 'node:path';
import {KeydeckError} from '../errors.ts';
import {PEPPER_RECORD, type SqliteTables} from './sqlite-tables.ts';

/** The pepper the keys of this process are named by. */
export type StorePepper = {
	readonly fingerprint: string;
	/** Go on with it although the store was written with another. @default false */
	readonly accept?: boolean;
};

/**
 * A store remembers the pepper it was written with: under another every key would silently count as new. Throws
 * KeydeckError `OTHER_PEPPER`, and then nothing was written.
 */
export function settlePepper(tables: SqliteTables, file: string, {fingerprint, accept = false}: StorePepper): void {
	const [, found] = tables.records<string>(PEPPER_RECORD)[0] ?? [];
	if (found === fingerprint) return;
	if (found !== undefined && !accept) throw otherPepper(`the store ${file}`, file);
	tables.transaction(() => tables.putRecord(PEPPER_RECORD, PEPPER_RECORD, fingerprint), {durable: true});
}

/** `what` was written with another pepper than that of the store's home. */
export function otherPepper(what: string, file: string): KeydeckError {
	return new KeydeckError(
		'OTHER_PEPPER',
		`${what} was written with another pepper: under this one every key counts as new, without its history and benches`,
		{
			hint: `put the old pepper back (the file ${join(dirname(file), 'pepper')}, or the variable KEYDECK_PEPPER); if it is lost for good: keydeck doctor --accept-new-pepper`,
		},
	);
}
