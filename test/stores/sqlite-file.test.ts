import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {type Clock, systemClock} from '../../source/clock.ts';
import {openSqliteStore} from '../../source/stores/sqlite-store.ts';
import {alert, bench, entry, knowledge, noon, reservation} from './samples.ts';

const homes = mkdtempSync(join(tmpdir(), 'keydeck-files-'));
after(() => rmSync(homes, {recursive: true}));

let made = 0;
function newFile(): string {
	made += 1;
	return join(homes, `${made}`, 'keydeck.db');
}

const open = (file: string, clock: Clock = systemClock) => openSqliteStore({file, clock});

/** A file with a bench, an alert and 300 entries in it, closed. */
async function filledFile(): Promise<string> {
	const file = newFile();
	const store = open(file);
	await store.save([
		{kind: 'bench-put', bench: bench('k1_a', 1)},
		{kind: 'alert-put', alert: alert('one')},
	]);
	for (let at = 0; at < 300; at += 1) store.record(entry('k1_a', noon + at));
	await store.close();
	return file;
}

/** `kilobytes`: no file of the process may grow beyond. */
function startProcess(file: string, mode: string, kilobytes?: number) {
	const program = fileURLToPath(new URL('./store-process.js', import.meta.url));
	const limit = kilobytes === undefined ? '' : `ulimit -S -f ${kilobytes}; `;
	const command = ['-c', `${limit}exec "$@"`, 'sh', process.execPath, program, file, mode];
	const child = spawn('bash', command, {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = once(child, 'close');
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		text += chunk;
	});
	// The last line may be cut off by a kill: only whole ones were said.
	const lines = () => text.split('\n').slice(0, -1);
	return {child, ended, lines};
}

type StartedProcess = ReturnType<typeof startProcess>;

/** Waits until the process has said so much; fails when it ends before. */
async function said({child, ended, lines}: StartedProcess, enough: (lines: string[]) => boolean): Promise<void> {
	while (!enough(lines())) {
		assert.equal(child.exitCode, null, `ended early: ${lines().slice(-5).join(' ')}`);
		await Promise.race([once(child.stdout, 'data'), ended]);
	}
}

async function kill({child, ended}: StartedProcess): Promise<void> {
	child.kill('SIGKILL');
	await ended;
}

test('the folder is 0700 and every file in it 0600, while open and after', async () => {
	const file = newFile();
	const store = open(file);
	await store.save([{kind: 'alert-put', alert: alert('one')}]);
	const modes = () =>
		readdirSync(dirname(file)).map((name) => (statSync(join(dirname(file), name)).mode & 0o777).toString(8));
	assert.deepEqual(new Set(modes()), new Set(['600']));
	assert.ok(modes().length >= 3, 'database, WAL and lock');
	assert.equal((statSync(dirname(file)).mode & 0o777).toString(8), '700');
	await store.close();
	assert.deepEqual(new Set(modes()), new Set(['600']));
});

test('a folder or file that others may open is refused with the command that mends it', async () => {
	const file = await filledFile();
	chmodSync(file, 0o644);
	assert.throws(() => open(file), {code: 'NOT_PRIVATE', hint: `chmod 600 '${file}'`});
	chmodSync(file, 0o600);
	chmodSync(dirname(file), 0o755);
	assert.throws(() => open(file), {code: 'NOT_PRIVATE', hint: `chmod 700 '${dirname(file)}'`});
});

test('a second store in this process is refused, and the first goes on holding the file', async () => {
	const file = newFile();
	const store = open(file);
	for (let again = 0; again < 2; again += 1) assert.throws(() => open(file), {code: 'HOME_IN_USE'});
	const other = startProcess(file, 'hold');
	await other.ended;
	assert.deepEqual(other.lines(), ['HOME_IN_USE']);
	await store.close();
	await open(file).close();
});

test('a second process is refused within a second, and let in once the first was killed', async () => {
	const file = newFile();
	const holder = startProcess(file, 'hold');
	await said(holder, (lines) => lines.includes('open'));
	const askedAt = performance.now();
	assert.throws(() => open(file), {code: 'HOME_IN_USE', message: /another keydeck process/, hint: /KEYDECK_HOME/});
	assert.ok(performance.now() - askedAt < 1000);
	await kill(holder);
	const store = open(file);
	assert.deepEqual(store.notes, []);
	await store.close();
});

test('a kill at any moment loses no acknowledged save', async () => {
	const file = newFile();
	const saved = new Map<string, number>();
	for (let round = 0; round < 5; round += 1) {
		if (round > 0) rmSync(file);
		const saver = startProcess(file, 'save');
		await said(saver, (lines) => lines.length >= 20 + round * 37);
		await kill(saver);
		saved.clear();
		for (const line of saver.lines().slice(1)) {
			const [kid = '', version] = line.split(' ');
			saved.set(kid, Number(version));
		}
		const store = open(file);
		assert.deepEqual(store.notes, []);
		const {benches, picks} = await store.load(noon);
		for (const [kid, version] of saved) {
			const found = benches.find(({id}) => id === `key ${kid}`)?.version ?? 0;
			assert.ok(found >= version, `${kid}: version ${version} was acknowledged, ${found} found`);
		}
		assert.ok((picks[0]?.picks ?? 0) > 0, 'counts were written along');
		assert.deepEqual(await store.openLeases(), [], 'leases of a process that died are gone with it');
		await store.close();
	}
});

