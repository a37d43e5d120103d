import {keySymbol} from '../../components/key-rows.ts';
import {isoOrNull} from '../engine/reports.ts';
import type {KeyView, Snapshot} from '../engine/snapshot.ts';
import {clean, clockTime, day, latency, percent} from '../format.ts';
import type {DumpTable} from './dump.ts';
import {chainOf, headroomOf, provenOf, stateOf, tally, troubleFirst} from './key-words.ts';
import type {Output} from './output.ts';
import {textTable} from './text-table.ts';

/** The status of every key for people: trouble first, then the models and who serves them. */
export function reportLines(snapshot: Snapshot, output: Pick<Output, 'columns' | 'tone'>): readonly string[] {
	return [
		`${tally(snapshot)} · ${day(snapshot.takenAt)} ${clockTime(snapshot.takenAt)} · ${clean(snapshot.root)}`,
		'',
		...keyLines(snapshot, output),
		'',
		...modelLines(snapshot, output),
	];
}

function keyLines(snapshot: Snapshot, output: Pick<Output, 'columns' | 'tone'>): readonly string[] {
	if (snapshot.keys.length === 0) return [];
	const now = snapshot.takenAt;
	const providers = new Map(snapshot.providers.map((provider) => [provider.name, provider]));
	return textTable(
		[
			{title: ''},
			{title: 'KEY'},
			{title: 'PROVIDER', drop: 5},
			{title: 'MASK', drop: 6},
			{title: 'STATE'},
			{title: 'HEADROOM', drop: 2},
			{title: 'OK%', align: 'right', drop: 1},
			{title: 'TTFB', align: 'right', drop: 3},
			{title: 'USED/MIN', align: 'right', drop: 7},
			{title: 'PROVEN', drop: 4},
			{title: 'WHY'},
		],
		troubleFirst(snapshot.keys).map((key) => {
			const sign = keySymbol(key, providers.get(key.provider));
			return [
				sign,
				key.label,
				key.provider,
				{text: key.mask, tone: 'quiet'},
				{text: stateOf(key, now), tone: sign.tone},
				headroomOf(key),
				percent(key.successRate),
				latency(key.latencyMs),
				String(key.usedThisMinute),
				provenOf(key, now),
				key.summary,
			];
		}),
		output,
	);
}

function modelLines(snapshot: Snapshot, output: Pick<Output, 'columns' | 'tone'>): readonly string[] {
	return textTable(
		[{title: 'MODEL'}, {title: 'PROVIDER'}, {title: 'STRATEGY', drop: 1}, {title: 'CAN SERVE'}, {title: 'CHAIN'}],
		snapshot.models.map((model) => [
			model.name,
			model.provider,
			model.strategy,
			{text: `${model.usable}/${model.keys}`, tone: model.usable > 0 ? 'good' : 'quiet'},
			chainOf(model),
		]),
		output,
	);
}

/** One row per key with every figure of the report, for files. Rates from 0 to 1, latency in ms, times ISO UTC. */
export function keyDump(snapshot: Snapshot): DumpTable {
	return {
		head: [
			...['label', 'provider', 'index', 'mask', 'hash', 'account', 'health', 'state', 'why', 'until', 'advice'],
			...['proof', 'success_rate', 'latency_ms', 'used_last_minute', 'headroom', 'balance', 'currency'],
			...['last_check', 'models'],
		],
		rows: snapshot.keys.map((key) => [
			...[key.label, key.provider, key.index, key.mask, key.hash, key.account.name],
			...[key.usable ?? 'unknown', key.state.kind, key.why, isoOrNull(key.until), key.advice],
			...[key.grade, key.successRate, key.latencyMs, key.usedThisMinute, key.headroom],
			...[key.balance?.amount, key.balance?.currency, isoOrNull(key.lastCheck?.at), modelsOf(key, snapshot)],
		]),
	};
}

/** One row per model, for files. */
export function modelDump(snapshot: Snapshot): DumpTable {
	return {
		head: ['model', 'provider', 'upstream', 'strategy', 'keys', 'usable', 'chain', 'warning'],
		rows: snapshot.models.map((model) => [
			...[model.name, model.provider, model.upstream, model.strategy, model.keys, model.usable],
			...[chainOf(model), model.warning],
		]),
	};
}

function modelsOf(key: KeyView, snapshot: Snapshot): string {
	return snapshot.models
		.filter(({provider}) => provider === key.provider)
		.map(({name}) => name)
		.join(' ');
}
