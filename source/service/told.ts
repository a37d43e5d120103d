import {type CallReport, wordsOf} from '../engine/call-report.ts';
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
	const clean = withoutKeys(text.replace(invisible, ''), keys);
	return clean.length <= longest ? clean : `${clean.slice(0, longest - 1).toWellFormed()}…`;
}

/** What a caller reports of its call, without the keys its vendor, or itself, put into it: before any of it is cut. */
export function reportWithoutKeys(report: CallReport, keys: Keys): CallReport {
	const {error, headers} = report;
	const words = typeof error === 'object' ? wordsOf(error) : error;
	const values = Object.entries(headers ?? {}).map(([name, value]) => [name, withoutKeys(value, keys)]);
	return {
		...report,
		...(words === undefined ? {} : {error: withoutKeys(words, keys)}),
		...(headers === undefined ? {} : {headers: Object.fromEntries(values)}),
	};
}

function withoutKeys(text: string, keys: Keys): string {
	if (text.length < shortest) return text;
	let clean = text;
	for (const {secret} of keys) {
		const key = secret.reveal();
		if (key.length >= shortest && clean.includes(key)) clean = clean.replaceAll(key, hidden);
	}
	return clean;
}
