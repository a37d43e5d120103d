import type {Catalogue} from '../domain/catalogue.ts';
import {linksOf} from '../domain/chain.ts';
import type {PickContext} from '../strategies/strategy.ts';
import type {WhyAnswer} from './deck.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {Pools} from './pools.ts';
import type {Roster} from './roster.ts';
import {skipReasons} from './skip-reasons.ts';

type Parts = {
	readonly catalogue: Catalogue;
	readonly dispatcher: Dispatcher;
	readonly pools: Pools;
	readonly roster: Roster;
};

/** Which key a call of this model would get now (along its chain), and why every other is passed over. */
export function whyAnswer(
	model: string,
	{catalogue, dispatcher, pools, roster}: Parts,
	context: PickContext,
): WhyAnswer {
	const skipped: WhyAnswer['skipped'][number][] = [];
	for (const entry of linksOf(model, catalogue)) {
		const pool = dispatcher.pool(entry);
		const next = pools.next(pool, context);
		const member = next === undefined ? undefined : roster.get(next.kid);
		const offered = (kid: string): boolean => pool.steady.has(kid) || pool.recovering.has(kid);
		skipped.push(...skipReasons(entry, roster, context.now).filter(({kid}) => !offered(kid)));
		if (next === undefined || member === undefined) continue;
		const {label, mask, hash} = member.key;
		return {model, pick: {label, mask, hash, servedBy: entry.name, why: next.why}, skipped};
	}
	return {model, pick: null, skipped};
}
