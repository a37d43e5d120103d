import type {ProviderView, Snapshot, Trouble} from '../source/engine/snapshot.ts';
import {clean, clockTime, duration, plural, shorten, tildePath, width} from '../source/format.ts';
import {cutLine, type Line, lineWidth, type Span, span, spread} from './line.ts';
import type {Tone} from './theme.ts';

export const paneNames = ['keys', 'rotation', 'health', 'alerts'] as const;

export type PaneName = (typeof paneNames)[number];

const paneTitles: Readonly<Record<PaneName, string>> = {
	keys: 'Keys',
	rotation: 'Rotation',
	health: 'Health',
	alerts: 'Alerts',
};

const shortTitles: Readonly<Record<PaneName, string>> = {...paneTitles, rotation: 'Rot'};

export function paneTitle(pane: PaneName): string {
	return paneTitles[pane];
}

const counted: readonly {
	readonly trouble: Trouble;
	readonly words: string;
	readonly sign: string;
	readonly tone: Tone;
}[] = [
	{trouble: 'serving', words: 'can serve', sign: '●', tone: 'good'},
	{trouble: 'needs-you', words: 'need you', sign: '✗', tone: 'bad'},
	{trouble: 'resting', words: 'resting', sign: '◷', tone: 'rest'},
	{trouble: 'unknown', words: 'unknown', sign: '?', tone: 'quiet'},
	{trouble: 'off', words: 'off', sign: '⊘', tone: 'quiet'},
];

/** ` keydeck  ~/agents    15 keys · 11 can serve · 2 need you   03:12:44`; narrow screens get signs for words. */
export function headerLine(
	snapshot: Snapshot,
	options: {readonly now: number; readonly cells: number; readonly homeFolder: string | undefined},
): Line {
	const {cells, now} = options;
	const name: Line = [
		span(' keydeck', 'accent', true),
		...(snapshot.mode === 'demo' ? [span(' DEMO', 'warn', true)] : []),
	];
	const clock: Line = [span(`   ${clockTime(now)}`)];
	const fits = (counts: Line): boolean => lineWidth(name) + 1 + lineWidth(counts) + lineWidth(clock) <= cells;
	const long = keyCounts(snapshot, true);
	const short = keyCounts(snapshot, false);
	const right = [...(fits(long) ? long : fits(short) ? short : []), ...clock];
	const room = cells - lineWidth(name) - lineWidth(right) - 4;
	const root = tildePath(snapshot.root, options.homeFolder);
	// The folder of a demo is thrown away with it: no place to go to.
	const place =
		snapshot.mode === 'live' && room >= Math.min(8, width(root)) ? [span(`  ${shorten(root, room)}`, 'quiet')] : [];
	return spread([...name, ...place], right, cells);
}

function keyCounts(snapshot: Snapshot, long: boolean): Line {
	const parts: Span[] = [span(plural(snapshot.keys.length, 'key'))];
	for (const {sign, tone, trouble, words} of counted) {
		const members = snapshot.keys.reduce((sum, key) => sum + (key.trouble === trouble ? 1 : 0), 0);
		const said = members === 1 && trouble === 'needs-you' ? 'needs you' : words;
		if (members > 0) parts.push(span(long ? `${members} ${said}` : `${sign}${members}`, tone));
	}
	return parts.flatMap((part, place) => (place === 0 ? [part] : [span(long ? ' · ' : ' ', 'quiet'), part]));
}

/** ` 1 Keys   2 Rotation   3 Health   4 Alerts(2)`; the pane that is shown has a `▸`. */
export function tabsLine(snapshot: Snapshot, pane: PaneName, cells: number): Line {
	const firing = snapshot.alerts.filter((alert) => alert.state === 'firing').length;
	const short = cells < 60;
	const titles = short ? shortTitles : paneTitles;
	const tabs = paneNames.flatMap((name, place) => {
		const chosen = name === pane;
		const number = name === 'alerts' && firing > 0 ? `(${firing})` : '';
		const title = `${place + 1} ${titles[name]}${number}`;
		const tone: Tone = chosen ? 'accent' : number === '' ? 'quiet' : 'warn';
		return [span(`${chosen ? '▸' : ' '}${title}${short ? '' : '  '}`, tone, chosen)];
	});
	return cutLine(tabs, cells);
}

