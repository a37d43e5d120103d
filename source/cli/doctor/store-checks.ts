import {KeydeckError} from '../../errors.ts';
import {age, fileSize} from '../../format.ts';
import {storeFile} from '../../opening/store-file.ts';
import {examineStore, type StoreHealth, type StoreSizes, storeSizes} from '../../stores/store-health.ts';
import {type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

/** A running keydeck takes one every hour. */
const oldSnapshotMs = 26 * 3_600_000;

/** The embedded store: whole, how big, how old its newest snapshot. Looked at before anything opens it. */
export function storeChecks(home: string, now: number): readonly Finding[] {
	const file = storeFile(home);
	const {bytes, snapshots, aside} = storeSizes(file);
	const kept = asideCheck(aside);
	const newest = snapshots[0];
	const size = `${fileSize(bytes)}`;
	try {
		const health = examineStore(file);
		if (health.state === 'absent') return inGroup('store', [skipped('store', `${file} is not there yet`), ...kept]);
		const whole = wholeCheck(file, size, health, newest?.at);
		return inGroup('store', [whole, snapshotCheck(newest?.at, now, health), ...kept]);
	} catch (error) {
		if (!(error instanceof KeydeckError)) throw error;
		if (error.code !== 'HOME_IN_USE') return inGroup('store', [problem('store', error.message, error.hint ?? '')]);
		const held = fine('store', `${size}, open in the keydeck that runs, which checked it when it started`);
		return inGroup('store', [held, snapshotCheck(newest?.at, now, {state: 'good'}), ...kept]);
	}
}

function wholeCheck(file: string, size: string, {state, detail, version}: StoreHealth, newestAt: number | undefined) {
	if (state !== 'damaged') return fine('store', `whole (quick_check, check sums), ${size}, schema ${version ?? '?'}`);
	const next =
		newestAt === undefined
			? 'The next start puts it aside and begins an empty one; restore a backup first: keydeck restore <file>'
			: `The next start puts it aside and restores the snapshot of ${new Date(newestAt).toISOString()}`;
	return problem('store', `${file} is damaged: ${detail ?? 'unreadable'}`, next);
}

function snapshotCheck(newestAt: number | undefined, now: number, {lastSnapshot}: StoreHealth) {
	if (lastSnapshot?.failure !== undefined)
		return warning('snapshot', `the last one failed: ${lastSnapshot.failure}`, 'Make room on the disk of the home');
	if (newestAt === undefined)
		return skipped('snapshot', 'none yet: the first is taken within two minutes of a keydeck that keeps running');
	const took = lastSnapshot?.at === newestAt ? `, took ${lastSnapshot.tookMs} ms` : '';
	const says = `the newest is ${age(now - newestAt)} old${took}`;
	if (now - newestAt <= oldSnapshotMs) return fine('snapshot', says);
	return warning(
		'snapshot',
		says,
		'keydeck backup makes a copy now; a keydeck that keeps running takes one every hour',
	);
}

/** They may be the only copy of something, so nobody but a person removes them. */
function asideCheck({folders, bytes}: StoreSizes['aside']) {
	if (folders.length === 0) return [];
	const says = `${folders.length} earlier ${folders.length === 1 ? 'store' : 'stores'} kept aside, ${fileSize(bytes)}`;
	return [fine('kept aside', `${says}; remove what you do not miss: ${folders.join(' ')}`)];
}
