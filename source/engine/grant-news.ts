import type {Clock} from '../clock.ts';
import type {Key} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {EventHub} from '../events.ts';
import type {AcquireRequest, Refused} from './leasing.ts';
import type {Pool} from './pools.ts';
import type {PickView} from './snapshot.ts';

const rememberedPicks = 20;

type Parts = {readonly events: EventHub; readonly clock: Clock; readonly changed: () => void};

/** Tells of grants and refusals, and remembers the newest grants. */
export class GrantNews {
	readonly #parts: Parts;
	readonly #lastPicks = new Map<string, PickView[]>();

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Names callers have been served under since the start. */
	askedModels(): Iterable<string> {
		return this.#lastPicks.keys();
	}

	/** Newest first, at most 20. */
	lastPicks(model: string): readonly PickView[] {
		return this.#lastPicks.get(model) ?? [];
	}

	tellGrant(pool: Pool, lease: Lease, key: Key, why: string): void {
		const {events, changed} = this.#parts;
		pool.picks.set(key.kid, (pool.picks.get(key.kid) ?? 0) + 1);
		pool.picked += 1;
		const picks = this.#lastPicks.get(lease.model) ?? [];
		this.#lastPicks.set(lease.model, picks);
		picks.unshift({at: lease.grantedAt, kid: key.kid, label: key.label, servedBy: lease.servedBy, why});
		if (picks.length > rememberedPicks) picks.pop();
		const {model, servedBy, id: leaseId} = lease;
		events.publish(
			{type: 'lease.granted', leaseId, kid: key.kid, label: key.label, model, servedBy, why},
			lease.grantedAt,
		);
		changed();
	}

	tellRefusal(request: AcquireRequest, refused: Refused): Refused {
		const {events, clock} = this.#parts;
		const keys = new Set(refused.skipped.map(({kid}) => kid)).size;
		const why = refused.code === 'NO_KEY' ? 'no key is configured for it' : `all ${keys} keys rest or are dead`;
		const retryAt = refused.retryAt === undefined ? {} : {retryAt: refused.retryAt};
		events.publish({type: 'lease.refused', model: request.model, why, ...retryAt}, clock.now());
		return refused;
	}
}
