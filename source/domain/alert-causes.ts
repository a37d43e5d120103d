import type {Alert, AlertType, Severity} from './alert.ts';
import type {Kid} from './key.ts';
import type {AlertPolicy} from './policy.ts';

/** What alert rules look at, in one picture. */
export type AlertFacts = {
	readonly keys: readonly KeyFacts[];
	readonly pools: readonly PoolFacts[];
	/** Paid probes since 00:00 UTC. */
	readonly probeBudget: {readonly spentUsd: number; readonly budgetUsd: number};
};

export type KeyFacts = {
	readonly kid: Kid;
	readonly label: string;
	readonly provider: string;
	readonly consecutiveFailures: number;
	readonly invalid: boolean;
	readonly exhausted: boolean;
	/** The vendor says it was published. */
	readonly leaked: boolean;
	/** Calls and probes that count, in the rolling window. */
	readonly windowSamples: number;
	/** Failed share of them, 0 to 1. */
	readonly windowErrorRate: number;
	/** Smoothed probe time or time to first byte; never the length of a completion. */
	readonly latencyMs: number | undefined;
	/** The key's own sentences. */
	readonly why: string;
	readonly advice: string;
};

export type PoolFacts = {
	readonly provider: string;
	readonly keys: number;
	readonly usable: number;
	/** Keys never asked; nothing is said of a pool while there are any. */
	readonly unknown: number;
	/** Epoch ms when the first resting key comes back, when none is usable. */
	readonly backAt: number | undefined;
	/** The provider's breaker is open. */
	readonly down: boolean;
};

/** How the store of this replica fares. */
export type StoreFacts = {
	/** What is wrong with it, in words; undefined = nothing. */
	readonly fault: string | undefined;
	/** Other replicas use it too. */
	readonly isShared: boolean;
	/** This replica, as far as it is known. */
	readonly replica: {readonly id: string; readonly name: string} | undefined;
};

/** A rule that holds now for one subject. */
export type Cause = Pick<Alert, 'type' | 'severity' | 'subject' | 'label' | 'provider' | 'message' | 'advice'> & {
	/** How long it must hold before it fires. */
	readonly waitMs: number;
	/** A larger trouble explains it: it does not begin to fire; what fires already goes on. */
	readonly isInhibited: boolean;
	/** Stands in the id for the subject where replicas may raise it at the same moment, each its own. */
	readonly raisedBy?: string | undefined;
};

/** What the rules must know of the alerts so far. */
export type Standing = {
	readonly isFiring: (type: AlertType, subject: string) => boolean;
	/** The provider is down, or was until a moment ago. */
	readonly isTroubled: (provider: string) => boolean;
};

/** A firing alert ends well below the line where it began, so that it does not flicker. */
const easedShare = 0.8;

/** Subject of alerts that are about nobody's pool: probes' money, the store. */
const everyVendor = 'all vendors';

/** A store that fails for a moment is no news. */
const storeWaitMs = 5000;

/** Every rule that holds now of what replicas have in common; pools first. */
export function causesOf(facts: AlertFacts, policy: AlertPolicy, standing: Standing): Cause[] {
	return [
		...facts.pools.flatMap((pool) => poolCauses(pool, policy)),
		...budgetCauses(facts.probeBudget),
		...facts.keys.flatMap((key) => keyCauses(key, policy, standing)),
	];
}

/** Text that tells subjects apart. */
export function subjectOf(subject: Alert['subject']): string {
	return subject.kind === 'key' ? subject.kid : subject.provider;
}

/** A pool that is down is dry as well: one cause, one alert. A short throttle of the only key is no news. */
function poolCauses(pool: PoolFacts, {groupWaitMs}: AlertPolicy): Cause[] {
	const {provider, keys, usable, unknown, backAt, down} = pool;
	const about = {...ofPool(provider), isInhibited: false};
	if (down) {
		const message = `${provider} is down: calls fail whatever the key`;
		const advice = 'Nothing: it is tried again by itself. The status page of the vendor may say more.';
		return [{...about, type: 'provider_down', severity: 'critical', message, advice, waitMs: 0}];
	}
	if (unknown > 0 || keys === 0) return [];
	if (usable === 0) {
		const message = `no ${provider} key can serve, of ${keys}`;
		const isBackSoon = backAt !== undefined;
		const back = 'The first key comes back by itself. For more room add a key of another account.';
		const advice = isBackSoon ? back : 'No key comes back by itself: see in Keys what each one needs.';
		return [{...about, type: 'pool_dry', severity: 'critical', message, advice, waitMs: isBackSoon ? groupWaitMs : 0}];
	}
	if (usable > 1 || keys < 2) return [];
	const message = `${provider} is down to its last key of ${keys}`;
	const advice = 'Mend or add a key before this one fails too.';
	return [{...about, type: 'last_key', severity: 'high', message, advice, waitMs: groupWaitMs}];
}

