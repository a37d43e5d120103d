import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Alert} from '../../source/domain/alert.ts';
import type {KeyFacts, PoolFacts} from '../../source/domain/alert-causes.ts';
import {type AlertFacts, acknowledge, evaluateAlerts, evaluateStore, silence} from '../../source/domain/alert-rules.ts';
import {defaultAlertPolicy} from '../../source/domain/policy.ts';
import {key, noBudget, pool, start} from './alert-facts.ts';

/** Evaluates one picture after the other, a second apart unless told otherwise. */
class Watch {
	alerts: readonly Alert[] = [];
	now = start;

	see(keys: readonly KeyFacts[], pools: readonly PoolFacts[] = [], afterMs = 1000, probeBudget = noBudget): string[] {
		this.now += afterMs;
		const facts: AlertFacts = {keys, pools, probeBudget};
		const {alerts, changed} = evaluateAlerts(this.alerts, facts, defaultAlertPolicy, this.now);
		this.alerts = alerts;
		return changed.map(({type, state}) => `${type} ${state}`);
	}

	get open(): string[] {
		return this.alerts.filter(({state}) => state !== 'resolved').map(({type, state}) => `${type} ${state}`);
	}
}

const keyRules: readonly [what: string, facts: Partial<KeyFacts>, fires: readonly string[]][] = [
	['2 failures in a row', {consecutiveFailures: 2}, []],
	['3 failures in a row', {consecutiveFailures: 3}, ['consecutive_failures high']],
	['becoming invalid', {invalid: true, consecutiveFailures: 1}, ['consecutive_failures high', 'key_invalid high']],
	['leaked', {leaked: true, invalid: true}, ['key_leaked critical', 'consecutive_failures high']],
	['no credit', {exhausted: true, consecutiveFailures: 1}, ['key_exhausted high']],
	['20 % of 10 calls failed', {windowSamples: 10, windowErrorRate: 0.2}, []],
	['30 % of 10 calls failed', {windowSamples: 10, windowErrorRate: 0.3}, ['high_error_rate medium']],
	['all of 9 calls failed', {windowSamples: 9, windowErrorRate: 1}, []],
	['5 s', {latencyMs: 5000}, []],
	['more than 5 s', {latencyMs: 5001}, ['high_latency low']],
];

for (const [what, facts, fires] of keyRules) {
	test(`a key with ${what} fires ${fires.join(' and ') || 'nothing'}`, () => {
		const watch = new Watch();
		watch.see([key(1, facts)], [pool()]);
		assert.deepEqual(watch.alerts.map(({type, severity}) => `${type} ${severity}`).sort(), [...fires].sort());
		for (const alert of watch.alerts) {
			assert.ok(alert.message.includes('KEY1'));
			assert.deepEqual(alert.subject, {kind: 'key', kid: 'k1_1'});
		}
		watch.see([key(1)], [pool()]);
		assert.deepEqual(watch.open, [], 'resolved when the cause is gone');
		assert.equal(
			watch.alerts.every(({resolvedAt}) => resolvedAt === watch.now),
			true,
		);
	});
}

const poolRules: readonly [what: string, facts: Partial<PoolFacts>, fires: readonly string[]][] = [
	['every key usable', {}, []],
	['no usable key', {usable: 0, backAt: 1}, ['pool_dry critical']],
	['one usable key of three', {usable: 1}, ['last_key high']],
	['its only key usable', {usable: 1, keys: 1}, []],
	['no key at all', {usable: 0, keys: 0}, []],
	['keys that were never asked', {usable: 0, unknown: 1}, []],
	['its vendor down', {usable: 0, down: true}, ['provider_down critical']],
];

for (const [what, facts, fires] of poolRules) {
	test(`a pool with ${what} fires ${fires.join(' and ') || 'nothing'}`, () => {
		const watch = new Watch();
		for (let second = 0; second < 3; second++) watch.see([], [pool(facts)]);
		assert.deepEqual(
			watch.alerts.map(({type, severity, state}) => `${type} ${severity} ${state}`),
			fires.map((fired) => `${fired} firing`),
		);
		watch.see([], [pool()]);
		assert.deepEqual(watch.open, []);
	});
}

test('a pool whose keys come back is pending for 2 s, and leaves no trace when they do', () => {
	const watch = new Watch();
	const dry = [pool({usable: 0, backAt: start + 5000})];
	assert.deepEqual(watch.see([], dry), []);
	assert.deepEqual(watch.open, ['pool_dry pending']);
	watch.see([], [pool()]);
	assert.deepEqual(watch.alerts, []);
	assert.deepEqual([watch.see([], dry), watch.see([], dry), watch.see([], dry)], [[], [], ['pool_dry firing']]);
});

test('a pool that nothing brings back fires at once', () => {
	assert.deepEqual(new Watch().see([], [pool({usable: 0})]), ['pool_dry firing']);
});

