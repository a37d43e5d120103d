import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {fixtureSnapshot, keyView} from '../helpers/snapshot-fixture.ts';
import {fixtureDeck} from './deck-fixture.ts';
import {keydeck} from './session.ts';

const snapshot = fixtureSnapshot();
const deck = () => fixtureDeck(snapshot);
const empty = fixtureSnapshot({keys: [], notes: ['OPENAI_API_KEY in .env line 3 is a placeholder']});
const esc = '\u001B';

suite('keydeck test', () => {
	test('prints one result per key as JSON, without kids, and exits 1 when a key is not ok', async () => {
		const {code, stdout} = await keydeck('test --json', deck());
		const report = JSON.parse(stdout);
		assert.equal(code, 1);
		assert.deepEqual(Object.keys(report), ['timestamp', 'ok', 'results']);
		assert.equal(report.ok, false);
		assert.equal(report.results.length, 4);
		assert.deepEqual(Object.keys(report.results[0]), [
			'provider',
			'label',
			'mask',
			'hash',
			'ok',
			'verdict',
			'state',
			'why',
			'status',
			'latencyMs',
			'proof',
			'costUsd',
		]);
	});

	test('asks about the keys of a model only, and exits 0 when they are ok', async () => {
		const fixture = deck();
		const {code, stdout} = await keydeck('test claude-3-opus', fixture);
		assert.deepEqual([code, fixture.asked], [0, [{kids: ['k1_claude_api_key'], deep: false, model: 'claude-3-opus'}]]);
		assert.match(stdout, /✓ {2}CLAUDE_API_KEY .*\n\n1 of 1 key ok\n$/);
	});

	const choices: readonly [string, string][] = [
		['test gpt-4o --key 1', 'k1_openai_api_key2'],
		['test --key openai_api_key2', 'k1_openai_api_key2'],
		['test --key 33333333', 'k1_claude_api_key'],
	];
	for (const [line, kid] of choices) {
		test(`finds one key: ${line}`, async () => {
			const fixture = deck();
			await keydeck(line, fixture);
			assert.deepEqual(
				fixture.asked.map(({kids}) => kids),
				[[kid]],
			);
		});
	}

	test('a deep test without a terminal names its price and goes on: a script has agreed by asking for it', async () => {
		const fixture = deck();
		const {stderr} = await keydeck('test --deep', fixture);
		assert.equal(fixture.asked[0]?.deep, true);
		assert.match(stderr, /about one token on each of 4 keys, for at most \$0\.0004 in all/);
	});

	test('a deep test goes on after y, and spends nothing after anything else', async () => {
		const agreed = deck();
		await keydeck('test --deep', agreed, {typed: 'y\n'});
		assert.equal(agreed.asked[0]?.deep, true);
		for (const typed of ['\n', 'no\n', '']) {
			const declined = deck();
			const {code} = await keydeck('test --deep', declined, {typed});
			assert.deepEqual([code, declined.asked], [130, []]);
		}
	});

	test('shows progress on a terminal and wipes it away', async () => {
		const {stderr} = await keydeck('check', deck(), {columns: 120});
		assert.ok(stderr.includes('asking the vendors: 4 of 4 keys'));
		assert.ok(stderr.endsWith(`\r${esc}[K`));
		assert.equal((await keydeck('check', deck())).stderr, '');
	});
});

