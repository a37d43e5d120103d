/** USD per million tokens. */
export type Price = {
	readonly input: number;
	readonly output: number;
	/** Absent = cached input costs like fresh input. */
	readonly cachedInput?: number;
};

/** One name that callers may ask for. */
export type CatalogueEntry = {
	/** Name callers use. */
	readonly name: string;
	readonly provider: string;
	/** Id sent to the vendor. */
	readonly upstream: string;
	/** The name's own model is gone; this living one serves it. */
	readonly aliasBecause?: string;
	/** Day (UTC, `2027-01-14`) the upstream model is shut down. */
	readonly retires?: string;
	readonly price?: Price;
	/** Names of the models to fall back to, in order, without this one. */
	readonly chain: readonly string[];
};

/** The built-in names with the user's on top; lookup is exact. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;
