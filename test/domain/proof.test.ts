import assert from 'node:assert/strict';
import {test} from 'node:test';
import {gradeOf, type Proof, type ProofGrade, withProof} from '../../source/domain/proof.ts';

const rows: readonly [ProofGrade, Proof][] = [
	['none', {}],
	['key', {keyAt: 5}],
	['money', {keyAt: 5, moneyAt: 5}],
	['call', {keyAt: 5, moneyAt: 5, callAt: 5}],
];
for (const [grade, proof] of rows) {
	test(`a ${grade} proof shows what it implies and no more`, () => {
		assert.deepEqual(withProof({}, grade, 5), proof);
		assert.equal(gradeOf(proof), grade);
	});
}

test('a lower proof never takes a higher one away', () => {
	const proof = withProof(withProof({}, 'call', 5), 'key', 9);
	assert.deepEqual(proof, {keyAt: 9, moneyAt: 5, callAt: 5});
	assert.equal(gradeOf(proof), 'call');
});

test('what was given is not changed', () => {
	const before: Proof = {keyAt: 1};
	withProof(before, 'call', 5);
	assert.deepEqual(before, {keyAt: 1});
});
