import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {inPanic, isSuspect, outlierReason, type Peer} from '../../source/domain/ejection.ts';

function peer(kid: string, more: Partial<Peer> = {}): Peer {
	const well = {successRate: 1, latencyMs: 400, samples: 50, consecutiveFailures: 0, ejected: false, standing: true};
	return {kid, ...well, ...more};
}

const others = [peer('b'), peer('c'), peer('d')];

describe('an outlier', () => {
	const rows: readonly [string, Partial<Peer>, string | undefined][] = [
		['a key like its peers is none', {}, undefined],
		['five failures in a row are', {consecutiveFailures: 5}, '5 failures in a row while other keys of the pool answer'],
		['four failures in a row are not yet', {consecutiveFailures: 4}, undefined],
		[
			'a success rate 30 points below the usual is',
			{successRate: 0.7},
			"70 % of its calls succeed, the pool's usual is 100 %",
		],
		['29 points below are not', {successRate: 0.71}, undefined],
		['a low rate of fewer than 20 outcomes is no evidence', {successRate: 0.1, samples: 19}, undefined],
		['eight times the latency and 5 s more is', {latencyMs: 5500}, "5.5s to the first byte, the pool's usual is 0.4s"],
		['eight times a small latency is not', {latencyMs: 3600}, undefined],
		['high latency of fewer than 20 outcomes is no evidence', {latencyMs: 60_000, samples: 3}, undefined],
		['a key that is out already is not ejected again', {consecutiveFailures: 9, ejected: true}, undefined],
		['a key that rests for another reason is no peer', {consecutiveFailures: 9, standing: false}, undefined],
	];
	for (const [name, more, expected] of rows) {
		test(name, () => assert.equal(outlierReason('a', [peer('a', more), ...others]), expected));
	}

	test('needs peers: a pool of one has none', () => {
		assert.equal(outlierReason('a', [peer('a', {consecutiveFailures: 50})]), undefined);
		const dead = peer('b', {standing: false});
		assert.equal(outlierReason('a', [peer('a', {consecutiveFailures: 50}), dead]), undefined);
	});

	test('needs peers that do well: when all fail it is not the key', () => {
		const failing = others.map((other) => ({...other, consecutiveFailures: 7, successRate: 0}));
		assert.equal(outlierReason('a', [peer('a', {consecutiveFailures: 7, successRate: 0}), ...failing]), undefined);
	});

	test('never are more than half of a pool', () => {
		const pool = Array.from({length: 10}, (_, place) => peer(String(place)));
		let ejected = 0;
		for (const [place, member] of pool.entries()) {
			if (place === 9) break;
			pool[place] = {...member, consecutiveFailures: 8};
			if (outlierReason(member.kid, pool) === undefined) continue;
			pool[place] = {...member, consecutiveFailures: 8, ejected: true};
			ejected += 1;
		}
		assert.equal(ejected, 5);
	});

	test('only keys that stand count for the half', () => {
		const pool = [
			peer('a', {consecutiveFailures: 5}),
			peer('b'),
			peer('c', {ejected: true}),
			peer('d', {standing: false}),
		];
		assert.equal(outlierReason('a', pool), undefined);
	});

	test('is compared with the median, so that another outlier does not move the usual', () => {
		const pool = [peer('a', {successRate: 0.6}), peer('b', {successRate: 0}), peer('c'), peer('d'), peer('e')];
		assert.notEqual(outlierReason('a', pool), undefined);
	});
});

test('every outlier is a suspect before its peers are looked at', () => {
	for (const more of [{consecutiveFailures: 5}, {successRate: 0.7}, {latencyMs: 5401}]) {
		assert.notEqual(outlierReason('a', [peer('a', more), ...others]), undefined);
		assert.equal(isSuspect(peer('a', more)), true);
	}
	assert.equal(isSuspect(peer('a')), false);
	assert.equal(isSuspect(peer('a', {successRate: undefined, latencyMs: undefined})), false);
});

test('panic begins when fewer than half of the keys that stand are in service', () => {
	assert.equal(inPanic(2, 4), false);
	assert.equal(inPanic(1, 3), true);
	assert.equal(inPanic(0, 2), true);
	assert.equal(inPanic(0, 0), false);
});