test('paid probes that used up their budget say so until the day is over', () => {
	const watch = new Watch();
	assert.deepEqual(watch.see([], [], 1000, {spentUsd: 0.05, budgetUsd: 0.05}), ['probe_budget firing']);
	assert.deepEqual(watch.see([], []), ['probe_budget resolved']);
	assert.deepEqual(watch.see([], [], 1000, {spentUsd: 0, budgetUsd: 0}), []);
});

describe('the store', () => {
	const fault = 'Redis is away for 5s (ECONNREFUSED); keydeck goes on with 90 % of each limit';
	const bad = {fault, isShared: true, replica: {id: 'r1', name: 'web-1 4711'}};
	const good = {...bad, fault: undefined};
	/** What each look changed, a second apart. */
	function looks(...pictures: readonly (typeof bad | typeof good)[]): readonly string[] {
		let alerts: readonly Alert[] = [];
		return pictures.flatMap((facts, second) => {
			const next = evaluateStore(alerts, facts, start + second * 1000);
			alerts = next.alerts;
			return next.changed.map(({state, severity}) => `${state} ${severity} after ${second} s`);
		});
	}

	test('that is gone for 5 s fires once and is resolved when it is back', () => {
		assert.deepEqual(looks(bad, bad, bad, bad, bad, bad, bad, good, good), [
			'firing high after 5 s',
			'resolved high after 7 s',
		]);
	});

	test('that fails for less than 5 s again and again raises nothing', () => {
		assert.deepEqual(looks(bad, bad, bad, bad, bad, good, bad, bad, good, bad, bad, bad, bad), []);
	});

	test('says what is wrong, at which replica and what to do, shared or not', () => {
		const [shared] = evaluateStore([], bad, start).alerts;
		assert.partialDeepStrictEqual(shared, {type: 'store_degraded', label: 'store of web-1 4711', message: fault});
		assert.match(shared?.advice ?? '', /Redis runs/);
		const other = evaluateStore([], {...bad, replica: {id: 'r2', name: 'web-2 4711'}}, start).alerts[0];
		assert.notEqual(shared?.id, other?.id, 'two replicas in one moment raise two alerts');
		const own = evaluateStore([], {fault: 'The disk is full.', isShared: false, replica: undefined}, start).alerts[0];
		assert.partialDeepStrictEqual(own, {label: 'store', message: 'The disk is full'});
		assert.match(own?.advice ?? '', /room on the disk/);
	});

	test('is told by each replica for itself: what all have in common is looked at without it', () => {
		const watch = new Watch();
		watch.see([key(1, {invalid: true})]);
		watch.alerts = evaluateStore(watch.alerts, bad, watch.now).alerts;
		watch.alerts = evaluateStore(watch.alerts, bad, watch.now + 5000).alerts;
		const open = watch.open.toSorted();
		assert.deepEqual(open, ['consecutive_failures firing', 'key_invalid firing', 'store_degraded firing']);
		assert.deepEqual(watch.see([key(1, {invalid: true})]), [], 'a look at the keys leaves it alone, and the other way');
		assert.deepEqual(watch.open.toSorted(), open);
	});
});

describe('hysteresis', () => {
	test('an error rate ends below four fifths of the line where it began', () => {
		const watch = new Watch();
		const rate = (windowErrorRate: number, windowSamples = 20) => watch.see([key(1, {windowSamples, windowErrorRate})]);
		assert.deepEqual(rate(0.25), ['high_error_rate firing']);
		assert.deepEqual(rate(0.17), []);
		assert.deepEqual(rate(0.17, 3), [], 'fewer samples do not end it');
		assert.deepEqual(rate(0.15), ['high_error_rate resolved']);
		assert.deepEqual(rate(0.17), []);
	});

	test('an error rate ends when the window is empty', () => {
		const watch = new Watch();
		watch.see([key(1, {windowSamples: 20, windowErrorRate: 1})]);
		assert.deepEqual(watch.see([key(1)]), ['high_error_rate resolved']);
	});

	test('a latency ends below four fifths of the line where it began', () => {
		const watch = new Watch();
		const takes = (latencyMs: number) => watch.see([key(1, {latencyMs})]);
		assert.deepEqual(takes(6000), ['high_latency firing']);
		assert.deepEqual(takes(4500), []);
		assert.deepEqual(takes(3999), ['high_latency resolved']);
	});
});

