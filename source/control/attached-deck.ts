import type {Clock} from '../clock.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Acquired, AcquireRequest, Leasing, OpenLeaseQuery, Refused} from '../engine/leasing.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {KeydeckError} from '../errors.ts';
import type {Secret} from '../secret.ts';
import {openControlLink} from './control-link.ts';
import type {DeckLink} from './deck-link.ts';
import type {SentAcquired} from './leasing-methods.ts';
import {CALL_IDLE_MS, LinkedDeck} from './linked-deck.ts';

/** A deck whose engine runs in another process of this machine and user. */
export class AttachedDeck extends LinkedDeck implements Leasing {
	readonly #secretOf: (kid: Kid) => Secret | undefined;

	constructor(link: DeckLink, snapshot: Snapshot, secretOf: (kid: Kid) => Secret | undefined) {
		super(link, snapshot);
		this.#secretOf = secretOf;
	}

	/** The key's text comes from this process's own configuration: none goes over the socket. */
	async acquire({signal: _, ...request}: AcquireRequest): Promise<Acquired | Refused> {
		const idleMs = CALL_IDLE_MS + (request.waitMs ?? 0);
		const answer = (await this.link.call({method: 'acquire', params: request, idleMs})) as SentAcquired | Refused;
		if (!answer.granted) return answer;
		const secret = this.#secretOf(answer.key.kid);
		if (secret !== undefined) return {...answer, secret};
		await this.release(answer.lease.id, 'unused');
		throw new KeydeckError(
			'KEY_NOT_HERE',
			`the running keydeck (pid ${this.pid}) chose ${answer.key.label}, which this process does not have`,
			{hint: 'start both with the same environment, or put the key into .env'},
		);
	}

	async release(leaseId: string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean> {
		return (await this.call('release', {leaseId, outcome, ...(usage === undefined ? {} : {usage})})) as boolean;
	}

	async openLease(which: OpenLeaseQuery): Promise<Lease | undefined> {
		return (await this.call('openLease', which)) as Lease | undefined;
	}

	async report(kid: Kid, model: string, outcome: Outcome, usage?: Usage): Promise<boolean> {
		return (await this.call('report', {kid, model, outcome, ...(usage === undefined ? {} : {usage})})) as boolean;
	}

	async usedThisMinute(kid: Kid): Promise<number> {
		return (await this.call('usedThisMinute', {kid})) as number;
	}
}

/**
 * Attaches to the engine that listens at `path`; undefined when nobody does. Snapshots are sent
 * only while somebody subscribes. Throws KeydeckError `OTHER_ROOT` when that engine is of another
 * configuration root, `OWNER_SILENT` when it hangs.
 */
export async function attachDeck(options: {
	readonly path: string;
	/** Configuration root of this process. */
	readonly root: string;
	readonly clock: Clock;
	/** Text of a key, from this process's configuration. @default none: leases are refused */
	readonly secretOf?: (kid: Kid) => Secret | undefined;
	/** Only a call under way keeps the process alive. @default false */
	readonly background?: boolean;
}): Promise<AttachedDeck | undefined> {
	const {path, root, clock, secretOf = () => undefined, background = false} = options;
	const link = await openControlLink(path, clock, {background});
	if (link === undefined) return undefined;
	if (link.hello.root !== root) {
		link.close();
		throw new KeydeckError(
			'OTHER_ROOT',
			`the running keydeck (pid ${link.hello.pid}) is of the configuration root ${link.hello.root}, not of ${root}`,
			{hint: 'unset KEYDECK_HOME, or give each project one of its own'},
		);
	}
	try {
		const snapshot = await link.call({method: 'snapshot', idleMs: CALL_IDLE_MS});
		return new AttachedDeck(link, snapshot as Snapshot, secretOf);
	} catch (error) {
		link.close();
		// It ended in the very moment we came: as if nobody had listened.
		if (error instanceof KeydeckError && error.code === 'OWNER_GONE') return undefined;
		throw error;
	}
}
