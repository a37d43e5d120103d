import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Alert} from '../../source/domain/alert.ts';
import type {KeyFacts, PoolFacts} from '../../source/domain/alert-causes.ts';
import {type AlertFacts, evaluateAlerts} from '../../source/domain/alert-rules.ts';
import {defaultAlertPolicy} from '../../source/domain/policy.ts';
import {seeded} from '../helpers/seeded.ts';
import {key, noBudget, pool, start} from './alert-facts.ts';

test('over 10,000 random histories every firing is followed by its end, or its cause is still true', () => {
	for (let seed = 1; seed <= 10_000; seed++) {
		const random = seeded(seed);
		let current: readonly Alert[] = [];
		let now = start;
		const firing = new Set<string>();
		for (let step = 0; step < 12; step++) {
			const keys = [1, 2].filter(() => random() < 0.9).map((number) => randomKey(number, random));
			const keyCount = 1 + Math.floor(random() * 3);
			const usable = Math.floor(random() * (keyCount + 1));
			const facts = {keys, pools: [pool({keys: keyCount, usable, down: random() < 0.2})], probeBudget: noBudget};
			now += Math.floor(random() * 3000);
			const {alerts, changed} = evaluateAlerts(current, facts, defaultAlertPolicy, now);
			for (const {id, state} of changed) {
				assert.equal(firing.has(id), state === 'resolved', `${id} ${state}, seed ${seed}`);
				if (state === 'firing') firing.add(id);
				else firing.delete(id);
			}
			current = alerts;
			const listed = alerts.filter(({state}) => state === 'firing');
			assert.deepEqual(new Set(listed.map(({id}) => id)), firing);
			assert.equal(new Set(listed.map(({type, label}) => `${type} ${label}`)).size, listed.length);
			for (const alert of listed) assert.ok(stillTrue(alert, facts), `${alert.id}, seed ${seed}`);
		}
	}
});

function randomKey(number: number, random: () => number): KeyFacts {
	return key(number, {
		consecutiveFailures: Math.floor(random() * 5),
		invalid: random() < 0.2,
		exhausted: random() < 0.2,
		leaked: random() < 0.1,
		windowSamples: Math.floor(random() * 20),
		windowErrorRate: random() * 0.4,
		latencyMs: random() < 0.2 ? undefined : random() * 10_000,
	});
}

function stillTrue({type, subject}: Alert, facts: AlertFacts): boolean {
	const about = facts.keys.find(({kid}) => subject.kind === 'key' && kid === subject.kid);
	const [openai] = facts.pools as [PoolFacts];
	switch (type) {
		case 'provider_down':
			return openai.down;
		case 'pool_dry':
			return !openai.down && openai.usable === 0;
		case 'last_key':
			return !openai.down && openai.usable === 1 && openai.keys > 1;
		case 'consecutive_failures':
			return about?.invalid === true || (about?.consecutiveFailures ?? 0) >= 3;
		case 'high_error_rate':
			return (about?.windowErrorRate ?? 0) >= 0.16 && (about?.windowSamples ?? 0) > 0;
		case 'high_latency':
			return (about?.latencyMs ?? 0) >= 4000;
		case 'key_invalid':
			return about?.invalid === true && !about.leaked;
		case 'key_exhausted':
			return about?.exhausted === true;
		case 'key_leaked':
			return about?.leaked === true;
		default:
			return false;
	}
}
