import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {constants} from 'node:fs';
import {appendFile, chmod, open as openFile, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import {Audit} from '../../source/service/audit.ts';
import {until} from '../helpers/engine.ts';
import {createProject} from '../helpers/project.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {assertErrorBody} from './refusals.ts';
import {examples} from './route-examples.ts';
import {type Served, serve} from './served.ts';

const keys = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
] as const;

const inFlight = (served: Served): number => served.engine.snapshot().keys.reduce((sum, key) => sum + key.inFlight, 0);

/** A pipe by name: nothing written to it is in it before somebody reads. */
async function fifo(context: TestContext): Promise<string> {
	const {folder} = await createProject(context, []);
	const path = join(folder, 'audit.pipe');
	execFileSync('mkfifo', ['-m', '600', path]);
	return path;
}

/** Reads what has been written to a pipe, and keeps its writer from waiting for a reader. */
async function readerOf(context: TestContext, path: string) {
	const file = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
	let text = '';
	let isOpen = true;
	context.after(async () => {
		isOpen = false;
		await file.close();
	});
	const look = async (): Promise<string> => {
		if (!isOpen) return text;
		const {buffer, bytesRead} = await file
			.read(Buffer.alloc(65_536))
			.catch(() => ({buffer: Buffer.alloc(0), bytesRead: 0}));
		text += buffer.toString('utf8', 0, bytesRead);
		return text;
	};
	return {look};
}

test('a key leaves only once its line is in the audit', async (t) => {
	const path = await fifo(t);
	const served = await serve(t, {keys, auditSink: path});
	let answered = false;
	const asking = served.ask('GET', '/api/keys/gpt-4o').then((answer) => {
		answered = true;
		return answer;
	});
	await sleep(150);
	assert.equal(answered, false, 'a key was given while its line could not be written');
	assert.equal(inFlight(served), 1);
	const reader = await readerOf(t, path);
	const {leaseId, hash, key} = (await asking).json();
	const line = JSON.parse((await reader.look()).trim());
	const {time, ...rest} = line;
	assert.ok(Math.abs(Date.parse(time) - Date.now()) < 5000);
	const {label} = served.engine.snapshot().keys.find((each) => each.hash === hash) ?? {};
	assert.deepEqual(rest, {
		action: 'key.handed-out',
		by: 'main token',
		from: '127.0.0.1',
		model: 'gpt-4o',
		key: hash,
		label,
		leaseId,
	});
	assert.ok(!JSON.stringify(line).includes(key.slice(0, 12)));
});

test('a client that goes away behind a slow audit leaves no lease and no key behind', async (t) => {
	const path = await fifo(t);
	const served = await serve(t, {keys, auditSink: path});
	const [port] = served.ports;
	const sockets = Array.from({length: 5}, () => connect({host: '127.0.0.1', port}));
	let received = 0;
	for (const socket of sockets) {
		socket.on('data', (bytes) => {
			received += bytes.length;
		});
		socket.write(
			`GET /api/keys/gpt-4o HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${served.token}\r\n\r\n`,
		);
	}
	await until(() => inFlight(served) === 5);
	for (const socket of sockets) socket.destroy();
	await sleep(50);
	const reader = await readerOf(t, path);
	await until(() => inFlight(served) === 0);
	await until(async () => (await reader.look()).split('\n').length === 11);
	const text = await reader.look();
	assert.equal(text.match(/"key\.handed-out"/g)?.length, 5);
	assert.equal(text.match(/"key\.kept-back"/g)?.length, 5);
	assert.equal(received, 0);
	assert.deepEqual(served.failures, []);
});

