import {referencedFile} from '../secrets/file.ts';
import type {Intake, KeyDraft} from './key-intake.ts';
import type {RawKey} from './raw-key.ts';
import {rootFiles} from './root.ts';
import type {Settings} from './settings.ts';
import type {LoadOptions, SourceFile, Sources} from './sources.ts';

/** Every place a key may stand, with how many usable ones it gave; where no root was found, the current folder too. */
export function searchedPlaces({root, files}: Sources, {drafts}: Intake, {cwd}: LoadOptions): Settings['searched'] {
	const count = (kind: KeyDraft['source']['kind']) => drafts.filter(({source}) => source.kind === kind).length;
	const place = (file: SourceFile, keys: number) => ({
		place: file.path,
		found: !file.present ? 'not there' : keys === 0 ? 'no usable key' : counted(keys),
		keys,
	});
	const inProcess = count('environment');
	const absent = root.found ? [] : Object.values(rootFiles(cwd));
	return [
		{place: 'environment', found: inProcess === 0 ? 'no usable key' : counted(inProcess), keys: inProcess},
		...absent.map((path) => ({place: path, found: 'not there', keys: 0})),
		place(files.env, count('env-file')),
		place(files.tokenPool, count('token-pool')),
		place(files.config, count('config')),
	];
}

function counted(keys: number): string {
	return keys === 1 ? '1 key' : `${keys} keys`;
}

/** Files whose change counts, those that are not there yet included. */
export function watchedFiles(
	{root, files, pool, config}: Sources,
	inEnvironment: readonly RawKey[],
	{cwd}: LoadOptions,
): readonly string[] {
	const referenced = [...inEnvironment, ...pool.keys, ...config.keys]
		.map(({text}) => text.reveal())
		.filter((text) => text.startsWith('file:'))
		.map((text) => referencedFile(text.slice('file:'.length), root.path));
	const own = Object.values(files).map(({path}) => path);
	return [...new Set([...own, ...(root.found ? [] : Object.values(rootFiles(cwd))), ...referenced])];
}
