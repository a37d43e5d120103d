import {hostname} from 'node:os';
import type {Kid} from '../domain/key.ts';
import type {Share} from './local-share.ts';
import type {RedisContext} from './redis-context.ts';
import {strings} from './redis-context.ts';
import {RedisAway} from './redis-link.ts';
import type {Replica} from './store.ts';

/** A prober nobody has heard of for so long is one no more. */
const leaseMs = 6000;
/** It stops earlier by itself, for its own clock may run more slowly. */
const holdMs = 4000;
/** A replica nobody has heard of for so long is not counted. */
const silentMs = 10_000;

type Facts = {readonly id: string; readonly name: string; readonly startedAt: number; readonly latencyMs?: number};

export type Beat = 'alive' | 'new' | 'other-pepper';

/** Who shares this store, and who of them probes. */
export class RedisFleet {
	readonly #context: RedisContext;
	readonly #pepper: string;
	readonly #startedAt: number;
	readonly #roleChanged: () => void;
	#stands = false;
	#facts: readonly Facts[] = [];
	#leader = '';
	#fence = 0;
	#renewedAt = Number.NEGATIVE_INFINITY;
	#wasProber = false;

	constructor(context: RedisContext, pepper: string, roleChanged: () => void) {
		this.#context = context;
		this.#pepper = pepper;
		this.#startedAt = context.clock.now();
		this.#roleChanged = roleChanged;
	}

	stand(): void {
		this.#stands = true;
	}

	/** Says that this replica lives and learns who else does. Throws when Redis is away. */
	async beat(): Promise<Beat> {
		const {link, keys, replica, clock} = this.#context;
		const where = [keys.leader, keys.fence, keys.replicas, keys.facts, keys.pepper, keys.epoch];
		const {latencyMs} = link;
		const facts: Facts = {
			id: replica,
			name: `${hostname()} ${process.pid}`,
			startedAt: this.#startedAt,
			...(latencyMs === undefined ? {} : {latencyMs: Math.round(latencyMs * 10) / 10}),
		};
		// From before it was asked: the lease in Redis cannot end earlier than this one.
		const askedAt = clock.now();
		const args = [replica, JSON.stringify(facts), leaseMs, silentMs, this.#pepper, this.#stands ? 'yes' : ''];
		const [word, , leader, fence, all, isNew] = await link.run('beat', where, args, {anyway: true});
		if (word === 'PEPPER') return 'other-pepper';
		this.#leader = String(leader);
		this.#fence = Number(fence);
		this.#facts = strings(all).map((text) => JSON.parse(text) as Facts);
		this.#renewedAt = this.#leader === replica ? askedAt : Number.NEGATIVE_INFINITY;
		this.#tellRole();
		return isNew === 1 ? 'new' : 'alive';
	}

	async leave(): Promise<void> {
		const {link, keys, replica} = this.#context;
		await link.run('leave', [keys.leader, keys.replicas, keys.facts], [replica]);
	}

	fence(): number | undefined {
		const sinceMs = this.#context.clock.now() - this.#renewedAt;
		return sinceMs >= 0 && sinceMs < holdMs ? this.#fence : undefined;
	}

	/** Whether this caller is the one that probes; undefined while Redis is away. */
	async claimProbe(
		kid: Kid,
		now: number,
		{intervalMs, fence}: {readonly intervalMs: number; readonly fence: number | undefined},
	): Promise<boolean | undefined> {
		const {link, keys, time} = this.#context;
		const at = time === 'caller' ? {at: now} : {};
		try {
			const [word] = await link.run('claim', [keys.claims, keys.fence], [kid, intervalMs, fence ?? ''], at);
			return word === 'CLAIMED';
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			return undefined;
		}
	}

	raisesAlerts(): boolean {
		return this.#leader === this.#context.replica || this.#leader === '' || this.#facts.length === 0;
	}

	/** This replica's part of each limit while nobody can be asked. */
	share(): Share {
		const ids = this.#facts.map(({id}) => id).toSorted();
		const place = ids.indexOf(this.#context.replica);
		return place === -1 ? {replicas: ids.length + 1, place: ids.length} : {replicas: ids.length, place};
	}

	replicas(): Replica[] {
		return this.#facts
			.map((facts) => ({...facts, probes: facts.id === this.#leader, isThis: facts.id === this.#context.replica}))
			.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	}

	#tellRole(): void {
		const isProber = this.fence() !== undefined;
		if (isProber === this.#wasProber) return;
		this.#wasProber = isProber;
		this.#roleChanged();
	}
}
