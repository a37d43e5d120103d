import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Alert} from '../../../source/domain/alert.ts';
import type {EngineEvent} from '../../../source/events.ts';
import {alertCards, newlyFiring, spokenAlert} from '../../../source/service/page/alert-list.ts';
import {eventLines} from '../../../source/service/page/event-words.ts';
import {identityFacts, isLastUsable, limitBars, reasonFacts} from '../../../source/service/page/key-detail.ts';
import {modelRows} from '../../../source/service/page/model-list.ts';
import {pools, tabTitle, tiles} from '../../../source/service/page/overview.ts';
import {intentOf, movedMark} from '../../../source/service/page/page-keys.ts';
import {fixtureSnapshot, keyView, now} from '../../helpers/snapshot-fixture.ts';

const alert = (part: Partial<Alert>): Alert => ({
	id: 'a1',
	type: 'key_invalid',
	severity: 'high',
	state: 'firing',
	subject: {kind: 'key', kid: 'k1_a'},
	label: 'A',
	provider: 'openai',
	message: 'A is invalid',
	advice: 'Replace it.',
	since: now - 60_000,
	...part,
});

describe('the top of the page', () => {
	const snapshot = fixtureSnapshot();

	test('counts keys and says when the next one is back', () => {
		const shown = tiles(snapshot, now).map(({figure, title}) => `${title} ${figure}`);
		assert.deepEqual(shown.slice(0, 3), ['Can serve 1', 'Needs you 1', 'Resting 1']);
		assert.match(tiles(snapshot, now)[2]?.detail ?? '', /^next back in 1m16s · /);
	});

	test('lists vendors, trouble first', () => {
		assert.deepEqual(
			pools(snapshot, now).map(({share, title, words}) => `${title} ${share} ${words}`),
			['OpenAI 0/2 DRY 1m16s', 'Gemini 0/1 not asked', 'Anthropic 1/1 ok'],
		);
	});

	test('the tab tells the worst', () => {
		assert.equal(tabTitle(snapshot, true), '✗1 openai dry · keydeck');
		assert.equal(tabTitle(snapshot, false), 'disconnected ✗1 openai dry · keydeck');
		assert.equal(tabTitle(undefined, false), 'keydeck');
	});
});

describe('alerts', () => {
	test('stand gravest first; what somebody has taken on stands after', () => {
		const {open, resolved} = alertCards(
			[
				alert({id: 'low', severity: 'low'}),
				alert({id: 'taken', severity: 'critical', acknowledged: {by: 'kim', at: now}}),
				alert({id: 'grave', severity: 'critical'}),
				alert({id: 'gone', state: 'resolved', resolvedAt: now}),
			],
			now,
		);
		assert.deepEqual(
			open.map(({id}) => id),
			['grave', 'low', 'taken'],
		);
		assert.equal(open[2]?.state, 'acknowledged by kim');
		assert.equal(open[2]?.mayAcknowledge, false);
		assert.equal(resolved[0]?.maySilence, false);
	});

	test('can be silenced again once a silence is over', () => {
		const [silent] = alertCards([alert({silencedUntil: now + 60_000})], now).open;
		assert.deepEqual([silent?.state, silent?.maySilence], ['silent for 1m00s', false]);
		assert.equal(alertCards([alert({silencedUntil: now - 1})], now).open[0]?.maySilence, true);
	});

	test('are read out once, when they begin to fire', () => {
		const alerts = [alert({id: 'old'}), alert({id: 'new'}), alert({id: 'not yet', state: 'pending'})];
		const fresh = newlyFiring(new Set(['old']), alerts);
		assert.deepEqual(fresh.map(spokenAlert), ['Alert, high: A is invalid']);
	});
});