test('an audit that cannot be written stops every hand-out and every action, and gives the lease back', async (t) => {
	const served = await serve(t, {keys, auditSink: '/dev/full'});
	const texts = [...served.project.texts.values()];
	const states = () => served.engine.snapshot().keys.map((key) => [key.state.kind, key.inFlight]);
	const before = states();
	const [hash = ''] = served.engine.snapshot().keys.map((key) => key.hash);
	for (const {method, path, body, need} of Object.values(examples)) {
		if (need !== 'admin' && !path.includes('gpt-4o?') && !path.endsWith('/failure')) continue;
		// There is no alert here to do anything about.
		if (path.includes(':alert')) continue;
		const answer = await served.ask(method, path, {body: JSON.stringify(body)?.replace(':hash', hash)});
		assert.equal(answer.status, 503, `${method} ${path}`);
		assert.equal(answer.json().code, 'AUDIT_FAILED');
		assert.match(answer.json().error, /ENOSPC/);
		assertErrorBody(answer.text, path);
		for (const text of texts) assert.ok(!answer.text.includes(text.slice(0, 12)));
	}
	assert.deepEqual(states(), before);
	assert.equal(served.engine.snapshot().models.find(({name}) => name === 'gpt-4o')?.strategy, 'health-based');
	for (const path of ['/api/keys/status', '/metrics', '/healthz'])
		assert.equal((await served.ask('GET', path)).status, 200);
	assert.deepEqual(served.failures, []);
});

test('the audit is a private file, and every kind of action leaves a line in it', async (t) => {
	const served = await serve(t, {keys});
	const {leaseId} = await served.take('/api/keys/gpt-4o');
	await served.ask('POST', '/api/keys/gpt-4o/failure', {body: {leaseId, status: 500}});
	for (const verb of ['disable', 'enable', 'drain', 'test'])
		await served.ask('POST', `/api/keys/gpt-4o/1/${verb}`, {body: {}});
	await served.ask('PUT', '/api/models/gpt-4o/strategy', {body: {strategy: 'sticky'}});
	const names = (await readdir(served.home)).filter((name) => name.startsWith('audit-'));
	assert.equal(names.length, 1);
	const file = join(served.home, names[0] ?? '');
	assert.equal((await stat(file)).mode & 0o777, 0o600);
	const text = await served.auditText();
	const actions = text
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line).action);
	assert.deepEqual(actions, [
		'key.handed-out',
		'key.handed-out',
		'key.disable',
		'key.enable',
		'key.drain',
		'key.test',
		'strategy.sticky',
	]);
	for (const each of served.project.texts.values()) {
		for (let at = 0; at + 12 <= each.length; at++) assert.ok(!text.includes(each.slice(at, at + 12)));
	}
});

test('an audit that others can read is not written to, and nothing is handed out', async (t) => {
	const served = await serve(t, {keys});
	await served.take('/api/keys/gpt-4o');
	await served.service.close();
	const [name = ''] = (await readdir(served.home)).filter((each) => each.startsWith('audit-'));
	await chmod(join(served.home, name), 0o644);
	await served.close();
	const again = await serve(t, {keys, env: {KEYDECK_HOME: served.home}});
	const answer = await again.ask('GET', '/api/keys/gpt-4o');
	assert.equal(answer.status, 503);
	assert.equal(answer.json().code, 'AUDIT_FAILED');
	assert.equal(inFlight(again), 0);
});

