import type {CatalogueEntry} from '../domain/catalogue.ts';
import {retirementWarning} from '../domain/models.ts';

const dayMs = 86_400_000;

/** What is said with a grant: that another link serves, that the name is an alias or retires soon. */
export class GrantWarnings {
	/** What is said of a retirement changes once a day. */
	readonly #retirements = new WeakMap<CatalogueEntry, {readonly day: number; readonly text: string | undefined}>();

	/** `place`: of the link in the chain of the model that was asked for. */
	of(entry: CatalogueEntry, {place, asked, now}: {place: number; asked: string; now: number}): string | undefined {
		const retirement = this.#retirement(entry, now);
		if (place === 0) return retirement;
		const fallback = `${asked} cannot serve now: ${entry.name} of its chain does`;
		return retirement === undefined ? fallback : `${fallback}; ${retirement}`;
	}

	#retirement(entry: CatalogueEntry, now: number): string | undefined {
		const day = Math.floor(now / dayMs);
		const known = this.#retirements.get(entry);
		if (known?.day === day) return known.text;
		const text = retirementWarning(entry, now);
		this.#retirements.set(entry, {day, text});
		return text;
	}
}
