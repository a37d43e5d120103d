import type {Stoppable} from '../clock.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {RedisContext} from './redis-context.ts';
import type {RedisCounts} from './redis-counts.ts';
import {RedisAway} from './redis-link.ts';
import type {CallsElsewhere} from './store.ts';

/** Calls of so long are one message: few for Redis, and soon enough for those who take turns. */
const groupMs = 50;
/** Its own stream is short: a message that is lost does no harm, and none may push a saved state out of theirs. */
const keptMessages = 200;

/** As it is sent: counts by key, so that thousands of calls are one short message. */
type Message = {
	readonly picks: Readonly<Record<string, Readonly<Record<Kid, number>>>>;
	readonly open: Readonly<Record<Kid, number>>;
	readonly ended: readonly string[];
};

/** Tells the other replicas what this one grants and ends. */
export class RedisCalls {
	readonly #context: RedisContext;
	readonly #counts: RedisCounts;
	/** Granted since it was last told, by model and key. */
	readonly #picks = new Map<string, Map<Kid, number>>();
	/** Open now, by key. */
	readonly #open = new Map<Kid, number>();
	/** Keys of which other calls are open than was last told. */
	readonly #changed = new Set<Kid>();
	/** Leases of others that were given back here. */
	#ended: string[] = [];
	#telling: Stoppable | undefined;

	constructor(context: RedisContext, counts: RedisCounts) {
		this.#context = context;
		this.#counts = counts;
	}

	granted({kid, servedBy}: Lease): void {
		const picks = this.#picks.get(servedBy) ?? new Map<Kid, number>();
		this.#picks.set(servedBy, picks.set(kid, (picks.get(kid) ?? 0) + 1));
		this.#count(kid, 1);
	}

	ended({kid}: Lease): void {
		this.#count(kid, -1);
	}

	/** A lease another replica has granted was given back here. */
	endedForAnother(leaseId: string): void {
		this.#ended.push(leaseId);
		this.#tellSoon();
	}

	stop(): void {
		this.#telling?.stop();
	}

	#count(kid: Kid, change: 1 | -1): void {
		const open = (this.#open.get(kid) ?? 0) + change;
		if (open === 0) this.#open.delete(kid);
		else this.#open.set(kid, open);
		this.#changed.add(kid);
		this.#tellSoon();
	}

	#tellSoon(): void {
		this.#telling ??= this.#context.clock.after(groupMs, () => {
			this.#telling = undefined;
			void this.#tell();
		});
	}

	/** While Redis is away the counts go on growing: they are told when it is back. */
	async #tell(): Promise<void> {
		const {link, keys, replica} = this.#context;
		if (!link.isUp) return;
		// A replica that joins reads the counts, and follows what is told from then on.
		await this.#counts.flush();
		const message: Message = {
			picks: Object.fromEntries(this.#picks.entries().map(([model, picks]) => [model, Object.fromEntries(picks)])),
			open: Object.fromEntries(this.#changed.values().map((kid) => [kid, this.#open.get(kid) ?? 0])),
			ended: this.#ended,
		};
		this.#picks.clear();
		this.#changed.clear();
		this.#ended = [];
		const entry = ['MAXLEN', '~', keptMessages, '*', 'from', replica, 'called', JSON.stringify(message)];
		try {
			await link.command('XADD', [keys.calls, ...entry]);
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
		}
	}
}

/** What another replica has told. */
export function callsElsewhere(replica: string, text: string): CallsElsewhere {
	const {picks, open, ended} = JSON.parse(text) as Message;
	return {
		replica,
		picks: Object.entries(picks).flatMap(([model, counts]) =>
			Object.entries(counts).map(([kid, count]) => ({model, kid, picks: count})),
		),
		open: Object.entries(open).map(([kid, count]) => ({kid, count})),
		ended,
	};
}
