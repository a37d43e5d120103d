import type {Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {clockAheadMs, pairs, type RedisContext, strings} from './redis-context.ts';
import type {PoolKeys} from './redis-keys.ts';

export type BookedLease = {
	readonly lease: Lease;
	readonly provider: string;
	readonly checks: readonly LimitCheck[];
};

/** The JSON of a lease as the reserving script writes it. */
export type LeaseBody = {
	readonly provider: string;
	readonly model: string;
	readonly servedBy: string;
	readonly at: number;
	readonly until: number;
	readonly offer: {readonly kid: string; readonly checks: readonly LimitCheck[]};
};

/** The leases of all replicas as Redis keeps them, a book per provider. */
export class LeaseBooks {
	/** Providers whose books have been begun. */
	readonly providers = new Set<string>();
	readonly #context: RedisContext;

	constructor(context: RedisContext) {
		this.#context = context;
	}

	/** A lease any replica has granted; undefined while Redis is away unless it is asked `anyway`. */
	async find(id: string, anyway = false): Promise<BookedLease | undefined> {
		if (!this.#context.link.isUp && !anyway) return undefined;
		await this.learnProviders().catch(() => undefined);
		for (const provider of this.providers) {
			const {leases} = this.pool(provider);
			const body = await this.#context.link.command('HGET', [leases, id], {anyway: true}).catch(() => null);
			if (body === null) continue;
			const kept = JSON.parse(String(body)) as LeaseBody;
			return {lease: this.leaseOf(id, kept), provider, checks: kept.offer.checks};
		}
		return undefined;
	}

	/** Throws `RedisAway`. */
	async all(): Promise<Lease[]> {
		const {link} = this.#context;
		const books = [...this.providers].map((provider) => link.command('HGETALL', [this.pool(provider).leases]));
		const found = (await Promise.all(books)).flatMap(pairs);
		return found.map(([id, body]) => this.leaseOf(id, JSON.parse(body) as LeaseBody));
	}

	/** Others may have begun pools this replica has not. */
	async learnProviders(): Promise<void> {
		const {link, keys} = this.#context;
		const found = strings(await link.command('SMEMBERS', [keys.providers], {anyway: true}));
		for (const provider of found) this.providers.add(provider);
	}

	leaseOf(id: string, {model, servedBy, at, until, offer: {kid}}: LeaseBody): Lease {
		const ahead = clockAheadMs(this.#context);
		return {id, kid, model, servedBy, grantedAt: at - ahead, expiresAt: until - ahead};
	}

	pool(provider: string): PoolKeys {
		return this.#context.keys.pool(provider);
	}
}
