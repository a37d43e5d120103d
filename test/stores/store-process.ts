/**
 * A process of its own for the store's tests: `node store-process.js <file> hold|save|fill`. It prints
 * `open` once it has the store, or the code of the refusal. `save` goes on with the version of
 * each bench it has saved, until it is killed; `fill` writes until the disk is full, and then
 * until there is room again, and ends with the number of entries it gave.
 */
import {systemClock} from '../../source/clock.ts';
import {KeydeckError} from '../../source/errors.ts';
import {openSqliteStore, type SqliteStore} from '../../source/stores/sqlite-store.ts';
import {bench, entry, reservation} from './samples.ts';

const [file = '', mode] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function saveForever(store: SqliteStore): Promise<void> {
	for (let version = 1; ; version += 1) {
		store.record(entry('k1_a', systemClock.now()));
		await store.reserve(reservation(`l${version}`, {now: systemClock.now()}));
		await Promise.all(
			['k1_a', 'k1_b'].map(async (kid) => {
				await store.save([{kind: 'bench-put', bench: bench(kid, version)}]);
				say(`${kid} ${version}`);
			}),
		);
	}
}

async function fillDisk(store: SqliteStore): Promise<void> {
	let entries = 0;
	while (store.condition().state === 'ok') {
		for (let index = 0; index < 100; index += 1) store.record(entry('k1_a', systemClock.now() + entries + index));
		entries += 100;
		await store.flush();
	}
	say('degraded');
	await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
	const answer = await store.reserve(reservation('l1'));
	say(answer.granted ? 'granted' : 'refused');
	while (store.condition().state === 'degraded') {
		await systemClock.sleep(20);
		await store.flush();
	}
	say('ok');
	await store.close();
	say(`${entries}`);
}

try {
	const store = openSqliteStore({file, clock: systemClock});
	say('open');
	if (mode === 'save') await saveForever(store);
	else if (mode === 'fill') await fillDisk(store);
	else process.stdin.resume();
} catch (error) {
	say(error instanceof KeydeckError ? error.code : String(error));
	process.exitCode = 1;
}
