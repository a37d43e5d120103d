import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LocalShare} from '../../source/stores/local-share.ts';
import {inFlight, minute, noon, perSecond, reservation} from './samples.ts';

/** The part of a limit of 4 calls at once is 3. */
const checks = [inFlight(4)];
const alone = {replicas: 1, place: 0};

function grants(share: LocalShare, id: string): boolean {
	const offers = [{kid: 'k1_a', checks: [...checks, perSecond(100)]}];
	return share.reserve(reservation(id, {offers}), alone).granted;
}

function hold(share: LocalShare, id: string): void {
	const lease = {id, kid: 'k1_a', model: 'gpt-4o', servedBy: 'gpt-4o', grantedAt: noon, expiresAt: noon + minute};
	share.hold(lease, checks);
}

test('what runs when the store goes away holds its place, once over two outages', () => {
	const share = new LocalShare();
	hold(share, 'before');
	hold(share, 'before');
	assert.deepEqual([grants(share, 'l1'), grants(share, 'l2'), grants(share, 'l3')], [true, true, false]);
	share.release('before', noon, 0);
	assert.equal(grants(share, 'l3'), true);
});

test('a store that is gone again while it is told the debts makes no room', () => {
	const share = new LocalShare();
	hold(share, 'before');
	assert.deepEqual([grants(share, 'l1'), grants(share, 'l2'), grants(share, 'l3')], [true, true, false]);
	share.settled('openai', noon);
	assert.equal(grants(share, 'l3'), false);
	share.release('l1', noon, 0);
	assert.equal(grants(share, 'l3'), true);
});
