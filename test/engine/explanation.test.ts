import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {because, benchOf, entryOf, now} from '../domain/cases.ts';
import {before, words} from './words.ts';

const proven = {proof: {keyAt: now - 60_000, moneyAt: now - 60_000, callAt: now - 60_000}, lastEntry: entryOf()};

describe('a key without a bench', () => {
	test('that was never asked says so', () => {
		assert.deepEqual(words(undefined), {
			word: 'not asked',
			summary: '',
			why: 'The vendor has not been asked yet.',
			advice: 'Ask now, free: t, or keydeck test.',
		});
	});

	test('whose vendor could not be reached names the host', () => {
		const lastEntry = entryOf({verdict: 'unreachable', counted: 'neither', evidence: 'not reached: ECONNREFUSED'});
		assert.deepEqual(words(undefined, {lastEntry}), {
			word: 'unknown',
			summary: 'cannot reach api.openai.com: not reached: ECONNREFUSED · not held against it',
			why: 'api.openai.com could not be reached: not reached: ECONNREFUSED. Nothing is held against the key.',
			advice: 'Check network, DNS and proxy for api.openai.com; it is asked again by itself.',
		});
	});

	test('whose only answer says nothing of it is unknown', () => {
		const lastEntry = entryOf({verdict: 'upstream-failed', counted: 'failure', evidence: '500 server_error'});
		assert.deepEqual(words(undefined, {lastEntry}), {
			word: 'unknown',
			summary: '500 server_error · not held against it',
			why: 'The last answer was 500 server_error, which says nothing about the key.',
			advice: 'Nothing; it is asked again by itself.',
		});
	});

	test('that was only accepted is not called proven', () => {
		assert.deepEqual(words(undefined, {proof: {keyAt: now - 60_000}, lastEntry: entryOf()}), {
			word: 'key valid',
			summary: '',
			why: `The vendor accepted the key at ${before}; no call has proven its credit yet.`,
			advice: 'Prove it with one real call: D, or keydeck test --deep.',
		});
	});

	test('that completed a call is ok', () => {
		assert.deepEqual(words(undefined, proven), {
			word: 'ok',
			summary: '',
			why: `It answered well at ${before}.`,
			advice: 'Nothing.',
		});
	});

	test('that is restricted says what it may not do', () => {
		const {why} = words(undefined, {...proven, restriction: 'missing scope api.model.read'});
		assert.equal(why, `It answered well at ${before}. It is restricted: missing scope api.model.read.`);
	});

	test('with little credit left says how little', () => {
		assert.deepEqual(words(undefined, {...proven, balance: {amount: 1.5, currency: 'USD', at: now}}), {
			word: 'low',
			summary: '$1.50 left · top up',
			why: `It answered well at ${before}. Only $1.50 left.`,
			advice: 'Top up at platform.openai.com/settings/organization/billing.',
		});
	});

	test('whose last answer was a failure of the vendor says whom it is held against', () => {
		const effect = 'not held against the key';
		const lastEntry = entryOf({verdict: 'timeout', counted: 'failure', evidence: 'no answer in time', effect});
		assert.deepEqual(words(undefined, {...proven, lastEntry}), {
			word: 'ok',
			summary: '',
			why: `It answered well at ${before}. Its last answer was no answer in time: not held against the key.`,
			advice: 'Nothing.',
		});
	});
});

describe('a key that is switched off', () => {
	test('says by whom and how to switch it on', () => {
		const by = because('person', {evidence: 'by you', from: 'person'});
		assert.deepEqual(words(benchOf('key', 'disabled', {because: by})), {
			word: 'disabled',
			summary: 'by you · press d to enable',
			why: `It takes no calls: switched off by you at ${before}.`,
			advice: 'Press d to enable it.',
		});
	});

	test('by the configuration says that', () => {
		const by = because('config', {evidence: 'disabled in the configuration', from: 'config'});
		assert.equal(
			words(benchOf('key', 'disabled', {because: by})).why,
			`It takes no calls: switched off in the configuration at ${before}.`,
		);
	});

	test('draining lets what runs finish', () => {
		const by = because('person', {evidence: 'by you', from: 'person'});
		assert.equal(
			words(benchOf('key', 'draining', {because: by})).why,
			`It takes no new calls; what runs may finish: switched off by you at ${before}.`,
		);
	});
});
