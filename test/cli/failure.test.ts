import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {InvalidInputError, KeydeckError} from '../../source/errors.ts';
import {fixtureSnapshot} from '../helpers/snapshot-fixture.ts';
import {fixtureDeck} from './deck-fixture.ts';
import {keydeck} from './session.ts';

const deck = () => fixtureDeck(fixtureSnapshot());

suite('what goes wrong', () => {
	const problem = {
		source: '.env line 5',
		path: 'OPENAI_API_KEY',
		rule: 'must be printable ASCII',
		value: 'sk-pr…',
		hint: 'Copy it again',
	};
	const canary = `sk-proj-${'Zq9'.repeat(12)}`;
	const rows: readonly [string, Error, number, RegExp][] = [
		[
			'all problems of bad input, one line each',
			new InvalidInputError([problem, problem]),
			2,
			/^(keydeck: \.env line 5: OPENAI_API_KEY must be printable ASCII, got sk-pr…\. Copy it again\n){2}$/,
		],
		[
			'a refusal with its hint',
			new KeydeckError('HELD', 'another keydeck holds it', {hint: 'Quit it first.'}),
			2,
			/^keydeck: another keydeck holds it\. Quit it first\.\n$/,
		],
		[
			'the other side gone',
			new KeydeckError('OWNER_GONE', 'the keydeck process 7 has ended', {hint: 'run the command again'}),
			3,
			/^keydeck: the keydeck process 7 has ended: run the command again\n$/,
		],
		[
			'a fault of its own without a trace',
			new TypeError(`boom ${canary}`),
			70,
			/^keydeck: unexpected: boom sk-p…\nThis is a fault of keydeck: run again with KEYDECK_DEBUG=1 for the trace\.\n$/,
		],
	];
	for (const [name, error, expected, words] of rows) {
		test(`is said in words: ${name}`, async () => {
			const {code, stdout, stderr} = await keydeck('report', error);
			assert.match(stderr, words);
			assert.deepEqual([code, stdout], [expected, '']);
		});
	}

	test('with KEYDECK_DEBUG=1 the trace is shown, without keys', async () => {
		const {stderr} = await keydeck('report', new TypeError('boom', {cause: new Error(canary)}), {
			env: {KEYDECK_DEBUG: '1'},
		});
		assert.match(stderr, /\n {4}at .*\ncaused by: Error: sk-p…\n {4}at /s);
		assert.ok(!stderr.includes(canary));
	});

	const usage: readonly [string, RegExp][] = [
		['rotate gpt-4oo', /there is no model "gpt-4oo"\. Did you mean gpt-4o\?/],
		['rotate gpt-4o roundrobin', /there is no strategy "roundrobin"\. Take round-robin, /],
		['rotate --count many', /--count must be a whole number from 1 to 1000, got "many"/],
		['rotate --count 0', /--count must be a whole number from 1 to 1000, got "0"/],
		['test gpt-4o --key 7', /gpt-4o has no key 7\. Its keys count from 0 to 1\./],
		['test --key 0', /--key 0 counts inside the pool of one model\. Name the model too/],
		['test --key OPENAI_APIKEY', /there is no key "OPENAI_APIKEY"\. Did you mean OPENAI_API_KEY\?/],
		['why nobody-knows-this', /there is no model or key "nobody-knows-this"/],
		[`why ${canary}`, /there is no model or key "sk-proj-Zq…"/],
		['chains gpt-4oo', /there is no model "gpt-4oo"\. Did you mean gpt-4o\?/],
		['chains mistral-large', /mistral-large is not in use here\. In use: gpt-4o, claude-3-opus, gemini-pro\./],
		['report --format xml', /there is no format "xml"\. Take table, json, csv or markdown\./],
		['report --format csv --json', /--json and --format csv contradict each other/],
		['summary --line --json', /--line and --json contradict each other/],
	];
	for (const [line, words] of usage) {
		test(`is bad usage: ${line.slice(0, 40)}`, async () => {
			const {code, stdout, stderr} = await keydeck(line, deck());
			assert.match(stderr, words);
			assert.ok(!stderr.includes(canary));
			assert.deepEqual([code, stdout], [2, '']);
		});
	}
});
