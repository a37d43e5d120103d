import assert from 'node:assert/strict';
import {readFile, rename, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {eventJson, eventLine} from '../../source/cli/event-line.ts';
import {Log} from '../../source/cli/log.ts';
import type {LogLevel} from '../../source/cli/log-level.ts';
import {Output} from '../../source/cli/output.ts';
import {ProbeNews} from '../../source/cli/probe-news.ts';
import type {EngineFact} from '../../source/events.ts';
import {emptyFolder} from '../helpers/binary.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';
import {fixtureSnapshot, now} from '../helpers/snapshot-fixture.ts';

type Made = {readonly log: Log; readonly printed: {stdout: string; stderr: string}};

function makeLog(part: {readonly terminal?: boolean; readonly level?: LogLevel; readonly file?: string} = {}): Made {
	const {terminal = false, level = 'info', ...rest} = part;
	const printed = {stdout: '', stderr: ''};
	const sink = (name: 'stdout' | 'stderr') => ({
		isTTY: terminal,
		write(text: string) {
			printed[name] += text;
			return true;
		},
	});
	const output = new Output({stdout: sink('stdout'), stderr: sink('stderr'), env: {NO_COLOR: '1'}});
	return {log: new Log({output, clock: new SimulatedClock(now), level, ...rest}), printed};
}

const nasty = 'evil\n{"level":"fatal","msg":"forged"}\u001b[2J\u0007';
const canary = 'sk-proj-Qw7Er8Ty9Ui1Op2As3Df4Gh5Jk6Lz';

suite('the log', () => {
	test('is JSON, one line each, in a pipe; no value begins a line of its own, and no key is in it', () => {
		const {log, printed} = makeLog();
		log.write('warn', `model ${nasty} with ${canary}`, {model: nasty, problems: [canary]});
		log.write('debug', 'left out');
		const [line = '', ...more] = printed.stdout.split('\n');
		assert.deepEqual(more, ['']);
		const told = JSON.parse(line);
		assert.partialDeepStrictEqual(told, {level: 'warn', pid: process.pid, model: nasty});
		assert.equal(told.time, new Date(now).toISOString());
		assert.ok(!printed.stdout.includes(canary.slice(0, 12)));
		assert.ok(!printed.stdout.includes('\u001b'));
	});

	test('is for people on a terminal: time, level, message, nothing that steers it', () => {
		const {log, printed} = makeLog({terminal: true});
		log.write('error', `model ${nasty} with ${canary}`, {hidden: true});
		assert.match(printed.stdout, /^\d\d:\d\d:\d\d error model evil \{"level":"fatal","msg":"forged"\} with sk-p…\n$/);
	});

	test('goes into a file of this user alone, and into a new one after it was moved away', async (t) => {
		const file = join(await emptyFolder(t), 'keydeck.log');
		const {log, printed} = makeLog({file, terminal: true});
		log.write('info', 'one');
		await rename(file, `${file}.1`);
		log.write('info', 'two');
		log.reopen();
		log.write('info', 'three');
		log.close();
		const messages = (text: string): unknown[] =>
			text
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line).msg);
		assert.deepEqual(messages(await readFile(`${file}.1`, 'utf8')), ['one', 'two']);
		assert.deepEqual(messages(await readFile(file, 'utf8')), ['three']);
		assert.equal((await stat(file)).mode & 0o777, 0o600);
		assert.equal(printed.stdout.split('\n').length, 4, 'the terminal has them too');
	});

	test('a file that cannot be opened is an error that names the option', async (t) => {
		const folder = await emptyFolder(t);
		await writeFile(join(folder, 'plain'), '');
		assert.throws(() => makeLog({file: join(folder, 'plain', 'log')}), {code: 'LOG_UNUSABLE', hint: /--log-file/});
	});
});

