import type {Secret} from '../secret.ts';

const hidden = '[redacted]';
/** Shorter texts are no keys, and stand in every other word. */
const shortest = 8;

type Keys = readonly {readonly secret: Secret}[];

/** A text in which no key of the deck stands: what a caller sent in the wrong place is not repeated. */
export function withoutKeys(text: string, keys: Keys): string {
	let clean = text;
	for (const {secret} of keys) {
		const key = secret.reveal();
		if (key.length >= shortest && clean.includes(key)) clean = clean.replaceAll(key, hidden);
	}
	return clean;
}
