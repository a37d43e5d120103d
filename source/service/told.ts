import type {Secret} from '../secret.ts';

const hidden = '[redacted]';
/** Shorter texts are no keys, and stand in every other word. */
const shortest = 8;

/** Longest sentence told of an error, characters. */
const longest = 300;
/** Control, direction and other characters that show nothing, and halves of pairs. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

type Keys = readonly {readonly secret: Secret}[];

/** A sentence that may repeat what a caller sent, fit to be told: short, readable, and with no key of the deck in it. */
export function fitToTell(text: string, keys: Keys): string {
	let clean = text.replace(invisible, '');
	for (const {secret} of keys) {
		const key = secret.reveal();
		if (key.length >= shortest && clean.includes(key)) clean = clean.replaceAll(key, hidden);
	}
	return clean.length <= longest ? clean : `${clean.slice(0, longest - 1).toWellFormed()}…`;
}
