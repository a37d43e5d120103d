import type {LimitCheck} from '../domain/limit.ts';
import {clockAheadMs, type RedisContext} from './redis-context.ts';
import type {PoolKeys} from './redis-keys.ts';
import type {OpenLease} from './redis-lease-books.ts';
import type {RedisOpenLeases} from './redis-open-leases.ts';

/** A call of a script must not take long. */
const leasesAtOnce = 50;

/** Brings to Redis the leases it does not know of: granted while it was away, or lost with what it had. */
export class RedisAdoption {
	readonly #context: RedisContext;
	readonly #open: RedisOpenLeases;
	/** Provider of each lease granted from this replica's share; some have ended since. */
	readonly #granted = new Map<string, string>();

	constructor(context: RedisContext, open: RedisOpenLeases) {
		this.#context = context;
		this.#open = open;
	}

	granted(leaseId: string, provider: string): void {
		this.#granted.set(leaseId, provider);
	}

	/** Providers with leases to write. */
	due(): Set<string> {
		return new Set(this.#granted.values());
	}

	/** `begunAt`: when the pool's books were begun, on the server's clock; what is older was in others that are gone. */
	async adopt(provider: string, now: number, begunAt: number): Promise<void> {
		const {time} = this.#context;
		const isLost = ({lease}: OpenLease) => time === 'server' && this.#onServer(lease.grantedAt) < begunAt;
		const unknown = [...this.#open.values()].filter(
			(open) => open.provider === provider && (open.here || isLost(open)),
		);
		for (let first = 0; first < unknown.length; first += leasesAtOnce) {
			await this.#write(provider, now, unknown.slice(first, first + leasesAtOnce));
		}
		for (const id of this.#granted.keys()) if (this.#open.get(id)?.here !== true) this.#granted.delete(id);
	}

	async #write(provider: string, now: number, leases: readonly OpenLease[]): Promise<void> {
		const {link, keys, time} = this.#context;
		const pool = keys.pool(provider);
		const where: string[] = [pool.leases, pool.due];
		const bodies = leases.flatMap((open) => {
			const offer = {kid: open.lease.kid, checks: open.checks.map((check) => placed(check, pool, where))};
			return [open.lease.id, JSON.stringify({...this.#head(open), offer})];
		});
		await link.run('adopt', where, bodies, {anyway: true, ...(time === 'caller' ? {at: now} : {})});
		for (const open of leases) {
			if (this.#open.has(open.lease.id)) this.#open.set(open.lease.id, {...open, here: false});
		}
	}

	#head({provider, lease: {model, servedBy, grantedAt, expiresAt}}: OpenLease) {
		const {replica} = this.#context;
		return {replica, provider, model, servedBy, at: this.#onServer(grantedAt), until: this.#onServer(expiresAt)};
	}

	#onServer(at: number): number {
		return Math.round(at + clockAheadMs(this.#context));
	}
}

/** A check as scripts read it; the set that holds a concurrency window is named by its place in `keys`, which grows. */
function placed({id, capacity, refillMs, cost}: LimitCheck, pool: PoolKeys, keys: string[]): object {
	if (refillMs > 0) return {id, capacity, refillMs, cost};
	const held = pool.held(id);
	if (!keys.includes(held)) keys.push(held);
	return {id, capacity, refillMs, cost, held: keys.indexOf(held) + 1};
}
