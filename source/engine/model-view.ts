import type {CatalogueEntry} from '../domain/catalogue.ts';
import {chainOf, liveLink} from '../domain/chain.ts';
import {retirementWarning} from '../domain/models.ts';
import type {Scene} from './picture.ts';
import {blocks} from './pools.ts';
import type {KeyShare, KeyView, ModelView} from './snapshot.ts';

/** One model: its strategy, its chain with the link that serves now, and who carries the load. Undefined for an unknown name. */
export function modelView(name: string, keys: readonly KeyView[], scene: Scene): ModelView | undefined {
	const {settings, dispatcher, now} = scene;
	const entry = settings.catalogue.get(name);
	if (entry === undefined) return undefined;
	const pool = dispatcher.pool(entry);
	const {links: chain, live} = liveLink(chainOf(name, settings.catalogue), (link) => availability(link, scene));
	const warning = retirementWarning(entry, now);
	const own = keys.filter((key) => key.provider === entry.provider);
	return {
		name,
		provider: entry.provider,
		upstream: entry.upstream,
		...(warning === undefined ? {} : {warning}),
		strategy: pool.strategy.name,
		keys: own.length,
		usable: chain[0]?.usable ?? 0,
		chain,
		...(live === undefined ? {} : {liveLink: live}),
		picks: pool.picked,
		shares: own.map((key) => keyShare(key, pool.picks.get(key.kid) ?? 0, pool.picked)),
		lastPicks: dispatcher.lastPicks(name),
	};
}

function keyShare(key: KeyView, picks: number, total: number): KeyShare {
	return {
		kid: key.kid,
		label: key.label,
		index: key.index,
		usable: key.usable,
		picks,
		...(total === 0 ? {} : {share: picks / total}),
		usedThisMinute: key.usedThisMinute,
		...(key.successRate === undefined ? {} : {successRate: key.successRate}),
		...(key.latencyMs === undefined ? {} : {latencyMs: key.latencyMs}),
	};
}

/** How many keys of a link's pool may be used for its model now, and when the first comes back. */
function availability(
	{provider, upstream}: CatalogueEntry,
	{roster}: Scene,
): {usable: number; keys: number; backAt?: number} {
	const members = roster.ofProvider(provider);
	let usable = 0;
	let backAt = Number.POSITIVE_INFINITY;
	for (const member of members) {
		const blocking = roster.benchesOn(member, upstream).filter(blocks);
		if (blocking.length === 0) usable += 1;
		else backAt = Math.min(backAt, Math.max(...blocking.map((bench) => bench.until ?? Number.POSITIVE_INFINITY)));
	}
	return {usable, keys: members.length, ...(Number.isFinite(backAt) ? {backAt} : {})};
}
