import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {firstSentence, identifier, plainText} from '../../source/providers/evidence.ts';
import {createProviders} from '../../source/providers/index.ts';
import {at} from './rows.ts';

const keys: readonly string[] = [
	`sk-ant-api03-${'aB3_'.repeat(23)}xAA`,
	'sk-proj-abcDEF123T3BlbkFJxyzXYZ789',
	`sk-${'a1b2'.repeat(8)}`,
	`AIza${'Sy3-_'.repeat(7)}`,
	'AQ.Ab8RN6Kx-lq_3ZzPo0',
	`gsk_${'aZ19'.repeat(13)}`,
	`sk-or-v1-${'0f'.repeat(32)}`,
	'HQSxfB7IaJRKNHRv0e5OAYJNO1h2Ug6Y',
	'0123456789abcdef0123456789abcdef01234567',
	'xai-abcDEF0123456789',
	'pplx-abcdef0123456789',
	`hf_${'a'.repeat(34)}`,
	'tgp_v1_abcdefgh1234',
];

describe('text of a vendor', () => {
	for (const key of keys) {
		test(`never shows a key like ${key.slice(0, 6)}…`, () => {
			for (const frame of [
				key,
				`key provided: ${key}.`,
				`Bearer ${key}`,
				`?key=${key}&x=1`,
				`"x-api-key":"${key}"`,
				`a${'\u200b'} ${key}`,
			]) {
				const plain = plainText(`Invalid: ${frame} was refused`);
				for (let start = 0; start + 12 <= key.length; start += 1) {
					assert.ok(!plain.includes(key.slice(start, start + 12)), plain);
				}
				assert.match(plain, /\[redacted\]/);
			}
		});
	}

	test('never shows the part of a key that a vendor leaves readable', () => {
		assert.equal(plainText('Incorrect API key provided: sk-v3s3w****bfcr.'), 'Incorrect API key provided: [redacted]');
		assert.equal(plainText('Your api key: ****-key is invalid'), 'Your api key: [redacted] is invalid');
		assert.equal(plainText('API key provided: my-own-key'), 'API key provided: [redacted]');
	});

	test('keeps the words people need', () => {
		for (const words of [
			'Your credit balance is too low to access the Anthropic API.',
			'model: claude-3-opus-20240229',
			'401 invalid_api_key',
			'429 organization_spend_limit_exceeded: You exceeded your current quota',
			'tokens per min (TPM)',
			'prompt is too long: 3333404 tokens > 200000 maximum',
			'403 unsupported_country_region_territory',
			'The model `llama-3.3-70b-versatile` is over capacity',
			'Überlastet, bitte später · 過負荷です 🙂',
		]) {
			assert.equal(plainText(words), words);
		}
	});

	test('cannot drive the terminal', () => {
		const rows: readonly [string, string][] = [
			['\u001b[31mred\u001b[0m', 'red'],
			['a\u001b]52;c;ZXZpbA==\u0007b', 'ab'],
			['a\u001b]0;title\u001b\\b', 'ab'],
			['a\u001b]8;;http://evil unterminated', 'a'],
			['a\u009b2Jb', 'ab'],
			['a\u009d0;t\u009cb', 'ab'],
			['a\u001bPq#0\u001b\\b', 'ab'],
			['a\u001b[6nb\u001bcb', 'abb'],
			['a\u0000\u0007\u0008\u007fb', 'a b'],
			['one\r\ntwo\tthree', 'one two three'],
			['a\u202eb\u2066c\u200bd\ufeffe\u00adf', 'abcdef'],
			['\u001b', ''],
			['a\ud800b', 'ab'],
		];
		for (const [raw, plain] of rows) assert.equal(plainText(raw), plain, JSON.stringify(raw));
	});

	test('is cut at its limit, between characters', () => {
		const plain = plainText('🙂 '.repeat(500));
		assert.equal([...plain].length <= 160, true);
		assert.ok(plain.endsWith('🙂…'));
		assert.equal(plainText('abcdef', 4), 'abc…');
	});

	test('gives its first sentence', () => {
		assert.equal(firstSentence('Not valid. Please pass another.'), 'Not valid');
		assert.equal(firstSentence('gpt-4.1 is gone'), 'gpt-4.1 is gone');
		assert.equal(firstSentence(''), '');
	});
});

test('an identifier is taken as it is or not at all', () => {
	assert.equal(identifier('req_011C-x.y:z/1'), 'req_011C-x.y:z/1');
	for (const bad of [undefined, '', 'a b', '\u001b[31m', 'a'.repeat(101), 'é'])
		assert.equal(identifier(bad), undefined);
});

test('a key in any field of any vendor’s error reaches no field of the reading', () => {
	for (const provider of createProviders(new Map()).values()) {
		for (const key of keys) {
			for (const body of echoes(key)) {
				for (const status of [200, 400, 401, 402, 403, 404, 429, 500, 503]) {
					const headers = {'x-request-id': `bad ${key}`, 'retry-after': key, 'openai-organization': `no ${key}`};
					const timing = {at, latencyMs: 1};
					const asked = {by: 'call', model: 'm', request: 'POST /x'} as const;
					const reading = provider.read({kind: 'answered', status, headers, body, timing}, asked);
					assert.ok(!JSON.stringify(reading).includes(key.slice(3, 20)), `${provider.name} ${status} ${body}`);
				}
			}
		}
	}
});

function echoes(key: string): readonly string[] {
	const error = {
		message: `You sent ${key}`,
		type: key,
		code: key,
		param: key,
		status: key,
		reason: key,
		details: {error_code: key},
	};
	return [
		JSON.stringify({type: 'error', error}),
		JSON.stringify({object: 'error', ...error}),
		JSON.stringify({detail: `You sent ${key}`, error_type: key}),
		JSON.stringify({error: {message: key, metadata: {error_type: key}, availability: {retry_after: key}}}),
		JSON.stringify({
			error: {message: key, details: [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: key}]},
		}),
		JSON.stringify({error: {details: [{'@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: key}]}}),
		JSON.stringify({
			data: {limit_remaining: 0, limit_reset: key},
			stop_reason: key,
			promptFeedback: {blockReason: key},
		}),
		`data: ${JSON.stringify({error})}\n\n`,
		`Your key ${key} is wrong`,
	];
}
