import type {KeyView, ProviderView, Snapshot, Trouble} from '../source/engine/snapshot.ts';
import {age, bar, duration, latency, money, percent, sparkline} from '../source/format.ts';
import {type Span, span} from './line.ts';
import type {Column, Item} from './table-layout.ts';
import type {Tone} from './theme.ts';

/** How the Keys pane is ordered and narrowed. */
export type KeyOrder = {
	/** Column id, or `trouble` for the groups. */
	readonly sort: string;
	readonly reversed: boolean;
	readonly filter: string;
	readonly onlyTrouble: boolean;
};

const groups: readonly {readonly trouble: Trouble; readonly title: string; readonly tone: Tone}[] = [
	{trouble: 'needs-you', title: 'NEEDS YOU', tone: 'bad'},
	{trouble: 'resting', title: 'RESTING', tone: 'rest'},
	{trouble: 'serving', title: 'SERVING', tone: 'good'},
	{trouble: 'unknown', title: 'UNKNOWN', tone: 'quiet'},
	{trouble: 'off', title: 'OFF', tone: 'quiet'},
];

/** Orders `o` goes through; the first groups by trouble. */
export const keySorts: readonly {readonly id: string; readonly title: string}[] = [
	{id: 'trouble', title: 'trouble first'},
	{id: 'key', title: 'key'},
	{id: 'state', title: 'state'},
	{id: 'headroom', title: 'headroom'},
	{id: 'rate', title: 'OK%'},
	{id: 'ttfb', title: 'TTFB'},
	{id: 'proven', title: 'proven'},
];

const rank: Readonly<Record<Trouble, number>> = {'needs-you': 0, resting: 1, serving: 2, unknown: 3, off: 4};

/** Keys as the pane lists them: in groups, trouble first, or in one list sorted by a column. */
export function keyItems(snapshot: Snapshot, order: KeyOrder): readonly Item<KeyView>[] {
	const wanted = order.filter.toLowerCase();
	const keys = snapshot.keys.filter(
		(key) =>
			(!order.onlyTrouble || key.trouble === 'needs-you' || key.trouble === 'resting') &&
			(wanted === '' || haystack(key).includes(wanted)),
	);
	if (order.sort !== 'trouble') {
		const compare = comparator(order.sort);
		const sorted = keys.toSorted(order.reversed ? (a, b) => compare(b, a) : compare);
		return sorted.map(rowItem);
	}
	const shown = order.reversed ? groups.toReversed() : groups;
	return shown.flatMap(({trouble, title, tone}) => {
		const members = keys.filter((key) => key.trouble === trouble);
		if (members.length === 0) return [];
		const line = [span(` ${title} `, tone, true), span(String(members.length), tone)];
		return [{kind: 'heading', line} as const, ...members.map(rowItem)];
	});
}

function rowItem(key: KeyView): Item<KeyView> {
	return {kind: 'row', id: key.kid, row: key};
}

function haystack(key: KeyView): string {
	return `${key.label} ${key.provider} ${key.account.name} ${key.word} ${key.mask} ${key.summary}`.toLowerCase();
}

