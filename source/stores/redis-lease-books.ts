import type {Lease} from '../domain/lease.ts';
import type {LimitCheck} from '../domain/limit.ts';
import {clockAheadMs, pairs, type RedisContext, strings} from './redis-context.ts';

export type OpenLease = {
	readonly lease: Lease;
	readonly provider: string;
	readonly checks: readonly LimitCheck[];
	/** Granted from this replica's share: Redis does not know of it yet. */
	readonly here: boolean;
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

/** Leases as Redis keeps them, whoever granted them. */
export class RedisLeaseBooks {
	readonly #context: RedisContext;
	/** Whose books have been begun. */
	readonly #providers: Set<string>;

	constructor(context: RedisContext, providers: Set<string>) {
		this.#context = context;
		this.#providers = providers;
	}

	async all(): Promise<Lease[]> {
		const {link, keys} = this.#context;
		const kept = [...this.#providers].map((provider) => link.command('HGETALL', [keys.pool(provider).leases]));
		const found = (await Promise.all(kept)).flatMap(pairs);
		return found.map(([id, body]) => this.leaseOf(id, JSON.parse(body) as LeaseBody));
	}

	/** A lease any replica has granted; `anyway`: even while Redis seems to be away. */
	async find(id: string, anyway = false): Promise<OpenLease | undefined> {
		if (!this.#context.link.isUp && !anyway) return undefined;
		await this.learnProviders().catch(() => undefined);
		for (const provider of this.#providers) {
			const leases = this.#context.keys.pool(provider).leases;
			const body = await this.#context.link.command('HGET', [leases, id], {anyway: true}).catch(() => null);
			if (body === null) continue;
			const kept = JSON.parse(String(body)) as LeaseBody;
			return {lease: this.leaseOf(id, kept), provider, checks: kept.offer.checks, here: false};
		}
		return undefined;
	}

	/** Throws when one of the pools cannot be asked: a cluster may have lost the node of one and not of the others. */
	async reachPools(): Promise<void> {
		const {link, keys} = this.#context;
		await this.learnProviders();
		for (const provider of this.#providers) {
			await link.command('HEXISTS', [keys.pool(provider).windows, '#epoch'], {anyway: true});
		}
	}

	/** Others may have begun pools this replica has not. */
	async learnProviders(): Promise<void> {
		const {link, keys} = this.#context;
		const found = strings(await link.command('SMEMBERS', [keys.providers], {anyway: true}));
		for (const provider of found) this.#providers.add(provider);
	}

	leaseOf(id: string, {model, servedBy, at, until, offer: {kid}}: LeaseBody): Lease {
		const ahead = clockAheadMs(this.#context);
		return {id, kid, model, servedBy, grantedAt: at - ahead, expiresAt: until - ahead};
	}
}