suite('keydeck report', () => {
	test('as a table puts trouble first and keeps its columns straight', async () => {
		const {code, stdout} = await keydeck('report', deck());
		assert.equal(code, 0);
		const lines = stdout.split('\n');
		assert.match(lines[0] ?? '', /^4 keys: 1 can serve, 1 needs you, 1 rests, 1 not asked yet · /);
		assert.deepEqual(
			lines.slice(3, 7).map((line) => line[0]),
			['✗', '◷', '●', '?'],
		);
		assert.match(lines[4] ?? '', /1m16s .* 429 gpt-4o 60\/60 req\/min · back 03:14:00$/);
		const column = lines[2]?.indexOf('STATE');
		assert.deepEqual(
			lines.slice(3, 5).map((line) => line.slice(column).split(' ')[0]),
			['invalid', '1m16s'],
		);
	});

	test('fits a narrow terminal', async () => {
		const {stdout} = await keydeck('report', deck(), {columns: 60, env: {NO_COLOR: '1'}});
		for (const line of stdout.split('\n').slice(1)) assert.ok(line.length <= 60, line);
		assert.match(stdout, /401 invalid_a/);
	});

	test('as CSV follows RFC 4180 and starts no formula', async () => {
		const keys = [
			keyView('=HYPERLINK("http://x")', {why: 'said "no", twice', account: {name: '@acme', from: 'learned', size: 1}}),
		];
		const {stdout} = await keydeck('report --format csv', fixtureDeck(fixtureSnapshot({keys})));
		const [head, row, rest] = stdout.split('\r\n');
		assert.ok(head?.startsWith('label,provider,index,mask,hash,account,health,state,why,'));
		assert.ok(
			row?.startsWith(
				`"'=HYPERLINK(""http://x"")",openai,0,sk-proj-Ab…,0a1b2c3d,'@acme,true,active,"said ""no"", twice",`,
			),
			row,
		);
		assert.equal(rest, '');
	});

	test('as Markdown escapes what would break its tables', async () => {
		const keys = [keyView('a|b', {why: 'has `code` and <b>'})];
		const {stdout} = await keydeck('report --format markdown', fixtureDeck(fixtureSnapshot({keys})));
		assert.match(stdout, /\| a\\\|b \| openai \|.*has \\`code\\` and \\<b\\>/);
	});

	test('--json and --format json are the same', async () => {
		const short = await keydeck('report --json', deck());
		assert.deepEqual(short, await keydeck('report --format json', deck()));
		assert.deepEqual(Object.keys(JSON.parse(short.stdout)), ['timestamp', 'providers']);
	});

	test('text of a vendor cannot drive the terminal', async () => {
		const keys = [
			keyView('OPENAI_API_KEY', {trouble: 'needs-you', summary: `bad ${esc}]52;c;AAAA\u0007${esc}[2J\nnews`}),
		];
		const {stdout} = await keydeck('report', fixtureDeck(fixtureSnapshot({keys})));
		assert.ok(!stdout.includes(esc));
		assert.match(stdout, /bad {1,2}news/);
	});
});

