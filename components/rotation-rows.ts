import type {KeyShare, LinkView, ModelView, PickView, Snapshot} from '../source/engine/snapshot.ts';
import {bar, count, duration, latency, moment, percent, wrap} from '../source/format.ts';
import {emptyLine, type Line, type Span, span} from './line.ts';
import {liveModel} from './reason-lines.ts';
import {type Column, headLine, type Item, layoutColumns, rowLine} from './table-layout.ts';

/** Models with a pool, as the snapshot orders them; the filter looks at names, vendors and strategies. */
export function modelItems(snapshot: Snapshot, filter: string): readonly Item<ModelView>[] {
	const wanted = filter.toLowerCase();
	return snapshot.models
		.filter((model) =>
			`${model.name} ${model.provider} ${model.upstream} ${model.strategy}`.toLowerCase().includes(wanted),
		)
		.map((model) => ({kind: 'row', id: model.name, row: model}));
}

/** Whether the model serves itself, is served by a later link, or by none. */
export function modelSymbol(model: ModelView): Span {
	if (model.liveLink === undefined) return span('✗', 'bad');
	return model.liveLink === 0 ? span('✓', 'good') : span('!', 'warn');
}

function servedWords(model: ModelView): Span {
	const live = liveModel(model);
	if (live === undefined) return span('nobody', 'bad');
	return model.liveLink === 0 ? span('itself', 'good') : span(`→ ${live}`, 'warn');
}

function modelRate(model: ModelView): number | undefined {
	const measured = model.shares.filter((share) => share.successRate !== undefined);
	const weight = (share: KeyShare): number => Math.max(1, share.picks);
	const total = measured.reduce((sum, share) => sum + weight(share), 0);
	if (total === 0) return undefined;
	return measured.reduce((sum, share) => sum + (share.successRate ?? 0) * weight(share), 0) / total;
}

function modelLatency(model: ModelView): number | undefined {
	const measured = model.shares.map((share) => share.latencyMs).filter((ms) => ms !== undefined);
	return measured.length === 0 ? undefined : measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
}

function figure(text: string): Span {
	return span(text, text === '-' ? 'quiet' : 'plain');
}

export function modelColumns(): readonly Column<ModelView>[] {
	return [
		{id: 'model', title: 'MODEL', width: 18, flex: 2, most: 32, cell: (model) => span(model.name)},
		{id: 'strategy', title: 'STRATEGY', width: 12, cell: (model) => span(model.strategy)},
		{
			id: 'keys',
			title: 'KEYS',
			width: 5,
			align: 'right',
			from: 60,
			cell: (model) => span(`${model.usable}/${model.keys}`, model.usable === 0 ? 'bad' : 'plain'),
		},
		{id: 'served', title: 'SERVED BY', width: 18, flex: 2, most: 36, from: 60, cell: servedWords},
		{id: 'picks', title: 'PICKS', width: 6, align: 'right', cell: (model) => figure(count(model.picks))},
		{id: 'rate', title: 'OK%', width: 5, align: 'right', from: 70, cell: (model) => figure(percent(modelRate(model)))},
		{
			id: 'ttfb',
			title: 'TTFB',
			width: 5,
			align: 'right',
			from: 76,
			cell: (model) => figure(latency(modelLatency(model))),
		},
	];
}

const shareColumns: readonly Column<KeyShare>[] = [
	{id: 'key', title: 'KEY', width: 20, flex: 1, most: 36, cell: (share) => span(share.label)},
	{
		id: 'share',
		title: 'SHARE',
		width: 13,
		cell: (share) =>
			share.share === undefined ? span('-', 'quiet') : span(`${bar(share.share, 8)} ${percent(share.share)}`),
	},
	{id: 'picks', title: 'PICKS', width: 6, align: 'right', from: 46, cell: (share) => figure(count(share.picks))},
	{
		id: 'minute',
		title: 'LAST MIN',
		width: 8,
		align: 'right',
		from: 56,
		cell: (share) => figure(count(share.usedThisMinute)),
	},
	{id: 'rate', title: 'OK%', width: 5, align: 'right', from: 62, cell: (share) => figure(percent(share.successRate))},
	{id: 'ttfb', title: 'TTFB', width: 6, align: 'right', from: 70, cell: (share) => figure(latency(share.latencyMs))},
];

/** The marked model in full: alias, chain with its live link, keys with their shares, last picks. */
export function modelLines(model: ModelView, now: number, cells: number): readonly Line[] {
	const alias = model.upstream === model.name ? '' : ` → ${model.upstream}`;
	const warning = wrap(model.warning ?? '', cells - 2).map((line): Line => [span(` ${line}`, 'warn')]);
	return [
		[span(` ${model.name}`, 'plain', true), span(alias, 'quiet')],
		...warning,
		...model.chain.map((link, place) => linkLine(link, place, model.liveLink === place, now)),
		emptyLine,
		...trafficLines(model, now, cells),
	];
}

function linkLine(link: LinkView, place: number, live: boolean, now: number): Line {
	const state = live
		? 'serves now'
		: [link.skipped ?? '', link.backAt === undefined ? '' : `back in ${duration(link.backAt - now)}`]
				.filter(Boolean)
				.join(', ');
	return [
		span(live ? ' ▸' : '  ', 'good'),
		span(`${place + 1} `, 'quiet'),
		span(link.model, live ? 'good' : 'plain', live),
		span(`  ${link.provider} ${link.usable}/${link.keys}`, 'quiet'),
		span(state === '' ? '' : `  ${state}`, live ? 'good' : 'rest'),
	];
}

function trafficLines(model: ModelView, now: number, cells: number): readonly Line[] {
	const placed = layoutColumns(shareColumns, cells);
	const shares = model.shares.map((share) =>
		rowLine(placed, share, {
			total: cells,
			marked: false,
			symbol:
				share.usable === true ? span('●', 'good') : share.usable === false ? span('◷', 'rest') : span('?', 'quiet'),
		}),
	);
	const keys = shares.length === 0 ? [] : [headLine(placed, cells), ...shares];
	if (model.picks === 0) {
		return [
			[
				span(` No traffic yet: nobody has asked for ${model.name}. `, 'quiet'),
				span('r', 'accent', true),
				span(' shows what it would pick.', 'quiet'),
			],
			...keys,
		];
	}
	return [...keys, [span(' LAST PICKS', 'title', true)], ...model.lastPicks.map((pick) => pickLine(pick, model, now))];
}

/** ` 03:12:30  CLAUDE_API_KEY  in turn` and the model that served, when another did. */
export function pickLine(pick: PickView, model: ModelView, now: number): Line {
	const by = pick.servedBy === model.name ? '' : `  by ${pick.servedBy}`;
	return [
		span(` ${moment(pick.at, now)}  `, 'quiet'),
		span(pick.label),
		span(by, 'warn'),
		span(`  ${pick.why}`, 'quiet'),
	];
}
