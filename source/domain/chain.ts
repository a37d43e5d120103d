import type {Catalogue, CatalogueEntry} from './catalogue.ts';

/** How many keys of a link's pool may be used for it now. */
export type Availability = {
	readonly usable: number;
	readonly keys: number;
	/** Epoch ms when the first resting key comes back. */
	readonly backAt?: number;
};

/** One link as people see it; JSON. */
export type ChainLink = Availability & {
	readonly model: string;
	readonly provider: string;
	readonly upstream: string;
	/** Why it would not serve: `no key for ollama`, `same as link 1`, `all 3 keys rest`. */
	readonly skipped?: string;
};

/**
 * The chain as it is written, the model itself first. Only the model's own chain counts, not
 * those of its links. Empty for an unknown model.
 */
export function chainOf(model: string, catalogue: Catalogue, chain?: readonly string[]): CatalogueEntry[] {
	const entry = catalogue.get(model);
	if (entry === undefined) return [];
	return [entry, ...(chain ?? entry.chain).flatMap((link) => catalogue.get(link) ?? [])];
}

/** The links in the order they are visited: each pool and upstream id once. `chain` stands in for the catalogue's. */
export function linksOf(model: string, catalogue: Catalogue, chain?: readonly string[]): CatalogueEntry[] {
	const links = chainOf(model, catalogue, chain);
	return links.filter((link, place) => firstLike(link, links) === place);
}

/** Each link with why it is skipped, and the place of the first that can serve; undefined when none can. */
export function liveLink(
	links: readonly CatalogueEntry[],
	availability: (entry: CatalogueEntry) => Availability,
): {readonly links: readonly ChainLink[]; readonly live: number | undefined} {
	const views = links.map((link, place): ChainLink => {
		const first = firstLike(link, links);
		const found = availability(link);
		const skipped = first === place ? reason(link, found) : `same as link ${first + 1}`;
		const {name: model, provider, upstream} = link;
		return {model, provider, upstream, ...found, ...(skipped === undefined ? {} : {skipped})};
	});
	const live = views.findIndex(({skipped}) => skipped === undefined);
	return {links: views, live: live === -1 ? undefined : live};
}

function firstLike({provider, upstream}: CatalogueEntry, links: readonly CatalogueEntry[]): number {
	return links.findIndex((link) => link.provider === provider && link.upstream === upstream);
}

function reason({provider}: CatalogueEntry, {usable, keys, backAt}: Availability): string | undefined {
	if (usable > 0) return undefined;
	if (keys === 0) return `no key for ${provider}`;
	const rests = backAt === undefined ? 'needs you' : 'rests';
	if (keys === 1) return `its only key ${rests}`;
	return backAt === undefined ? `all ${keys} keys need you` : `all ${keys} keys rest`;
}
