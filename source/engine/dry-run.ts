import type {Clock} from '../clock.ts';
import {createStrategy} from '../strategies/index.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import {candidateOf} from './candidate.ts';
import type {DryRun} from './deck.ts';
import type {Pool} from './pools.ts';
import type {Roster} from './roster.ts';

/** What a strategy would pick from the pool as it is now; nothing is reserved or counted. */
export function dryRun(
	pool: Pool,
	name: StrategyName,
	count: number,
	roster: Roster,
	{clock, random}: {readonly clock: Clock; readonly random: () => number},
): DryRun {
	const strategy = createStrategy(name);
	const now = clock.now();
	for (const member of roster.ofProvider(pool.entry.provider)) {
		const {kid} = member.key;
		if (pool.steady.has(kid) || pool.recovering.has(kid))
			strategy.set(candidateOf(member, pool.recovering.get(kid) ?? [], pool.entry.upstream, now));
	}
	const picks: DryRun['picks'][number][] = [];
	for (let turn = 0; turn < count; turn++) {
		const context = {now: now + turn, random};
		const candidate = strategy.offer(context).next();
		const member = candidate === undefined ? undefined : roster.get(candidate.kid);
		if (member === undefined) break;
		const why = strategy.why(member.key.kid, context);
		strategy.picked(member.key.kid, context);
		strategy.released(member.key.kid, context.now);
		picks.push({index: member.key.index, label: member.key.label, mask: member.key.mask, why});
	}
	return {model: pool.entry.name, strategy: name, picks};
}
