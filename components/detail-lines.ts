import type {KeySource} from '../source/domain/key.ts';
import type {LimitKind} from '../source/domain/limit.ts';
import type {HistoryEntry} from '../source/domain/reading.ts';
import type {KeyHistory} from '../source/engine/deck.ts';
import type {KeyView, LimitView, Snapshot, Trouble} from '../source/engine/snapshot.ts';
import {
	age,
	bar,
	clockTime,
	count,
	day,
	duration,
	fit,
	latency,
	moment,
	money,
	percent,
	plural,
	shorten,
	sparkline,
	width,
} from '../source/format.ts';
import {keySymbol} from './key-rows.ts';
import {type Line, paragraph, rule, span, spread} from './line.ts';
import {detourOf} from './reason-lines.ts';
import type {Tone} from './theme.ts';

const indent = 7;
const dayMs = 86_400_000;

/** Everything the detail of a key is drawn from. */
type DetailScene = {
	readonly key: KeyView;
	readonly snapshot: Snapshot;
	/** Absent while it is being read. */
	readonly history: KeyHistory | undefined;
	readonly now: number;
	readonly cells: number;
};

/** ` keydeck › OPENAI_API_KEY        key 0 of 3 · openai  03:12:44` */
export function detailHeader(
	key: KeyView,
	snapshot: Snapshot,
	options: {readonly now: number; readonly cells: number},
): Line {
	const size = snapshot.keys.filter((each) => each.provider === key.provider).length;
	const place = span(`key ${key.index} of ${size} · ${key.provider}`, 'quiet');
	return spread(
		[span(' keydeck', 'accent', true), span(' › ', 'quiet'), span(key.label, 'plain', true)],
		[place, span(`  ${clockTime(options.now)}`)],
		options.cells,
	);
}

const titles: Readonly<Record<Trouble, {readonly title: string; readonly tone: Tone}>> = {
	'needs-you': {title: 'NEEDS YOU', tone: 'bad'},
	resting: {title: 'RESTING', tone: 'rest'},
	serving: {title: 'SERVING', tone: 'good'},
	unknown: {title: 'UNKNOWN', tone: 'quiet'},
	off: {title: 'OFF', tone: 'quiet'},
};

/** All lines of the detail between header and footer; the pane scrolls over them. */
export function detailLines(scene: DetailScene): readonly Line[] {
	const {cells} = scene;
	return [
		stateLine(scene),
		rule(cells),
		...reasonLines(scene),
		rule(cells),
		...identityLines(scene),
		...limitLines(scene),
		...dayLines(scene),
		rule(cells),
		...historyLines(scene),
	];
}

function stateLine({key, snapshot, now}: DetailScene): Line {
	const {title, tone} = titles[key.trouble];
	const symbol = keySymbol(
		key,
		snapshot.providers.find((each) => each.name === key.provider),
	);
	const left =
		key.until === undefined ? key.word : `${duration(key.until - now)} left, back at ${moment(key.until, now)}`;
	return [span(' '), symbol, span(` ${title}`, tone, true), span(`  ${left}`, tone)];
}

function reasonLines({key, snapshot, cells}: DetailScene): readonly Line[] {
	const account = key.account.from === 'own' ? 'the account of this key' : `account ${shorten(key.account.name, 24)}`;
	const blames: Readonly<Record<string, string>> = {
		nobody: '',
		key: 'Blame: this key.',
		account: `Blame: ${account}${key.account.size > 1 ? `, shared by ${plural(key.account.size, 'key')}` : ''}, not this key.`,
		provider: `Blame: ${key.provider}, not this key.`,
		'our network': 'Blame: our own network, not this key.',
		caller: 'Blame: the call, not this key.',
	};
	const only = key.onlyFor === undefined ? '' : `It rests for ${key.onlyFor} only.`;
	const scope = key.why.includes(only) ? '' : ` ${only}`;
	const until = key.untilRule === undefined ? '' : `Until: ${key.untilRule}.`;
	const detour = detourOf(snapshot, key.provider);
	return [
		...paragraph('WHY', key.why === '' ? 'Nothing is wrong with it.' : key.why, {cells, indent}),
		...paragraph('', until, {cells, indent}),
		...paragraph('', `${blames[key.blame] ?? ''}${scope}`.trim(), {cells, indent}),
		...paragraph('DO', key.advice, {cells, indent}),
		...paragraph('NEXT', key.next ?? '', {cells, indent}),
		...paragraph('NOW', detour, {cells, indent}),
	];
}

/** Where a key was read from: `.env line 5`. */
function sourceWords(source: KeySource): string {
	const file =
		source.file?.split('/').at(-1) ?? {environment: 'environment', demo: 'demo'}[source.kind as string] ?? source.kind;
	return source.line === undefined ? file : `${file} line ${source.line}`;
}

function identityLines({key, now, cells}: DetailScene): readonly Line[] {
	const days = Math.floor((now - key.firstSeenAt) / dayMs);
	const since = `since ${day(key.firstSeenAt)} (${days < 1 ? 'today' : plural(days, 'day')})`;
	const identity = [key.mask, key.kid.slice(0, 7), sourceWords(key.source), since].join(' · ');
	const proof = [
		key.proof.keyAt === undefined ? 'key not proven' : `key ${moment(key.proof.keyAt, now)}`,
		key.proof.moneyAt === undefined ? 'credit not proven' : `credit ${moment(key.proof.moneyAt, now)}`,
		key.proof.callAt === undefined ? 'no real call yet' : `call ${moment(key.proof.callAt, now)}`,
		...(key.restriction === undefined ? [] : [key.restriction]),
		...(key.forbiddenModels.length === 0 ? [] : [`no ${key.forbiddenModels.join(', ')}`]),
	].join(' · ');
	const account =
		key.account.from === 'own'
			? 'its own, as far as the vendor tells'
			: `${key.account.name} (${key.account.from}), ${plural(key.account.size, 'key')}`;
	return [
		...paragraph('KEY', identity, {cells, indent, maxLines: 2}),
		...paragraph('OF', `account ${account}`, {cells, indent, maxLines: 1}),
		...paragraph('PROOF', proof, {cells, indent}),
		...(key.balance === undefined
			? []
			: paragraph(
					'CREDIT',
					`${money(key.balance.amount, key.balance.currency)} left, read ${age(now - key.balance.at)} ago`,
					{cells, indent: 8, maxLines: 1},
				)),
	];
}

