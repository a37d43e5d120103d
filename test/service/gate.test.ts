import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {assertRawRefusal} from './refusals.ts';
import {exchange, type Served, serve, statusOf, suiteContext, upgradeLines} from './served.ts';

type Row = {
	readonly name: string;
	readonly hosts: readonly string[];
	readonly origins: readonly string[];
	readonly authorization: string | undefined;
	readonly hostIsGood: boolean;
	readonly originIsGood: boolean;
	readonly token: 'none' | 'bad' | 'good';
};

type Named = {readonly name: string; readonly values: readonly string[]; readonly good?: boolean};

/** Names a request may come to; only those of this machine with a port of ours are good. */
function hostsAt(port: number, other: number): readonly Named[] {
	const one = (value: string, good = false): Named => ({
		name: value.replaceAll(String(port), 'P'),
		values: [value],
		good,
	});
	return [
		one(`127.0.0.1:${port}`, true),
		one(`localhost:${port}`, true),
		one(`[::1]:${port}`, true),
		{name: 'the other port of the service', values: [`127.0.0.1:${other}`], good: true},
		{name: 'missing', values: []},
		{name: 'empty', values: ['']},
		{name: 'doubled', values: [`127.0.0.1:${port}`, `127.0.0.1:${port}`]},
		{name: 'doubled, evil first', values: ['evil.com', `127.0.0.1:${port}`]},
		one('evil.com'),
		one(`evil.com:${port}`),
		one(`127.0.0.1.evil.com:${port}`),
		one(`localhost.evil.com:${port}`),
		one(`localhost:${port}/x`),
		one(`localhost:${port}?x`),
		one(`localhost:${port}#x`),
		one(`evil@localhost:${port}`),
		one(`LOCALHOST:${port}`),
		one(`localhost.:${port}`),
		one(`0.0.0.0:${port}`),
		one(`127.1:${port}`),
		one(`2130706433:${port}`),
		one(`0x7f000001:${port}`),
		one(`[::ffff:127.0.0.1]:${port}`),
		one('localhost'),
		{name: 'a wrong port', values: ['127.0.0.1:1']},
		one(`localhost:${port}, evil.com`),
	];
}

function originsAt(port: number): readonly Named[] {
	const one = (value: string, good = false): Named => ({
		name: value.replaceAll(String(port), 'P'),
		values: [value],
		good,
	});
	return [
		{name: 'none', values: [], good: true},
		one(`http://localhost:${port}`, true),
		one(`http://127.0.0.1:${port}`, true),
		one('null'),
		one('http://evil.com'),
		one(`http://evil.com:${port}`),
		one('file://'),
		one('http://localhost:1'),
		one('http://localhost'),
		one(`https://localhost:${port}`),
		one('chrome-extension://abcdefghijklmnop'),
		one(`http://localhost:${port}/`),
		{name: 'doubled', values: [`http://localhost:${port}`, `http://localhost:${port}`]},
		{name: 'doubled, evil second', values: [`http://localhost:${port}`, 'http://evil.com']},
	];
}

const tokens = ['none', 'bad', 'good'] as const;

function rowsAt(port: number, other: number, token: string): readonly Row[] {
	return hostsAt(port, other).flatMap((host) =>
		originsAt(port).flatMap((origin) =>
			tokens.map((kind) => ({
				name: `Host ${host.name}, Origin ${origin.name}, token ${kind}`,
				hosts: host.values,
				origins: origin.values,
				authorization: {none: undefined, bad: 'Bearer kd_wrong', good: `Bearer ${token}`}[kind],
				hostIsGood: host.good === true,
				originIsGood: origin.good === true,
				token: kind,
			})),
		),
	);
}

/** What a row must be answered with; 0 = it passes. A wrong token is one of many here. */
function refusalOf(row: Row, needsToken: boolean): readonly number[] {
	if (!row.hostIsGood) return [403, 400];
	if (!row.originIsGood) return [403];
	if (row.token === 'bad') return [401, 429];
	if (row.token === 'none' && needsToken) return [401];
	return [];
}

function head(target: string, row: Row, more: readonly string[] = []): string {
	const lines = [
		`GET ${target} HTTP/1.1`,
		...row.hosts.map((host) => `Host: ${host}`),
		...row.origins.map((origin) => `Origin: ${origin}`),
		...(row.authorization === undefined ? [] : [`Authorization: ${row.authorization}`]),
		...more,
	];
	return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Runs each item, some at a time. */
async function inTurns<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
	const left = [...items];
	const worker = async (): Promise<void> => {
		for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
	};
	await Promise.all(Array.from({length: 12}, worker));
}

const keys = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
] as const;

describe('the gate', () => {
	const context = suiteContext();
	let served: Served;
	before(async () => {
		served = await serve(context, {keys});
	});

	const texts = (): Iterable<string> => served.project.texts.values();
	/** What a refused request must leave as it was. */
	const marks = async () => {
		const {keys: views} = served.engine.snapshot();
		return {
			audit: await served.auditText(),
			used: views.map((key) => [key.usedThisMinute, key.inFlight, key.state.kind]),
		};
	};

	for (const place of [0, 1] as const) {
		test(`port ${place}: only good rows of Host × Origin × token get a key over HTTP`, async () => {
			const port = served.ports[place];
			const rows = rowsAt(port, served.ports[1 - place] ?? 0, served.token);
			const before = await marks();
			let passed = 0;
			assert.ok(rows.length >= 60);
			await inTurns(rows, async (row) => {
				const raw = await exchange(port, head('/api/keys/gpt-4o', row, ['Connection: close']));
				const want = refusalOf(row, true);
				if (want.length > 0) return assertRawRefusal(raw, want, row.name, texts());
				passed += 1;
				assert.equal(statusOf(raw), 200, row.name);
			});
			const after = await marks();
			const lines = after.audit.slice(before.audit.length).trim().split('\n');
			assert.equal(passed, 12);
			assert.equal(lines.length, passed);
		});

		for (const path of ['/', '/deck']) {
			test(`port ${place}: only good rows of Host × Origin × token open a web socket at ${path}`, async () => {
				const port = served.ports[place];
				const all = rowsAt(port, served.ports[1 - place] ?? 0, served.token);
				// One of the three at a time is bad here; all of them together are the test before.
				const rows = all.filter((row) => row.hostIsGood || row.originIsGood);
				const before = await marks();
				await inTurns(rows, async (row) => {
					const want = refusalOf(row, false);
					const raw = await exchange(port, head(path, row, upgradeLines), want.length > 0 ? 2000 : 20);
					if (want.length > 0) return assertRawRefusal(raw, want, row.name, texts());
					assert.equal(statusOf(raw), 101, row.name);
				});
				assert.deepEqual(await marks(), before);
			});
		}
	}

	test('no refusal took anything, and nothing unforeseen happened', async () => {
		assert.deepEqual(served.failures, []);
		assert.ok(!(await served.auditText()).includes('deck.'));
	});
});
