import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Acquired, AcquireRequest, Leasing, OpenLeaseQuery, Refused} from '../engine/leasing.ts';
import type {EngineSettings} from '../engine/options.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {KeydeckError} from '../errors.ts';
import type {Secret} from '../secret.ts';
import {LastingDeck} from './lasting-deck.ts';
import type {ProjectDeck} from './open-deck.ts';

/** Codes that say that the process that ran the engine is of no more use. */
const lostCodes: readonly string[] = ['OWNER_GONE', 'OWNER_SILENT', 'OWNER_BROKEN'];

/** A lasting deck that also hands out keys: a call that meets the end of the owner is made again of the next one. */
export class LastingLeasing extends LastingDeck<ProjectDeck> implements Leasing {
	acquire(request: AcquireRequest): Promise<Acquired | Refused> {
		return this.ask(({leasing}) => leasing.acquire(request));
	}

	release(leaseId: string, outcome: Outcome | 'unused', usage?: Usage): Promise<boolean> {
		return this.ask(({leasing}) => leasing.release(leaseId, outcome, usage));
	}

	openLease(which: OpenLeaseQuery): Promise<Lease | undefined> {
		return this.ask(({leasing}) => leasing.openLease(which));
	}

	report(kid: Kid, model: string, outcome: Outcome, usage?: Usage): Promise<boolean> {
		return this.ask(({leasing}) => leasing.report(kid, model, outcome, usage));
	}

	usedThisMinute(kid: Kid): Promise<number> {
		return this.ask(({leasing}) => leasing.usedThisMinute(kid));
	}

	/** The picture of this moment. */
	newest(): Promise<Snapshot> {
		return this.ask((opened) => opened.newest());
	}

	/** What the configuration says now. */
	configured(): EngineSettings {
		return this.opened.configured();
	}

	/** Hash of a key that may be in no pool: that of its identity in this home. */
	hashOf(provider: string, key: Secret): string {
		return this.opened.settings.identityOf(provider, key).hash;
	}

	/** What is open now: an engine of this process, or a link to another's. */
	get project(): ProjectDeck {
		return this.opened;
	}

	/** Begins probing in rounds; when another process runs the engine, that is its affair. */
	startProbing(): void {
		this.opened.startProbing?.();
	}

	/** Asks what is open and, when the owner ends meanwhile, what is opened in its place. */
	async ask<Answer>(question: (opened: ProjectDeck) => Promise<Answer>): Promise<Answer> {
		const asked = this.opened;
		try {
			return await question(asked);
		} catch (error) {
			if (!(error instanceof KeydeckError) || !lostCodes.includes(error.code)) throw error;
			await this.reopened(asked, error);
			if (this.opened === asked) throw error;
			return question(this.opened);
		}
	}
}
