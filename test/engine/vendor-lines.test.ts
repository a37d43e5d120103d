import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Verdict} from '../../source/domain/verdict.ts';
import {VendorLines} from '../../source/engine/vendor-lines.ts';

function linesAfter(...notes: readonly (readonly [string, Verdict])[]): VendorLines {
	const lines = new VendorLines();
	for (const [second, [vendor, verdict]] of notes.entries()) lines.note(vendor, verdict, second * 1000);
	return lines;
}

const lost = {kind: 'unreachable'} as const;
const failed = {kind: 'upstream-failed'} as const;

describe('faults in a row', () => {
	const rows: readonly [string, readonly Verdict[], number][] = [
		[
			'count failures, timeouts, load and lost connections alike',
			[failed, {kind: 'timeout'}, {kind: 'overloaded', scope: 'provider'}, lost],
			4,
		],
		['end with any answer', [failed, failed, {kind: 'ok'}], 0],
		[
			'end with a refusal too, for the vendor is there',
			[failed, failed, {kind: 'rejected', scope: 'key', leaked: false}],
			0,
		],
		['end when only one model has too much to do', [failed, failed, {kind: 'overloaded', scope: 'model'}], 0],
		['are not touched by a cancelled call', [failed, {kind: 'cancelled'}, failed], 2],
	];
	for (const [name, verdicts, expected] of rows) {
		test(name, () => {
			const lines = linesAfter(...verdicts.map((verdict) => ['openai', verdict] as const));
			assert.equal(lines.faultsInARow('openai'), expected);
			assert.equal(lines.faultsInARow('anthropic'), 0);
		});
	}
});

describe('our own line', () => {
	const rows: readonly [string, readonly (readonly [string, Verdict])[], string][] = [
		['cannot be judged by one vendor', [['a', lost]], 'unknown'],
		[
			'is down when every vendor is lost',
			[
				['b', lost],
				['a', lost],
			],
			'down',
		],
		[
			'is up when another vendor has answered since',
			[
				['a', lost],
				['b', {kind: 'ok'}],
			],
			'up',
		],
		[
			'is up also when that answer was a failure of the vendor',
			[
				['a', lost],
				['b', failed],
			],
			'up',
		],
		[
			'is unknown when the others answered only before',
			[
				['b', {kind: 'ok'}],
				['a', lost],
			],
			'unknown',
		],
		[
			'is unknown while others hang',
			[
				['b', {kind: 'timeout'}],
				['a', lost],
			],
			'unknown',
		],
		[
			'is down as soon as the last one is lost',
			[
				['a', lost],
				['b', {kind: 'ok'}],
				['b', lost],
			],
			'down',
		],
	];
	for (const [name, notes, expected] of rows) {
		test(name, () => assert.equal(linesAfter(...notes).ownLine('a'), expected));
	}
});