describe('what an alert keeps', () => {
	test('its id, its beginning and what people did, with the newest words', () => {
		const watch = new Watch();
		watch.see([key(1, {consecutiveFailures: 3})]);
		const [first] = watch.alerts as [Alert];
		watch.alerts = watch.alerts.map((alert) => silence(acknowledge(alert, 'ann', watch.now), watch.now + 60_000));
		assert.deepEqual(watch.see([key(1, {consecutiveFailures: 7})]), []);
		const [later] = watch.alerts as [Alert];
		assert.deepEqual([later.id, later.since, later.acknowledged?.by], [first.id, first.since, 'ann']);
		assert.match(later.message, /7 times/);
		watch.see([key(1)]);
		assert.equal(watch.alerts[0]?.acknowledged?.by, 'ann');
	});

	test('fired anew it has a new id and nobody has acknowledged it, but a silence holds', () => {
		const watch = new Watch();
		watch.see([key(1, {consecutiveFailures: 3})]);
		const until = watch.now + 60_000;
		watch.alerts = watch.alerts.map((alert) => silence(acknowledge(alert, 'ann', watch.now), until));
		watch.see([key(1)], [], 0);
		watch.see([key(1, {consecutiveFailures: 3})], [], 0);
		const [anew, old] = watch.alerts as [Alert, Alert];
		assert.notEqual(anew.id, old.id);
		assert.deepEqual([anew.state, anew.acknowledged, anew.silencedUntil], ['firing', undefined, until]);
		watch.see([key(1)]);
		watch.see([key(1, {consecutiveFailures: 3})], [], 60_000);
		assert.equal(watch.alerts[0]?.silencedUntil, undefined);
		assert.equal(new Set(watch.alerts.map(({id}) => id)).size, 3);
	});

	test('a restart with the same facts neither fires again nor forgets', () => {
		const watch = new Watch();
		const facts = [[key(1, {invalid: true}), key(2, {latencyMs: 4500})], [pool({usable: 1})]] as const;
		watch.see([key(1, {invalid: true}), key(2, {latencyMs: 9000})], [pool({usable: 1})]);
		watch.see(...facts);
		watch.see(...facts);
		const before = watch.alerts;
		assert.equal(before.length, 4);
		watch.alerts = JSON.parse(JSON.stringify(before));
		assert.deepEqual(watch.see(...facts, 3_600_000), []);
		assert.deepEqual(watch.alerts, before);
	});

	test('a resolved alert is kept for 90 days', () => {
		const watch = new Watch();
		watch.see([key(1, {consecutiveFailures: 3})]);
		watch.see([key(1)]);
		watch.see([], [], 90 * 86_400_000 - 1);
		assert.equal(watch.alerts.length, 1);
		watch.see([], [], 1);
		assert.equal(watch.alerts.length, 0);
	});
});

describe('one cause, one alert', () => {
	test('while a vendor is down its keys do not begin to alarm; a dead or leaked key does', () => {
		const watch = new Watch();
		const slow = {consecutiveFailures: 5, windowSamples: 20, windowErrorRate: 1, latencyMs: 9000};
		const down = [pool({down: true, usable: 0}), pool({provider: 'gemini'})];
		watch.see([key(1, slow), key(2, {invalid: true}), key(3, {...slow, provider: 'gemini'})], down);
		const about = (label: string) =>
			watch.alerts
				.filter((alert) => alert.label === label)
				.map(({type}) => type)
				.sort();
		assert.deepEqual(about('KEY1'), []);
		assert.deepEqual(about('KEY2'), ['consecutive_failures', 'key_invalid']);
		assert.deepEqual(about('KEY3'), ['consecutive_failures', 'high_error_rate', 'high_latency']);
		assert.deepEqual(about('openai'), ['provider_down']);
	});

	test('what fired before the vendor went down goes on', () => {
		const watch = new Watch();
		watch.see([key(1, {consecutiveFailures: 3})], [pool()]);
		const down = [pool({down: true, usable: 0})];
		assert.deepEqual(watch.see([key(1, {consecutiveFailures: 4})], down), ['provider_down firing']);
		assert.deepEqual(watch.open, ['provider_down firing', 'consecutive_failures firing']);
	});

	test('after an outage keys have two minutes to show a good call', () => {
		const watch = new Watch();
		const failed = [key(1, {consecutiveFailures: 4})];
		watch.see(failed, [pool({down: true, usable: 0})]);
		assert.deepEqual(watch.see(failed, [pool()]), ['provider_down resolved']);
		assert.deepEqual(watch.see(failed, [pool()], 119_999), []);
		assert.deepEqual(watch.see(failed, [pool()], 1), ['consecutive_failures firing']);
	});

	test('500 keys that die at once: the pool first, then one alert per key and rule, always in the same order', () => {
		const keys = Array.from({length: 500}, (_, number) => key(number, {invalid: true}));
		const watch = new Watch();
		const other = new Watch();
		const changed = watch.see(keys, [pool({keys: 500, usable: 0})]);
		other.see(keys.toReversed(), [pool({keys: 500, usable: 0})]);
		assert.equal(changed[0], 'pool_dry firing');
		assert.equal(watch.alerts[0]?.type, 'pool_dry');
		assert.equal(watch.alerts.length, 1 + 2 * 500);
		assert.equal(new Set(watch.alerts.map(({id}) => id)).size, 1001);
		assert.deepEqual(watch.alerts, other.alerts);
	});

	test('a key that is taken out of the configuration takes its alerts with it', () => {
		const watch = new Watch();
		watch.see([key(1, {invalid: true})]);
		assert.deepEqual(watch.see([]).sort(), ['consecutive_failures resolved', 'key_invalid resolved']);
	});
});
