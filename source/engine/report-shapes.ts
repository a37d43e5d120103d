import type {StrategyName} from '../strategies/strategy.ts';
import type {WhyAnswer} from './deck.ts';
import type {LinkView} from './snapshot.ts';

/** Usable now, not usable now, or never asked. */
type Health = boolean | 'unknown';

/** One key inside a model of the status report. Times are ISO UTC; null = not measured or not known. */
export type KeyReport = {
	readonly hash: string;
	readonly health: Health;
	readonly lastCheck: string | null;
	/** Requests granted in the last minute. */
	readonly usage: number;
	/** The vendor's words while something is wrong. */
	readonly error: string | null;
	readonly index: number;
	readonly label: string;
	readonly mask: string;
	readonly account: string;
	readonly state: string;
	readonly why: string;
	readonly until: string | null;
	readonly advice: string;
	readonly proof: string;
	readonly successRate: number | null;
	readonly avgLatency: number | null;
	readonly headroom: number | null;
	readonly balance: {readonly amount: number; readonly currency: string} | null;
};

type ModelReport = {
	/** The vendor, for people. */
	readonly name: string;
	readonly keyCount: number;
	readonly keys: readonly KeyReport[];
	readonly provider: string;
	readonly upstreamModel: string;
	readonly warning: string | null;
	readonly strategy: StrategyName;
	readonly usable: number;
};

/** What `keydeck report --json` prints and `GET /api/keys/status` answers. */
export type StatusReport = {readonly timestamp: string; readonly providers: Readonly<Record<string, ModelReport>>};

/** One alert; `model` and `keyIndex` are null when it is not about one. */
export type AlertReport = {
	readonly id: string;
	readonly type: string;
	readonly severity: string;
	/** First model the key or pool serves; `models` has them all. */
	readonly model: string | null;
	readonly keyIndex: number | null;
	readonly message: string;
	/** When it began. */
	readonly timestamp: string;
	readonly models: readonly string[];
	readonly provider: string;
	readonly label: string;
	readonly state: string;
	readonly advice: string;
	readonly resolvedAt: string | null;
	readonly acknowledged: {readonly by: string; readonly at: string} | null;
	readonly silencedUntil: string | null;
};

export type KeyHealth = {
	readonly index: number;
	readonly status: 'healthy' | 'unhealthy' | 'unknown';
	readonly lastCheck: string | null;
	readonly metrics: {
		readonly successCount: number;
		readonly failureCount: number;
		readonly successRate: number | null;
		readonly avgLatency: number | null;
		readonly p95Latency: number | null;
	};
	readonly hash: string;
	readonly label: string;
	readonly state: string;
	readonly why: string;
	readonly until: string | null;
};

/** What `keydeck summary --json` prints and `GET /api/health/summary` answers. */
export type HealthSummary = {
	readonly timestamp: string;
	readonly providers: Readonly<Record<string, {readonly name: string; readonly keys: readonly KeyHealth[]}>>;
	readonly alerts: readonly AlertReport[];
};

/** What `keydeck stats --json` prints; rates from 0 to 1, latency in ms. */
export type RotationStats = Readonly<
	Record<
		string,
		{
			readonly strategy: StrategyName;
			readonly totalKeys: number;
			readonly keys: readonly {
				readonly index: number;
				readonly label: string;
				readonly health: Health;
				readonly successRate: number | null;
				readonly avgLatency: number | null;
				/** Picks since the first start. */
				readonly usageCount: number;
				readonly share: number | null;
			}[];
		}
	>
>;

/** What `keydeck chains --json` prints, per model; `live` = place of the link that would serve now. */
export type ChainReport = Readonly<
	Record<
		string,
		{
			readonly live: number | null;
			readonly links: readonly (Omit<LinkView, 'skipped' | 'backAt'> & {
				readonly skipped: string | null;
				readonly backAt: string | null;
			})[];
		}
	>
>;

/** A key that was passed over. */
export type SkipReport = {
	readonly label: string;
	/** Model it would have served: the one asked for, or a link of its chain. */
	readonly model: string;
	readonly reason: string;
	readonly until: string | null;
};

/** Which key a call would get now: `keydeck why <model> --json` and `GET /api/keys/:model/why`. */
export type WhyReport = {
	readonly model: string;
	/** Null when no key can serve now. */
	readonly pick: WhyAnswer['pick'];
	readonly skipped: readonly SkipReport[];
};

/** One reading of a key's history. */
export type HistoryReport = {
	readonly timestamp: string;
	/** Who asked: `probe`, `deep-probe`, `call`, `person` or `config`. */
	readonly from: string;
	readonly verdict: string;
	readonly evidence: string;
	readonly effect: string | null;
	readonly model: string | null;
	readonly status: number | null;
	readonly code: string | null;
	readonly latencyMs: number | null;
	readonly firstByteMs: number | null;
	readonly costUsd: number | null;
};
