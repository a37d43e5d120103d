import type {HistoryEntry} from '../source/domain/reading.ts';
import type {KeyView, ProviderView, Snapshot} from '../source/engine/snapshot.ts';
import {count, latency, moment, percent} from '../source/format.ts';
import {keySymbol, latencyTrend} from './key-rows.ts';
import {type Line, type Span, span} from './line.ts';
import type {Column, Item} from './table-layout.ts';
import type {Tone} from './theme.ts';

/** A vendor, followed by its keys. */
export type HealthRow =
	| {readonly kind: 'provider'; readonly provider: ProviderView}
	| {readonly kind: 'key'; readonly key: KeyView; readonly provider: ProviderView | undefined};

/** Row id of a vendor; keys have their kid, which never looks like this. */
function providerId(name: string): string {
	return `provider ${name}`;
}

export function healthItems(snapshot: Snapshot, filter: string): readonly Item<HealthRow>[] {
	const wanted = filter.toLowerCase();
	const pools = Map.groupBy(snapshot.keys, (key) => key.provider);
	return snapshot.providers.flatMap((provider) => {
		const keys = pools.get(provider.name) ?? [];
		const named = provider.name.toLowerCase().includes(wanted);
		const shown = named ? keys : keys.filter((key) => key.label.toLowerCase().includes(wanted));
		if (keys.length === 0 || (!named && shown.length === 0)) return [];
		return [
			{kind: 'row', id: providerId(provider.name), row: {kind: 'provider', provider}} as const,
			...shown.map((key) => ({kind: 'row', id: key.kid, row: {kind: 'key', key, provider}}) as const),
		];
	});
}

const conditions: Readonly<
	Record<ProviderView['condition'], {readonly words: string; readonly tone: Tone; readonly sign: string}>
> = {
	ok: {words: 'all serve', tone: 'good', sign: '✓'},
	reduced: {words: 'reduced', tone: 'warn', sign: '!'},
	'last-key': {words: 'last key', tone: 'warn', sign: '!'},
	dry: {words: 'DRY', tone: 'bad', sign: '✗'},
	down: {words: 'down', tone: 'bad', sign: '!'},
	unknown: {words: 'not asked', tone: 'quiet', sign: '?'},
};

export function healthSymbol(row: HealthRow): Span {
	if (row.kind === 'key') return keySymbol(row.key, row.provider);
	const {sign, tone} = conditions[row.provider.condition];
	return span(sign, tone);
}

/** The figures both kinds of row have. */
function measuredOf(row: HealthRow): ProviderView | KeyView {
	return row.kind === 'provider' ? row.provider : row.key;
}

function nameCell(row: HealthRow): Span {
	return row.kind === 'provider'
		? span(`${row.provider.name} ${row.provider.usable}/${row.provider.keys}`, 'plain', true)
		: span(` ${row.key.label}`);
}

function stateCell(row: HealthRow): Span {
	if (row.kind === 'provider') {
		const {words, tone} = conditions[row.provider.condition];
		return span(words, tone);
	}
	const tones: Readonly<Record<KeyView['trouble'], Tone>> = {
		'needs-you': 'bad',
		resting: 'rest',
		serving: 'good',
		unknown: 'quiet',
		off: 'quiet',
	};
	return span(row.key.word, tones[row.key.trouble]);
}

function figure(text: string): Span {
	return span(text, text === '-' || text === '0' ? 'quiet' : 'plain');
}

function rateCell(rate: number | undefined): Span {
	return span(percent(rate), rate === undefined ? 'quiet' : rate < 0.8 ? 'bad' : rate < 0.95 ? 'warn' : 'plain');
}

/** The vendor's last complaint: `03:12:30 throttled 429 rate_limit_exceeded`. */
function errorWords(entry: HistoryEntry | undefined, now: number): string {
	return entry === undefined ? '' : `${moment(entry.at, now)} ${entry.verdict} ${entry.evidence}`;
}

export function healthColumns(now: number): readonly Column<HealthRow>[] {
	const of = measuredOf;
	return [
		{id: 'name', title: 'VENDOR, KEY', width: 22, flex: 1, most: 36, cell: nameCell},
		{id: 'state', title: 'STATE', width: 10, cell: stateCell},
		{id: 'ok', title: 'OK', width: 5, align: 'right', from: 46, cell: (row) => figure(count(of(row).successes))},
		{id: 'failed', title: 'FAIL', width: 5, align: 'right', from: 52, cell: (row) => figure(count(of(row).failures))},
		{id: 'rate', title: 'OK%', width: 5, align: 'right', from: 58, cell: (row) => rateCell(of(row).successRate)},
		{
			id: 'average',
			title: 'AVG',
			width: 5,
			align: 'right',
			from: 64,
			cell: (row) => figure(latency(of(row).latencyMs)),
		},
		{id: 'p95', title: 'P95', width: 5, align: 'right', from: 70, cell: (row) => figure(latency(of(row).p95Ms))},
		{id: 'history', title: 'LATENCY 24H', width: 12, from: 79, cell: (row) => span(latencyTrend(of(row)), 'quiet')},
		{
			id: 'error',
			title: 'LAST ERROR',
			width: 20,
			flex: 3,
			from: 101,
			cell: (row) => span(errorWords(of(row).lastError, now), 'quiet'),
		},
	];
}

/** Last error of the marked row, for screens too narrow for its column. */
export function healthFootLine(row: HealthRow, now: number): Line {
	const words = errorWords(measuredOf(row).lastError, now);
	if (row.kind === 'provider' && row.provider.breaker !== undefined) {
		const {state, until, why} = row.provider.breaker;
		return [span(' BREAKER ', 'title', true), span(`${state} until ${moment(until, now)}: ${why}`, 'warn')];
	}
	return [span(' LAST ERROR ', 'title', true), span(words === '' ? 'none' : words, words === '' ? 'quiet' : 'plain')];
}
