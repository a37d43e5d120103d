import {readFile, stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join, resolve} from 'node:path';
import {Secret} from '../secret.ts';
import type {SecretSource} from './secret-source.ts';

const largestFile = 64 * 1024;

const reasons: ReadonlyMap<string, string> = new Map([
	['ENOENT', 'is not there'],
	['ENOTDIR', 'is not there'],
	['EACCES', 'may not be read by this user'],
]);

/** The file a `file:` reference means: absolute, `~/…`, or relative to the configuration root. */
export function referencedFile(rest: string, root: string): string {
	return rest.startsWith('~/') ? join(homedir(), rest.slice(2)) : resolve(root, rest);
}

/** `file:/path`: the whole text of a file, without the white space around it. */
export function fileSource(root: string): SecretSource {
	return {
		scheme: 'file',
		async resolve(rest, {signal}) {
			const path = referencedFile(rest, root);
			const fail = (rule: string) =>
				({ok: false, rule: `refers to a file that ${rule}`, hint: 'Mend the path after file:'}) as const;
			try {
				const found = await stat(path);
				if (!found.isFile()) return fail('is not a regular file');
				if (found.size > largestFile) return fail('is larger than 64 KB');
				const text = (await readFile(path, {encoding: 'utf8', signal})).trim();
				return text === '' ? fail('is empty') : {ok: true, secret: new Secret(text)};
			} catch (error) {
				const code = error instanceof Error && 'code' in error ? String(error.code) : '';
				return fail(reasons.get(code) ?? 'cannot be read');
			}
		},
	};
}
