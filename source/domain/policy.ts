/** How health is probed. */
export type ProbePolicy = {
	/** @default 60000, at least 500 */
	readonly intervalMs: number;
	/** @default 10000 */
	readonly timeoutMs: number;
	/** Spend one token per key and interval, within the budget. @default false */
	readonly deep: boolean;
	/** Paid probes stop for the day beyond this. @default 0.05 */
	readonly dailyBudgetUsd: number;
};

export const defaultProbePolicy: ProbePolicy = {
	intervalMs: 60_000,
	timeoutMs: 10_000,
	deep: false,
	dailyBudgetUsd: 0.05,
};

/** When an alert fires. */
export type AlertPolicy = {
	/** @default 3 */
	readonly consecutiveFailures: number;
	/** Share from 0 to 1. @default 0.2 */
	readonly errorRate: number;
	/** Calls in the window before the rate counts. @default 10 */
	readonly minSamples: number;
	/** @default 5000 */
	readonly latencyMs: number;
	/** @default 2000 */
	readonly groupWaitMs: number;
	/** @default 14400000 */
	readonly repeatMs: number;
};

export const defaultAlertPolicy: AlertPolicy = {
	consecutiveFailures: 3,
	errorRate: 0.2,
	minSamples: 10,
	latencyMs: 5000,
	groupWaitMs: 2000,
	repeatMs: 14_400_000,
};
