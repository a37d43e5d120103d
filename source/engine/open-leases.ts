import {ChunkedMap} from '../chunked-map.ts';
import {dueLeases, type Lease} from '../domain/lease.ts';
import type {OpenLeaseQuery} from './leasing.ts';
import type {Pool} from './pools.ts';

/** `aside`: the pool it was picked from, where that is not the one its model goes by. */
export type OpenLease = {readonly lease: Lease; readonly aside?: Pool | undefined};

/** The leases that are under way, oldest first. */
export class OpenLeases {
	readonly #byId = new ChunkedMap<Lease>();
	readonly #aside = new Map<string, Pool>();

	add({lease, aside}: OpenLease): void {
		this.#byId.add(lease.id, lease);
		if (aside !== undefined) this.#aside.set(lease.id, aside);
	}

	/** Ends it; undefined when it had ended before. */
	take(leaseId: string): OpenLease | undefined {
		const lease = this.#byId.get(leaseId);
		if (lease === undefined) return undefined;
		const aside = this.#aside.get(leaseId);
		this.#byId.delete(leaseId);
		this.#aside.delete(leaseId);
		return {lease, aside};
	}

	/** Ids of those whose time is over. */
	past(now: number): string[] {
		return [...dueLeases(this.#byId.values(), now)].map(({id}) => id);
	}

	/** By its id; else the oldest of the key, for callers that know no lease ids. */
	find(which: OpenLeaseQuery): Lease | undefined {
		if ('leaseId' in which) return this.#byId.get(which.leaseId);
		const {kid, model} = which;
		for (const lease of this.#byId.values()) {
			if (lease.kid !== kid) continue;
			if (model === undefined || lease.model === model || lease.servedBy === model) return lease;
		}
		return undefined;
	}
}
