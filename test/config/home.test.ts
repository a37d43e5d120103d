import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {openHome} from '../../source/config/home.ts';
import {kidOf} from '../../source/config/kid.ts';
import {Secret} from '../../source/secret.ts';
import {workspace} from './workspace.ts';

const posix = {skip: process.platform === 'win32' ? 'file modes are POSIX' : false};

test('the first opening makes folder and pepper for us alone; the next ones read the same', posix, async (t) => {
	const {root} = workspace(t);
	const path = join(root, 'a', 'b');
	const first = await openHome(path);
	assert.match(first.pepper.reveal(), /^[0-9a-f]{64}$/);
	assert.equal(statSync(path).mode & 0o777, 0o700);
	assert.equal(statSync(join(root, 'a')).mode & 0o777, 0o700);
	assert.equal(statSync(join(path, 'pepper')).mode & 0o777, 0o600);
	assert.equal((await openHome(path)).pepper.reveal(), first.pepper.reveal());
	assert.deepEqual(readdirSync(path), ['pepper']);
});

test('twenty openings at once agree on one pepper', async (t) => {
	const {root} = workspace(t);
	const homes = await Promise.all(Array.from({length: 20}, () => openHome(join(root, 'home'))));
	assert.equal(new Set(homes.map(({pepper}) => pepper.reveal())).size, 1);
	assert.deepEqual(readdirSync(join(root, 'home')), ['pepper']);
});

test('a pepper from outside is used and no file is made', async (t) => {
	const {root} = workspace(t);
	const home = await openHome(root, new Secret('ab'.repeat(32)));
	assert.equal(home.pepper.reveal(), 'ab'.repeat(32));
	assert.deepEqual(readdirSync(root), []);
});

test(
	"an open folder is closed when it is plainly ours, and refused when it may be somebody else's",
	posix,
	async (t) => {
		const {root} = workspace(t);
		const ours = join(root, 'ours');
		const {pepper} = await openHome(ours);
		chmodSync(ours, 0o755);
		assert.equal((await openHome(ours)).pepper.reveal(), pepper.reveal());
		assert.equal(statSync(ours).mode & 0o777, 0o700);

		const shared = join(root, 'shared');
		mkdirSync(shared);
		writeFileSync(join(shared, 'theirs'), '');
		chmodSync(shared, 0o755);
		await assert.rejects(openHome(shared), {code: 'HOME_OPEN'});
		assert.equal(statSync(shared).mode & 0o777, 0o755);
		assert.deepEqual(readdirSync(shared), ['theirs']);
	},
);

test('a pepper that cannot be trusted is refused and left as it was', posix, async (t) => {
	const rows: readonly [string, (path: string) => void][] = [
		['too short', (path) => writeFileSync(path, 'ab'.repeat(31), {mode: 0o600})],
		['empty', (path) => writeFileSync(path, '', {mode: 0o600})],
		['not hex', (path) => writeFileSync(path, 'zz'.repeat(32), {mode: 0o600})],
		[
			'readable by others',
			(path) => {
				writeFileSync(path, 'ab'.repeat(32));
				chmodSync(path, 0o644);
			},
		],
		['a link', (path) => symlinkSync('/dev/null', path)],
		['a folder', (path) => mkdirSync(path)],
	];
	for (const [name, prepare] of rows) {
		await t.test(name, async (inner) => {
			const {root} = workspace(inner);
			chmodSync(root, 0o700);
			const path = join(root, 'pepper');
			prepare(path);
			const stat = statSync(path);
			const text = stat.isFile() ? readFileSync(path, 'utf8') : '';
			await assert.rejects(openHome(root), (error: Error & {code?: string}) => {
				assert.equal(error.code, 'PEPPER_UNUSABLE');
				if (text !== '') assert.ok(!error.message.includes(text));
				return true;
			});
			assert.equal(statSync(path).mode, stat.mode);
			if (text !== '') assert.equal(readFileSync(path, 'utf8'), text);
		});
	}
});

test('a kid is k1_ and 26 base32 characters of the keyed hash, and depends on pepper, provider and key', () => {
	const pepper = new Secret('00112233445566778899aabbccddeeff'.repeat(2));
	const key = new Secret('sk-example-1');
	// Computed with: printf 'kid|v1|openai|sk-example-1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:… | base32
	const {kid, hash} = kidOf(pepper, 'openai', key);
	assert.equal(kid, 'k1_yvuxyhl3tntcudk6vkgojzalqg');
	assert.equal(hash, 'c5697c1d');
	const others = [
		kidOf(pepper, 'groq', key),
		kidOf(pepper, 'openai', new Secret('sk-example-2')),
		kidOf(new Secret('f'.repeat(64)), 'openai', key),
	];
	assert.equal(new Set([kid, ...others.map((other) => other.kid)]).size, 4);
});

test('ten thousand keys have ten thousand kids', () => {
	const pepper = new Secret('a5'.repeat(32));
	const kids = new Set(
		Array.from({length: 10_000}, (_, index) => kidOf(pepper, 'openai', new Secret(`sk-${index}`)).kid),
	);
	assert.equal(kids.size, 10_000);
});
