/**
 * What the last good call showed: `key` the vendor accepted it, `money` it has credit,
 * `call` it completed a real call. A free probe mostly proves `key` only.
 */
export type ProofGrade = 'none' | 'key' | 'money' | 'call';

/** When each grade was last shown, epoch ms; absent = never. */
export type Proof = {
	readonly keyAt?: number;
	readonly moneyAt?: number;
	readonly callAt?: number;
};

const implied: Readonly<Record<ProofGrade, readonly (keyof Proof)[]>> = {
	none: [],
	key: ['keyAt'],
	money: ['keyAt', 'moneyAt'],
	call: ['keyAt', 'moneyAt', 'callAt'],
};

/** A completed call also shows that the key was accepted and had credit. */
export function withProof(proof: Proof, grade: ProofGrade, at: number): Proof {
	const next: {-readonly [Field in keyof Proof]: Proof[Field]} = {...proof};
	for (const field of implied[grade]) next[field] = at;
	return next;
}

/** The best grade that still stands. */
export function gradeOf(proof: Proof): ProofGrade {
	if (proof.callAt !== undefined) return 'call';
	if (proof.moneyAt !== undefined) return 'money';
	return proof.keyAt === undefined ? 'none' : 'key';
}
