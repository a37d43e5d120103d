import type {Problem} from '../errors.ts';
import builtIn from './catalogue.json' with {type: 'json'};
import type {Catalogue, CatalogueEntry, Price} from './catalogue.ts';
import {dayOf, dayText} from './day.ts';
import type {Usage} from './outcome.ts';

/** People have this many days to choose another model. */
const warnDaysAhead = 60;

/** What a user may say of a model; a part left out stays as the catalogue has it. */
export type UserModel = {
	readonly provider?: string;
	readonly upstream?: string;
	readonly chain?: readonly string[];
	readonly price?: Price | undefined;
};

/** Every name keydeck knows by itself. Prices and retirement days are those the vendors publish. */
export const builtInCatalogue: Catalogue = catalogueOf(builtIn as readonly CatalogueEntry[]);

/**
 * The user's models over the catalogue. A name changes its provider only when the user says so,
 * and then its upstream id is the name unless that is said too. What cannot be used is left
 * out and told as a problem: a new model without a provider, a link that no catalogue has.
 */
export function withModels(
	catalogue: Catalogue,
	userModels: ReadonlyMap<string, UserModel>,
): {readonly catalogue: Catalogue; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const tell = (path: string, rule: string, value?: string) =>
		problems.push({
			source: 'keydeck.config.json',
			path: `models.${path}`,
			rule,
			...(value === undefined ? {} : {value}),
		});
	const names = new Set([...catalogue.keys(), ...userModels.keys()]);
	const entries = new Map(catalogue);
	for (const [name, user] of userModels) {
		const entry = entryFor(name, user, catalogue.get(name));
		if (entry === undefined) {
			tell(`${name}.provider`, 'is needed for a model that is not built in');
			continue;
		}
		for (const link of entry.chain) if (!names.has(link)) tell(`${name}.chain`, 'names an unknown model', link);
		entries.set(name, {...entry, chain: entry.chain.filter((link) => link !== name && names.has(link))});
	}
	return {catalogue: catalogueOf([...entries.values()]), problems};
}

/** What a call costs, USD: as the vendor stated it, else by the price; undefined when neither is known. */
export function priceOf({price}: CatalogueEntry, usage: Usage): number | undefined {
	if (usage.costUsd !== undefined) return usage.costUsd;
	if (price === undefined) return undefined;
	const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens);
	const cached = usage.cachedInputTokens * (price.cachedInput ?? price.input);
	return (fresh * price.input + cached + usage.outputTokens * price.output) / 1e6;
}

/**
 * What a person should know about a name: that another model serves it, and that this one is
 * retired, or will be within 60 days. `gpt-4o retires on 14 Jan 2027 (in 53 days)`.
 */
export function retirementWarning(entry: CatalogueEntry, now: number): string | undefined {
	const texts = [entry.aliasBecause, retirement(entry, now)].filter((text) => text !== undefined);
	return texts.length === 0 ? undefined : texts.join('; ');
}

function retirement({upstream, retires}: CatalogueEntry, now: number): string | undefined {
	if (retires === undefined) return undefined;
	const days = dayOf(retires) - Math.floor(now / 86_400_000);
	if (days > warnDaysAhead) return undefined;
	if (days < 0) return `${upstream} was retired on ${dayText(retires)}: choose another model`;
	if (days === 0) return `${upstream} retires today`;
	return `${upstream} retires on ${dayText(retires)} (in ${days} ${days === 1 ? 'day' : 'days'})`;
}

function entryFor(name: string, user: UserModel, known: CatalogueEntry | undefined): CatalogueEntry | undefined {
	const provider = user.provider ?? known?.provider;
	if (provider === undefined) return undefined;
	const upstream = user.upstream ?? (known?.provider === provider ? known.upstream : name);
	const isSame = known?.provider === provider && known.upstream === upstream;
	return {
		...(isSame ? known : {name, provider, upstream}),
		...(user.price === undefined ? {} : {price: user.price}),
		chain: user.chain ?? known?.chain ?? [],
	};
}

/** By name. An alias costs and retires as the living model it stands for, which the list has once. */
function catalogueOf(entries: readonly CatalogueEntry[]): Catalogue {
	const living = new Map(
		entries.filter(({aliasBecause}) => aliasBecause === undefined).map((entry) => [servedAs(entry), entry]),
	);
	return new Map(
		entries.map((entry) => {
			const {price, retires} = living.get(servedAs(entry)) ?? entry;
			return [entry.name, {...(price && {price}), ...(retires && {retires}), ...entry}];
		}),
	);
}

function servedAs({provider, upstream}: CatalogueEntry): string {
	return `${provider} ${upstream}`;
}
