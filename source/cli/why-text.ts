import {keySymbol} from '../../components/key-rows.ts';
import type {KeyHistory, WhyAnswer} from '../engine/deck.ts';
import type {KeyView, LimitView} from '../engine/snapshot.ts';
import {clean, clockTime, duration, latency, moment, money, percent, wrap} from '../format.ts';
import {headroomOf, provenOf, stateOf} from './key-words.ts';
import type {Output} from './output.ts';
import {textTable} from './text-table.ts';

/** Who would serve a model now, and why not the others. */
export function modelLines(answer: WhyAnswer, now: number, output: Output): readonly string[] {
	const {pick} = answer;
	const served = pick === null || pick.servedBy === answer.model ? '' : ` (by ${clean(pick.servedBy)})`;
	const head =
		pick === null
			? `${output.tone('bad', '✗')} ${clean(answer.model)}: no key can serve now`
			: `${output.tone('good', '●')} ${clean(answer.model)}${served}: ${clean(pick.label)} ${clean(pick.mask)}, ${clean(pick.why)}`;
	if (answer.skipped.length === 0) return [head];
	// Of a chain the same key may be passed over for one link after the other.
	const along = answer.skipped.some(({model}) => model !== answer.model);
	const table = textTable(
		[{title: 'NOT NOW'}, ...(along ? [{title: 'FOR'}] : []), {title: 'BACK IN', align: 'right'}, {title: 'WHY'}],
		answer.skipped.map(({label, model, reason, until}) => {
			const backIn = until === undefined ? '-' : duration(until - now);
			return [label, ...(along ? [model] : []), backIn, reason];
		}),
		output,
	);
	return [head, '', ...table];
}

/** One key: why it is as it is, until when, what to do, and its last answers. */
export function keyLines(key: KeyView, history: KeyHistory, now: number, output: Output): readonly string[] {
	const sign = keySymbol(key, undefined);
	const facts: readonly (readonly [string, string | undefined])[] = [
		['WHY', key.why],
		['UNTIL', untilOf(key, now)],
		['BLAME', key.blame === 'nobody' ? undefined : key.blame],
		['DO', key.advice],
		['NEXT', key.next],
		['KEY', `${key.mask}  ${key.hash}  key ${key.index} of ${key.provider}, account ${key.account.name}`],
		['PROOF', provenOf(key, now)],
		['LIMIT', [headroomOf(key), ...key.limits.map(limitOf)].join('; ')],
		[
			'SINCE',
			`${key.successes} ok, ${key.failures} failed, ${percent(key.successRate)}, ttfb ${latency(key.latencyMs)}`,
		],
		['NOTE', key.restriction],
	];
	const room = (output.columns ?? 100) - 7;
	const head = `${output.tone(sign.tone, `${sign.text} ${clean(key.label)} ${stateOf(key, now)}`)}`;
	const told = facts.flatMap(([title, text]) =>
		text === undefined || text === ''
			? []
			: wrap(text, room).map((line, place) => `${output.tone('title', (place === 0 ? title : '').padEnd(6))} ${line}`),
	);
	return [head, ...told, ...historyLines(history, now, output)];
}

function untilOf(key: KeyView, now: number): string | undefined {
	if (key.until === undefined) return undefined;
	const rule = key.untilRule === undefined ? '' : `, ${key.untilRule}`;
	return `${moment(key.until, now)}, in ${duration(key.until - now)}${rule}`;
}

function limitOf(limit: LimitView): string {
	const model = limit.model === undefined ? '' : ` for ${limit.model}`;
	const left = limit.remaining === undefined ? '' : `${limit.remaining} left of `;
	return `${limit.kind}${model}: ${left}${limit.limit} (${limit.from} of ${clockTime(limit.at)})`;
}

function historyLines({entries, more}: KeyHistory, now: number, output: Output): readonly string[] {
	if (entries.length === 0) return [];
	const table = textTable(
		[
			{title: 'AT'},
			{title: 'BY'},
			{title: 'VERDICT'},
			{title: 'MODEL', drop: 2},
			{title: 'TTFB', align: 'right'},
			{title: 'COST', drop: 3},
			{title: 'EVIDENCE'},
		],
		entries.map((entry) => [
			moment(entry.at, now),
			entry.from,
			{text: entry.verdict, tone: entry.counted === 'failure' ? 'bad' : 'plain'},
			entry.model ?? '-',
			latency(entry.firstByteMs ?? entry.latencyMs),
			money(entry.costUsd),
			[entry.evidence, entry.effect].filter((part) => part !== undefined).join(' · '),
		]),
		output,
	);
	return ['', ...table, ...(more > 0 ? [`${more} more`] : [])];
}
