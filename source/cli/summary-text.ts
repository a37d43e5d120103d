import type {Snapshot, Trouble} from '../engine/snapshot.ts';
import {age, clean, latency, percent, plural} from '../format.ts';
import {poolOf, severityTone, tally} from './key-words.ts';
import type {Output} from './output.ts';
import {textTable} from './text-table.ts';

/** The health summary for people: the pools, then the alerts that fire. */
export function summaryLines(snapshot: Snapshot, output: Pick<Output, 'columns' | 'tone'>): readonly string[] {
	const now = snapshot.takenAt;
	const firing = snapshot.alerts.filter(({state}) => state === 'firing');
	const pools = snapshot.providers.filter(({keys}) => keys > 0);
	const table = textTable(
		[
			{title: ''},
			{title: 'PROVIDER'},
			{title: 'KEYS'},
			{title: 'OK', align: 'right', drop: 2},
			{title: 'FAILED', align: 'right', drop: 2},
			{title: 'OK%', align: 'right'},
			{title: 'TTFB', align: 'right'},
			{title: 'P95', align: 'right', drop: 1},
		],
		pools.map((provider) => {
			const {sign, text, tone} = poolOf(provider, now);
			const figures = [String(provider.successes), String(provider.failures), percent(provider.successRate)];
			const times = [latency(provider.latencyMs), latency(provider.p95Ms)];
			return [{text: sign, tone}, provider.name, {text, tone}, ...figures, ...times];
		}),
		output,
	);
	const alerts = firing.map(({severity, message, advice, since}) => {
		const head = output.tone(severityTone(severity), severity.padEnd(8));
		return `${head}  ${age(now - since).padStart(4)}  ${clean(message).replace(/\.$/, '')}. ${clean(advice)}`;
	});
	return [
		tally(snapshot),
		...(pools.length === 0 ? [] : ['', ...table]),
		'',
		...(alerts.length === 0 ? ['no alert fires'] : [`${plural(alerts.length, 'alert')}:`, ...alerts]),
	];
}

const lineSigns: readonly (readonly [Trouble, string])[] = [
	['needs-you', '✗'],
	['resting', '◷'],
	['serving', '●'],
	['unknown', '?'],
];

/** The summary in one line for a status bar, without colour: `keydeck ✗2 ◷2 ●11 openai 0/3 dry, back in 1m16s`. */
export function summaryLine(snapshot: Snapshot): string {
	const signs = lineSigns.flatMap(([trouble, sign]) => {
		const number = snapshot.keys.filter((key) => key.trouble === trouble).length;
		return number > 0 ? [`${sign}${number}`] : [];
	});
	const bad = snapshot.providers
		.filter(({keys, condition}) => keys > 0 && ['dry', 'down', 'last-key'].includes(condition))
		.map((provider) => `${provider.name} ${poolOf(provider, snapshot.takenAt).text}`);
	const parts = [...(signs.length === 0 ? ['no keys'] : signs), ...(bad.length === 0 ? [] : [bad.join(', ')])];
	return clean(['keydeck', ...parts].join(' '));
}