test('a line that a killed process left unfinished does not spoil the one after it', async (t) => {
	const served = await serve(t, {keys});
	const {folder} = served.project;
	const file = join(folder, 'cut.jsonl');
	await appendFile(file, '{"time":"2026-11-22T00:00:00.000Z","acti', {mode: 0o600});
	const audit = new Audit({folder, clock: systemClock, sink: file});
	await audit.write({action: 'first', by: 'us', from: 'here'});
	await audit.write({action: 'second', by: 'us', from: 'here'});
	await audit.close();
	const [, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
	assert.deepEqual(
		lines.map((line) => JSON.parse(line).action),
		['first', 'second'],
	);
});

/** Fills its audit until the file may grow no more, gets room again, and writes on. */
const onFullDisk = `
	import {execFileSync} from 'node:child_process';
	const [auditUrl, clockUrl, folder] = process.argv.slice(1);
	const {Audit} = await import(auditUrl);
	const {systemClock: clock} = await import(clockUrl);
	const audit = new Audit({folder, clock});
	const write = (action) => audit.write({action, by: 'us', from: 'here'});
	let said = 'nothing';
	for (let count = 0; count < 100 && said === 'nothing'; count += 1) await write('before').catch((error) => (said = error.message));
	execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
	await write('after');
	await audit.close();
	process.stdout.write(said);
`;

test('a disk that was full half way through a line spoils no line after it', async (t) => {
	const {folder} = await createProject(t, []);
	const urls = ['../../source/service/audit.js', '../../source/clock.js'].map((file) => import.meta.resolve(file));
	await chmod(folder, 0o700);
	const said = execFileSync(
		'bash',
		[
			'-c',
			'ulimit -S -f 1; exec "$@"',
			'full',
			process.execPath,
			'--input-type=module',
			'-e',
			onFullDisk,
			...urls,
			folder,
		],
		{encoding: 'utf8'},
	);
	assert.match(said, /cannot be written \(EFBIG\)/);
	const [name = ''] = (await readdir(folder)).filter((each) => each.startsWith('audit-'));
	const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
	assert.equal(JSON.parse(lines.at(-1) ?? '').action, 'after');
	assert.throws(() => JSON.parse(lines.at(-2) ?? ''));
	for (const line of lines.slice(0, -2)) assert.equal(JSON.parse(line).action, 'before');
});

test('a text of a dashboard elsewhere cannot steer the terminal that shows the audit', async (t) => {
	const served = await serve(t, {keys});
	const {socket, messages} = await served.listen('/deck', {token: served.token});
	const params = {model: 'a\u009b31m\u202eb\u0007\u001b]52;c;x\u0007\n', strategy: 'sticky', by: 'x'};
	socket.send(JSON.stringify({id: 1, method: 'setStrategy', params}));
	await until(() => messages.some(({id}) => id === 1));
	const text = await served.auditText();
	assert.match(text.trimEnd(), /^[^\p{Cc}\p{Cf}]*$/u);
	assert.equal(JSON.parse(text).model, params.model);
});

test('an audit file that is removed while the service runs is made anew by the next line', async (t) => {
	const served = await serve(t, {keys});
	const hand = async (): Promise<string> => (await served.take('/api/keys/gpt-4o')).leaseId;
	await hand();
	const [name = ''] = (await readdir(served.home)).filter((each) => each.startsWith('audit-'));
	await rm(join(served.home, name));
	const leaseId = await hand();
	assert.deepEqual(
		(await served.auditText())
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line).leaseId),
		[leaseId],
	);
	assert.equal((await stat(join(served.home, name))).mode & 0o777, 0o600);
});

test('the audit of months that are over for 90 days is dropped when a month begins, even while it runs', async (t) => {
	const {folder} = await createProject(t, []);
	const clock = new SimulatedClock(Date.UTC(2026, 10, 30));
	const audit = new Audit({folder, clock});
	t.after(() => audit.close());
	for (const month of ['2026-07', '2026-08', '2026-09']) await writeFile(join(folder, `audit-${month}.jsonl`), '{}\n');
	const kept = async () => (await readdir(folder)).filter((name) => name.startsWith('audit-')).toSorted();
	await audit.write({action: 'key.handed-out', by: 'me', from: 'here'});
	assert.deepEqual(
		await kept(),
		['2026-08', '2026-09', '2026-11'].map((month) => `audit-${month}.jsonl`),
	);
	await clock.advance(2 * 86_400_000);
	await audit.write({action: 'key.handed-out', by: 'me', from: 'here'});
	assert.deepEqual(
		await kept(),
		['2026-09', '2026-11', '2026-12'].map((month) => `audit-${month}.jsonl`),
	);
});
