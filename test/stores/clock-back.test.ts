import assert from 'node:assert/strict';
import {test} from 'node:test';
import {OpenLeases} from '../../source/engine/open-leases.ts';
import {Ledger} from '../../source/stores/ledger.ts';
import {inFlight, noon, reservation} from './samples.ts';

const dayMs = 86_400_000;

test('leases granted after the clock was set back end at their time, whatever was granted before', () => {
	const ledger = new Ledger();
	const open = new OpenLeases();
	const grant = (leaseId: string, now: number): void => {
		const offers = [{kid: 'k1_a', checks: [inFlight(9)]}];
		const granted = ledger.reserve(reservation(leaseId, {offers, now, expiresAt: now + 60_000}));
		assert.ok(granted.granted);
		open.add({lease: granted.lease});
	};
	grant('of tomorrow', noon + dayMs);
	grant('first', noon);
	grant('second', noon + 1);
	grant('third', noon + 60_000);
	assert.deepEqual(open.past(noon + 60_001), ['first', 'second']);
	assert.deepEqual(
		ledger.expire(noon + 60_001).map(({id}) => id),
		['first', 'second'],
	);
	assert.deepEqual(
		ledger.openLeases().map(({lease}) => lease.id),
		['of tomorrow', 'third'],
	);
});
