import type {KeyView, ProviderView, Snapshot, Trouble} from '../../engine/snapshot.ts';
import {age, clean, duration, latency, moment, money, percent} from '../../format.ts';
import {keySign, type Sign, type Tone} from './signs.ts';

export type SortId = 'trouble' | 'key' | 'provider' | 'state' | 'until' | 'rate' | 'latency' | 'proof' | 'use';

/** How the table is ordered and narrowed. */
export type KeyOrder = {readonly sort: SortId; readonly reversed: boolean; readonly filter: string};

/** One key in words: a row changes only when one of these does. */
export type KeyRow = {
	readonly kid: string;
	readonly label: string;
	readonly title: string;
	readonly provider: string;
	readonly shape: Sign['shape'];
	readonly tone: Tone;
	readonly state: string;
	readonly why: string;
	readonly advice: string;
	/** Time left, and the time of day it ends. */
	readonly left: string;
	readonly until: string;
	readonly rate: string;
	readonly rateTone: Tone;
	readonly latency: string;
	readonly latencyTone: Tone;
	readonly proof: string;
	readonly proofTone: Tone;
	readonly use: string;
	readonly useDetail: string;
};

export type KeyGroup = {
	/** Absent where rows are sorted by a column. */
	readonly trouble?: Trouble;
	readonly title: string;
	readonly rows: readonly KeyRow[];
};

export const groupTitles: readonly {readonly trouble: Trouble; readonly title: string}[] = [
	{trouble: 'needs-you', title: 'Needs you'},
	{trouble: 'resting', title: 'Resting'},
	{trouble: 'serving', title: 'Serving'},
	{trouble: 'unknown', title: 'Unknown'},
	{trouble: 'off', title: 'Off'},
];

const rank: Readonly<Record<Trouble, number>> = {'needs-you': 0, resting: 1, serving: 2, unknown: 3, off: 4};

/** A click on a column sorts it so that what is worth looking at stands on top; the next reverses, a third undoes. */
export function nextOrder(order: KeyOrder, sort: SortId): KeyOrder {
	if (order.sort !== sort) return {...order, sort, reversed: false};
	return order.reversed ? {...order, sort: 'trouble', reversed: false} : {...order, reversed: true};
}

/** Keys in groups, trouble first, or in one list sorted by a column. */
export function keyGroups(snapshot: Snapshot, order: KeyOrder, now: number): readonly KeyGroup[] {
	const providers = new Map(snapshot.providers.map((provider) => [provider.name, provider]));
	const {intervalMs} = snapshot.probing;
	const row = (key: KeyView): KeyRow => keyRow(key, {now, intervalMs, provider: providers.get(key.provider)});
	const keys = filterKeys(snapshot.keys, order.filter);
	if (order.sort !== 'trouble') return [{title: '', rows: sortKeys(keys, order).map(row)}];
	return groupTitles.flatMap(({trouble, title}) => {
		const rows = keys.filter((key) => key.trouble === trouble).map(row);
		return rows.length === 0 ? [] : [{trouble, title, rows}];
	});
}

/** Keys in which every word of the filter is found somewhere. */
export function filterKeys(keys: readonly KeyView[], filter: string): readonly KeyView[] {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return keys;
	return keys.filter((key) => {
		const text = [key.label, key.provider, key.account.name, key.word, key.trouble, key.mask, key.hash, key.summary]
			.join(' ')
			.toLowerCase();
		return words.every((word) => text.includes(word));
	});
}

/** What is not known stands last, whichever way round. */
export function sortKeys(keys: readonly KeyView[], {sort, reversed}: KeyOrder): readonly KeyView[] {
	const value = sortValues[sort];
	const way = reversed ? -1 : 1;
	return keys.toSorted((a, b) => {
		const [left, right] = [value(a), value(b)];
		if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
		return way * (left < right ? -1 : left > right ? 1 : 0);
	});
}

/** Columns whose large values are the ones to look at. */
export const largestFirst: readonly SortId[] = ['latency', 'use'];

