import type {Severity} from '../../domain/alert.ts';
import type {ProviderView, Snapshot, Trouble} from '../../engine/snapshot.ts';
import {clean, clockTime, count, duration, latency, moment, money, percent} from '../../format.ts';
import {callsLastMinute, meanLatencyMs} from './live-series.ts';
import {conditionSigns, type Sign, type Tone} from './signs.ts';

/** One figure of the top row. */
export type Tile = {
	readonly id: string;
	readonly title: string;
	readonly figure: string;
	/** What the figure is out of: `/ 15`. */
	readonly of?: string;
	readonly detail: string;
	readonly tone: Tone;
};

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

export function tiles(snapshot: Snapshot, now: number): readonly Tile[] {
	const number = (trouble: Trouble): number => snapshot.keys.filter((key) => key.trouble === trouble).length;
	const total = snapshot.keys.length;
	const usable = snapshot.keys.filter((key) => key.usable === true).length;
	const [needing, resting, unknown, off] = [number('needs-you'), number('resting'), number('unknown'), number('off')];
	const rest = [unknown > 0 ? `${unknown} unknown` : '', off > 0 ? `${off} off` : ''].filter(Boolean).join(' · ');
	return [
		{
			id: 'serving',
			title: 'Can serve',
			figure: count(usable),
			of: `/ ${count(total)}`,
			detail: rest === '' ? 'keys usable now' : rest,
			tone: usable === 0 && total > 0 ? 'bad' : 'good',
		},
		{
			id: 'needing',
			title: needing === 1 ? 'Needs you' : 'Need you',
			figure: count(needing),
			detail: needing === 0 ? 'nothing to do' : 'wait for a person',
			tone: needing === 0 ? 'quiet' : 'bad',
		},
		{
			id: 'resting',
			title: 'Resting',
			figure: count(resting),
			detail: nextBack(snapshot, now),
			tone: resting === 0 ? 'quiet' : 'rest',
		},
		alertTile(snapshot),
		callTile(snapshot),
		probeTile(snapshot),
	];
}

function nextBack(snapshot: Snapshot, now: number): string {
	const backs = snapshot.keys.flatMap((key) => (key.trouble === 'resting' && key.until !== undefined ? key.until : []));
	if (backs.length === 0) return 'nobody waits';
	const next = Math.min(...backs);
	return `next back in ${duration(next - now)} · ${clockTime(next)}`;
}

function alertTile(snapshot: Snapshot): Tile {
	const firing = snapshot.alerts.filter((alert) => alert.state === 'firing');
	const parts = severities
		.map((severity) => ({severity, number: firing.filter((alert) => alert.severity === severity).length}))
		.filter(({number}) => number > 0);
	const grave = firing.some((alert) => alert.severity === 'critical' || alert.severity === 'high');
	return {
		id: 'alerts',
		title: firing.length === 1 ? 'Alert firing' : 'Alerts firing',
		figure: count(firing.length),
		detail: parts.length === 0 ? 'all quiet' : parts.map(({severity, number}) => `${number} ${severity}`).join(' · '),
		tone: firing.length === 0 ? 'quiet' : grave ? 'bad' : 'warn',
	};
}

function callTile(snapshot: Snapshot): Tile {
	const calls = callsLastMinute(snapshot);
	const mean = meanLatencyMs(snapshot);
	return {
		id: 'calls',
		title: 'Calls last minute',
		figure: count(calls),
		detail: mean === undefined ? 'nobody calls' : `${latency(mean)} to the first byte`,
		tone: calls === 0 ? 'quiet' : 'plain',
	};
}

function probeTile({probing}: Snapshot): Tile {
	const {probesToday, spentTodayUsd, dailyBudgetUsd, sweep} = probing;
	const cost = `${money(spentTodayUsd)} of ${money(dailyBudgetUsd)}`;
	const near = dailyBudgetUsd > 0 && spentTodayUsd >= 0.8 * dailyBudgetUsd;
	return {
		id: 'probes',
		title: 'Probes today',
		figure: count(probesToday),
		detail: sweep === undefined ? cost : `asking ${sweep.done} of ${sweep.total}`,
		tone: near ? 'warn' : 'plain',
	};
}

/** One vendor's pool in a few words. */
export type Pool = {
	readonly name: string;
	readonly title: string;
	readonly sign: Sign;
	readonly share: string;
	readonly words: string;
	readonly figures: string;
	readonly hint: string;
};

const conditionRank: Readonly<Record<ProviderView['condition'], number>> = {
	dry: 0,
	down: 1,
	'last-key': 2,
	reduced: 3,
	unknown: 4,
	ok: 5,
};

/** Vendors with keys, trouble first. */
export function pools(snapshot: Snapshot, now: number): readonly Pool[] {
	return snapshot.providers
		.filter((provider) => provider.keys > 0)
		.toSorted((a, b) => conditionRank[a.condition] - conditionRank[b.condition])
		.map((provider) => ({
			name: provider.name,
			title: clean(provider.title),
			sign: conditionSigns[provider.condition],
			share: `${provider.usable}/${provider.keys}`,
			words: conditionWords(provider, now),
			figures: `${percent(provider.successRate)} ok · ${latency(provider.latencyMs)}`,
			hint: hintOf(provider, now),
		}));
}

function conditionWords(provider: ProviderView, now: number): string {
	switch (provider.condition) {
		case 'dry':
			return provider.backAt === undefined ? 'DRY' : `DRY ${duration(provider.backAt - now)}`;
		case 'down':
			return provider.breaker === undefined ? 'down' : `down ${duration(provider.breaker.until - now)}`;
		case 'last-key':
			return 'last key';
		case 'reduced':
			return 'reduced';
		case 'unknown':
			return 'not asked';
		case 'ok':
			return 'ok';
	}
}

function hintOf({breaker, lastError, title}: ProviderView, now: number): string {
	const parts = [
		breaker === undefined ? '' : `breaker ${breaker.state} until ${moment(breaker.until, now)}: ${breaker.why}`,
		lastError === undefined
			? ''
			: `last error ${moment(lastError.at, now)}: ${lastError.verdict} ${lastError.evidence}`,
	];
	return clean([title, ...parts.filter(Boolean)].join('\n')).trim();
}

/** What the tab says: `✗2 openai dry · keydeck`. */
export function tabTitle(snapshot: Snapshot | undefined, live: boolean): string {
	if (snapshot === undefined) return 'keydeck';
	const needing = snapshot.keys.filter((key) => key.trouble === 'needs-you').length;
	const dry = snapshot.providers.filter((provider) => provider.condition === 'dry').map((provider) => provider.name);
	const news = [
		live ? '' : 'disconnected',
		needing > 0 ? `✗${needing}` : '',
		dry.length > 0 ? `${dry.join(' ')} dry` : '',
	];
	const text = news.filter(Boolean).join(' ');
	return clean(text === '' ? 'keydeck' : `${text} · keydeck`);
}