describe('the detail of a key', () => {
	const snapshot = fixtureSnapshot();
	const [resting] = snapshot.keys;
	assert.ok(resting);

	test('says why, until when, whose fault and what to do', () => {
		const facts = Object.fromEntries(reasonFacts(resting, now).map(({title, text}) => [title, text]));
		assert.match(facts.Until ?? '', /in 1m16s · "retry-after: 90"/);
		assert.equal(facts.Blame, 'Its account, not this key alone.');
		assert.equal(facts.Do, 'Nothing, it comes back by itself.');
	});

	test('says what was proven and what was not', () => {
		const proof = identityFacts(resting, now).find(({title}) => title === 'Proof');
		assert.match(proof?.text ?? '', /^key .* · credit not proven · call /);
	});

	test('a window that was reset since it was read is whole again', () => {
		const limit = {kind: 'requests-minute', limit: 60, remaining: 6, at: now - 90_000, from: 'header'} as const;
		const used = (resetAt: number): number | undefined =>
			limitBars(keyView('A', {limits: [{...limit, resetAt}]}), now)[0]?.used;
		assert.equal(used(now + 1000), 0.9);
		assert.equal(used(now - 1000), 0);
	});

	test('the last usable key of a pool is known as such', () => {
		const claude = snapshot.keys[2];
		assert.ok(claude);
		assert.equal(isLastUsable(claude, snapshot), true);
		assert.equal(isLastUsable(resting, snapshot), false);
	});
});

describe('models', () => {
	test('show the link that serves now', () => {
		const {used} = modelRows(fixtureSnapshot(), now);
		const model = used.find(({name}) => name === 'gpt-4o');
		assert.equal(model?.served, 'claude-3-opus');
		assert.deepEqual(
			model?.links.map(({live, out}) => [live, out]),
			[
				[false, true],
				[true, false],
			],
		);
	});

	test('nobody asked for stand apart', () => {
		const snapshot = fixtureSnapshot();
		const models = snapshot.models.map((model) => ({...model, picks: 0}));
		assert.equal(modelRows({...snapshot, models}, now).unused.length, models.length);
	});
});

describe('events', () => {
	const at = now;
	const events: readonly EngineEvent[] = [
		{seq: 3, at, type: 'lease.granted', leaseId: 'l', kid: 'k', label: 'A', model: 'm', servedBy: 'm', why: 'in turn'},
		{seq: 2, at, type: 'alert.fired', alertId: 'a', severity: 'high', message: 'A is invalid'},
		{seq: 1, at, type: 'engine.started', keys: 2},
	];

	test('are told in words, without leases that come and go', () => {
		assert.deepEqual(
			eventLines(events, 10).map(({words}) => words),
			['alert, high: A is invalid', 'engine started with 2 keys'],
		);
	});

	test('of a newer engine are told by their name', () => {
		const unknown = {seq: 9, at, type: 'moon.rose'} as unknown as EngineEvent;
		assert.equal(eventLines([unknown], 1)[0]?.words, 'moon.rose');
	});
});

describe('the keyboard', () => {
	const press = {ctrlKey: false, metaKey: false, altKey: false, typing: false, onControl: false};

	test('leaves letters to a field, but not Esc', () => {
		assert.equal(intentOf({...press, key: 'j', typing: true}), undefined);
		assert.deepEqual(intentOf({...press, key: 'Escape', typing: true}), {kind: 'close'});
	});

	test("leaves the browser's own shortcuts alone, and Enter to buttons", () => {
		assert.equal(intentOf({...press, key: 'd', ctrlKey: true}), undefined);
		assert.equal(intentOf({...press, key: 'Enter', onControl: true}), undefined);
		assert.deepEqual(intentOf({...press, key: 'Enter'}), {kind: 'open'});
	});

	test('moves the mark within the list and starts at its edge', () => {
		assert.equal(movedMark(['a', 'b', 'c'], 'b', 1), 'c');
		assert.equal(movedMark(['a', 'b', 'c'], 'c', 10), 'c');
		assert.equal(movedMark(['a', 'b', 'c'], undefined, 1), 'a');
		assert.equal(movedMark(['a', 'b', 'c'], 'gone', -1), 'c');
		assert.equal(movedMark([], 'a', 1), undefined);
	});
});
