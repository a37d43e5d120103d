import '../helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {afterEach, describe, test} from 'node:test';
import {KeydeckError} from '../../source/errors.ts';
import {snapshotFixture} from './fixtures.ts';
import {keyFixture} from './key-fixtures.ts';
import {closeAll, show} from './screen.tsx';

const esc = '\u001b';

afterEach(closeAll);

describe('the detail of a key', () => {
	test('opens with Enter, holds the last verdicts, turns with J and closes with Esc', async () => {
		const screen = await show({rows: 50});
		await screen.press('j', 'j', '\r');
		assert.match(screen.lines[0] ?? '', /^ keydeck › OPENAI_API_KEY {20,}key 0 of 3 · openai {2}03:12:44$/);
		for (const expected of [
			'Until: "retry-after: 90"',
			'Blame: account acme',
			'NEXT  03:14:00',
			'PROOF key 03:12:30',
			'header, 15s old',
			'rests 90s',
			'and 12 older',
		]) {
			assert.ok(screen.text.includes(expected), expected);
		}
		assert.equal(screen.lines.filter((line) => /GET \/v1\/models #/.test(line)).length, 18);
		await screen.press('K');
		assert.match(screen.lines[0] ?? '', /OPENAI_API_KEY3/);
		await screen.press(esc);
		assert.match(screen.lines[1] ?? '', /▸1 Keys/);
	});

	test('scrolls at 80x24', async () => {
		const screen = await show();
		await screen.press('j', 'j', '\r');
		assert.match(screen.lines[22] ?? '', /more ↓$/);
		await screen.press('G');
		assert.match(screen.lines[22] ?? '', /and 12 older/);
	});

	test('of a key that goes says so', async () => {
		const screen = await show();
		await screen.press('\r');
		screen.deck.show(snapshotFixture({keys: snapshotFixture().keys.slice(3)}));
		await screen.settle();
		assert.match(screen.text, /no longer configured/);
	});
});

describe('keys', () => {
	test('a burst filters and never switches panes', async () => {
		const screen = await show();
		await screen.press('/23x');
		assert.match(screen.text, /\/23x▏/);
		assert.match(screen.lines[1] ?? '', /▸1 Keys/);
		await screen.press(esc);
		await screen.press('/claude\r');
		assert.equal(screen.lines.filter((line) => line.includes('_API_KEY')).length, 3);
	});

	test('! shows only trouble', async () => {
		const screen = await show();
		await screen.press('!');
		assert.doesNotMatch(screen.text, /SERVING/);
		assert.match(screen.text, /only trouble · sorted: trouble first {5}1\/4/);
	});

	test('help lists what the table of keys says', async () => {
		const screen = await show();
		await screen.press('?');
		for (const words of [
			'Keys: what you can press',
			'o O        sort column, reverse',
			'D    one-token test, price shown first',
			'⊘ disabled by you',
		]) {
			assert.ok(screen.text.includes(words), words);
		}
		await screen.press('?');
		assert.doesNotMatch(screen.text, /what you can press/);
	});

	test('p holds the picture still while time goes on', async () => {
		const screen = await show();
		await screen.press('p');
		screen.deck.show(snapshotFixture({keys: [keyFixture({label: 'NEWCOMER'})]}));
		await screen.advance(12_000);
		assert.match(screen.lines[1] ?? '', /frozen 12s/);
		assert.doesNotMatch(screen.text, /NEWCOMER/);
		await screen.press('p');
		await screen.advance(1000);
		assert.match(screen.text, /NEWCOMER/);
	});

	test('t tests the marked key and says how it went for three seconds', async () => {
		const screen = await show();
		let answer = (): void => {};
		screen.deck.testing = new Promise((resolve) => {
			answer = resolve;
		});
		await screen.press('/CLAUDE_API_KEY3\r');
		screen.input.write('t');
		await new Promise((resolve) => setTimeout(resolve, 50));
		assert.match(screen.lines[1] ?? '', /testing 0\/1/);
		answer();
		await screen.settle();
		assert.deepEqual(screen.deck.asked, ['test k1_claudeapikey3']);
		assert.match(screen.lines[23] ?? '', /✓ CLAUDE_API_KEY3: trial 1\/1, 0\.2s/);
		await screen.advance(3000);
		assert.match(screen.lines[23] ?? '', /\? help/);
	});

	test('D shows the price and does nothing on Cancel', async () => {
		const screen = await show();
		await screen.press('D');
		assert.match(screen.text, /at most \$0\.00001/);
		await screen.press('\r');
		assert.deepEqual(screen.deck.asked, []);
		await screen.press('D', 'j', '\r');
		assert.deepEqual(screen.deck.asked, ['test k1_openaiapikey2 deep']);
	});

	test('y copies masked text through the terminal', async () => {
		const screen = await show();
		await screen.press('y');
		const encoded = /\]52;c;([\w+/=]+)/.exec(screen.output.raw)?.[1] ?? '';
		assert.match(
			Buffer.from(encoded, 'base64').toString(),
			/^OPENAI_API_KEY2 \(sk-proj-Ab…, 7f2c91ab\) openai: invalid/,
		);
		assert.match(screen.lines[23] ?? '', /✓ copied OPENAI_API_KEY2, masked/);
	});

	test('an action that is refused says why', async () => {
		const screen = await show();
		screen.deck.refusal = new KeydeckError('GONE', 'that key is gone', {hint: 'Press Esc.'});
		await screen.press('/CLAUDE_API_KEY3\rd');
		assert.match(screen.lines[23] ?? '', /✗ that key is gone\. Press Esc\./);
	});

	test('Ctrl-L draws everything again', async () => {
		const screen = await show();
		const before = screen.text;
		screen.terminal.write('\u001b[5;1Hnoise from elsewhere');
		await screen.press('\u000c');
		assert.equal(screen.text, before);
	});

	test('Ctrl-Z gives the terminal back and takes it again', async () => {
		let continued = (): void => {};
		const screen = await show({
			onSuspend: () =>
				new Promise((resolve) => {
					continued = resolve;
				}),
		});
		await screen.press('\u001a');
		assert.equal(screen.alternate, false);
		assert.equal(screen.input.raw, false);
		continued();
		await screen.settle();
		assert.equal(screen.alternate, true);
		assert.match(screen.lines[5] ?? '', /OPENAI_API_KEY2/);
	});
});