const sortValues: Readonly<Record<SortId, (key: KeyView) => number | string | undefined>> = {
	trouble: (key) => rank[key.trouble],
	key: (key) => key.label,
	provider: (key) => `${key.provider} ${String(key.index).padStart(6, '0')}`,
	state: (key) => `${rank[key.trouble]} ${key.word}`,
	until: (key) => key.until,
	rate: (key) => key.successRate,
	latency: (key) => (key.latencyMs === undefined ? undefined : -key.latencyMs),
	proof: provenAt,
	use: (key) => -key.usedThisMinute,
};

function provenAt(key: KeyView): number | undefined {
	return key.proof.callAt ?? key.proof.moneyAt ?? key.proof.keyAt;
}

const calmWords: readonly string[] = ['ok', 'key valid'];
const slowMs = 5000;

/** One key in words. */
export function keyRow(
	key: KeyView,
	scene: {readonly now: number; readonly intervalMs: number; readonly provider: ProviderView | undefined},
): KeyRow {
	const {now, intervalMs, provider} = scene;
	const sign = keySign(key, provider);
	const calm = key.trouble === 'serving' && calmWords.includes(key.word);
	const warned = key.trouble === 'serving' && !calm;
	const proven = provenAt(key);
	return {
		kid: key.kid,
		label: clean(key.label),
		title: clean(`${key.label} · ${key.mask} · ${sourceWords(key)}\naccount ${key.account.name}`),
		provider: key.account.from === 'own' ? key.provider : clean(`${key.provider} · ${key.account.name}`),
		shape: sign.shape,
		tone: warned ? 'warn' : sign.tone,
		state: clean(key.word),
		why: clean(calm ? companyOf(provider) : reasonOf(key)),
		advice: clean(calm ? roomOf(key) : key.advice),
		left: key.until === undefined ? '' : duration(key.until - now),
		until: key.until === undefined ? '' : moment(key.until, now),
		rate: percent(key.successRate),
		rateTone: rateTone(key.successRate),
		latency: latency(key.latencyMs),
		latencyTone: key.latencyMs === undefined ? 'quiet' : key.latencyMs > slowMs ? 'warn' : 'plain',
		proof: proven === undefined ? '-' : `${key.grade} ${proofAge(now - proven)}`,
		proofTone: proven === undefined || now - proven > 3 * intervalMs ? 'quiet' : 'plain',
		use: key.usedThisMinute === 0 ? '-' : `${key.usedThisMinute}/min`,
		useDetail: key.share === undefined ? '' : `${percent(key.share)} share`,
	};
}

/** In steps of five seconds: five hundred rows that all count seconds are a flicker, not news. */
function proofAge(ms: number): string {
	return ms < 5000 ? 'now' : age(Math.floor(ms / 5000) * 5000);
}

/** The long form is in the detail; a row has room for one line. */
function reasonOf(key: KeyView): string {
	const reason = key.summary === '' ? newsIn(key.why) : key.summary;
	return key.onlyFor === undefined || reason.includes(key.onlyFor) ? reason : `${key.onlyFor}: ${reason}`;
}

/** `It answered well at 03:12:40. But it is slow` is news from its second sentence on. */
function newsIn(why: string): string {
	const news = why.replace(/^It answered well at [\w: ]+\. (?:But )?(?=\S)/, '');
	return `${news.slice(0, 1).toUpperCase()}${news.slice(1)}`;
}

/** A healthy key may stand alone, or before a vendor that is down. */
function companyOf(provider: ProviderView | undefined): string {
	if (provider?.condition === 'last-key') return `The last key ${provider.name} can use`;
	return provider?.condition === 'down' ? `${provider.name} itself is down` : '';
}

/** A healthy row spends its width on numbers. */
function roomOf(key: KeyView): string {
	if (key.headroom !== undefined) return `${percent(key.headroom)} of its tightest limit left`;
	return key.balance === undefined ? '' : `${money(key.balance.amount, key.balance.currency)} left`;
}

function rateTone(rate: number | undefined): Tone {
	if (rate === undefined) return 'quiet';
	return rate < 0.8 ? 'bad' : rate < 0.95 ? 'warn' : 'plain';
}

/** Where a key was read from: `.env line 5`. */
export function sourceWords({source}: KeyView): string {
	const file = source.file?.split(/[/\\]/).at(-1) ?? source.kind.replace('-', ' ');
	return source.line === undefined ? file : `${file} line ${source.line}`;
}
