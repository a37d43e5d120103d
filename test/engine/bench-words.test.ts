import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {clockTime} from '../../source/format.ts';
import {because, benchOf, now} from '../domain/cases.ts';
import {back, before, later, words} from './words.ts';

describe('a resting key', () => {
	test('says the vendor’s words, its deadline and where that comes from', () => {
		const reason = because('throttled', {
			evidence: '429 rate_limit_exceeded: requests per min',
			rule: 'retry-after: 90',
			requestId: 'req_1',
		});
		assert.deepEqual(words(benchOf('account-model', 'cooling', {until: later, stated: true, because: reason})), {
			word: 'resting',
			summary: `429 rate_limit_exceeded: requests per min · back ${back}`,
			why: '429 rate_limit_exceeded: requests per min. It rests for gpt-4o only.',
			untilRule: `"retry-after: 90" in the answer of ${before} (req_1)`,
			advice: 'Nothing, it comes back by itself. To go faster, add a key of another account.',
			next: `${back} one trial call, then all.`,
		});
	});

	test('without a stated deadline names the step of the backoff', () => {
		const reason = because('throttled', {
			evidence: '429',
			rule: 'no deadline given, step 2 of backoff',
			model: 'gpt-4o',
		});
		assert.deepEqual(words(benchOf('key', 'cooling', {until: later, times: 2, because: reason})), {
			word: 'resting',
			summary: '429 · no deadline given, step 2 of backoff',
			why: '429.',
			untilRule: 'no deadline given, step 2 of backoff',
			advice: 'Nothing, it comes back by itself. To go faster, add a key of another account.',
			next: `${back} one trial call, then all. Fails again: rests longer, step 3.`,
		});
	});

	test('names the keys of its account that rest with it', () => {
		const bench = benchOf('account', 'cooling', {
			until: later,
			stated: true,
			because: because('throttled', {evidence: '429'}),
		});
		assert.equal(words(bench, {}, ['K2']).why, '429. K2 of the same account rests with it.');
		assert.equal(
			words(bench, {}, ['K2', 'K3', 'K4', '6 more']).why,
			'429. K2, K3, K4, 6 more of the same account rest with it.',
		);
		assert.equal(
			words(bench, {}, ['K2']).advice,
			'Nothing, it comes back by itself. More keys of the same account add no quota.',
		);
	});

	test('with a used up window says that no call has failed', () => {
		const reason = because('ok', {
			evidence: 'all 60 requests a minute are used',
			rule: 'x-ratelimit-remaining-requests',
		});
		assert.deepEqual(words(benchOf('account-model', 'cooling', {until: later, stated: true, because: reason})), {
			word: 'resting',
			summary: `all 60 requests a minute are used · back ${back}`,
			why: 'all 60 requests a minute are used, so it rests before a call fails. It rests for gpt-4o only.',
			untilRule: `"x-ratelimit-remaining-requests" in the answer of ${before}`,
			advice: 'Nothing, it comes back by itself. To go faster, add a key of another account.',
			next: `${back} its window is fresh.`,
		});
	});

	test('because the vendor is down blames the vendor', () => {
		const reason = because('overloaded', {
			evidence: '529 overloaded_error',
			rule: 'no deadline given, step 1 of backoff',
		});
		assert.deepEqual(words(benchOf('provider', 'cooling', {until: later, because: reason})), {
			word: 'vendor',
			summary: `529 overloaded_error · OpenAI is down, back ${back}`,
			why: 'OpenAI itself fails: 529 overloaded_error. Nothing is held against this key.',
			untilRule: 'no deadline given, step 1 of backoff',
			advice: 'Nothing, it comes back by itself. See status.openai.com.',
			next: `${back} one trial call, then 10 %, 50 %, all. Fails again: rests longer, step 2.`,
		});
	});

	test('that does worse than its pool says by how much', () => {
		const reason = because('outlier', {evidence: "40 % of its calls succeed, the pool's usual is 100 %"});
		assert.deepEqual(words(benchOf('key', 'ejected', {until: later, because: reason})), {
			word: 'ejected',
			summary: "40 % of its calls succeed, the pool's usual is 100 %",
			why: "It does worse than its pool: 40 % of its calls succeed, the pool's usual is 100 %.",
			untilRule: `until ${back}`,
			advice: 'Nothing, it comes back by itself.',
			next: `${back} one trial call, then 10 %, 50 %, all.`,
		});
	});

	for (const [stage, word, next] of [
		['trial', 'trial', 'One trial call, then more. Fails again: it rests longer (step 2).'],
		['tenth', 'at 10 %', 'More calls as they go well, then all.'],
		['half', 'at 50 %', 'More calls as they go well, then all.'],
	] as const) {
		test(`that comes back says ${word}`, () => {
			const bench = benchOf('key', 'cooling', {until: now - 1000, recovery: {stage, goodCalls: 0}});
			assert.deepEqual(words(bench), {
				word,
				summary: '',
				why: `Back after words of before. It rested until ${clockTime(now - 1000)}.`,
				advice: 'Nothing, it comes back by itself.',
				next,
			});
		});
	}
});

