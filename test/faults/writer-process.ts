/**
 * Writes until it is killed: `node writer-process.js <folder>`. Each line it prints is a promise: `save <kid>
 * <version>` that a bench is durable, `file <number>` that the JSON file holds at least that one.
 */
import {join} from 'node:path';
import {systemClock} from '../../source/clock.ts';
import {writeFileAtomically} from '../../source/config/atomic-file.ts';
import {takeSnapshot} from '../../source/stores/snapshots.ts';
import {openSqliteFile} from '../../source/stores/sqlite-file.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {bench, entry, noon, reservation} from '../stores/samples.ts';

const [folder = ''] = process.argv.slice(2);
const file = join(folder, 'home', 'keydeck.sqlite');
const say = (line: string) => process.stdout.write(`${line}\n`);

say('start');
// A snapshot of what the last life left, so that kills fall into one too.
const opened = openSqliteFile({file, now: systemClock.now()});
takeSnapshot(opened.database, file, systemClock.now());
opened.close();

const store = openSqliteStore({file, clock: systemClock});
for (const note of store.notes) say(`note ${note}`);
const {benches} = await store.load(noon);
const versions = new Map(benches.map(({id, version}) => [id, version]));
say('open');

async function saveForever(): Promise<void> {
	for (let turn = 1; ; turn += 1) {
		store.record(entry('k1_a', systemClock.now()));
		await store.reserve(reservation(`${process.pid}-${turn}`, {now: systemClock.now()}));
		await Promise.all(
			['k1_a', 'k1_b', 'k1_c'].map(async (kid) => {
				const version = (versions.get(`key ${kid}`) ?? 0) + 1;
				versions.set(`key ${kid}`, version);
				await store.save([{kind: 'bench-put', bench: bench(kid, version)}]);
				say(`save ${kid} ${version}`);
			}),
		);
	}
}

/** As long as the pool of many keys, so that a cut would show. */
async function replaceForever(): Promise<void> {
	for (let number = systemClock.now() * 1000; ; number += 1) {
		const text = JSON.stringify({number, padding: 'p'.repeat(60_000), end: number});
		await writeFileAtomically(join(folder, 'tokenpool.json'), text);
		say(`file ${number}`);
	}
}

await Promise.all([saveForever(), replaceForever()]);