const damages: readonly {readonly how: string; readonly damage: (file: string) => void; readonly note: RegExp}[] = [
	{
		how: 'a garbage header',
		damage: (file) => writeFileSync(file, Buffer.concat([Buffer.alloc(100), readFileSync(file).subarray(100)])),
		note: /not a database/,
	},
	{how: 'a cut file', damage: (file) => truncateSync(file, 8192), note: /./},
	{how: 'an empty file', damage: (file) => truncateSync(file, 0), note: /empty/},
	{how: 'a text in its place', damage: (file) => writeFileSync(file, 'hello '.repeat(2000)), note: /not a database/},
	{
		how: 'a random page',
		damage: (file) => writeFileSync(file, readFileSync(file).fill(0x5a, 4096, 8192)),
		note: /./,
	},
	{
		how: 'a database of somebody else',
		damage(file) {
			rmSync(file);
			const other = new DatabaseSync(file);
			other.exec('CREATE TABLE mine (a)');
			other.close();
			chmodSync(file, 0o600);
		},
		note: /not a keydeck store/,
	},
	{
		how: 'a flipped bit in a record',
		damage(file) {
			const bytes = readFileSync(file);
			const at = bytes.indexOf('{"id":"key k1_a"');
			assert.ok(at > 0);
			writeFileSync(file, bytes.fill('x', at, at + 1));
		},
		note: /unreadable/,
	},
	{
		how: 'a WAL without its database',
		damage(file) {
			rmSync(file);
			writeFileSync(`${file}-wal`, 'frames', {mode: 0o600});
		},
		note: /WAL/,
	},
];

for (const {how, damage, note} of damages) {
	test(`${how} without a snapshot is moved aside whole, said, and a fresh store begun`, async () => {
		const file = await filledFile();
		damage(file);
		const left = readdirSync(dirname(file)).filter((name) => !name.endsWith('-lock'));
		const bytes = left.map((name) => readFileSync(join(dirname(file), name)));
		const store = open(file, {...systemClock, now: () => noon});
		const folder = join(dirname(file), 'corrupt-2026-11-22T12-00-00-000Z');
		assert.equal(store.notes.length, 1);
		assert.match(store.notes[0] ?? '', note);
		assert.ok(store.notes[0]?.includes(folder));
		assert.deepEqual(readdirSync(folder), left);
		assert.deepEqual(
			left.map((name) => readFileSync(join(folder, name))),
			bytes,
		);
		assert.deepEqual((await store.load(noon)).benches, []);
		await store.save([{kind: 'bench-put', bench: bench('k1_a', 1)}]);
		await store.close();
		const next = open(file);
		assert.deepEqual([next.notes, (await next.load(noon)).benches.length], [[], 1]);
		await next.close();
	});
}

test('a file that stays damaged in one entry of history keeps the others', async () => {
	const file = await filledFile();
	const database = new DatabaseSync(file);
	database.exec("UPDATE entry SET body = 'x' WHERE seq = 300");
	database.close();
	const store = open(file);
	assert.deepEqual(store.notes, []);
	assert.equal((await store.history({limit: 1000})).length, 299);
	await store.close();
});

test('a store of a newer keydeck is refused and left byte for byte', async () => {
	const file = await filledFile();
	const database = new DatabaseSync(file);
	database.exec('PRAGMA user_version = 99');
	database.close();
	const bytes = readFileSync(file);
	assert.throws(() => open(file), {code: 'STORE_TOO_NEW', message: /schema 99/, hint: /update keydeck/});
	assert.deepEqual(readFileSync(file), bytes);
	assert.deepEqual(
		readdirSync(dirname(file)).filter((name) => name.startsWith('corrupt')),
		[],
	);
});

test('a folder that cannot be written is one clear error', () => {
	const file = newFile();
	mkdirSync(dirname(dirname(file)), {recursive: true});
	writeFileSync(dirname(file), 'a file where the folder should be');
	assert.throws(() => open(file), {code: 'STORE_UNUSABLE', message: new RegExp(dirname(file)), hint: /KEYDECK_HOME/});
});

test('grouped changes are on disk after one group, without a flush', async () => {
	const file = newFile();
	const tasks: (() => void)[] = [];
	const clock: Clock = {
		...systemClock,
		after(delayMs, task) {
			assert.ok(delayMs <= 250);
			tasks.push(task);
			return {stop() {}};
		},
	};
	const store = open(file, clock);
	store.learn(knowledge('k1_a'));
	store.record(entry('k1_a', noon));
	await store.reserve(reservation('l1'));
	assert.equal(tasks.length, 1, 'one group for all of them');
	assert.ok(!walText(file).includes('k1_a'));
	tasks[0]?.();
	for (const kept of ['OPENAI_API_KEY', '200 POST /v1/responses', '"picks":1']) {
		assert.ok(walText(file).includes(kept), kept);
	}
	await store.close();
});

function walText(file: string): string {
	return readFileSync(`${file}-wal`, 'latin1');
}

test('a full disk leaves the store serving from memory, and nothing is lost when there is room again', async () => {
	const file = newFile();
	const filler = startProcess(file, 'fill', 400);
	await said(filler, (lines) => lines.includes('degraded'));
	// The limit on the size of its files stands for the disk; taking it away makes room.
	spawnSync('prlimit', ['--pid', `${filler.child.pid}`, '--fsize=unlimited']);
	await filler.ended;
	const [entries, ...told] = filler.lines().slice(1).reverse();
	assert.deepEqual(told, ['ok', 'granted', 'degraded']);
	const store = open(file);
	assert.deepEqual(store.notes, []);
	assert.equal((await store.history({limit: 100_000})).length, Number(entries));
	assert.equal((await store.load(noon)).benches.length, 1);
	await store.close();
});