suite('the other commands', () => {
	const printed: readonly [string, RegExp][] = [
		[
			'summary',
			/^4 keys: .*\n[\s\S]*✗ {2}openai +0\/2 dry, back in 1m16s[\s\S]*1 alert:\ncritical +14s {2}No key of openai can serve\. Add a key\.\n$/,
		],
		['summary --line', /^keydeck ✗1 ◷1 ●1 \?1 openai 0\/2 dry, back in 1m16s\n$/],
		['stats', /^gpt-4o · health-based · 0 of 2 can serve · 21 picks\n[\s\S]*1 {2}OPENAI_API_KEY2 {2}✗ not usable +7/],
		[
			'rotate --count 2',
			/^gpt-4o · health-based · dry run, nothing is spent\n[\s\S]*2 {2}0 {2}CLAUDE_API_KEY {2}sk-ant-api… {2}in turn\n$/,
		],
		[
			'chains gpt-4o',
			/^gpt-4o · served by claude-3-opus\n[\s\S]*gpt-4o +openai +gpt-4o +0\/2 +all 2 keys rest, back in 1m16s\n {2}▸ {2}claude-3-opus/,
		],
		[
			'why gpt-4o',
			/^● gpt-4o \(by claude-3-opus\): CLAUDE_API_KEY sk-ant-api…, in turn\n[\s\S]*OPENAI_API_KEY +1m16s {2}cooling: 429\n$/,
		],
		[
			'why 22222222',
			/^✗ OPENAI_API_KEY2 invalid\nWHY {4}OpenAI refused it twice\.\nBLAME {2}key\nDO {5}Make a new one[\s\S]*rests 90s\n12 more\n$/,
		],
	];
	for (const [line, expected] of printed) {
		test(`prints for people: ${line}`, async () => {
			const {code, stdout, stderr} = await keydeck(line, deck());
			assert.match(stdout, expected);
			assert.deepEqual([code, stderr], [0, '']);
		});
	}

	const shapes: readonly [string, readonly string[]][] = [
		['summary --json', ['timestamp', 'providers', 'alerts']],
		['stats --json', ['gpt-4o', 'claude-3-opus', 'gemini-pro']],
		['rotate --json', ['model', 'strategy', 'picks']],
		['chains --json', ['gpt-4o', 'claude-3-opus', 'gemini-pro']],
		['why gpt-4o --json', ['model', 'pick', 'skipped']],
	];
	for (const [line, keys] of shapes) {
		test(`prints JSON alone on stdout: ${line}`, async () => {
			const {code, stdout} = await keydeck(line, deck());
			assert.equal(code, 0);
			assert.deepEqual(Object.keys(JSON.parse(stdout)), keys);
		});
	}

	test('skip reasons are in JSON with the time they end', async () => {
		const {stdout} = await keydeck('why gpt-4o --json', deck());
		assert.deepEqual(JSON.parse(stdout).skipped, [
			{label: 'OPENAI_API_KEY', model: 'gpt-4o', reason: 'cooling: 429', until: '2026-11-22T03:14:00.000Z'},
		]);
	});

	test('a key that is passed over for two links of a chain is told for each', async () => {
		const skipped = ['gpt-4o', 'gpt-4-turbo'].map((model) => ({
			kid: 'k1_a',
			label: 'A',
			model,
			reason: 'disabled: by you',
		}));
		const {stdout} = await keydeck(
			'why gpt-4o',
			fixtureDeck(snapshot, {why: async (model) => ({model, pick: null, skipped})}),
		);
		assert.match(stdout, /NOT NOW +FOR +BACK IN +WHY/);
		assert.match(stdout, /A +gpt-4o +- +disabled/);
		assert.match(stdout, /A +gpt-4-turbo +- +disabled/);
	});

	test('rotate gives the strategy and the count to the engine', async () => {
		const {stdout} = await keydeck('rotate claude-3-opus least-used --count 3 --json', deck());
		const run = JSON.parse(stdout);
		assert.deepEqual([run.model, run.strategy, run.picks.length], ['claude-3-opus', 'least-used', 3]);
	});
});

suite('every command', () => {
	for (const line of ['test', 'check', 'report --json', 'summary', 'stats', 'rotate', 'why gpt-4o']) {
		test(`without a key says where it looked and exits 2: ${line}`, async () => {
			const {code, stderr} = await keydeck(
				line,
				fixtureDeck(empty, {why: async (model) => ({model, pick: null, skipped: []})}),
			);
			assert.equal(code, 2);
			assert.match(stderr, /no key found[\s\S]*placeholder[\s\S]*looked in \.env: not there/);
		});
	}

	for (const line of ['test', 'check', 'report', 'summary', 'stats', 'rotate', 'why gpt-4o', 'chains']) {
		test(`closes its deck and says where answers come from: ${line}`, async () => {
			const fixture = deck();
			const {stderr} = await keydeck(line, fixture, {notes: ['from the running keydeck (pid 123)']});
			assert.equal(fixture.closed, 1);
			assert.match(stderr, /^from the running keydeck \(pid 123\)\n/);
		});
	}

	test('is the dashboard when none is named; without a terminal that is the summary and a hint', async () => {
		const {code, stdout, stderr} = await keydeck('', deck());
		assert.deepEqual([code, stdout], [0, (await keydeck('summary', deck())).stdout]);
		assert.match(stderr, /^This is no terminal, so here is the summary; /);
	});

	test('is coloured on a terminal only, and not with NO_COLOR', async () => {
		assert.ok(!(await keydeck('report', deck())).stdout.includes(esc));
		assert.ok(!(await keydeck('report', deck(), {columns: 100, env: {NO_COLOR: '1'}})).stdout.includes(esc));
	});

	test('ends with the code of the interruption, its deck closed', async () => {
		const fixture = fixtureDeck(snapshot, {test: () => new Promise(() => {})});
		const ending = new AbortController();
		const running = keydeck('test', fixture, {signal: ending.signal});
		setImmediate(() => ending.abort(130));
		const {code, stderr} = await running;
		assert.deepEqual([code, stderr, fixture.closed], [130, '', 1]);
	});
});