const conditionRank: Readonly<Record<ProviderView['condition'], number>> = {
	dry: 0,
	down: 1,
	'last-key': 2,
	reduced: 3,
	unknown: 4,
	ok: 5,
};

/** Each vendor's pool in a few words, trouble first: `✗ openai 0/3 DRY 1m16s  ! mistral 1/2 last key  ✓ gemini`. */
export function poolStrip(snapshot: Snapshot, now: number, cells: number): Line {
	const pools = snapshot.providers
		.filter((provider) => provider.keys > 0)
		.toSorted((a, b) => conditionRank[a.condition] - conditionRank[b.condition]);
	const line: Span[] = [];
	for (const [place, pool] of pools.entries()) {
		const part = span(`${place === 0 ? ' ' : '  '}${poolWords(pool, now)}`, poolTone(pool));
		const more = ` +${pools.length - place}`;
		const room = place === pools.length - 1 ? cells : cells - more.length;
		if (lineWidth(line) + width(part.text) > room) return cutLine([...line, span(more, 'quiet')], cells);
		line.push(part);
	}
	return line;
}

function poolWords(pool: ProviderView, now: number): string {
	const share = `${pool.name} ${pool.usable}/${pool.keys}`;
	switch (pool.condition) {
		case 'dry':
			return `✗ ${share} DRY${pool.backAt === undefined ? '' : ` ${duration(pool.backAt - now)}`}`;
		case 'down':
			return `! ${pool.name} down${pool.breaker === undefined ? '' : ` ${duration(pool.breaker.until - now)}`}`;
		case 'last-key':
			return `! ${share} last key`;
		case 'reduced':
			return `! ${share}`;
		case 'unknown':
			return `? ${pool.name}`;
		case 'ok':
			return `✓ ${pool.name}`;
	}
}

function poolTone(pool: ProviderView): Tone {
	if (pool.condition === 'dry') return 'bad';
	if (pool.condition === 'ok') return 'good';
	return pool.condition === 'unknown' ? 'quiet' : 'warn';
}

/** What the terminal's title bar says: `keydeck ✗2 openai dry`. */
export function windowTitle(snapshot: Snapshot): string {
	const needing = snapshot.keys.filter((key) => key.trouble === 'needs-you').length;
	const dry = snapshot.providers.filter((provider) => provider.condition === 'dry').map((provider) => provider.name);
	const parts = ['keydeck', needing > 0 ? `✗${needing}` : '', dry.length > 0 ? `${dry.join(' ')} dry` : ''];
	return shorten(parts.filter(Boolean).join(' '), 80);
}

/** What stays in the scrollback after a demo: five lines. */
export function farewell(snapshot: Snapshot, now: number): string {
	const count = (trouble: Trouble): number => snapshot.keys.filter((key) => key.trouble === trouble).length;
	const picks = snapshot.models.reduce((sum, model) => sum + model.picks, 0);
	const busiest = snapshot.models.toSorted((a, b) => b.picks - a.picks)[0];
	const firing = snapshot.alerts.filter((alert) => alert.state === 'firing').length;
	const resolved = snapshot.alerts.filter((alert) => alert.state === 'resolved').length;
	return [
		`keydeck demo, ${duration(now - snapshot.startedAt)} on simulated vendors`,
		`  keys    ${snapshot.keys.length}: ${count('serving')} can serve, ${count('needs-you')} need you, ${count('resting')} resting`,
		`  picks   ${picks}${busiest === undefined || busiest.picks === 0 ? '' : `, most for ${busiest.name} (${busiest.picks})`}`,
		`  alerts  ${firing} firing, ${resolved} resolved`,
		'  Your own keys: put them into .env and run keydeck',
		'',
	]
		.map(clean)
		.join('\n');
}
