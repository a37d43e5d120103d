import type {Clock} from '../clock.ts';
import type {Alert} from '../domain/alert.ts';
import {
	type AlertFacts,
	acknowledge,
	evaluateAlerts,
	evaluateStore,
	isOwn,
	type StoreFacts,
	silence,
	sortedAlerts,
} from '../domain/alert-rules.ts';
import type {EventHub} from '../events.ts';
import type {Store} from '../stores/store.ts';
import type {EngineSettings} from './options.ts';
import type {Roster} from './roster.ts';
import type {KeyView, Snapshot} from './snapshot.ts';

type Parts = {
	readonly settings: () => EngineSettings;
	readonly store: Store;
	readonly events: EventHub;
	readonly clock: Clock;
	readonly roster: Roster;
	readonly changed: () => void;
};

/** Keeps the alerts in step with what the keys and pools are like. */
export class Alerter {
	readonly #parts: Parts;
	#alerts: readonly Alert[];

	constructor(parts: Parts, stored: readonly Alert[]) {
		this.#parts = parts;
		this.#alerts = stored;
	}

	/** Firing first, then newest first. */
	get alerts(): readonly Alert[] {
		return this.#alerts;
	}

	/** Looks at a picture; makes what changed durable, then tells. */
	async evaluate(picture: Snapshot): Promise<void> {
		const {settings, clock} = this.#parts;
		const {alerts, changed} = evaluateAlerts(this.#alerts, this.#factsOf(picture), settings().alerts, clock.now());
		this.#alerts = alerts;
		await this.#keep(changed);
		for (const alert of changed) this.#tell(alert);
	}

	/** Looks at the store of this replica; the same for what no other replica can raise. */
	async watchStore(): Promise<void> {
		const facts = this.#storeFacts();
		if (facts.fault === undefined && !this.#alerts.some((alert) => alert.state !== 'resolved' && isOwn(alert))) return;
		const {alerts, changed} = evaluateStore(this.#alerts, facts, this.#parts.clock.now());
		this.#alerts = alerts;
		await this.#keep(changed);
		for (const alert of changed) this.#tell(alert);
	}

	/** Another replica has raised, resolved or answered an alert. */
	follow(alert: Alert): void {
		const before = this.#alerts.find(({id}) => id === alert.id);
		this.#alerts = sortedAlerts([...this.#alerts.filter(({id}) => id !== alert.id), alert]);
		// What was over before anyone here knew of it is history, no news.
		const isPast = before === undefined && alert.state === 'resolved';
		if (before?.state !== alert.state && !isPast) this.#tell(alert);
		this.#parts.changed();
	}

	async acknowledge(id: string, by: string): Promise<void> {
		const {clock, events} = this.#parts;
		if (!(await this.#replace(id, (alert) => acknowledge(alert, by, clock.now())))) return;
		events.publish({type: 'alert.acknowledged', alertId: id, by}, clock.now());
	}

	async silence(id: string, until: number): Promise<void> {
		const {clock, events} = this.#parts;
		if (!(await this.#replace(id, (alert) => silence(alert, until)))) return;
		events.publish({type: 'alert.silenced', alertId: id, until}, clock.now());
	}

	/** False when there is no such alert. */
	async #replace(id: string, change: (alert: Alert) => Alert): Promise<boolean> {
		const changed = this.#alerts.filter((alert) => alert.id === id).map(change);
		this.#alerts = this.#alerts.map((alert) => changed.find((next) => next.id === alert.id) ?? alert);
		await this.#keep(changed);
		this.#parts.changed();
		return changed.length > 0;
	}

	async #keep(alerts: readonly Alert[]): Promise<void> {
		const {store} = this.#parts;
		// To the others who share the store it would begin when it is over.
		const isUntold = (alert: Alert): boolean => store.fleet !== undefined && isOwn(alert) && alert.state !== 'resolved';
		const kept = alerts.filter((alert) => !isUntold(alert));
		if (kept.length > 0) await store.save(kept.map((alert) => ({kind: 'alert-put', alert})));
	}

	#tell(alert: Alert): void {
		const {events, clock, changed} = this.#parts;
		const {id: alertId, severity, message} = alert;
		// Whoever is told looks it up in the picture.
		changed();
		if (alert.state === 'firing') events.publish({type: 'alert.fired', alertId, severity, message}, clock.now());
		if (alert.state === 'resolved') events.publish({type: 'alert.resolved', alertId, severity, message}, clock.now());
	}

	#storeFacts(): StoreFacts {
		const {store} = this.#parts;
		const condition = store.condition();
		return {
			fault: condition.state === 'degraded' ? condition.detail : undefined,
			isShared: store.fleet !== undefined,
			replica: store.fleet?.replicas().find(({isThis}) => isThis),
		};
	}

	#factsOf(picture: Snapshot): AlertFacts {
		const {roster, clock} = this.#parts;
		const now = clock.now();
		return {
			keys: picture.keys.map((key) => {
				const recent = roster.get(key.kid)?.vitals.recentErrors(now) ?? {samples: 0, rate: 0};
				return {...factsOfKey(key), windowSamples: recent.samples, windowErrorRate: recent.rate};
			}),
			pools: picture.providers.map((provider) => ({
				provider: provider.name,
				keys: provider.keys,
				usable: provider.usable,
				unknown: picture.keys.filter((key) => key.provider === provider.name && key.usable === undefined).length,
				backAt: provider.backAt,
				down: provider.condition === 'down',
			})),
			probeBudget: {spentUsd: picture.probing.spentTodayUsd, budgetUsd: picture.probing.dailyBudgetUsd},
		};
	}
}

function factsOfKey(key: KeyView): Omit<AlertFacts['keys'][number], 'windowSamples' | 'windowErrorRate'> {
	const leaked = key.word === 'leaked';
	return {
		kid: key.kid,
		label: key.label,
		provider: key.provider,
		consecutiveFailures: key.consecutiveFailures,
		invalid: key.state.kind === 'invalid',
		exhausted: key.state.kind === 'exhausted',
		leaked,
		latencyMs: key.latencyMs,
		why: key.why,
		advice: key.advice,
	};
}
