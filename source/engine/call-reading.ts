import type {CatalogueEntry} from '../domain/catalogue.ts';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Reading} from '../domain/reading.ts';
import type {Provider} from '../providers/provider.ts';

/** What a vendor's answer to an agent's call means; `usage` where the answer does not tell it. */
export function readingOf(
	provider: Provider,
	{upstream}: CatalogueEntry,
	outcome: Outcome,
	usage: Usage | undefined,
): Reading {
	const read = provider.read(outcome, {by: 'call', model: upstream, request: `call ${upstream}`});
	return usage === undefined ? read : {...read, usage};
}
