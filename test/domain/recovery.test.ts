import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Bench} from '../../source/domain/bench.ts';
import type {BenchChange, Case} from '../../source/domain/judgement.ts';
import {afterDeadline, afterGoodAnswer, stageShare} from '../../source/domain/recovery.ts';
import {because, benchOf, caseOf, now, readingOf} from './cases.ts';

const good = {kind: 'ok'} as const;
const trial = {stage: 'trial', goodCalls: 0} as const;

function summary(change: BenchChange | undefined): string {
	if (change === undefined) return 'stays';
	if (change.kind === 'lift') return `lifted: ${change.why}`;
	return `${change.bench.recovery?.stage} ${change.bench.recovery?.goodCalls}`;
}

describe('when its deadline passes', () => {
	const rows: readonly [string, Bench, string][] = [
		['a cooled group goes on trial', benchOf('account-model', 'cooling', {until: now}), 'trial 0'],
		['a dated exhaustion goes on trial', benchOf('account', 'exhausted', {until: now}), 'trial 0'],
		['an ejected key goes on trial', benchOf('key', 'ejected', {until: now}), 'trial 0'],
		['a rested provider goes on trial', benchOf('provider', 'cooling', {until: now - 1}), 'trial 0'],
		[
			'a forbidden model is simply asked again',
			benchOf('key-model', 'forbidden', {until: now}),
			'lifted: its time is over, it may be asked again',
		],
		[
			'a window that was used up is simply fresh',
			benchOf('account-model', 'cooling', {until: now, because: because('ok')}),
			'lifted: its window has been reset',
		],
		['a bench before its deadline rests', benchOf('key', 'cooling', {until: now + 1}), 'stays'],
		['a bench without a deadline rests', benchOf('account', 'exhausted'), 'stays'],
		['a bench on trial goes on', benchOf('key', 'cooling', {until: now - 9, recovery: trial}), 'stays'],
		['an invalid key stays so', benchOf('key', 'invalid'), 'stays'],
		['a key switched off by a person stays so', benchOf('key', 'disabled'), 'stays'],
	];
	for (const [name, bench, expected] of rows) {
		test(name, () => assert.equal(summary(afterDeadline(bench, now)), expected));
	}

	test('the change carries the next version', () => {
		assert.equal(afterDeadline(benchOf('key', 'ejected', {until: now}), now)?.bench.version, 4);
	});
});

describe('after a good answer', () => {
	const freeProbe = (proof: 'key' | 'money'): Partial<Case> => ({from: 'probe', reading: readingOf(good, {proof})});
	const rows: readonly [string, Bench, string, Partial<Case>?][] = [
		[
			'a call lifts a stated rest at once',
			benchOf('account-model', 'cooling', {stated: true, recovery: trial}),
			'lifted: a call went through',
		],
		['a call lifts a rest of the key', benchOf('key', 'cooling'), 'lifted: a call went through'],
		['a free probe does not lift what a call used up', benchOf('key', 'cooling'), 'stays', freeProbe('key')],
		[
			'a free probe lifts what a probe met',
			benchOf('account', 'cooling', {because: because('throttled', {from: 'probe'})}),
			'lifted: a call went through',
			freeProbe('key'),
		],
		[
			'a second, good opinion lifts the suspicion',
			benchOf('key', 'cooling', {because: because('rejected')}),
			'lifted: asked again, the vendor accepted it',
			freeProbe('key'),
		],
		[
			'an invalid key that is accepted comes back',
			benchOf('key', 'invalid'),
			'lifted: the vendor accepted it again',
			freeProbe('key'),
		],
		['a free probe never lifts exhausted', benchOf('account', 'exhausted'), 'stays', freeProbe('key')],
		[
			'an answer that proves nothing never lifts exhausted',
			benchOf('account', 'exhausted'),
			'stays',
			{reading: readingOf(good, {proof: 'none'})},
		],
		['a balance lifts exhausted', benchOf('account', 'exhausted'), 'lifted: it has credit again', freeProbe('money')],
		['a real call lifts exhausted', benchOf('account', 'exhausted'), 'lifted: it has credit again'],
		['a forbidden model that answers is allowed', benchOf('key-model', 'forbidden'), 'lifted: it was allowed again'],
		['a person outranks good answers', benchOf('key', 'disabled'), 'stays'],
		['a draining key goes on draining', benchOf('key', 'draining'), 'stays'],
		[
			'our line is back with the first answer',
			benchOf('network', 'cooling'),
			'lifted: vendors can be reached again',
			freeProbe('key'),
		],
		[
			'a provider before its deadline begins its recovery early',
			benchOf('provider', 'cooling', {until: now + 9000}),
			'tenth 0',
			freeProbe('key'),
		],
		['an overloaded model is lifted by a call', benchOf('provider-model', 'cooling'), 'lifted: a call went through'],
	];
	for (const [name, bench, expected, more] of rows) {
		test(name, () => {
			assert.equal(summary(afterGoodAnswer(caseOf(good, [bench], more))[0]), expected);
		});
	}

	test('a call from before the rest began proves nothing', () => {
		for (const kind of ['cooling', 'exhausted', 'ejected', 'invalid', 'forbidden'] as const) {
			const bench = benchOf('key', kind, {since: now - 100});
			assert.deepEqual(afterGoodAnswer(caseOf(good, [bench])), [], kind);
		}
	});

	test('a free probe, which names no model, says nothing of the benches of models', () => {
		const {model: _, ...probe} = caseOf(good, [
			benchOf('account-model', 'exhausted'),
			benchOf('key-model', 'forbidden'),
		]);
		assert.deepEqual(afterGoodAnswer({...probe, from: 'probe'}), []);
	});

	test('every subject the key stands for is looked at', () => {
		const benches = [benchOf('key', 'cooling'), benchOf('account', 'cooling'), benchOf('account-model', 'cooling')];
		assert.equal(afterGoodAnswer(caseOf(good, benches)).length, 3);
	});
});

describe('recovery', () => {
	for (const [level, kind] of [
		['key', 'ejected'],
		['provider', 'cooling'],
	] as const) {
		test(`${level}: one trial, then 10 %, 50 %, all, each after enough good answers`, () => {
			const stages: string[] = [];
			let bench: Bench | undefined = benchOf(level, kind, {recovery: trial});
			while (bench !== undefined) {
				const [change]: BenchChange[] = afterGoodAnswer(caseOf(good, [bench]));
				stages.push(summary(change));
				bench = change?.kind === 'place' ? change.bench : undefined;
			}
			assert.deepEqual(stages, [
				'tenth 0',
				'tenth 1',
				'tenth 2',
				'half 0',
				'half 1',
				'half 2',
				'lifted: it answers well again',
			]);
		});
	}

	test('lets a tenth, then half of the traffic through', () => {
		assert.deepEqual(stageShare, {trial: 1, tenth: 0.1, half: 0.5});
	});
});
