import type {Lease} from '../domain/lease.ts';
import {clockAheadMs, pairs, type RedisContext} from './redis-context.ts';
import {type Argument, RedisAway} from './redis-link.ts';
import type {PickCount, StoredState} from './store.ts';

type Grant = StoredState['recentGrants'][number];

const grantKeptMs = 60_000;

/** Counts of one provider's pool; told again under the same number they count once. */
type Batch = {readonly number: number; readonly args: readonly Argument[]};

/** Picks and grants, counted here and told to Redis in groups. */
export class RedisCounts {
	readonly #context: RedisContext;
	/** By provider, then by second, model and key. */
	readonly #waiting = new Map<string, Map<string, number>>();
	/** Sent but not confirmed, by provider. */
	readonly #unconfirmed = new Map<string, Batch>();
	#number = 0;
	#flushing: Promise<void> | undefined;

	constructor(context: RedisContext) {
		this.#context = context;
	}

	add(provider: string, {servedBy, kid, grantedAt}: Lease): void {
		let counts = this.#waiting.get(provider);
		if (counts === undefined) {
			counts = new Map();
			this.#waiting.set(provider, counts);
		}
		const second = Math.floor((grantedAt + clockAheadMs(this.#context)) / 1000);
		const id = `${second}\n${servedBy}\n${kid}`;
		counts.set(id, (counts.get(id) ?? 0) + 1);
	}

	/** Tells what is waiting; what cannot be told goes on waiting. */
	flush(): Promise<void> {
		this.#flushing ??= this.#flush()
			.catch((error: unknown) => {
				if (!(error instanceof RedisAway)) throw error;
			})
			.finally(() => {
				this.#flushing = undefined;
			});
		return this.#flushing;
	}

	/** Picks since ever and the grants of the minute before `now`, of all replicas. */
	async all(providers: readonly string[], now: number): Promise<Pick<StoredState, 'picks' | 'recentGrants'>> {
		const {link, keys} = this.#context;
		await this.flush();
		const read = async (key: string) => pairs(await link.command('HGETALL', [key], {anyway: true}));
		const pools = providers.map((provider) => keys.pool(provider));
		const picks = await Promise.all(pools.map((pool) => read(pool.picks)));
		const grants = await Promise.all(pools.flatMap((pool) => pool.grants.map(read)));
		const ahead = clockAheadMs(this.#context);
		return {
			picks: picks.flat().map(pickOf),
			recentGrants: grants
				.flat()
				.flatMap((pair) => grantsOf(pair, ahead))
				.filter(({at}) => at > now - grantKeptMs)
				.toSorted((a, b) => a.at - b.at),
		};
	}

	async #flush(): Promise<void> {
		const {link, keys, replica} = this.#context;
		for (const [provider, counts] of this.#waiting) {
			if (this.#unconfirmed.has(provider)) continue;
			this.#waiting.delete(provider);
			this.#number += 1;
			const args = [...counts].flatMap(([id, count]) => {
				const [second = '', ...pick] = id.split('\n');
				return [second, pick.join('\n'), count];
			});
			this.#unconfirmed.set(provider, {number: this.#number, args});
		}
		for (const [provider, {number, args}] of this.#unconfirmed) {
			const {picks, grants, debts} = keys.pool(provider);
			await link.run('count', [picks, ...grants, debts], [replica, number, ...args]);
			this.#unconfirmed.delete(provider);
		}
	}
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
