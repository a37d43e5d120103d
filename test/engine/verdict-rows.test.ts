import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {keyReason} from '../../components/key-rows.ts';
import type {Blame, VerdictKind} from '../../source/domain/verdict.ts';
import type {KeyView, Trouble} from '../../source/engine/snapshot.ts';
import {clockTime, moment} from '../../source/format.ts';
import type {TestKey} from '../helpers/engine.ts';
import {Home} from '../helpers/home.ts';
import {type Answer, answers} from '../helpers/scripted-upstream.ts';

type Row = {
	readonly name: string;
	readonly verdict: VerdictKind;
	/** Standing answer to the probes of the key, once it has been proven. */
	readonly answer: Answer;
	/** A deep probe, which names a model. */
	readonly deep?: boolean;
	/** @default 1 */
	readonly times?: number;
	readonly key?: Partial<TestKey>;
	readonly baseUrl?: string;
	readonly shows: {
		readonly state: KeyView['state']['kind'];
		readonly trouble: Trouble;
		readonly blame: Blame;
		readonly word: string;
		/** The reason as the Keys pane draws it; undefined = the row spends its width on figures. */
		readonly row: string | undefined;
		readonly why: string;
		readonly advice: string;
		/** ms from the probe. */
		readonly until?: number;
	};
};

const now = Date.UTC(2026, 10, 22, 3, 0, 1);
const at = clockTime(now);
const nothing = 'Nothing, it comes back by itself.';
const accepted = `The vendor accepted the key at ${clockTime(now - 1000)}; no call has proven its credit yet.`;
const proveIt = 'Prove it with one real call: D, or keydeck test --deep.';

const rows: readonly Row[] = [
	{
		name: 'ok',
		verdict: 'ok',
		answer: {status: 200},
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `The vendor accepted the key at ${at}; no call has proven its credit yet.`,
			advice: proveIt,
		},
	},
	{
		name: 'throttled',
		verdict: 'throttled',
		answer: answers.throttled(90),
		shows: {
			state: 'cooling',
			trouble: 'resting',
			blame: 'account',
			word: 'resting',
			row: `429 rate_limit_exceeded: Rate limit reached · back ${clockTime(now + 90_000)}`,
			why: '429 rate_limit_exceeded: Rate limit reached.',
			advice: `${nothing} To go faster, add a key of another account.`,
			until: 90_000,
		},
	},
	{
		name: 'exhausted',
		verdict: 'exhausted',
		answer: answers.noCredit,
		shows: {
			state: 'exhausted',
			trouble: 'needs-you',
			blame: 'account',
			word: 'no credit',
			row: 'insufficient_quota · top up',
			why: 'The account has no credit: 429 insufficient_quota: You exceeded your current quota.',
			advice:
				'Top up at platform.openai.com/settings/organization/billing, then prove it with one real call: D, or keydeck test --deep.',
		},
	},
	{
		name: 'exhausted until a date',
		verdict: 'exhausted',
		answer: answers.claudeLimit,
		deep: true,
		key: {provider: 'anthropic'},
		shows: {
			state: 'exhausted',
			trouble: 'resting',
			blame: 'account',
			word: 'quota',
			row: `You have reached your specifi… · back ${moment(Date.UTC(2026, 11, 1), now)}`,
			why: 'The account has used up its limit: 400 invalid_request_error: You have reached your specified API usage limits.',
			advice: `${nothing} Sooner: raise the limit at platform.claude.com/settings/billing.`,
			until: Date.UTC(2026, 11, 1) - now,
		},
	},
	{
		name: 'rejected',
		verdict: 'rejected',
		answer: answers.invalid,
		shows: {
			state: 'invalid',
			trouble: 'needs-you',
			blame: 'key',
			word: 'invalid',
			row: '401 invalid_api_key, confirmed · replace it',
			why: `Refused at ${at} and, asked again, at ${clockTime(now + 1500)}: 401 invalid_api_key.`,
			advice: 'Make a new one at platform.openai.com/api-keys, put it in .env line 1.',
		},
	},
	{
		name: 'forbidden',
		verdict: 'forbidden',
		answer: answers.modelMissing,
		deep: true,
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `${accepted} Its last answer was 404 model_not_found: The model does not exist or you do not have access to it: forbidden 6h00m.`,
			advice: proveIt,
		},
	},
	{
		name: 'overloaded',
		verdict: 'overloaded',
		answer: answers.overloaded,
		key: {provider: 'anthropic'},
		times: 3,
		shows: {
			state: 'cooling',
			trouble: 'resting',
			blame: 'provider',
			word: 'vendor',
			row: '529 overloaded_error: Overloaded · Anthropic is down, back ',
			why: 'Anthropic itself fails: 529 overloaded_error: Overloaded. Nothing is held against this key.',
			advice: `${nothing} See status.claude.com.`,
		},
	},
	{
		name: 'upstream-failed',
		verdict: 'upstream-failed',
		answer: answers.failing,
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `${accepted} Its last answer was 500 server_error: The server had an error: not held against the key.`,
			advice: proveIt,
		},
	},
	{
		name: 'timeout',
		verdict: 'timeout',
		answer: 'hang',
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `${accepted} Its last answer was no answer in time: headers timeout after 250 ms: not held against the key.`,
			advice: proveIt,
		},
	},
	{
		name: 'unreachable',
		verdict: 'unreachable',
		answer: {status: 200},
		baseUrl: 'http://127.0.0.1:1/v1',
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `${accepted} Its last answer was not reached: ECONNREFUSED: not held against the key.`,
			advice: proveIt,
		},
	},
	{
		name: 'caller-fault',
		verdict: 'caller-fault',
		answer: answers.badRequest,
		deep: true,
		shows: {
			state: 'active',
			trouble: 'serving',
			blame: 'nobody',
			word: 'key valid',
			row: undefined,
			why: `${accepted} Its last answer was 400 invalid_request_error: messages is required: the caller's fault.`,
			advice: proveIt,
		},
	},
];