const limitNames: Readonly<Record<LimitKind, string>> = {
	'requests-minute': 'req/min',
	'requests-day': 'req/day',
	'requests-month': 'req/month',
	'tokens-minute': 'tok/min',
	'input-tokens-minute': 'in tok/min',
	'output-tokens-minute': 'out tok/min',
	'tokens-month': 'tok/month',
	concurrency: 'in flight',
};

function limitLines({key, now, cells}: DetailScene): readonly Line[] {
	if (key.limits.length === 0) {
		return paragraph('LIMIT', 'None told by the vendor and none configured.', {cells, indent, maxLines: 1});
	}
	const name = Math.max(...key.limits.map((limit) => limitNames[limit.kind].length));
	return key.limits.map((limit, place) => [
		span(fit(place === 0 ? ' LIMIT' : '', indent), 'title', true),
		span(limitWords(limit, name, now)),
	]);
}

/** `req/min 60/60   ████████ full, resets 03:14:00  header, 15s old gpt-4o`; spent of the limit, not left. */
function limitWords(limit: LimitView, nameCells: number, now: number): string {
	const name = fit(limitNames[limit.kind], nameCells);
	const model = limit.model === undefined ? '' : ` ${limit.model}`;
	const reset = limit.resetAt === undefined ? '' : ` resets ${moment(limit.resetAt, now)}`;
	const from = limit.from === 'header' ? `header, ${age(now - limit.at)} old` : 'configured';
	if (limit.remaining === undefined) return `${name} ${count(limit.limit)}${model}${reset}  ${from}`;
	const spent = Math.max(0, limit.limit - limit.remaining);
	const share = limit.limit === 0 ? 1 : spent / limit.limit;
	const full = limit.remaining <= 0 ? ' full,' : '';
	return `${name} ${fit(`${count(spent)}/${count(limit.limit)}`, 9)} ${bar(share, 8)}${full}${reset}  ${from}${model}`;
}

function dayLines({key, cells}: DetailScene): readonly Line[] {
	const calls = key.day.reduce((sum, bucket) => sum + (bucket?.calls ?? 0), 0);
	const probes = key.day.reduce((sum, bucket) => sum + (bucket?.probes ?? 0), 0);
	const figures = [
		`ok ${count(key.successes)} · failed ${count(key.failures)} · ${percent(key.successRate)}`,
		`ttfb ${latency(key.latencyMs)}, p95 ${latency(key.p95Ms)}`,
	].join(' · ');
	const latencies = key.day.map((bucket) => bucket?.latencyMs);
	return [
		...paragraph('24 H', figures, {cells, indent, maxLines: 1}),
		...paragraph(
			'',
			`${sparkline(latencies)}  latency by hour · ${plural(calls, 'call')}, ${plural(probes, 'probe')}`,
			{
				cells,
				indent,
				maxLines: 1,
			},
		),
	];
}

function historyLines({history, now, cells}: DetailScene): readonly Line[] {
	if (history === undefined) return [[span(' reading the last verdicts …', 'quiet')]];
	if (history.entries.length === 0) return [[span(' No verdict in the last 24 hours.', 'quiet')]];
	const rows = history.entries.map((entry) => historyRow(entry, now));
	const widest = (column: keyof HistoryRow, most: number): number =>
		Math.min(most, Math.max(...rows.map((row) => width(row[column]))));
	const [at, verdict, model, effect] = [
		widest('at', 12),
		widest('verdict', 15),
		widest('model', 16),
		widest('effect', 22),
	];
	const evidence = Math.max(12, cells - at - verdict - model - effect - 15);
	const lines = rows.map((row, place) => [
		span(` ${fit(row.at, at)}`, 'quiet'),
		span(`  ${fit(row.from, 6)} `),
		span(fit(row.verdict, verdict), counted[history.entries[place]?.counted ?? 'neither']),
		span(`  ${fit(row.evidence, evidence)}`),
		span(` ${fit(row.model, model)}`, 'quiet'),
		span(` ${shorten(row.effect, effect)}`),
	]);
	return history.more > 0 ? [...lines, [span(` and ${count(history.more)} older`, 'quiet')]] : lines;
}

const counted: Readonly<Record<HistoryEntry['counted'], Tone>> = {success: 'good', failure: 'bad', neither: 'quiet'};

type HistoryRow = Readonly<Record<'at' | 'from' | 'verdict' | 'evidence' | 'model' | 'effect', string>>;

/** `03:12:30  call  throttled  429 retry-after: 90  gpt-4o  rests 90s` */
function historyRow(entry: HistoryEntry, now: number): HistoryRow {
	const took = entry.latencyMs === undefined ? '' : `${Math.round(entry.latencyMs)}ms`;
	const price = entry.costUsd === undefined || entry.costUsd === 0 ? '' : money(entry.costUsd);
	return {
		at: moment(entry.at, now),
		from: entry.from === 'deep-probe' ? 'deep' : entry.from,
		verdict: entry.verdict,
		evidence: entry.evidence,
		model: entry.model ?? '',
		effect: [entry.effect, took, price].filter(Boolean).join(' '),
	};
}
