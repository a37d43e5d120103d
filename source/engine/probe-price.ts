import type {Catalogue, CatalogueEntry} from '../domain/catalogue.ts';
import {priceOf} from '../domain/models.ts';
import type {Reading} from '../domain/reading.ts';

/** What a one-token probe uses at most. */
const mostUsed = {inputTokens: 20, outputTokens: 16, cachedInputTokens: 0};

/** The most a one-token probe can cost, USD; undefined when the price is not known. */
export function probePrice(catalogue: Catalogue, provider: string, upstream: string | undefined): number | undefined {
	const entry = entryOf(catalogue, provider, upstream);
	return entry === undefined ? undefined : priceOf(entry, mostUsed);
}

/** What a one-token probe has cost, USD: as the vendor stated it, else by the price; 0 when it was refused. */
export function probeCost(catalogue: Catalogue, provider: string, upstream: string, reading: Reading): number {
	const {usage, verdict} = reading;
	if (verdict.kind !== 'ok') return 0;
	if (usage?.costUsd !== undefined) return usage.costUsd;
	const entry = entryOf(catalogue, provider, upstream);
	return entry === undefined ? 0 : (priceOf(entry, usage ?? mostUsed) ?? 0);
}

function entryOf(catalogue: Catalogue, provider: string, upstream: string | undefined): CatalogueEntry | undefined {
	for (const entry of catalogue.values()) {
		if (entry.provider === provider && entry.upstream === upstream) return entry;
	}
	return undefined;
}
