import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {OpenLeaseQuery} from './leasing.ts';
import type {Pool} from './pools.ts';

/** `pool`: where it was picked, with the strategy that counts it. */
export type OpenLease = {readonly lease: Lease; readonly pool: Pool | undefined};

/** The leases that are under way. */
export class OpenLeases {
	readonly #byId = new Map<string, OpenLease>();
	/** Oldest first: callers that know no lease ids settle them in this order. */
	readonly #ofKey = new Map<Kid, Set<Lease>>();

	add(open: OpenLease): void {
		const {lease} = open;
		this.#byId.set(lease.id, open);
		const ofKey = this.#ofKey.get(lease.kid) ?? new Set();
		this.#ofKey.set(lease.kid, ofKey.add(lease));
	}

	/** Ends it; undefined when it had ended before. */
	take(leaseId: string): OpenLease | undefined {
		const open = this.#byId.get(leaseId);
		if (open === undefined) return undefined;
		this.#byId.delete(leaseId);
		const ofKey = this.#ofKey.get(open.lease.kid);
		ofKey?.delete(open.lease);
		if (ofKey?.size === 0) this.#ofKey.delete(open.lease.kid);
		return open;
	}

	/** Ids of those whose time is over. */
	past(now: number): string[] {
		const ids: string[] = [];
		for (const {lease} of this.#byId.values()) {
			// Granted in the order they expire in.
			if (lease.expiresAt > now) break;
			ids.push(lease.id);
		}
		return ids;
	}

	find(which: OpenLeaseQuery): Lease | undefined {
		if ('leaseId' in which) return this.#byId.get(which.leaseId)?.lease;
		const {kid, model} = which;
		for (const lease of this.#ofKey.get(kid) ?? []) {
			if (model === undefined || lease.model === model || lease.servedBy === model) return lease;
		}
		return undefined;
	}
}
