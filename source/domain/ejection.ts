/** One key of a pool beside its peers. */
export type Peer = {
	readonly kid: string;
	/** EWMA 0 to 1; undefined while nothing counted. */
	readonly successRate: number | undefined;
	readonly latencyMs: number | undefined;
	/** Counted outcomes in the rolling window. */
	readonly samples: number;
	readonly consecutiveFailures: number;
	/** Already out for ill health. */
	readonly ejected: boolean;
	/** May serve (or could, were it not ejected): dead and resting keys are no peers. */
	readonly standing: boolean;
};

/** What of a key is compared. */
type Measured = Pick<Peer, 'successRate' | 'latencyMs' | 'consecutiveFailures'>;

/** Rules of outlier ejection; soft reasons only. */
export const ejectionPolicy = {
	/** Failures in a row that eject while peers do well. */
	consecutiveFailures: 5,
	/** Outcomes before rate and latency are compared. */
	minSamples: 20,
	/** A success rate this far below the pool's median is an outlier. */
	rateGap: 0.3,
	/** Slower than the pool's median by this factor, and by at least `latencyFloorMs`. */
	latencyFactor: 8,
	latencyFloorMs: 5000,
	/** Never more than this share of a pool. */
	maxShare: 0.5,
	/** Below this share of keys in service, ejections are ignored. */
	panicShare: 0.5,
} as const;

/** Whether a key does badly enough by itself that a look at its peers is worth while. */
export function isSuspect({successRate, latencyMs, consecutiveFailures}: Measured): boolean {
	return (
		consecutiveFailures >= ejectionPolicy.consecutiveFailures ||
		(successRate ?? 1) <= 1 - ejectionPolicy.rateGap ||
		(latencyMs ?? 0) > ejectionPolicy.latencyFloorMs
	);
}

/** Why this key is an outlier among its peers, or undefined. A pool of one has no outliers. */
export function outlierReason(kid: string, peers: readonly Peer[]): string | undefined {
	const standing = peers.filter((peer) => peer.standing);
	const self = standing.find((peer) => peer.kid === kid);
	const others = standing.filter((peer) => peer.kid !== kid && !peer.ejected);
	if (self === undefined || self.ejected || others.length === 0) return undefined;
	const alreadyOut = standing.filter((peer) => peer.ejected).length;
	if ((alreadyOut + 1) / standing.length > ejectionPolicy.maxShare) return undefined;
	return failureReason(self, others) ?? latencyReason(self, others);
}

/** Too few keys in service: better a suspect key than none. */
export function inPanic(inService: number, standing: number): boolean {
	return standing > 0 && inService / standing < ejectionPolicy.panicShare;
}

function failureReason(self: Peer, others: readonly Peer[]): string | undefined {
	const othersWell = others.some((peer) => peer.consecutiveFailures === 0);
	if (self.consecutiveFailures >= ejectionPolicy.consecutiveFailures && othersWell) {
		return `${self.consecutiveFailures} failures in a row while other keys of the pool answer`;
	}
	const usual = median(others.map((peer) => peer.successRate));
	if (self.samples < ejectionPolicy.minSamples || self.successRate === undefined || usual === undefined)
		return undefined;
	if (usual - self.successRate < ejectionPolicy.rateGap) return undefined;
	return `${percent(self.successRate)} of its calls succeed, the pool's usual is ${percent(usual)}`;
}

function latencyReason(self: Peer, others: readonly Peer[]): string | undefined {
	const usual = median(others.map((peer) => peer.latencyMs));
	if (self.samples < ejectionPolicy.minSamples || self.latencyMs === undefined || usual === undefined) return undefined;
	const tooSlow = Math.max(usual * ejectionPolicy.latencyFactor, usual + ejectionPolicy.latencyFloorMs);
	if (self.latencyMs <= tooSlow) return undefined;
	return `${(self.latencyMs / 1000).toFixed(1)}s to the first byte, the pool's usual is ${(usual / 1000).toFixed(1)}s`;
}

function median(values: readonly (number | undefined)[]): number | undefined {
	const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
	return known[Math.floor(known.length / 2)];
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
