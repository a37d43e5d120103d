import {lstatSync} from 'node:fs';
import {join} from 'node:path';
import {rootFiles} from '../../config/root.ts';
import type {Settings} from '../../config/settings.ts';
import type {Deck} from '../../engine/deck.ts';
import type {KeyView} from '../../engine/snapshot.ts';
import {age, plural} from '../../format.ts';
import {type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

const recentMs = 86_400_000;
/** Files of the home that nobody else may read; the folder itself is checked whenever it is opened. */
const privateFiles = ['pepper', 'keydeck.sqlite', 'keydeck.sqlite-wal', 'tokens', 'token'] as const;
/** Histories that are asked for replaced keys. */
const mostHistories = 100;

/** Who may read the files, and what changed in `.env` of late; `deck` is absent when none could be opened. */
export async function fileChecks(settings: Settings, now: number, deck: Deck | undefined): Promise<readonly Finding[]> {
	const open = settings.notes.filter(({kind}) => kind === 'file-mode');
	const modes = open.map(({text}) => {
		const [says = text, next = ''] = text.split(' Run: ');
		return warning('file modes', says, `Run: ${next}`);
	});
	const outside = modes.length > 0 ? modes : [fine('file modes', 'no file with keys is open to other users')];
	return inGroup('files', [...outside, homeCheck(settings.home), await environmentFileCheck(settings, now, deck)]);
}

function homeCheck(home: string) {
	const open = privateFiles.filter((name) => {
		const mode = lstatSync(join(home, name), {throwIfNoEntry: false})?.mode ?? 0;
		return process.platform !== 'win32' && (mode & 0o077) !== 0;
	});
	if (open.length === 0) return fine('state folder', `${home} is closed to others`);
	const paths = open.map((name) => join(home, name)).join(' ');
	return problem('state folder', `others may open ${open.join(', ')} in ${home}`, `Run: chmod 600 ${paths}`);
}

/** The mission's "review recent changes in .env": when it changed, and which keys came with that. */
async function environmentFileCheck({root}: Settings, now: number, deck: Deck | undefined) {
	const path = rootFiles(root).env;
	const changedAt = lstatSync(path, {throwIfNoEntry: false})?.mtimeMs;
	if (changedAt === undefined) return skipped('.env', `there is none in ${root}`);
	const ago = `changed ${age(now - changedAt)} ago`;
	if (deck === undefined) return fine('.env', ago);
	const fromFile = deck.snapshot().keys.filter(({source}) => source.kind === 'env-file');
	const replaced = await replacedKeys(deck, fromFile, now - recentMs);
	const names = replaced.map(({label}) => label).join(', ');
	const since = replaced.length === 0 ? '' : `; ${plural(replaced.length, 'key')} replaced in the last day: ${names}`;
	const failing = fromFile.filter(({trouble}) => trouble === 'needs-you');
	if (now - changedAt > recentMs || failing.length === 0) return fine('.env', `${ago}${since}`);
	const told = failing.map(({label}) => label).join(', ');
	return warning('.env', `${ago}${since}, and ${told} of it fail`, 'Look at these lines of .env again');
}

async function replacedKeys(deck: Deck, keys: readonly KeyView[], since: number): Promise<readonly KeyView[]> {
	const asked = await Promise.all(
		keys.slice(0, mostHistories).map(async (key) => {
			const {entries} = await deck.keyHistory(key.kid, 200);
			return entries.some(({verdict, at}) => verdict === 'changed' && at >= since) ? [key] : [];
		}),
	);
	return asked.flat();
}
