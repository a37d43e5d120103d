import type {LimitCheck} from '../domain/limit.ts';
import {countsTokens} from './ledger.ts';
import type {RedisContext} from './redis-context.ts';
import {RedisAway} from './redis-link.ts';

type Ending = {
	readonly id: string;
	readonly provider: string;
	readonly checks: readonly LimitCheck[];
	readonly tokens: number;
};

/** `gone`: it had ended before; `untold`: Redis is away and is told later. */
export type Ended = 'ended' | 'gone' | 'untold';

/** Ends leases in Redis; what cannot be told now is told later. */
export class RedisEndings {
	readonly #context: RedisContext;
	/** Ends Redis was not told of. */
	#untold: Ending[] = [];

	constructor(context: RedisContext) {
		this.#context = context;
	}

	async tellMissed(now: number): Promise<void> {
		const endings = this.#untold;
		this.#untold = [];
		for (const ending of endings) await this.end(ending, now, {anyway: true});
	}

	async end(
		ending: Ending,
		now: number,
		{overdueMs, anyway = false}: {readonly overdueMs?: number; readonly anyway?: boolean} = {},
	): Promise<Ended> {
		const {id, provider, checks, tokens} = ending;
		const {link, keys, time} = this.#context;
		const pool = keys.pool(provider);
		const held = checks.filter(({refillMs}) => refillMs === 0).map((check) => pool.held(check.id));
		const windows = tokens === 0 ? [] : checks.filter((check) => countsTokens(check.id) && check.refillMs > 0);
		const args = [id, tokens, overdueMs ?? '', ...windows.flatMap((check) => [check.id, check.refillMs])];
		const how = {...(time === 'caller' ? {at: now} : {}), anyway};
		try {
			const [word] = await link.run('release', [pool.windows, pool.leases, pool.due, ...held], args, how);
			return word === 'ENDED' ? 'ended' : 'gone';
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			this.#untold.push(ending);
			return 'untold';
		}
	}
}
