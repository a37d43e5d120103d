import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import {modelFixture, providerFixture, snapshotFixture} from './fixtures.ts';
import {now} from './key-fixtures.ts';
import {MemoryDeck} from './memory-deck.ts';
import {closeAll, show} from './screen.tsx';

const esc = '\u001b';

const sizes: readonly (readonly [number, number])[] = [
	[40, 8],
	[80, 24],
	[120, 30],
	[200, 50],
];

afterEach(closeAll);

describe('Keys at 80x24', () => {
	test('shows the bad night, line for line', async () => {
		const screen = await show();
		assert.deepEqual(screen.lines, [
			' keydeck  ~/agents    15 keys · 11 can serve · 2 need you · 2 resting   03:12:44',
			'▸1 Keys   2 Rotation   3 Health   4 Alerts(2)                live · store local',
			' ✗ openai 0/3 DRY 1m16s  ! mistral 1/2 last key  ✓ anthropic  ✓ deepseek +3',
			'   KEY                  STATE      HEADROOM        OK%   TTFB   PROVEN',
			' NEEDS YOU 2',
			'▌✗ OPENAI_API_KEY2      invalid    401 invalid_api_key, confirmed · replace it',
			' ✗ OPENAI_API_KEY3      no credit  insufficient_quota, account beta · top up',
			' RESTING 2',
			' ◷ OPENAI_API_KEY       1m16s      429 gpt-4o 60/60 req/min · back 03:14:00',
			' ◷ MISTRAL_API_KEY2     12s        429 no deadline given, step 2 of backoff',
			' SERVING 11',
			' ● CLAUDE_API_KEY       ok         ███████░ 88%    99%   0.8s   call 4s',
			' ● CLAUDE_API_KEY2      ok         ██████░░ 71%    99%   0.8s   call 9s',
			' ● CLAUDE_API_KEY3      trial 1/1  ████████ 97%    93%   0.9s   call 1s',
			' ◐ DEEPSEEK_API_KEYS[0] ok         $110.00 left   100%   1.2s   money 41s',
			' ◐ DEEPSEEK_API_KEYS[1] low        $3.10 left     100%   1.2s   money 41s',
			' ◐ DEEPSEEK_API_KEYS[2] slow       $42.70 left     98%   6.4s   money 41s',
			' ! MISTRAL_API_KEY      ok         ████░░░░ 50%    96%   0.3s   call 7s',
			' ◐ GEMINI_API_KEY       key valid  not told          -   0.3s   key 31s',
			'   3 more ↓                                       sorted: trouble first     1/15',
			' WHY  Refused at 02:51:07 and again, independently, at 02:51:09. This key was',
			'      changed in .env at 02:50:41. While openai is dry: gpt-4o → claude-3-opus.',
			' DO   Make a new one at platform.openai.com/api-keys, put it in .env line 6.',
			' t test  D deep  d disable  Enter detail  ! trouble  / filter  y copy  ? help',
		]);
		assert.equal(screen.alternate, true);
		assert.ok(screen.output.raw.includes(`${esc}]2;keydeck ✗2 openai dry\u0007`));
	});

	test('wider, the mask, the account, the share and the latencies join', async () => {
		const screen = await show({columns: 120, rows: 30});
		assert.match(screen.text, /KEY +MASK +ACCOUNT +STATE +HEADROOM +OK% +TTFB +PROVEN +SHARE LATENCY 24H/);
		assert.match(screen.text, /CLAUDE_API_KEY +sk-ant-api… own +ok +███████░ 88% +99% +0\.8s +call 4s +40% ▃▄/);
	});

	test('the clock ticks, and what rests counts down', async () => {
		const screen = await show();
		await screen.advance(2000);
		assert.match(screen.lines[0] ?? '', /03:12:46$/);
		assert.match(screen.text, /OPENAI_API_KEY {7}1m14s/);
	});
});

