import type {Alert} from '../domain/alert.ts';
import type {EngineEvent} from '../events.ts';
import type {Store} from '../stores/store.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {Elsewhere} from './elsewhere.ts';
import {keyView, type PickTotals} from './key-view.ts';
import {modelView} from './model-view.ts';
import type {EngineSettings} from './options.ts';
import type {Pools} from './pools.ts';
import type {Prober} from './prober.ts';
import {providerView} from './provider-view.ts';
import type {Roster} from './roster.ts';
import type {Snapshot} from './snapshot.ts';

/** What a picture is taken of. */
export type Scene = {
	readonly settings: EngineSettings;
	readonly roster: Roster;
	readonly pools: Pools;
	readonly dispatcher: Dispatcher;
	readonly prober: Prober;
	readonly elsewhere: Elsewhere;
	readonly store: Store;
	readonly alerts: readonly Alert[];
	readonly events: readonly EngineEvent[];
	readonly startedAt: number;
	readonly mode: 'live' | 'demo';
	readonly now: number;
};

/** A read-only picture of everything, for dashboards and reports. */
export function takeSnapshot(scene: Scene): Snapshot {
	const {settings, roster, prober, store, alerts, events, startedAt, mode, now} = scene;
	const listed = listedModels(scene);
	const upstreams = listedUpstreams(scene);
	const picks = pickTotals(scene);
	const elsewhere = store.fleet === undefined ? undefined : scene.elsewhere.inFlight();
	const keys = [...roster.all()].map((member) => ({
		...keyView(member, scene, upstreams.get(member.key.provider) ?? [], picks),
		...(elsewhere === undefined ? {} : {inFlightElsewhere: elsewhere.get(member.key.kid) ?? 0}),
	}));
	const byProvider = Map.groupBy(keys, (key) => key.provider);
	const today = prober.today(now);
	return {
		takenAt: now,
		startedAt,
		root: settings.root,
		home: settings.home,
		mode,
		store: {kind: store.kind, ...store.condition()},
		...(store.fleet === undefined ? {} : {fleet: {replicas: store.fleet.replicas()}}),
		probing: {
			intervalMs: settings.probe.intervalMs,
			deep: settings.probe.deep,
			...(prober.sweep === undefined ? {} : {sweep: prober.sweep}),
			probesToday: today.count,
			spentTodayUsd: today.spentUsd,
			dailyBudgetUsd: settings.probe.dailyBudgetUsd,
		},
		notes: [...(settings.refused ?? []).map(refusedNote), ...settings.notes],
		searched: settings.searched,
		keys,
		providers: [...byProvider].map(([name, views]) => providerView(name, views, scene)),
		models: listed.flatMap((name) => modelView(name, keys, scene) ?? []),
		alerts,
		events,
	};
}

function refusedNote(problem: string): string {
	return `The changed configuration is refused and the old one stays: ${problem}`;
}

/** Names in the configuration's order, then those asked for since the start. */
function listedModels({settings, dispatcher}: Pick<Scene, 'settings' | 'dispatcher'>): string[] {
	return [...new Set([...settings.listedModels, ...dispatcher.askedModels()])];
}

/** Per provider, the upstream ids of the listed models. */
export function listedUpstreams(scene: Pick<Scene, 'settings' | 'dispatcher'>): ReadonlyMap<string, readonly string[]> {
	const upstreams = new Map<string, string[]>();
	for (const name of listedModels(scene)) {
		const entry = scene.settings.catalogue.get(name);
		if (entry === undefined) continue;
		const known = upstreams.get(entry.provider);
		if (known === undefined) upstreams.set(entry.provider, [entry.upstream]);
		else known.push(entry.upstream);
	}
	return upstreams;
}

function pickTotals({pools}: Scene): PickTotals {
	const ofProvider = new Map<string, number>();
	const ofKey = new Map<string, number>();
	for (const pool of pools.all()) {
		ofProvider.set(pool.entry.provider, (ofProvider.get(pool.entry.provider) ?? 0) + pool.picked);
		for (const [kid, count] of pool.picks) ofKey.set(kid, (ofKey.get(kid) ?? 0) + count);
	}
	return {ofProvider, ofKey};
}
