import type {Candidate, Grade} from '../../source/strategies/strategy.ts';

/** Uniform in [0, 1), the same numbers for the same seed. */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A healthy candidate of which nothing was measured; kid and index agree unless told otherwise. */
export function candidate(index: number, known: Partial<Candidate> = {}): Candidate {
	return {
		kid: `k${index}`,
		index,
		weight: 1,
		successRate: 1,
		latencyMs: undefined,
		headroom: undefined,
		grade: 'healthy',
		...known,
	};
}

const grades: readonly Grade[] = ['healthy', 'healthy', 'degraded', 'recovering'];

export function randomCandidate(index: number, random: () => number): Candidate {
	return candidate(index, {
		weight: 1 + Math.floor(random() * 3),
		successRate: random(),
		latencyMs: random() < 0.3 ? undefined : 50 + random() * 5000,
		headroom: random() < 0.3 ? undefined : Math.round(random() * 10) / 10,
		grade: grades[Math.floor(random() * grades.length)] as Grade,
	});
}