describe('every screen fits', () => {
	const tours: readonly (readonly [string, string])[] = [
		['Keys', ''],
		['a detail', '\r'],
		['Rotation', '2'],
		['Health', '3'],
		['Alerts', '4'],
		['help', '?'],
		['the notes', 'n'],
		['the strategies', '2s'],
		['a dry run', '2r'],
		['a price', 'D'],
		['a filter', '/nothing has this name'],
	];
	const hostile = `${'long words '.repeat(30)}鍵鍵鍵`;
	const keys = snapshotFixture().keys.map((key) => ({
		...key,
		label: `${key.label} ${hostile}`,
		why: hostile,
		summary: hostile,
		advice: hostile,
	}));
	const deck = (): MemoryDeck =>
		new MemoryDeck(
			snapshotFixture({keys, root: `/${hostile}`, models: [modelFixture({name: hostile, warning: hostile})]}),
		);

	for (const [columns, rows] of sizes) {
		test(`at ${columns}x${rows}, head and footer in their place, whatever the text`, async () => {
			const screen = await show({deck: deck(), columns, rows});
			for (const [name, keysPressed] of tours) {
				// In one read: what follows the first key meets the state it left.
				await screen.press(`1${keysPressed}`);
				const {lines} = screen;
				assert.equal(lines.length, rows, name);
				assert.match(lines[0] ?? '', /keydeck/, `${name}: ${lines[0]}`);
				assert.match(lines[rows - 1] ?? '', /help|Esc|clear/, `${name}: ${lines[rows - 1]}`);
				// A frame higher than the screen makes Ink clear all of it.
				assert.ok(!screen.output.raw.includes(`${esc}[2J`), name);
				await screen.press(esc);
			}
		});
	}

	test('too small a terminal is told the size it needs, and recovers', async () => {
		const screen = await show();
		await screen.resize(30, 6);
		assert.match(screen.text.replaceAll('\n', ' '), /keydeck needs 40x8, this is 30x6/);
		await screen.resize(80, 24);
		assert.match(screen.lines[5] ?? '', /▌✗ OPENAI_API_KEY2/);
	});

	test('resizing leaves nothing of the old size behind', async () => {
		const screen = await show();
		for (const [columns, rows] of sizes) {
			await screen.resize(columns, rows);
			assert.match(screen.lines[rows - 1] ?? '', /\? help/, `${columns}x${rows}`);
			assert.equal(screen.lines.filter((line) => line.includes('? help')).length, 1);
		}
	});
});

describe('Rotation', () => {
	test('changes the strategy of the marked model', async () => {
		const screen = await show();
		await screen.press('2', 's', 'j', '\r');
		assert.deepEqual(screen.deck.asked, ['strategy gpt-4o headroom by you']);
		assert.match(screen.lines[23] ?? '', /gpt-4o now picks by headroom/);
	});

	test('shows a dry run with the reason of each pick', async () => {
		const screen = await show();
		await screen.press('2', 'j', 'r');
		assert.match(screen.text, /Dry run of claude-3-opus: health-based, nothing is sent/);
		assert.match(screen.text, /10 {2}CLAUDE_API_KEY1 {2}healthy, in turn/);
	});

	test('shows the last picks', async () => {
		const screen = await show();
		await screen.press('2', '\r');
		assert.match(screen.text, /Last picks of gpt-4o/);
	});
});

describe('Health and Alerts', () => {
	test('Health has vendors and keys with their figures and the last error', async () => {
		const screen = await show();
		await screen.press('3');
		assert.match(screen.text, /▌✗ openai 0\/3 +DRY +120 +3 +97% +0\.8s +2\.1s/);
		assert.match(screen.text, /LAST ERROR 03:12:30 throttled 429 retry-after: 90/);
	});

	test('an open breaker is told', async () => {
		const provider = providerFixture({
			name: 'openai',
			condition: 'down',
			breaker: {state: 'open', until: now + 30_000, why: '5 of 5 calls failed: 503'},
		});
		const screen = await show({deck: new MemoryDeck(snapshotFixture({providers: [provider]}))});
		await screen.press('3');
		assert.match(screen.text, /BREAKER open until 03:13:14: 5 of 5 calls failed: 503/);
	});

	test('Alerts can be acknowledged and silenced', async () => {
		const screen = await show();
		await screen.press('4', 'a', 'j', 'z');
		assert.deepEqual(screen.deck.asked, [
			'acknowledge pool_dry openai 1 by you',
			'silence key_invalid k1_openaiapikey2 1 for 3600s',
		]);
		assert.match(screen.text, / WHY {2}refused by the vendor: 401 invalid_api_key/);
	});

	test('no alert says what would fire one', async () => {
		const screen = await show({deck: new MemoryDeck(snapshotFixture({alerts: []}))});
		await screen.press('4');
		assert.match(screen.text, /No alert\. One fires when/);
	});
});

describe('text from vendors', () => {
	test('with escape sequences stays inert, in every pane', async () => {
		const evil = 'x\u001b]52;c;AAAA\u0007\u001b[2J\u001b[6n\u009b5A\u001bPq\u001b\\\u202ey';
		const keys = snapshotFixture().keys.map((key) => ({
			...key,
			label: `${evil}${key.label}`,
			why: evil,
			summary: evil,
			advice: evil,
			untilRule: evil,
			next: evil,
			word: evil,
			restriction: evil,
			forbiddenModels: [evil],
		}));
		const screen = await show({
			deck: new MemoryDeck(
				snapshotFixture({
					keys,
					root: evil,
					providers: [providerFixture({name: evil, condition: 'dry'})],
					models: [modelFixture({name: evil, upstream: evil, warning: evil})],
					alerts: snapshotFixture().alerts.map((alert) => ({...alert, label: evil, message: evil, advice: evil})),
				}),
			),
		});
		for (const key of ['2', '\r', esc, 's', esc, '3', '4', '1', '\r']) await screen.press(key);
		for (const sequence of [`${esc}]52`, 'AAAA', `${esc}[6n`, `${esc}[2J`, '\u009b', `${esc}Pq`, '\u202e']) {
			assert.ok(!screen.output.raw.includes(sequence), JSON.stringify(sequence));
		}
		assert.match(screen.text, /xyOPENAI_API_KEY2/);
	});
});