suite('lines of events', () => {
	const snapshot = fixtureSnapshot();
	const kid = 'k1_a';
	const key = {kid, label: 'OPENAI_API_KEY'};
	const lease = {...key, leaseId: 'l', model: 'gpt-4o'};
	const rows: readonly [EngineFact, string, RegExp][] = [
		[{type: 'engine.started', keys: 2}, 'info', /^the engine is ready with 2 keys$/],
		[{type: 'key.probed', ...key, verdict: 'ok', latencyMs: 300}, 'debug', /asked: ok, 0\.3s$/],
		[{type: 'key.probed', ...key, verdict: 'rejected', latencyMs: 300}, 'warn', /asked: rejected/],
		[
			{type: 'bench.placed', subject: 's', label: 'acme', kind: 'cooling', why: '429', until: now + 90_000},
			'warn',
			/^acme rests until \d\d:\d\d:\d\d \(1m30s\): 429$/,
		],
		[
			{type: 'bench.placed', subject: 's', label: 'acme', kind: 'exhausted', why: '402'},
			'warn',
			/^acme has no credit: 402$/,
		],
		[
			{type: 'bench.lifted', subject: 's', label: 'acme', why: 'a call went through'},
			'info',
			/^acme may serve again: a call/,
		],
		[
			{type: 'lease.granted', ...lease, servedBy: 'claude', why: 'next'},
			'debug',
			/^gpt-4o → OPENAI_API_KEY, served by claude: next$/,
		],
		[
			{type: 'lease.released', ...lease, verdict: 'ok', latencyMs: 900},
			'debug',
			/^gpt-4o ← OPENAI_API_KEY: ok, 0\.9s$/,
		],
		[{type: 'lease.expired', ...lease}, 'debug', /nobody reported what came of the call$/],
		[
			{type: 'lease.refused', model: 'gpt-4o', why: 'all rest', retryAt: now + 5000},
			'debug',
			/no key: all rest, back in 5s$/,
		],
		[{type: 'alert.fired', alertId: 'x', severity: 'critical', message: 'dry'}, 'error', /^ALERT critical: dry\.$/],
		[{type: 'alert.fired', alertId: 'x', severity: 'low', message: 'slow.'}, 'warn', /^ALERT low: slow\.$/],
		[{type: 'alert.resolved', alertId: 'x', severity: 'low', message: 'slow'}, 'info', /^resolved: slow$/],
		[{type: 'config.refused', problems: ['a', 'b']}, 'error', /the old one stays: a; b$/],
		[{type: 'config.applied', added: 1, removed: 0}, 'info', /in force: 1 key added$/],
	];
	for (const [fact, level, words] of rows) {
		test(`${fact.type} at ${level}: ${words.source}`, () => {
			const line = eventLine({seq: 1, at: now, ...fact}, () => snapshot.alerts);
			assert.equal(line.level, level);
			assert.match(line.text, words);
		});
	}

	test('a fired alert says what to do', () => {
		const alert = snapshot.alerts.find(({advice}) => advice !== '');
		assert.ok(alert);
		const {id: alertId, severity, message, advice} = alert;
		const {text} = eventLine({seq: 1, at: now, type: 'alert.fired', alertId, severity, message}, () => snapshot.alerts);
		assert.ok(text.endsWith(advice));
	});

	test('for machines times are ISO and a key is its hash', () => {
		const told = eventJson(
			{seq: 7, at: now, type: 'lease.refused', model: 'm', why: 'w', retryAt: now},
			() => undefined,
		);
		assert.deepEqual(told, {
			seq: 7,
			at: new Date(now).toISOString(),
			type: 'lease.refused',
			model: 'm',
			why: 'w',
			retryAt: new Date(now).toISOString(),
		});
		const granted = eventJson({seq: 8, at: now, type: 'lease.expired', ...lease}, (id) =>
			id === kid ? 'abcd' : undefined,
		);
		assert.equal(granted.hash, 'abcd');
		assert.ok(!('kid' in granted));
	});

	test('a key that answers every probe alike is told once', () => {
		const news = new ProbeNews();
		const levels = ['rejected', 'rejected', 'timeout', 'rejected'].map((verdict) => {
			const event = {seq: 1, at: now, type: 'key.probed', ...key, verdict, latencyMs: 1} as const;
			return news.toned(
				event,
				eventLine(event, () => snapshot.alerts),
			).level;
		});
		assert.deepEqual(levels, ['warn', 'debug', 'warn', 'warn']);
	});
});
