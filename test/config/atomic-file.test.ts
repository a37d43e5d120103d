import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {createFileAtomically, writeFileAtomically} from '../../source/config/atomic-file.ts';
import {workspace} from './workspace.ts';

test('a file is written whole, for us alone unless told otherwise, and nothing is left beside it', async (t) => {
	const {root} = workspace(t);
	const path = join(root, 'pool.json');
	writeFileSync(path, 'old');
	chmodSync(path, 0o644);
	await writeFileAtomically(path, 'new text');
	assert.equal(readFileSync(path, 'utf8'), 'new text');
	assert.equal(statSync(path).mode & 0o777, 0o600);
	await writeFileAtomically(path, 'shared', {mode: 0o644});
	assert.equal(statSync(path).mode & 0o777, 0o644);
	assert.deepEqual(readdirSync(root), ['pool.json']);
});

test('a link is not written through', async (t) => {
	const {root} = workspace(t);
	const [target, link] = [join(root, 'target'), join(root, 'link')];
	writeFileSync(target, 'old');
	symlinkSync(target, link);
	await assert.rejects(writeFileAtomically(link, 'new'), {code: 'SYMLINK_REFUSED'});
	assert.equal(readFileSync(target, 'utf8'), 'old');
	assert.equal(readlinkSync(link), target);
	assert.equal(readdirSync(root).length, 2);
});

test('a failure leaves the old file and no temporary one', async (t) => {
	const {root} = workspace(t);
	mkdirSync(join(root, 'full'));
	writeFileSync(join(root, 'full', 'file'), '');
	await assert.rejects(writeFileAtomically(join(root, 'full'), 'secret text'), (error: Error & {code?: string}) => {
		assert.equal(error.code, 'WRITE_FAILED');
		assert.ok(!error.message.includes('secret text'));
		return true;
	});
	await assert.rejects(writeFileAtomically(join(root, 'none', 'file'), 'x'), {code: 'WRITE_FAILED'});
	assert.deepEqual(readdirSync(root), ['full']);
});

test('creating never replaces, and one of many wins', async (t) => {
	const {root} = workspace(t);
	const path = join(root, 'file');
	const made = await Promise.all(Array.from({length: 10}, (_, index) => createFileAtomically(path, `text ${index}`)));
	assert.equal(made.filter(Boolean).length, 1);
	assert.equal(readFileSync(path, 'utf8'), `text ${made.indexOf(true)}`);
	assert.equal(statSync(path).mode & 0o777, 0o600);
	assert.deepEqual(readdirSync(root), ['file']);
});

test('on a full disk the old file stays whole', async (t) => {
	const {root} = workspace(t);
	const disk = join(root, 'disk');
	mkdirSync(disk);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], {stdio: 'ignore'});
	} catch {
		t.skip('a small file system can be mounted by root only');
		return;
	}
	try {
		const path = join(disk, 'pool.json');
		const old = `{"old": "${'o'.repeat(60_000)}"}`;
		await writeFileAtomically(path, old);
		await assert.rejects(writeFileAtomically(path, 'n'.repeat(300_000)), (error: Error & {code?: string}) => {
			assert.equal(error.code, 'WRITE_FAILED');
			assert.match(error.message, /\(ENOSPC\)$/);
			return true;
		});
		assert.equal(readFileSync(path, 'utf8'), old);
		assert.equal(statSync(path).mode & 0o777, 0o600);
		assert.deepEqual(readdirSync(disk), ['pool.json']);
	} finally {
		execFileSync('umount', [disk]);
	}
});
