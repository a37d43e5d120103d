import type {Bench} from '../domain/bench.ts';
import type {KeySource} from '../domain/key.ts';
import type {Provider} from '../providers/provider.ts';
import type {Member} from './roster.ts';

/** A state in words: what a tired person needs at three in the morning. */
export type Explanation = {
	/** One or two words. */
	readonly word: string;
	/** One line; empty when all is well. */
	readonly summary: string;
	readonly why: string;
	readonly untilRule?: string;
	readonly advice: string;
	readonly next?: string;
};

/** What there is to know about the bench that decides a key's state, or about a key in service. */
export type Explained = {
	readonly member: Member;
	readonly bench: Bench | undefined;
	readonly provider: Provider | undefined;
	readonly now: number;
	/** Labels that rest together with it, itself left out. */
	readonly companions: readonly string[];
};

/** Where a key stands, for people: `.env line 6`, `shared/tokenpool.json`, `the environment`. */
export function placeOf({kind, file, line}: KeySource): string {
	if (kind === 'environment') return 'the environment';
	if (kind === 'demo') return 'the demo';
	const name = file?.split('/').at(-1) ?? kind;
	return line === undefined ? name : `${name} line ${line}`;
}

/** An address without its scheme, as people read it. */
export function page(url: string | undefined): string {
	return url === undefined ? "the vendor's console" : url.replace(/^https?:\/\//, '');
}