/** What is not known sorts last. */
function comparator(sort: string): (a: KeyView, b: KeyView) => number {
	const numeric =
		(value: (key: KeyView) => number | undefined) =>
		(a: KeyView, b: KeyView): number =>
			(value(a) ?? Number.MAX_VALUE) - (value(b) ?? Number.MAX_VALUE);
	switch (sort) {
		case 'state':
			return (a, b) => rank[a.trouble] - rank[b.trouble] || (a.word < b.word ? -1 : a.word > b.word ? 1 : 0);
		case 'headroom':
			return numeric((key) => key.headroom);
		case 'rate':
			return numeric((key) => key.successRate);
		case 'ttfb':
			return numeric((key) => key.latencyMs);
		case 'proven':
			return numeric((key) => provenAt(key));
		default:
			return (a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
	}
}

function provenAt(key: KeyView): number | undefined {
	return key.proof.callAt ?? key.proof.moneyAt ?? key.proof.keyAt;
}

/** The sign beside a key; a sign is always there, colour only helps. */
export function keySymbol(key: KeyView, provider: ProviderView | undefined): Span {
	switch (key.trouble) {
		case 'needs-you':
			return span('✗', 'bad');
		case 'resting':
			return span('◷', 'rest');
		case 'off':
			return span('⊘', 'quiet');
		case 'unknown':
			return span('?', 'quiet');
		case 'serving':
			if (provider?.condition === 'last-key' || provider?.condition === 'down') return span('!', 'warn');
			return key.grade === 'call' ? span('●', 'good') : span('◐', 'good');
	}
}

/** A troubled row spends its width on the reason; a healthy one has none. */
export function keyReason(key: KeyView): Span | undefined {
	if (key.trouble === 'serving') return undefined;
	const text =
		key.onlyFor === undefined || key.summary.includes(key.onlyFor) ? key.summary : `${key.onlyFor}: ${key.summary}`;
	return span(text, key.trouble === 'needs-you' || key.trouble === 'resting' ? 'plain' : 'quiet');
}

const calmWords: readonly string[] = ['ok', 'key valid'];

/** One or two words, or the time left while it rests. */
function stateCell(key: KeyView, now: number): Span {
	switch (key.trouble) {
		case 'needs-you':
			return span(key.word, 'bad');
		case 'resting':
			return span(key.until === undefined ? key.word : duration(key.until - now), 'rest');
		case 'serving':
			return span(key.word, calmWords.includes(key.word) ? 'plain' : 'warn');
		default:
			return span(key.word, 'quiet');
	}
}

/** Share left, else credit left, else the plain fact that the vendor does not say. */
export function headroomCell(key: KeyView): Span {
	if (key.headroom !== undefined) {
		const tone: Tone = key.headroom < 0.1 ? 'warn' : 'plain';
		return span(`${bar(key.headroom, 8)} ${percent(key.headroom)}`, tone);
	}
	if (key.balance !== undefined) return span(`${money(key.balance.amount, key.balance.currency)} left`);
	return span(key.trouble === 'unknown' ? '-' : 'not told', 'quiet');
}

/** Grade and age of the best proof; quiet when older than three probe rounds. */
function provenCell(key: KeyView, now: number, intervalMs: number): Span {
	const at = provenAt(key);
	if (at === undefined) return span('-', 'quiet');
	const stale = now - at > 3 * intervalMs;
	return span(`${key.grade} ${age(now - at)}`, stale ? 'quiet' : 'plain');
}

/** A column of numbers; what was not measured is a quiet dash. */
function figures(
	column: Pick<Column<KeyView>, 'id' | 'title' | 'width'> & {readonly from: number},
	text: (key: KeyView) => string,
): Column<KeyView> {
	return {...column, align: 'right', cell: (key) => span(text(key), text(key) === '-' ? 'quiet' : 'plain')};
}

/** Columns of the Keys pane; those that need room come in beyond 100 columns. */
export function keyColumns(now: number, intervalMs: number): readonly Column<KeyView>[] {
	const account = (key: KeyView): Span => span(key.account.from === 'own' ? 'own' : key.account.name, 'quiet');
	return [
		{id: 'key', title: 'KEY', width: 20, flex: 2, most: 40, growsFrom: 101, cell: (key) => span(key.label)},
		{id: 'mask', title: 'MASK', width: 11, from: 101, cell: (key) => span(key.mask, 'quiet')},
		{id: 'account', title: 'ACCOUNT', width: 8, flex: 1, most: 24, from: 101, cell: account},
		{id: 'state', title: 'STATE', width: 10, cell: (key) => stateCell(key, now)},
		{id: 'headroom', title: 'HEADROOM', width: 13, from: 52, cell: headroomCell},
		figures({id: 'rate', title: 'OK%', width: 5, from: 58}, (key) => percent(key.successRate)),
		figures({id: 'ttfb', title: 'TTFB', width: 6, from: 65}, (key) => latency(key.latencyMs)),
		{id: 'space', title: '', width: 1, from: 76, cell: () => span('')},
		{id: 'proven', title: 'PROVEN', width: 10, from: 76, cell: (key) => provenCell(key, now, intervalMs)},
		figures({id: 'share', title: 'SHARE', width: 5, from: 101}, (key) => percent(key.share)),
		{id: 'trend', title: 'LATENCY 24H', width: 12, from: 116, cell: (key) => span(latencyTrend(key), 'quiet')},
	];
}

/** Latency of the last 24 hours in 12 cells, two hours each. */
export function latencyTrend(key: Pick<KeyView, 'day'>): string {
	const pairs = Array.from({length: 12}, (_, place) => {
		const both = [key.day[2 * place]?.latencyMs, key.day[2 * place + 1]?.latencyMs].filter((ms) => ms !== undefined);
		return both.length === 0 ? undefined : Math.max(...both);
	});
	return sparkline(pairs);
}
