import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {Book} from './book.ts';
import {Ledger} from './ledger.ts';
import type {
	HistoryQuery,
	Knowledge,
	Reservation,
	ReserveRequest,
	RollUpQuery,
	SaveResult,
	StateChange,
	Store,
	StoreCondition,
	StoredState,
} from './store.ts';

/**
 * What stores without a server share: one process owns the state, so every decision is made in
 * memory. A store that also writes hears of each change by `noteChange`.
 */
export abstract class EmbeddedStore implements Store {
	abstract readonly kind: Store['kind'];
	protected readonly book = new Book();
	protected readonly ledger = new Ledger();

	condition(): StoreCondition {
		return {state: 'ok'};
	}

	async load(now: number): Promise<StoredState> {
		return {
			benches: this.book.benches.values(),
			knowledge: this.book.knowledge.values(),
			alerts: this.book.alerts.values(),
			picks: this.ledger.picks.values(),
			strategies: Object.fromEntries(this.book.strategies.entries()),
			recentGrants: this.ledger.recentGrants(now),
		};
	}

	async save(changes: readonly StateChange[]): Promise<SaveResult> {
		return this.book.apply(changes);
	}

	learn(knowledge: Knowledge): void {
		this.book.knowledge.set(knowledge.kid, knowledge);
		this.noteChange();
	}

	async reserve(request: ReserveRequest): Promise<Reservation> {
		const reservation = this.ledger.reserve(request);
		if (reservation.granted) this.noteChange();
		return reservation;
	}

	async release(leaseId: string, now: number, tokens = 0): Promise<Lease | undefined> {
		const lease = this.ledger.release(leaseId, now, tokens);
		if (lease !== undefined) this.noteChange();
		return lease;
	}

	async expire(now: number): Promise<readonly Lease[]> {
		return this.ledger.expire(now);
	}

	async openLeases(): Promise<readonly Lease[]> {
		return this.ledger.openLeases().map(({lease}) => lease);
	}

	async spend(day: string, amount: number): Promise<number> {
		const sum = this.book.spend(day, amount);
		this.noteChange();
		return sum;
	}

	async claimProbe(kid: Kid, now: number, intervalMs: number): Promise<boolean> {
		const claimed = this.book.claimProbe(kid, now, intervalMs);
		if (claimed) this.noteChange();
		return claimed;
	}

	async prune(now: number): Promise<void> {
		this.book.prune(now);
		this.ledger.prune(now);
		this.noteChange();
	}

	abstract record(entry: HistoryEntry): void;
	abstract history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
	abstract rollUps(query: RollUpQuery): Promise<readonly RollUp[]>;
	abstract flush(): Promise<void>;
	abstract close(): Promise<void>;

	/** Something in the book or the ledger changed. */
	protected abstract noteChange(): void;
}
