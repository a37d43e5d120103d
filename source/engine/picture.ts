import type {Alert} from '../domain/alert.ts';
import {gradeOf} from '../domain/proof.ts';
import type {EngineEvent} from '../events.ts';
import type {Store} from '../stores/store.ts';
import type {Dispatcher} from './dispatcher.ts';
import {explain} from './explanation.ts';
import {headroomOf} from './headroom.ts';
import {modelView} from './model-view.ts';
import type {EngineSettings} from './options.ts';
import {blocks, type Pools} from './pools.ts';
import type {Prober} from './prober.ts';
import {providerView} from './provider-view.ts';
import {type Member, ownAccount, type Roster} from './roster.ts';
import type {KeyView, LimitView, Snapshot} from './snapshot.ts';
import {benchBlame, standingOf} from './standing.ts';

/** What a picture is taken of. */
export type Scene = {
	readonly settings: EngineSettings;
	readonly roster: Roster;
	readonly pools: Pools;
	readonly dispatcher: Dispatcher;
	readonly prober: Prober;
	readonly store: Store;
	readonly alerts: readonly Alert[];
	readonly events: readonly EngineEvent[];
	readonly startedAt: number;
	readonly mode: 'live' | 'demo';
	readonly now: number;
};

/** Companions of an account that a sentence names. */
const namedCompanions = 3;

/** A read-only picture of everything, for dashboards and reports. */
export function takeSnapshot(scene: Scene): Snapshot {
	const {settings, roster, prober, store, alerts, events, startedAt, mode, now} = scene;
	const listed = listedModels(scene);
	const upstreams = new Map<string, string[]>();
	for (const name of listed) {
		const entry = settings.catalogue.get(name);
		if (entry === undefined) continue;
		const known = upstreams.get(entry.provider);
		if (known === undefined) upstreams.set(entry.provider, [entry.upstream]);
		else known.push(entry.upstream);
	}
	const picks = pickTotals(scene);
	const keys = [...roster.all()].map((member) =>
		keyView(member, scene, upstreams.get(member.key.provider) ?? [], picks),
	);
	const byProvider = Map.groupBy(keys, (key) => key.provider);
	const today = prober.today(now);
	return {
		takenAt: now,
		startedAt,
		root: settings.root,
		home: settings.home,
		mode,
		store: {kind: store.kind, ...store.condition()},
		probing: {
			intervalMs: settings.probe.intervalMs,
			deep: settings.probe.deep,
			...(prober.sweep === undefined ? {} : {sweep: prober.sweep}),
			probesToday: today.count,
			spentTodayUsd: today.spentUsd,
			dailyBudgetUsd: settings.probe.dailyBudgetUsd,
		},
		notes: settings.notes,
		searched: settings.searched,
		keys,
		providers: [...byProvider].map(([name, views]) => providerView(name, views, scene)),
		models: listed.flatMap((name) => modelView(name, keys, scene) ?? []),
		alerts,
		events,
	};
}

/** Names in the configuration's order, then those asked for since the start. */
function listedModels({settings, dispatcher}: Scene): string[] {
	return [...new Set([...settings.listedModels, ...dispatcher.askedModels()])];
}

/** Picks per provider and per key over all models. */
type PickTotals = {readonly ofProvider: ReadonlyMap<string, number>; readonly ofKey: ReadonlyMap<string, number>};

function pickTotals({pools}: Scene): PickTotals {
	const ofProvider = new Map<string, number>();
	const ofKey = new Map<string, number>();
	for (const pool of pools.all()) {
		ofProvider.set(pool.entry.provider, (ofProvider.get(pool.entry.provider) ?? 0) + pool.picked);
		for (const [kid, count] of pool.picks) ofKey.set(kid, (ofKey.get(kid) ?? 0) + count);
	}
	return {ofProvider, ofKey};
}

function keyView(member: Member, scene: Scene, upstreams: readonly string[], picks: PickTotals): KeyView {
	const {roster, settings, now} = scene;
	const {key, vitals} = member;
	const standing = standingOf(member, roster, upstreams);
	const {bench} = standing;
	const account = roster.accountOf(member);
	const {size} = roster.ofAccount(member);
	const companions = size === 1 || bench === undefined ? [] : companionsOf(member, roster);
	const provider = settings.providers.get(key.provider);
	const words = explain({member, bench, provider, now, companions});
	const total = picks.ofProvider.get(key.provider) ?? 0;
	return {
		kid: key.kid,
		hash: key.hash,
		label: key.label,
		mask: key.mask,
		provider: key.provider,
		index: key.index,
		source: key.source,
		firstSeenAt: member.firstSeenAt,
		account: {
			name: account === ownAccount(key) ? key.label : account,
			from: key.account !== undefined ? 'configured' : member.learnedAccount === undefined ? 'own' : 'learned',
			size,
		},
		weight: key.weight,
		state: standing.state,
		trouble: standing.trouble,
		usable: standing.usable,
		...optional('onlyFor', standing.onlyFor),
		...words,
		...optional('until', bench === undefined || !blocks(bench) ? undefined : bench.until),
		blame: benchBlame(bench),
		proof: member.proof,
		grade: gradeOf(member.proof),
		...optional('restriction', member.restriction),
		forbiddenModels: forbiddenModels(member, roster, upstreams),
		...optional('balance', member.balance),
		...optional('headroom', headroomOf(member, now)),
		limits: limitViews(member),
		successes: vitals.successes,
		failures: vitals.failures,
		...optional('successRate', rateOf(vitals)),
		consecutiveFailures: vitals.consecutiveFailures,
		...optional('latencyMs', vitals.latencyMs),
		...optional('p95Ms', vitals.p95Ms()),
		usedThisMinute: member.minute.count(now),
		inFlight: member.inFlight,
		...(total === 0 ? {} : {share: (picks.ofKey.get(key.kid) ?? 0) / total}),
		day: vitals.day(now),
		...optional('lastCheck', member.lastEntry),
		...optional('lastError', member.lastErrorEntry),
	};
}

/** Share of what counted since the first start. */
function rateOf({successes, failures}: Member['vitals']): number | undefined {
	return successes + failures === 0 ? undefined : successes / (successes + failures);
}

/** A field only where there is something to say. */
function optional<Name extends string, Value>(
	name: Name,
	value: Value | undefined,
): {readonly [Field in Name]?: Value} {
	return (value === undefined ? {} : {[name]: value}) as {readonly [Field in Name]?: Value};
}

/** Labels of the other keys of its account: a few by name, the rest as a number. */
function companionsOf(member: Member, roster: Roster): string[] {
	const account = roster.ofAccount(member);
	const named: string[] = [];
	for (const other of account) {
		if (named.length === namedCompanions) break;
		if (other !== member) named.push(other.key.label);
	}
	const more = account.size - 1 - named.length;
	return more === 0 ? named : [...named, `${more} more`];
}

function forbiddenModels(member: Member, roster: Roster, upstreams: readonly string[]): string[] {
	return upstreams.filter((model) =>
		roster.benchesOn(member, model).some((bench) => bench.kind === 'forbidden' && bench.subject.level === 'key-model'),
	);
}

function limitViews(member: Member): LimitView[] {
	return [...member.limits.values()].map(({kind, model, limit, remaining, resetAt, at}) => ({
		kind,
		...optional('model', model),
		limit,
		...optional('remaining', remaining),
		...optional('resetAt', resetAt),
		at,
		from: 'header' as const,
	}));
}
