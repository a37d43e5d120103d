import assert from 'node:assert/strict';
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openSqliteStore, type SqliteStore} from '../../source/stores/sqlite-store.ts';
import {seeded} from '../helpers/seeded.ts';
import {alert, bench, entry, knowledge, noon} from '../stores/samples.ts';
import {printTable} from './print-table.ts';

const rounds = Number(process.env.KEYDECK_FLIPS ?? 200);
const base = mkdtempSync(join(tmpdir(), 'keydeck-flips-'));
after(() => rmSync(base, {recursive: true}));

const clock = {...systemClock, now: () => noon};

async function write(store: SqliteStore): Promise<void> {
	for (const kid of ['k1_a', 'k1_b', 'k1_c', 'k1_d']) {
		await store.save([
			{kind: 'bench-put', bench: bench(kid, 1)},
			{kind: 'alert-put', alert: alert(kid)},
		]);
		store.learn(knowledge(kid));
		for (let at = 0; at < 200; at += 1) store.record(entry(kid, noon - at * 61_000));
	}
	await store.flush();
}

/** Everything in a store, one text per row. */
async function contentOf(store: SqliteStore): Promise<{states: Set<string>; history: Set<string>}> {
	const {benches, alerts, knowledge: known} = await store.load(noon);
	const rows = [
		...(await store.history({limit: 100_000})),
		...(await store.rollUps({span: 'minute', since: 0})),
		...(await store.rollUps({span: 'hour', since: 0})),
	];
	const texts = (values: readonly unknown[]) => new Set(values.map((value) => JSON.stringify(value)));
	return {states: texts([...benches, ...alerts, ...known]), history: texts(rows)};
}

/** The file of a closed store, or database and WAL of one that was killed. */
async function original(killed: boolean): Promise<string> {
	const folder = join(base, killed ? 'killed' : 'closed');
	const file = join(folder, 'live', 'keydeck.sqlite');
	const store = openSqliteStore({file, clock});
	await write(store);
	if (!killed) await store.close();
	const kept = join(folder, 'kept');
	mkdirSync(kept, {mode: 0o700});
	copyFileSync(file, join(kept, 'keydeck.sqlite'));
	if (killed) copyFileSync(`${file}-wal`, join(kept, 'keydeck.sqlite-wal'));
	await store.close();
	return kept;
}

for (const killed of [false, true]) {
	const what = killed ? 'the WAL of a killed process' : 'the file of a closed store';
	test(`${rounds / 2} damaged bytes in ${what} are found or harmless, and nothing crashes`, async () => {
		const kept = await original(killed);
		const random = seeded(killed ? 7 : 11);
		const names = killed ? ['keydeck.sqlite', 'keydeck.sqlite-wal'] : ['keydeck.sqlite'];
		const whole = await opened(kept, names, () => undefined);
		const tally = {'kept aside, said': 0, 'rows left out': 0, harmless: 0, 'last commit dropped': 0};
		for (let round = 0; round < rounds / 2; round += 1) {
			const {content, notes} = await opened(kept, names, (bytes) => {
				const at = Math.floor(random() * bytes.length);
				bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
			});
			const wrong = [...content.states].filter((text) => !whole.content.states.has(text));
			if (notes.length > 0) tally['kept aside, said'] += 1;
			else if (content.states.size < whole.content.states.size) {
				// A flip in the very last commit looks like a commit that was never finished.
				assert.ok(killed, `a state is gone without a word, round ${round}`);
				tally['last commit dropped'] += 1;
			} else if (isSubset(whole.content.history, content.history)) tally.harmless += 1;
			else tally['rows left out'] += 1;
			assert.deepEqual(wrong, [], `a state is wrong, round ${round}`);
			// Sums that lost their end are smaller than they were, and said to be.
			if (notes.length === 0)
				assert.ok(isSubset(content.history, whole.content.history), `history is wrong, round ${round}`);
		}
		assert.ok(tally['last commit dropped'] <= rounds / 50, 'only the last of many frames');
		printTable(`${rounds / 2} flipped bits in ${what}`, Object.entries(tally));
	});
}

let made = 0;

/** Opens a damaged copy, reads all of it, writes to it, and opens it once more. */
async function opened(kept: string, names: readonly string[], damage: (bytes: Buffer) => void) {
	made += 1;
	const folder = join(base, `copy-${made}`);
	mkdirSync(folder, {mode: 0o700});
	const damaged = names.at(-1);
	for (const name of names) {
		const bytes = readFileSync(join(kept, name));
		if (name === damaged) damage(bytes);
		writeFileSync(join(folder, name), bytes, {mode: 0o600});
	}
	const file = join(folder, 'keydeck.sqlite');
	const store = openSqliteStore({file, clock});
	const content = await contentOf(store);
	store.record(entry('k1_a', noon));
	await store.save([{kind: 'bench-put', bench: bench('k1_new', 1)}]);
	await store.prune(noon);
	assert.deepEqual(store.condition(), {state: 'ok'});
	await store.close();
	const again = openSqliteStore({file, clock});
	assert.ok((await again.load(noon)).benches.some(({id}) => id === 'key k1_new'));
	await again.close();
	rmSync(folder, {recursive: true});
	return {content, notes: store.notes};
}

function isSubset(part: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
	return [...part].every((text) => all.has(text));
}
