import type {Alert} from '../domain/alert.ts';
import type {Bench} from '../domain/bench.ts';
import type {Kid} from '../domain/key.ts';
import {unreachable} from '../errors.ts';
import {Shelf} from './shelf.ts';
import type {Knowledge, SaveResult, StateChange} from './store.ts';

const DAY_MS = 86_400_000;

/** How long closed alerts, spent days and probe claims are kept. */
const ALERT_KEPT_MS = 90 * DAY_MS;
const CLAIM_KEPT_MS = DAY_MS;

/** States, alerts, knowledge and spend of the process that owns them; all decisions are memory decisions. */
export class Book {
	readonly benches = new Shelf<Bench>('bench');
	readonly alerts = new Shelf<Alert>('alert');
	readonly strategies = new Shelf<string>('strategy');
	readonly knowledge = new Shelf<Knowledge>('knowledge');
	/** USD by UTC day. */
	readonly spent = new Shelf<number>('spend');
	/** When a key's probe was last claimed. */
	readonly claims = new Shelf<number>('claim');

	/** Applies all changes, or none when a bench is not of the version a change was made from. */
	apply(changes: readonly StateChange[]): SaveResult {
		const stale = this.#staleBenches(changes);
		if (stale.length > 0) return {stale};
		for (const change of changes) {
			switch (change.kind) {
				case 'bench-put':
					this.benches.set(change.bench.id, change.bench);
					break;
				case 'bench-lift':
					this.benches.delete(change.id);
					break;
				case 'alert-put':
					this.alerts.set(change.alert.id, change.alert);
					break;
				case 'strategy-set':
					this.strategies.set(change.model, change.strategy);
					break;
				default:
					return unreachable(change);
			}
		}
		return {stale: []};
	}

	/** Versions are followed through the batch, so that one batch may change a bench twice. No bench is version 0. */
	#staleBenches(changes: readonly StateChange[]): {id: string}[] {
		const versions = new Map<string, number>();
		const stale = new Set<string>();
		for (const change of changes) {
			if (change.kind !== 'bench-put' && change.kind !== 'bench-lift') continue;
			const id = change.kind === 'bench-put' ? change.bench.id : change.id;
			const found = versions.get(id) ?? this.benches.get(id)?.version ?? 0;
			const madeFrom = change.kind === 'bench-put' ? change.bench.version - 1 : change.version;
			if (found !== madeFrom) stale.add(id);
			versions.set(id, change.kind === 'bench-put' ? change.bench.version : 0);
		}
		return [...stale].map((id) => ({id}));
	}

	spend(day: string, amount: number): number {
		const sum = (this.spent.get(day) ?? 0) + amount;
		if (amount !== 0) this.spent.set(day, sum);
		return sum;
	}

	claimProbe(kid: Kid, now: number, intervalMs: number): boolean {
		const claimedAt = this.claims.get(kid);
		// A claim from the future is one made before the clock was set back: it would block the key for as long.
		if (claimedAt !== undefined && Math.abs(now - claimedAt) < intervalMs) return false;
		this.claims.set(kid, now);
		return true;
	}

	prune(now: number): void {
		this.alerts.prune((alert) => alert.resolvedAt !== undefined && alert.resolvedAt < now - ALERT_KEPT_MS);
		this.spent.prune((_, day) => dayStart(day) < now - ALERT_KEPT_MS);
		this.claims.prune((at) => at < now - CLAIM_KEPT_MS);
	}
}

function dayStart(day: string): number {
	return Date.parse(`${day}T00:00:00Z`);
}
