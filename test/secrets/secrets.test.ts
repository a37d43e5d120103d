import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {execSource} from '../../source/secrets/exec.ts';
import {createResolver, isReference} from '../../source/secrets/index.ts';
import type {Resolved} from '../../source/secrets/secret-source.ts';

function folder(t: TestContext): string {
	const path = mkdtempSync(join(tmpdir(), 'keydeck-secrets-'));
	t.after(() => rmSync(path, {recursive: true, force: true}));
	return path;
}

const signal = new AbortController().signal;
const shell = (script: string) => `exec:${JSON.stringify(['sh', '-c', script])}`;
const told = (resolved: Resolved) => (resolved.ok ? resolved.secret.reveal() : resolved.rule);

test('each scheme gives its secret, or says why not without repeating it', async (t) => {
	const root = folder(t);
	writeFileSync(join(root, 'key'), '  the-key-1\n');
	writeFileSync(join(root, 'blank'), '\n');
	writeFileSync(join(root, 'large'), 'x'.repeat(70_000));
	const variables = new Map([
		['TEAM_KEY', 'the-key-2'],
		['BLANK', ' '],
	]);
	const resolve = createResolver({
		root,
		env: {PATH: process.env.PATH, HOME: '/home/x', TEAM_KEY: 'the-key-2'},
		variable: (name) => variables.get(name),
	});
	const rows: readonly [reference: string, expected: string][] = [
		['env:TEAM_KEY', 'the-key-2'],
		['env:OTHER', 'refers to OTHER, which is not set'],
		['env:BLANK', 'refers to BLANK, which is not set'],
		['env:sk-proj-abc', 'does not name a variable'],
		['env:HQSxfB7IaJRKNHRv0e5OAYJNO1h2Ug6Y', 'refers to a variable, which is not set'],
		[`file:${join(root, 'key')}`, 'the-key-1'],
		['file:key', 'the-key-1'],
		['file:none', 'refers to a file that is not there'],
		['file:blank', 'refers to a file that is empty'],
		['file:large', 'refers to a file that is larger than 64 KB'],
		['file:.', 'refers to a file that is not a regular file'],
		[shell('echo " the-key-3 "'), 'the-key-3'],
		['exec:["printf","%s","$HOME;`id`"]', '$HOME;`id`'],
		[shell('env | cut -d= -f1 | sort | tr "\\n" " "'), 'HOME PATH PWD'],
		[shell('pwd -P'), root],
		[shell('cat; echo done'), 'done'],
		[shell('true'), 'runs a command that printed nothing'],
		[shell('echo the-key-4; exit 3'), 'runs a command that failed with exit code 3'],
		[shell('head -c 100000 /dev/zero'), 'runs a command that printed more than 64 KB'],
		['exec:["keydeck-no-such-program"]', 'runs a command that was not found'],
		[`exec:${JSON.stringify([join(root, 'key')])}`, 'runs a command that may not be run'],
		['exec:[]', 'is not a command'],
		['exec:[1]', 'is not a command'],
		['exec:pass show x', 'is not a command'],
		['vault:kv/openai#key', 'refers to vault:, which comes with a later release'],
		['op://team/openai/key', 'refers to op:, which comes with a later release'],
		['awssm:name#key', 'refers to awssm:, which comes with a later release'],
		['gcpsm:projects/x', 'refers to gcpsm:, which comes with a later release'],
		['keychain:openai', 'refers to keychain:, which comes with a later release'],
	];
	for (const [reference, expected] of rows) {
		assert.ok(isReference(reference), reference);
		const resolved = await resolve(reference, signal);
		assert.equal(told(resolved).replace(/ _?( |$).*/, ''), expected, reference);
		assert.ok(!JSON.stringify(resolved).includes('the-key'), reference);
	}
	for (const text of ['sk-proj-x', 'environment', 'https://x', 'opus']) assert.ok(!isReference(text), text);
});

test('a command that takes too long is killed, one that is cancelled too', async (t) => {
	const root = folder(t);
	const source = execSource({root, env: {PATH: process.env.PATH}, timeoutMs: 80});
	const slow = JSON.stringify(['sh', '-c', 'sleep 1 & sleep 30']);
	assert.equal(told(await source.resolve(slow, {signal})), 'runs a command that took longer than 0.08 s');
	const cancelled = source.resolve(slow, {signal: AbortSignal.timeout(20)});
	assert.equal(told(await cancelled), 'runs a command that was cancelled');
});

test('a reference used often is resolved once', async (t) => {
	const root = folder(t);
	const resolve = createResolver({root, env: {PATH: process.env.PATH}, variable: () => undefined});
	const count = shell('echo x >> count; echo the-key');
	const all = await Promise.all(Array.from({length: 5}, () => resolve(count, signal)));
	assert.deepEqual(new Set(all.map(told)), new Set(['the-key']));
	assert.equal(told(await resolve(shell('wc -l < count'), signal)), '1');
});
