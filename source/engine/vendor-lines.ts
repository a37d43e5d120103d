import type {Verdict} from '../domain/verdict.ts';
import {unreachable} from '../errors.ts';

/** `answeredAt`: last sign of life. `lostAt`: since when it cannot be reached. */
type Line = {faults: number; answeredAt: number | undefined; lostAt: number | undefined};

/** How each vendor has answered lately, over all its keys: tells a vendor's outage from a key's. */
export class VendorLines {
	readonly #lines = new Map<string, Line>();

	note(provider: string, verdict: Verdict, now: number): void {
		const line = this.#lines.get(provider) ?? {faults: 0, answeredAt: undefined, lostAt: undefined};
		this.#lines.set(provider, line);
		switch (verdict.kind) {
			case 'cancelled':
				return;
			case 'timeout':
				line.faults += 1;
				return;
			case 'unreachable':
				line.faults += 1;
				line.lostAt ??= now;
				return;
			case 'overloaded':
				// One model's load is not the vendor's.
				line.faults = verdict.scope === 'provider' ? line.faults + 1 : 0;
				break;
			case 'upstream-failed':
				line.faults += 1;
				break;
			case 'ok':
			case 'throttled':
			case 'exhausted':
			case 'rejected':
			case 'forbidden':
			case 'caller-fault':
				// A refusal too shows that the vendor is there.
				line.faults = 0;
				break;
			default:
				unreachable(verdict);
		}
		line.answeredAt = now;
		line.lostAt = undefined;
	}

	/** Times in a row that the vendor failed or could not be reached. */
	faultsInARow(provider: string): number {
		return this.#lines.get(provider)?.faults ?? 0;
	}

	/** What the other vendors show of our own line since this one was lost: `down` when none can be reached either. */
	ownLine(provider: string): 'up' | 'down' | 'unknown' {
		const lostAt = this.#lines.get(provider)?.lostAt;
		if (lostAt === undefined) return 'unknown';
		const others = [...this.#lines].filter(([name]) => name !== provider).map(([, line]) => line);
		if (others.length === 0) return 'unknown';
		if (others.every((line) => line.lostAt !== undefined)) return 'down';
		return others.some((line) => line.lostAt === undefined && (line.answeredAt ?? 0) >= lostAt) ? 'up' : 'unknown';
	}
}