describe('each verdict, from a probe through the store to the row, and again after a restart:', () => {
	for (const row of rows) {
		test(row.name, async (context) => {
			const name = `key-${row.name.replaceAll(' ', '-')}`;
			const key = {name, ...row.key};
			const baseUrls = {baseUrls: row.baseUrl === undefined ? {} : {openai: row.baseUrl}};
			const home = await Home.make(context, {
				keys: [key],
				models: ['gpt-4o', 'claude-3-opus'],
				probe: {timeoutMs: row.answer === 'hang' ? 250 : 5000},
			});
			const first = await home.open();
			await first.engine.test({});
			await home.clock.advance(now - home.clock.now());
			const asked = row.baseUrl === undefined ? first : await home.reopen(baseUrls);
			home.upstream.always(row.deep === true ? `${name} call` : name, row.answer);
			for (let turn = 0; turn < (row.times ?? 1); turn++) {
				const [verdict] =
					row.verdict === 'rejected'
						? await asked.probe()
						: verdicts(await asked.engine.test({deep: row.deep === true}));
				assert.equal(verdict, row.verdict);
			}
			const shown = asked.key(name);
			assertShows(shown, row, now);
			const history = await asked.engine.keyHistory(name, 10);

			const again = await home.reopen(baseUrls);
			assert.deepEqual(again.key(name), shown);
			assert.deepEqual(await again.engine.keyHistory(name, 10), history);
			assert.ok(history.entries.some(({verdict}) => verdict === row.verdict));
		});
	}
});

function verdicts(results: readonly {readonly verdict: string}[]): string[] {
	return results.map(({verdict}) => verdict);
}

function assertShows(view: KeyView, {shows}: Row, probedAt: number): void {
	const {state, trouble, blame, word, why, advice} = view;
	assert.deepEqual(
		{state: state.kind, trouble, blame, word, why, advice},
		{
			state: shows.state,
			trouble: shows.trouble,
			blame: shows.blame,
			word: shows.word,
			why: shows.why,
			advice: shows.advice,
		},
	);
	const drawn = keyReason(view)?.text;
	if (shows.row === undefined) assert.equal(drawn, undefined);
	else assert.ok(drawn?.startsWith(shows.row), `${drawn}`);
	if (shows.until !== undefined) assert.equal(view.until, probedAt + shows.until);
}
