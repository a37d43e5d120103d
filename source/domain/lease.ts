import type {Kid} from './key.ts';

/** The right to use one key for one attempt. Released once, or it expires. */
export type Lease = {
	readonly id: string;
	readonly kid: Kid;
	/** Model asked for. */
	readonly model: string;
	/** Model that serves: the same, or a later link of the chain. */
	readonly servedBy: string;
	readonly grantedAt: number;
	/** @default grantedAt + 60 s */
	readonly expiresAt: number;
};

/** Why a key was not offered, and until when. */
export type SkipReason = {
	readonly kid: Kid;
	readonly label: string;
	/** Model it would have served: the one asked for, or a link of its chain. */
	readonly model: string;
	/** One sentence: `cooling: 429 rate_limit_exceeded`. */
	readonly reason: string;
	/** Epoch ms when it may be used again, when that is known. */
	readonly until?: number;
};

/** Those whose time is over, of leases in the order they were granted in. */
export function* dueLeases(leases: Iterable<Lease>, now: number): Generator<Lease, undefined> {
	for (const lease of leases) {
		if (lease.expiresAt <= now) yield lease;
		// A busy minute is not gone through every second; but after the clock was set back those of before lie ahead.
		else if (lease.grantedAt <= now) return;
	}
}