function budgetCauses({spentUsd, budgetUsd}: AlertFacts['probeBudget']): Cause[] {
	if (budgetUsd <= 0 || spentUsd < budgetUsd) return [];
	const message = `paid probes have used up today's $${budgetUsd}`;
	const advice = 'Nothing: free probes go on, paid ones at 00:00 UTC. To have more, raise probe.dailyBudgetUsd.';
	const parts = {type: 'probe_budget', severity: 'medium', message, advice} as const;
	return [{...parts, ...ofPool(everyVendor), label: 'probe budget', waitMs: 0, isInhibited: false}];
}

/** The rule of which each replica speaks for itself: one that is cut off from the store can tell nobody else. */
export function storeCauses({fault, isShared, replica}: StoreFacts): Cause[] {
	if (fault === undefined) return [];
	const advice = isShared
		? 'Keys are handed out all the same, from what is left of each limit. See that Redis runs and is reached from here: keydeck doctor.'
		: 'Keys are handed out all the same. Make room on the disk of the state folder, or mend it: keydeck doctor.';
	const parts = {type: 'store_degraded', severity: 'high', message: fault.replace(/\.$/, ''), advice} as const;
	const label = replica === undefined ? 'store' : `store of ${replica.name}`;
	return [{...parts, ...ofPool(everyVendor), label, waitMs: storeWaitMs, isInhibited: false, raisedBy: replica?.id}];
}

function ofPool(provider: string): Pick<Cause, 'subject' | 'label' | 'provider'> {
	return {subject: {kind: 'pool', provider}, label: provider, provider};
}

function keyCauses(key: KeyFacts, policy: AlertPolicy, standing: Standing): Cause[] {
	const {kid, label, provider} = key;
	const causes: Cause[] = [];
	const add = (type: AlertType, severity: Severity, message: string, advice: string, isInhibited = false) => {
		const subject = {kind: 'key', kid} as const;
		causes.push({type, severity, subject, label, provider, message, advice, waitMs: 0, isInhibited});
	};
	if (key.leaked) add('key_leaked', 'critical', `${label} has leaked. ${key.why}`, key.advice);
	else if (key.invalid) add('key_invalid', 'high', `${label} is invalid. ${key.why}`, key.advice);
	if (key.exhausted) add('key_exhausted', 'high', `${label} has no credit or quota left. ${key.why}`, key.advice);
	// What explains the failures has its own alert already.
	const isExplained = standing.isTroubled(provider) || key.invalid || key.exhausted;
	// A dead key satisfies this rule too: older clients know it by this type only.
	if (key.invalid) add('consecutive_failures', 'high', `${label} fails for good: it is invalid`, key.advice);
	else if (key.consecutiveFailures >= policy.consecutiveFailures) {
		add(
			'consecutive_failures',
			'high',
			`${label} failed ${key.consecutiveFailures} times in a row`,
			key.advice,
			isExplained,
		);
	}
	if (failsOften(key, policy, standing)) {
		const message = `${label} fails ${percent(key.windowErrorRate)} of its last ${key.windowSamples} calls`;
		add('high_error_rate', 'medium', message, key.advice, isExplained);
	}
	if (isSlow(key, policy, standing)) {
		const message = `${label} takes ${((key.latencyMs ?? 0) / 1000).toFixed(1)} s to answer`;
		const advice =
			"Look at your network and the vendor's status page; calls prefer faster keys with the weighted strategy.";
		add('high_latency', 'low', message, advice, standing.isTroubled(provider));
	}
	return causes;
}

function failsOften(key: KeyFacts, policy: AlertPolicy, {isFiring}: Standing): boolean {
	const {kid, windowErrorRate, windowSamples} = key;
	if (windowSamples >= policy.minSamples && windowErrorRate > policy.errorRate) return true;
	// With fewer samples a rate cannot begin to alarm, but it can go on.
	return windowSamples > 0 && windowErrorRate >= policy.errorRate * easedShare && isFiring('high_error_rate', kid);
}

function isSlow({kid, latencyMs = 0}: KeyFacts, policy: AlertPolicy, {isFiring}: Standing): boolean {
	if (latencyMs > policy.latencyMs) return true;
	return latencyMs >= policy.latencyMs * easedShare && isFiring('high_latency', kid);
}

function percent(share: number): string {
	return `${Math.round(share * 100)} %`;
}
