import {gradeOf} from '../domain/proof.ts';
import type {Explanation} from './explained.ts';
import {explain} from './explanation.ts';
import {headroomOf} from './headroom.ts';
import type {EngineSettings} from './options.ts';
import {blocks} from './pools.ts';
import {type Member, ownAccount, type Roster} from './roster.ts';
import type {KeyView, LimitView} from './snapshot.ts';
import {benchBlame, type Standing, standingOf} from './standing.ts';

/** Where a key stands among the others. */
export type KeyPlace = {readonly settings: EngineSettings; readonly roster: Roster; readonly now: number};

/** Picks per provider and per key over all models. */
export type PickTotals = {
	readonly ofProvider: ReadonlyMap<string, number>;
	readonly ofKey: ReadonlyMap<string, number>;
};

/** Companions of an account that a sentence names. */
const namedCompanions = 3;

/** How a key stands, and that in words. `upstreams`: models of its provider that are listed. */
export function describeKey(
	member: Member,
	{settings, roster, now}: KeyPlace,
	upstreams: readonly string[],
): {readonly standing: Standing; readonly words: Explanation} {
	const standing = standingOf(member, roster, upstreams);
	const {bench} = standing;
	const companions = bench === undefined || roster.ofAccount(member).size === 1 ? [] : companionsOf(member, roster);
	const provider = settings.providers.get(member.key.provider);
	return {standing, words: explain({member, bench, provider, now, companions})};
}

/** One key as dashboards and reports show it. */
export function keyView(member: Member, place: KeyPlace, upstreams: readonly string[], picks: PickTotals): KeyView {
	const {roster, now} = place;
	const {key, vitals} = member;
	const {standing, words} = describeKey(member, place, upstreams);
	const {bench} = standing;
	const account = roster.accountOf(member);
	const {size} = roster.ofAccount(member);
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
		limits: [...limitViews(member), ...configuredLimits(member, place)],
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

/** Limits a person set for the key or for its vendor. */
function configuredLimits({key}: Member, {settings, now}: KeyPlace): LimitView[] {
	return [key.limits, settings.providerLimits.get(key.provider)].flatMap((limits) =>
		settingKinds.flatMap(([name, kind]): LimitView[] => {
			const limit = limits?.[name];
			return limit === undefined ? [] : [{kind, limit, at: now, from: 'configuration'}];
		}),
	);
}

const settingKinds = [
	['requestsPerMinute', 'requests-minute'],
	['tokensPerMinute', 'tokens-minute'],
	['requestsPerDay', 'requests-day'],
	['concurrency', 'concurrency'],
] as const;
