import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import chalk from 'chalk';
import type {Snapshot} from '../../source/engine/snapshot.ts';
import {snapshotFixture} from './fixtures.ts';
import {manyKeys} from './key-fixtures.ts';
import {MemoryDeck} from './memory-deck.ts';
import {closeAll, ScreenUnderTest, show} from './screen.tsx';

const noKeys = (change: Partial<Snapshot> = {}): Snapshot =>
	snapshotFixture({
		keys: [],
		providers: [],
		models: [],
		alerts: [],
		notes: ['CLAUDE_API_KEY is a placeholder (.env line 3): put a real key there.'],
		searched: [
			{place: '~/agents/.env', found: 'not there', keys: 0},
			{place: 'environment', found: 'no *_API_KEY', keys: 0},
		],
		...change,
	});

afterEach(closeAll);

describe('the first minute', () => {
	test('without keys, the places searched are listed, and a key that is saved appears', async () => {
		const screen = await show({deck: new MemoryDeck(noKeys()), onDemo: async () => 0});
		assert.match(screen.text, /No key found yet/);
		assert.match(screen.text, /◷ ~\/agents\/\.env {3}not there/);
		assert.match(screen.text, /! CLAUDE_API_KEY is a placeholder/);
		assert.match(screen.text, /Enter starts the demo/);
		screen.deck.show(snapshotFixture());
		await screen.settle();
		assert.match(screen.text, /▌✗ OPENAI_API_KEY2/);
	});

	test('Enter leaves for the demo, whose exit code counts', async () => {
		const screen = await ScreenUnderTest.open({deck: new MemoryDeck(noKeys()), onDemo: async () => 7});
		screen.input.write('\r');
		assert.equal(await screen.ended, 7);
		assert.equal(screen.alternate, false);
	});

	test('without a demo to offer, Enter means nothing', async () => {
		const screen = await show({deck: new MemoryDeck(noKeys())});
		assert.doesNotMatch(screen.text, /demo/);
		await screen.press('\r');
		assert.equal(screen.alternate, true);
	});

	test('a sweep shows how far it is, and its end in one line', async () => {
		const {keys, probing} = snapshotFixture();
		const unknown = keys.map(
			(key) =>
				({
					...key,
					trouble: 'unknown',
					state: {kind: 'unknown'},
					proof: {},
					grade: 'none',
					word: 'not asked',
					usable: undefined,
				}) as const,
		);
		const deck = new MemoryDeck(snapshotFixture({keys: unknown, probing: {...probing, sweep: {done: 3, total: 15}}}));
		const settled = await show({deck});
		deck.show(snapshotFixture());
		await settled.settle();
		assert.match(settled.output.raw, /probing 3\/15/);
		assert.match(settled.text, /15 keys: 11 good, 1 dead, 1 without credit, 2 resting: press !/);
		await settled.advance(9000);
		assert.match(settled.text, /prove with one real call each, about \$0\.00015: D/);
		await settled.advance(9000);
		assert.match(settled.text, /sorted: trouble first/);
	});

	test('a picture that is no longer renewed says its age and dims', async () => {
		const screen = await show();
		await screen.advance(9000);
		assert.match(screen.lines[1] ?? '', /! no news for 9s/);
		const cell = screen.terminal.buffer.active.getLine(5)?.getCell(3);
		assert.equal(cell?.getFgColor(), 8);
	});

	test('an attached dashboard says so, a read-only one hides what acts', async () => {
		const screen = await show({deck: new MemoryDeck(snapshotFixture(), 'attached'), readOnly: true});
		assert.match(screen.lines[1] ?? '', /read-only · attached · store local/);
		assert.equal(screen.lines[23], ' Enter detail  ! trouble  / filter  y copy  ? help');
	});
});

describe('cost', () => {
	test('moving the mark over healthy keys writes less than 400 bytes', async () => {
		const screen = await show({deck: new MemoryDeck(snapshotFixture({keys: manyKeys(100)}))});
		await screen.press('j');
		const before = screen.output.bytes;
		await screen.press('j');
		const written = screen.output.bytes - before;
		assert.ok(written > 0 && written < 400, `${written} bytes`);
	});

	test('with 10,000 keys only what is seen is drawn, and opening takes at most ten times that of 100', async () => {
		const time = async (amount: number): Promise<number> => {
			const deck = new MemoryDeck(snapshotFixture({keys: manyKeys(amount)}));
			const started = performance.now();
			const screen = await show({deck, columns: 120, rows: 30});
			await screen.press('G', 'g', 'jjjj');
			return performance.now() - started;
		};
		await time(100);
		const few = await time(100);
		const many = await time(10_000);
		assert.ok(many < 10 * few, `${few.toFixed(0)} ms with 100 keys, ${many.toFixed(0)} ms with 10,000`);
	});

	test('a screen on which nothing happens writes nothing', async () => {
		const screen = await show();
		const before = screen.output.bytes;
		await new Promise((resolve) => setTimeout(resolve, 60));
		assert.equal(screen.output.bytes, before);
	});
});

describe('colours', () => {
	test('NO_COLOR leaves signs and words, and no colour sequence', async () => {
		const {level} = chalk;
		try {
			const screen = await show({env: {noColor: true}});
			await screen.press('j', '2', '3', '4');
			// biome-ignore lint/suspicious/noControlCharactersInRegex: colour sequences begin with one.
			assert.doesNotMatch(screen.output.raw, /\u001b\[[\d;:]*m/);
			assert.match(screen.text, /▸4 Alerts/);
		} finally {
			chalk.level = level;
		}
	});
});

describe('leaving', () => {
	test('q restores the terminal and gives 0; nothing stays behind', async () => {
		const screen = await ScreenUnderTest.open();
		screen.input.write('q');
		assert.equal(await screen.ended, 0);
		assert.equal(screen.alternate, false);
		assert.equal(screen.input.raw, false);
		assert.equal(screen.deck.listeners, 0);
		assert.equal(screen.clock.pending, 0);
		assert.equal(screen.text.trim(), '');
	});

	test('Ctrl-C gives 130', async () => {
		const screen = await ScreenUnderTest.open();
		screen.input.write('\u0003');
		assert.equal(await screen.ended, 130);
	});

	test('a demo leaves five lines in the scrollback', async () => {
		const screen = await ScreenUnderTest.open({deck: new MemoryDeck(snapshotFixture({mode: 'demo'}))});
		assert.match(screen.lines[0] ?? '', /keydeck DEMO/);
		screen.input.write('q');
		await screen.ended;
		await screen.settle();
		assert.equal(screen.lines.filter((line) => line !== '').length, 5);
		assert.match(screen.lines[0] ?? '', /^keydeck demo, 1h00m on simulated vendors$/);
	});

	for (const [signal, exitCode] of [
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGINT', 130],
	] as const) {
		test(`${signal} restores the terminal and gives ${exitCode}`, async () => {
			const screen = await ScreenUnderTest.open();
			process.kill(process.pid, signal);
			assert.equal(await screen.ended, exitCode);
			assert.equal(screen.alternate, false);
		});
	}

	test('a crash restores the terminal and says why', async () => {
		for (const broken of [{keys: undefined as never}, {store: undefined as never}]) {
			const screen = await ScreenUnderTest.open();
			screen.deck.show({...snapshotFixture(), ...broken});
			await assert.rejects(screen.ended, TypeError);
			assert.equal(screen.alternate, false);
			assert.equal(screen.deck.listeners, 0);
		}
	});
});
