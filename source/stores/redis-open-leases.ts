import type {RedisCalls} from './redis-calls.ts';
import type {OpenLease} from './redis-lease-books.ts';

/** Leases this replica has granted and nobody has ended, by id; the others are told of what comes and goes. */
export class RedisOpenLeases extends Map<string, OpenLease> {
	readonly #calls: RedisCalls;

	constructor(calls: RedisCalls) {
		super();
		this.#calls = calls;
	}

	override set(id: string, open: OpenLease): this {
		if (!this.has(id)) this.#calls.granted(open.lease);
		return super.set(id, open);
	}

	override delete(id: string): boolean {
		const open = this.get(id);
		if (open !== undefined) this.#calls.ended(open.lease);
		return super.delete(id);
	}
}
