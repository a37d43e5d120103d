import {clockAheadMs, pairs, type RedisContext} from './redis-context.ts';
import type {PickCount, StoredState} from './store.ts';

type Grant = StoredState['recentGrants'][number];

const grantKeptMs = 60_000;

/** Picks since ever and the grants of the minute before `now`, of all replicas. */
export async function grantCounts(
	context: RedisContext,
	providers: readonly string[],
	now: number,
): Promise<Pick<StoredState, 'picks' | 'recentGrants'>> {
	const all = async (key: string) => pairs(await context.link.command('HGETALL', [key], {anyway: true}));
	const pools = providers.map((provider) => context.keys.pool(provider));
	const picks = await Promise.all(pools.map((pool) => all(pool.picks)));
	const grants = await Promise.all(pools.flatMap((pool) => pool.grants.map(all)));
	const ahead = clockAheadMs(context);
	return {
		picks: picks.flat().map(pickOf),
		recentGrants: grants
			.flat()
			.flatMap((pair) => grantsOf(pair, ahead))
			.filter(({at}) => at > now - grantKeptMs)
			.toSorted((a, b) => a.at - b.at),
	};
}

/** Counted by second, model and key; the field that names the minute is none. */
function grantsOf([field, count]: [string, string], ahead: number): Grant[] {
	const [second = '', model = '', kid = ''] = field.split('\n');
	if (kid === '') return [];
	return Array.from({length: Number(count)}, () => ({kid, model, at: Number(second) * 1000 - ahead}));
}

function pickOf([field, picks]: [string, string]): PickCount {
	const [model = '', kid = ''] = field.split('\n');
	return {model, kid, picks: Number(picks)};
}
