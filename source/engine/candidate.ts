import type {Bench} from '../domain/bench.ts';
import type {Candidate, Grade} from '../strategies/strategy.ts';
import {headroomOf} from './headroom.ts';
import type {Member} from './roster.ts';

/** What strategies weigh of a key; `recovering`: the benches it recovers from. Past its trial a key is graded like any other; its share of the calls is what grows. */
export function candidateOf(member: Member, recovering: readonly Bench[], upstream: string, now: number): Candidate {
	return {
		kid: member.key.kid,
		index: member.key.index,
		weight: member.key.weight,
		successRate: member.vitals.successRate ?? 1,
		latencyMs: member.vitals.latencyMs,
		headroom: headroomOf(member, now, upstream),
		grade: recovering.some(({recovery}) => recovery?.stage === 'trial') ? 'recovering' : gradeOfMember(member),
	};
}

/** Keys that fail often, have just failed twice, or were never proven come after the healthy ones. */
function gradeOfMember({vitals, proof}: Pick<Member, 'vitals' | 'proof'>): Grade {
	if (proof.keyAt === undefined) return 'degraded';
	return (vitals.successRate ?? 1) < 0.8 || vitals.consecutiveFailures >= 2 ? 'degraded' : 'healthy';
}
