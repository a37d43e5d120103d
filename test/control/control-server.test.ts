import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createConnection} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {systemClock} from '../../source/clock.ts';
import {controlPath} from '../../source/control/control-path.ts';
import type {KeydeckError} from '../../source/errors.ts';
import {attach, fact, homes, newPath, serve, until} from './served-deck.ts';

/** Memory that is still referred to. */
function bytesInUse(): number {
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
	const {heapUsed, external} = process.memoryUsage();
	return heapUsed + external;
}

test('what a client does not read is not kept for it; the newest snapshot makes up for it', async (context) => {
	const {deck, path} = await serve(context);
	const client = createConnection(path);
	context.after(() => client.destroy());
	client.write(`${JSON.stringify({id: 1, method: 'watch'})}\n`);
	await until(() => deck.listeners === 1);
	client.pause();
	deck.ballast = 8_000_000;
	deck.publish(fact);
	await until(() => deck.snapshots >= 3);
	const heapBefore = bytesInUse();
	for (let index = 0; index < 100_000; index += 1) deck.publish(fact);
	const grown = bytesInUse() - heapBefore;
	assert.ok(grown < 10_000_000, `${grown} bytes were kept for a client that does not read`);
	deck.ballast = 0;
	let text = '';
	client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk.slice(-100_000)));
	client.resume();
	await until(() => text.includes('"seq":100001'));
});

test('requests of a client that does not read wait; they are not answered into memory', async (context) => {
	const {deck, path} = await serve(context);
	deck.ballast = 500_000;
	const client = createConnection(path);
	context.after(() => client.destroy());
	client.pause();
	for (let id = 1; id <= 60; id += 1) client.write(`${JSON.stringify({id, method: 'snapshot'})}\n`);
	await until(() => deck.snapshots > 1);
	await systemClock.sleep(30);
	assert.ok(deck.snapshots < 20, `${deck.snapshots} snapshots were made for a client that does not read`);
	let bytes = 0;
	client.on('data', (chunk) => (bytes += chunk.length)).resume();
	await until(() => bytes > 60 * deck.ballast);
});

const nonsense: readonly {readonly what: string; readonly bytes: string}[] = [
	{what: 'text', bytes: 'GET / HTTP/1.1\r\n\r\n'},
	{what: 'JSON that is no request', bytes: '[1, 2]\n'},
	{what: 'a request without an id', bytes: '{"method": "why"}\n'},
	{what: 'a line without an end', bytes: 'x'.repeat(1024 * 1024 + 1)},
];

for (const {what, bytes} of nonsense) {
	test(`${what} gets an error and the connection ends`, async (context) => {
		const {path} = await serve(context);
		const client = createConnection(path);
		let text = '';
		client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
		client.on('error', () => undefined);
		client.write(bytes);
		await once(client, 'close');
		assert.match(text.split('\n')[1] ?? '', /^\{"error":\{"code":"BAD_REQUEST"/);
		assert.ok(await attach(path), 'others are served');
	});
}

test('an unknown method is an error of its request alone', async (context) => {
	const {path} = await serve(context);
	const client = createConnection(path);
	context.after(() => client.destroy());
	let text = '';
	client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
	client.write('{"id": 1, "method": "constructor"}\n{"id": 2, "method": "why", "params": {"model": "gpt-4o"}}\n');
	await until(() => text.includes('"id":2'));
	assert.match(text, /\{"id":1,"error":\{"code":"BAD_REQUEST"/);
	assert.match(text, /\{"id":2,"result"/);
});

test('the socket is 0600 in a 0700 folder and gone after a close', async (context) => {
	const {path, server} = await serve(context);
	assert.equal((statSync(path).mode & 0o777).toString(8), '600');
	assert.equal((statSync(join(path, '..')).mode & 0o777).toString(8), '700');
	await server.close();
	assert.equal(existsSync(path), false);
	await server.close();
});

test('a folder that others may look into is refused', async (context) => {
	const {path, server} = await serve(context);
	await server.close();
	chmodSync(join(path, '..'), 0o755);
	await assert.rejects(serve(context, path), {code: 'NOT_PRIVATE'});
});

test('a home with a long path listens among the temporary files of its user', async (context) => {
	const home = join(homes, 'long'.repeat(40));
	const path = controlPath(home);
	assert.ok(Buffer.byteLength(path) <= 100);
	assert.ok(path.startsWith(join(tmpdir(), `keydeck-${process.getuid?.()}`)));
	assert.notEqual(path, controlPath(`${home}2`));
	await serve(context, path);
	context.after(() => rmSync(`${path}-lock`));
	assert.ok(await attach(path));
});

test('two servers in one process do not both win, and the second names the first', async (context) => {
	const {path} = await serve(context);
	await assert.rejects(serve(context, path), {
		code: 'HOME_IN_USE',
		message: new RegExp(`keydeck process ${process.pid}`),
		hint: /KEYDECK_HOME/,
	});
	assert.ok(await attach(path), 'the first goes on');
});

test('a live server is not replaced even when its lock was swept away', async (context) => {
	const {path} = await serve(context);
	rmSync(`${path}-lock`);
	await assert.rejects(serve(context, path), {code: 'HOME_IN_USE'});
	assert.ok(await attach(path));
});

function startProcess(path: string) {
	const program = fileURLToPath(new URL('./control-process.js', import.meta.url));
	const child: ChildProcess = spawn(process.execPath, [program, path], {stdio: ['ignore', 'pipe', 'inherit']});
	const line = once(child.stdout ?? child, 'data').then(([chunk]) => String(chunk).trim());
	return {child, line, ended: once(child, 'close')};
}

test('the socket of a killed process is replaced', async (context) => {
	const path = newPath();
	const owner = startProcess(path);
	assert.equal(await owner.line, 'serving');
	const attached = await attach(path);
	assert.equal(attached?.pid, owner.child.pid);
	const gone = new Promise<KeydeckError>((resolve) => attached?.onClosed(resolve));
	owner.child.kill('SIGKILL');
	assert.match((await gone).message, new RegExp(`${owner.child.pid}`));
	await owner.ended;
	assert.ok(existsSync(path), 'the socket was left behind');
	assert.equal(await attach(path), undefined);
	await serve(context, path);
	assert.equal((await attach(path))?.pid, process.pid);
});

test('of processes that race for a home, over a left socket too, one wins and the others name it', async () => {
	const path = newPath();
	for (let round = 0; round < 2; round += 1) {
		const racers = [1, 2, 3].map(() => startProcess(path));
		const lines = await Promise.all(racers.map(({line}) => line));
		const winner = racers[lines.indexOf('serving')];
		assert.equal(lines.filter((line) => line === 'serving').length, 1, lines.join('; '));
		for (const line of lines) {
			if (line !== 'serving') assert.ok(line.startsWith(`HOME_IN_USE keydeck process ${winner?.child.pid} `), line);
		}
		winner?.child.kill('SIGKILL');
		await Promise.all(racers.map(({ended}) => ended));
	}
});

test('a plain file in the socket\u2019s place is replaced', async (context) => {
	const path = newPath();
	const {server} = await serve(context, path);
	await server.close();
	writeFileSync(path, '');
	await serve(context, path);
	assert.ok(await attach(path));
});
