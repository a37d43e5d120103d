import type {Bench} from '../../source/domain/bench.ts';
import type {Explanation} from '../../source/engine/explained.ts';
import {explain} from '../../source/engine/explanation.ts';
import {type Member, Roster} from '../../source/engine/roster.ts';
import {clockTime} from '../../source/format.ts';
import {createProviders} from '../../source/providers/index.ts';
import {Secret} from '../../source/secret.ts';
import {now} from '../domain/cases.ts';

const openai = createProviders(new Map()).get('openai');
/** When the benches of the cases began. */
export const before = clockTime(now - 60_000);
/** A deadline, and how it reads. */
export const later = now + 90_000;
export const back = clockTime(later);

function memberOf(more: Partial<Member> = {}): Member {
	const roster = new Roster([]);
	const key = {
		kid: 'a',
		hash: 'a1b2c3d4',
		provider: 'openai',
		label: 'OPENAI_API_KEY',
		mask: 'sk-…',
		source: {kind: 'env-file', file: '/project/.env', line: 6},
		index: 0,
		weight: 1,
		disabled: false,
	} as const;
	const [member] = roster.replace([{key, secret: new Secret('sk-secret')}], now).added;
	if (member === undefined) throw new Error('no member');
	return Object.assign(member, more);
}

/** What is said of `OPENAI_API_KEY` of `.env` line 6. */
export function words(
	bench: Bench | undefined,
	more: Partial<Member> = {},
	companions: readonly string[] = [],
): Explanation {
	return explain({member: memberOf(more), bench, provider: openai, now, companions});
}
