import type {LocalShare} from './local-share.ts';
import type {RedisAdoption} from './redis-adoption.ts';
import type {RedisContext} from './redis-context.ts';
import type {Argument} from './redis-link.ts';

type Debt = {readonly provider: string; readonly number: number; readonly args: readonly Argument[]};

/** What this replica granted by itself and Redis has to be told. */
export class RedisDebts {
	readonly #context: RedisContext;
	readonly #share: LocalShare;
	readonly #adoption: RedisAdoption;
	/** Providers whose books have been begun. */
	readonly #providers: Set<string>;
	/** Debts Redis has not confirmed; told again under the same number they count once. */
	#unconfirmed: Debt[] = [];
	#number = 0;

	constructor(context: RedisContext, share: LocalShare, adoption: RedisAdoption, providers: Set<string>) {
		this.#context = context;
		this.#share = share;
		this.#adoption = adoption;
		this.#providers = providers;
	}

	get isOwing(): boolean {
		return this.#share.hasDebts || this.#unconfirmed.length > 0;
	}

	/** Adds to a pool's books what this replica has granted by itself; begins them where there are none. */
	async settle(provider: string, now: number): Promise<void> {
		const {link, keys, replica, time} = this.#context;
		const pool = keys.pool(provider);
		const owed = this.#share.debts(provider, now);
		this.#number += 1;
		const args = owed.flatMap((debt) => [
			debt.window,
			debt.refillMs,
			debt.granted,
			debt.unused,
			debt.least,
			debt.allUnits,
		]);
		this.#unconfirmed.push({provider, number: this.#number, args});
		this.#share.settled(provider, now);
		let begunAt = 0;
		for (const debt of this.#unconfirmed.filter((each) => each.provider === provider)) {
			const how = {anyway: true, ...(time === 'caller' ? {at: now} : {})};
			const answer = await link.run('owe', [pool.windows, pool.debts], [replica, debt.number, ...debt.args], how);
			begunAt = Number(answer[3]);
			this.#unconfirmed = this.#unconfirmed.filter((each) => each !== debt);
		}
		await this.#adoption.adopt(provider, now, begunAt);
		await link.command('SADD', [keys.providers, provider], {anyway: true});
		this.#providers.add(provider);
	}
}