test('a key that came back before the end of its rest is not said to have rested until a time to come', () => {
	const bench = benchOf('key', 'cooling', {until: later, recovery: {stage: 'tenth', goodCalls: 0}});
	assert.equal(words(bench)?.why, `Back after words of before. A good answer ended its rest before ${back}.`);
});

describe('a key that needs a person', () => {
	test('without credit says where to top up, and how that is noticed', () => {
		const reason = because('exhausted', {
			evidence: '429 insufficient_quota: You exceeded your current quota',
			code: 'insufficient_quota',
		});
		assert.deepEqual(words(benchOf('account', 'exhausted', {because: reason}), {learnedAccount: 'beta'}, ['K2']), {
			word: 'no credit',
			summary: 'insufficient_quota, account beta · top up',
			why: 'The account has no credit: 429 insufficient_quota: You exceeded your current quota. K2 draws on the same account.',
			advice:
				'Top up at platform.openai.com/settings/organization/billing, then prove it with one real call: D, or keydeck test --deep.',
		});
	});

	test('whose spending is limited until a date does not claim that the credit is gone', () => {
		const reason = because('exhausted', {evidence: '400 usage limits', rule: '"regain access on 2026-12-01"'});
		assert.deepEqual(words(benchOf('account', 'exhausted', {until: later, stated: true, because: reason})), {
			word: 'quota',
			summary: `usage limits · back ${back}`,
			why: 'The account has used up its limit: 400 usage limits.',
			untilRule: `"regain access on 2026-12-01" in the answer of ${before}`,
			advice:
				'Nothing, it comes back by itself. Sooner: raise the limit at platform.openai.com/settings/organization/billing.',
			next: `${back} one trial call, then all.`,
		});
	});

	test('with the quota of one model used up names the model', () => {
		const bench = benchOf('account-model', 'exhausted', {until: later, stated: true, because: because('exhausted')});
		const {word, why} = words(bench);
		assert.deepEqual({word, why}, {word: 'quota', why: 'The account has no quota left for gpt-4o: words of before.'});
	});

	test('that is invalid says that it was refused twice, and where the new one belongs', () => {
		const reason = because('rejected', {evidence: '401 invalid_api_key', at: now - 58_000});
		assert.deepEqual(words(benchOf('key', 'invalid', {because: reason})), {
			word: 'invalid',
			summary: '401 invalid_api_key, confirmed · replace it',
			why: `Refused at ${before} and, asked again, at ${clockTime(now - 58_000)}: 401 invalid_api_key.`,
			advice: 'Make a new one at platform.openai.com/api-keys, put it in .env line 6.',
		});
	});

	test('that has leaked says so', () => {
		const reason = because('rejected', {evidence: '403 PERMISSION_DENIED: Your API key was reported as leaked'});
		const {word, summary, why} = words(benchOf('key', 'invalid', {because: reason}));
		assert.deepEqual(
			{word, summary, why},
			{
				word: 'leaked',
				summary: '403 PERMISSION_DENIED: Your API key was reported as leaked · replace it',
				why: 'The vendor says this key has leaked: 403 PERMISSION_DENIED: Your API key was reported as leaked.',
			},
		);
	});

	test('whose account is blocked names its companions', () => {
		const reason = because('rejected', {evidence: '401 organization_on_hold'});
		const {word, why, advice} = words(benchOf('account', 'invalid', {because: reason}), {}, ['K2']);
		assert.deepEqual(
			{word, why, advice},
			{
				word: 'blocked',
				why: `Refused at ${before}: 401 organization_on_hold. The vendor has blocked the whole account (K2 too).`,
				advice: "Ask the vendor's support, or use a key of another account in .env line 6.",
			},
		);
	});

	test('that was refused once waits for the second opinion', () => {
		const reason = because('rejected', {evidence: '401 invalid_api_key'});
		assert.deepEqual(words(benchOf('key', 'cooling', {until: later, because: reason})), {
			word: 'refused',
			summary: '401 invalid_api_key · asked again',
			why: `Refused at ${before}: 401 invalid_api_key. It is asked a second time, independently, before it is called invalid.`,
			advice: 'Nothing yet.',
		});
	});

	test('that may do nothing is to have its rights checked', () => {
		const {word, why, advice} = words(
			benchOf('key', 'forbidden', {because: because('forbidden', {evidence: '403 ip_not_allowed'})}),
		);
		assert.deepEqual(
			{word, why, advice},
			{
				word: 'forbidden',
				why: 'The key is good, but may not do this: 403 ip_not_allowed.',
				advice: 'Check its rights at platform.openai.com/api-keys (scopes, projects, allowed addresses).',
			},
		);
	});
});
