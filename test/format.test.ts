import './helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {
	age,
	bar,
	clean,
	clockTime,
	count,
	day,
	duration,
	fit,
	isoTime,
	latency,
	moment,
	money,
	percent,
	plural,
	shorten,
	sparkline,
	tildePath,
	width,
	wrap,
} from '../source/format.ts';

const at = Date.UTC(2026, 10, 22, 3, 12, 44);

describe('clean makes text from outside harmless', () => {
	const rows: readonly (readonly [string, string, string])[] = [
		['plain text stays', 'plain text', 'plain text'],
		['words of other scripts and emoji stay', 'schlüssel 鍵 🔑', 'schlüssel 鍵 🔑'],
		['a colour sequence goes', '\u001b[31mred\u001b[0m', 'red'],
		['a colour with colons goes', '\u001b[38:5:9mred', 'red'],
		['a cursor report request goes', 'a\u001b[6nb', 'ab'],
		['a clipboard sequence goes', 'evil\u001b]52;c;AAAA\u0007name', 'evilname'],
		['a title ended by ST goes', 'a\u001b]0;pwned\u001b\\b', 'ab'],
		['an unended title takes what it would swallow', 'a\u001b]0;pwned', 'a'],
		['an OSC cut off by another sequence loses both', 'a\u001b]0;x\u001b[2Jb', 'ab'],
		['8-bit CSI and OSC go', 'a\u009b2Jb\u009d52;c;QQ\u009cc', 'abc'],
		[
			'device control, SOS, PM and APC strings go',
			'a\u001bPq\u001b\\b\u001bXs\u001b\\c\u001b^p\u001b\\d\u001b_a\u001b\\e',
			'abcde',
		],
		['a charset switch goes', 'a\u001b(0b', 'ab'],
		['a lone escape at the end goes', 'a\u001b', 'a'],
		['an unended CSI goes', 'a\u001b[12;', 'a'],
		['tabs and line breaks become one space', 'a\t\r\nb', 'a b'],
		['bells, backspaces and NUL go', 'a\u0007\b\u0000b', 'ab'],
		['bidirectional overrides go', 'a\u202eb\u2066c\u061cd', 'abcd'],
		['zero-width characters go', 'a\u200bb\ufeffc', 'abc'],
		['half a surrogate pair becomes the replacement character', 'a\ud83db', 'a\ufffdb'],
	];
	for (const [name, text, expected] of rows) test(name, () => assert.equal(clean(text), expected));

	test('only the first 4096 characters are kept', () => assert.equal(clean('x'.repeat(5000)).length, 4096));

	test('no control character survives, whatever is thrown at it', () => {
		// A fixed linear congruence: the same strings in each run.
		let seed = 42;
		const next = (below: number): number => {
			seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
			return seed % below;
		};
		const alphabet = [
			'\u001b',
			'[',
			']',
			'P',
			'_',
			';',
			'5',
			'2',
			'm',
			'J',
			'\u0007',
			'\\',
			'\u009b',
			'\u009c',
			'\u202e',
			'x',
			'\ud83d',
			'\n',
		];
		for (let round = 0; round < 20_000; round++) {
			const text = Array.from({length: 1 + next(12)}, () => alphabet[next(alphabet.length)]).join('');
			// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone.
			assert.doesNotMatch(clean(text), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/, JSON.stringify(text));
		}
	});
});

describe('text in cells', () => {
	const rows: readonly (readonly [string, string, string])[] = [
		['a short text is padded', fit('ab', 4), 'ab  '],
		['a number stands on the right', fit('12', 4, 'right'), '  12'],
		['a long text is cut with an ellipsis', fit('abcdef', 4), 'abc…'],
		['a wide character that does not fit leaves a blank', fit('鍵鍵鍵', 4), '鍵… '],
		['a family of emoji is not torn', fit('👩‍💻👩‍💻', 3), fit(clean('👩‍💻👩‍💻'), 3)],
		['nothing fits in nothing', fit('abc', 0), ''],
		['shorten does not pad', shorten('ab', 4), 'ab'],
	];
	for (const [name, actual, expected] of rows) test(name, () => assert.equal(actual, expected));

	test('whatever the text, it takes the cells it was given', () => {
		for (const text of ['', 'plain', '鍵鍵鍵鍵鍵', '🔑🔑🔑', '███░░', 'e\u0301e\u0301e\u0301', '\u001b[31mred']) {
			for (let cells = 0; cells < 12; cells++) assert.equal(width(fit(text, cells)), cells, `${text} in ${cells}`);
		}
	});

	test('lines break between words, long words in the middle, the rest is cut', () => {
		assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
		assert.deepEqual(wrap('abcdefghij kl', 4), ['abcd', 'efgh', 'ij', 'kl']);
		assert.deepEqual(wrap('one two three four', 8, 2), ['one two', 'three f…']);
		assert.deepEqual(wrap('', 8), []);
		assert.deepEqual(wrap('鍵鍵', 1), ['鍵', '鍵']);
	});
});

describe('figures', () => {
	const rows: readonly (readonly [string, string])[] = [
		[duration(0), '0s'],
		[duration(11_001), '12s'],
		[duration(76_000), '1m16s'],
		[duration(61_000), '1m01s'],
		[duration(7_500_000), '2h05m'],
		[duration(273_600_000), '3d04h'],
		[duration(-5), '0s'],
		[age(4999), '4s'],
		[age(200_000), '3m'],
		[age(7_300_000), '2h'],
		[age(5 * 86_400_000), '5d'],
		[clockTime(at), '03:12:44'],
		[day(at), '22 Nov'],
		[moment(at, at + 60_000), '03:12:44'],
		[moment(at, at + 86_400_000), '22 Nov 03:12'],
		[isoTime(at), '2026-11-22T03:12:44.000Z'],
		[percent(undefined), '-'],
		[percent(Number.NaN), '-'],
		[percent(0), '0%'],
		[percent(0.001), '1%'],
		[percent(0.876), '88%'],
		[percent(0.999), '99%'],
		[percent(1), '100%'],
		[money(undefined), '-'],
		[money(110), '$110.00'],
		[money(0), '$0.00'],
		[money(0.0004), '$0.0004'],
		[money(0.00001), '$0.00001'],
		[money(0.000_123), '$0.00012'],
		[money(-1.5), '-$1.50'],
		[money(20, 'CNY'), 'CN¥20.00'],
		[money(3, 'CHF'), '3.00 CHF'],
		[money(3, 'constructor'), '3.00 constructor'],
		[latency(undefined), '-'],
		[latency(12), '12ms'],
		[latency(812), '0.8s'],
		[latency(9_940), '9.9s'],
		[latency(12_300), '12s'],
		[count(412), '412'],
		[count(9120), '9,120'],
		[count(31_200), '31k'],
		[count(1_240_000), '1.2M'],
		[count(undefined), '-'],
		[plural(1, 'key'), '1 key'],
		[plural(0, 'key'), '0 keys'],
		[bar(0.88, 8), '███████░'],
		[bar(0.01, 8), '█░░░░░░░'],
		[bar(0, 8), '░░░░░░░░'],
		[bar(7, 8), '████████'],
		[sparkline([0, 1, undefined, 8]), '▁▂·█'],
		[sparkline([0, 0]), '▁▁'],
		[tildePath('/home/ada/agents', '/home/ada'), '~/agents'],
		[tildePath('/home/adam', '/home/ada'), '/home/adam'],
		[tildePath('/srv', undefined), '/srv'],
	];
	for (const [actual, expected] of rows) test(`${expected}`, () => assert.equal(actual, expected));
});
