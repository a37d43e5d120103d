import {limitNames} from '../../domain/limit.ts';
import type {HistoryEntry} from '../../domain/reading.ts';
import type {KeyView, LimitView, Snapshot} from '../../engine/snapshot.ts';
import {age, clean, count, day, duration, latency, moment, money, percent, plural} from '../../format.ts';
import {sourceWords} from './key-table.ts';
import type {Tone} from './signs.ts';

/** One titled paragraph of the detail. */
export type Fact = {readonly title: string; readonly text: string};

export type LimitBar = {
	readonly id: string;
	readonly name: string;
	readonly words: string;
	/** Share used, 0 to 1; undefined where the vendor names the limit only. */
	readonly used: number | undefined;
};

export type VerdictLine = {
	readonly id: string;
	readonly time: string;
	readonly from: string;
	readonly verdict: string;
	readonly tone: Tone;
	readonly evidence: string;
	readonly effect: string;
	readonly took: string;
};

/** Why, until when, what to do and what happens next. */
export function reasonFacts(key: KeyView, now: number): readonly Fact[] {
	const until = [
		key.until === undefined ? '' : `${moment(key.until, now)}, in ${duration(key.until - now)}`,
		key.untilRule ?? '',
	];
	return facts([
		['Why', key.why === '' ? 'Nothing is wrong with it.' : key.why],
		['Until', until.filter(Boolean).join(' · ')],
		['Blame', blameWords(key)],
		['Do', key.advice],
		['Next', key.next ?? ''],
	]);
}

/** Who it is and what it has shown. */
export function identityFacts(key: KeyView, now: number): readonly Fact[] {
	const account =
		key.account.from === 'own'
			? 'its own, as far as the vendor tells'
			: `${key.account.name} (${key.account.from}), ${plural(key.account.size, 'key')} share it`;
	return facts([
		['Key', `${key.mask} · #${key.hash} · ${sourceWords(key)} · since ${day(key.firstSeenAt)}`],
		['Account', account],
		['Proof', proofWords(key, now)],
		[
			'Credit',
			key.balance === undefined
				? ''
				: `${money(key.balance.amount, key.balance.currency)} left, read ${age(now - key.balance.at)} ago`,
		],
		[
			'Restricted',
			[key.restriction ?? '', ...key.forbiddenModels.map((model) => `no ${model}`)].filter(Boolean).join(' · '),
		],
		['Measured', measuredWords(key)],
	]);
}

function facts(pairs: readonly (readonly [title: string, text: string])[]): readonly Fact[] {
	return pairs.filter(([, text]) => text !== '').map(([title, text]) => ({title, text: clean(text)}));
}

function blameWords(key: KeyView): string {
	const shared = key.account.size > 1 ? `, which ${plural(key.account.size, 'key')} share` : '';
	const words: Readonly<Record<string, string>> = {
		key: 'This key.',
		account: `Its account${shared}, not this key alone.`,
		provider: `${key.provider}, not this key.`,
		'our network': 'Our own network, not this key.',
		caller: 'The call, not this key.',
	};
	return key.trouble === 'serving' ? '' : (words[key.blame] ?? '');
}

function proofWords({proof}: KeyView, now: number): string {
	return [
		proof.keyAt === undefined ? 'key not proven' : `key ${moment(proof.keyAt, now)}`,
		proof.moneyAt === undefined ? 'credit not proven' : `credit ${moment(proof.moneyAt, now)}`,
		proof.callAt === undefined ? 'no real call yet' : `call ${moment(proof.callAt, now)}`,
	].join(' · ');
}

function measuredWords(key: KeyView): string {
	const rate =
		key.successRate === undefined
			? 'nothing counted yet'
			: `${percent(key.successRate)} of ${count(key.successes + key.failures)} ok`;
	const row = key.consecutiveFailures > 0 ? `${key.consecutiveFailures} failed in a row` : '';
	const speed = key.latencyMs === undefined ? '' : `${latency(key.latencyMs)}, p95 ${latency(key.p95Ms)}`;
	const use = [`${plural(key.usedThisMinute, 'call')} last minute`, ...openCalls(key)].join(', ');
	return [rate, row, speed, use, key.weight === 1 ? '' : `weight ${key.weight}`].filter(Boolean).join(' · ');
}

/** In flight here and, in a fleet, at the other replicas. */
function openCalls({inFlight, inFlightElsewhere = 0}: KeyView): string[] {
	return [
		...(inFlight > 0 ? [`${inFlight} open`] : []),
		...(inFlightElsewhere > 0 ? [`${inFlightElsewhere} open elsewhere`] : []),
	];
}

export function limitBars(key: KeyView, now: number): readonly LimitBar[] {
	return key.limits.map((limit, place) => ({
		id: `${place} ${limit.kind}`,
		name: clean(`${limitNames[limit.kind]}${limit.model === undefined ? '' : ` · ${limit.model}`}`),
		words: limitWords(limit, now),
		used: usedShare(limit, now),
	}));
}

/** A window that has been reset since its figures were read is whole again. */
function usedShare({limit, remaining, resetAt}: LimitView, now: number): number | undefined {
	if (remaining === undefined || limit <= 0) return undefined;
	if (resetAt !== undefined && resetAt <= now) return 0;
	return Math.min(1, Math.max(0, 1 - remaining / limit));
}

function limitWords(view: LimitView, now: number): string {
	const {limit, remaining, resetAt, from} = view;
	const figures = remaining === undefined ? count(limit) : `${count(remaining)} of ${count(limit)} left`;
	const when = resetAt === undefined || resetAt <= now ? '' : `resets in ${duration(resetAt - now)}`;
	return [figures, when, from === 'configuration' ? 'configured' : `told ${age(now - view.at)} ago`]
		.filter(Boolean)
		.join(' · ');
}

export function verdictLines(entries: readonly HistoryEntry[], now: number): readonly VerdictLine[] {
	return entries.map((entry, place) => ({
		id: `${entry.at} ${place}`,
		time: moment(entry.at, now),
		from: entry.from,
		verdict: entry.verdict,
		tone: entry.counted === 'failure' ? 'bad' : entry.counted === 'success' ? 'good' : 'quiet',
		evidence: clean([entry.evidence, entry.model ?? ''].filter(Boolean).join(' · ')),
		effect: clean(entry.effect ?? ''),
		took: latency(entry.firstByteMs ?? entry.latencyMs),
	}));
}

/** Disabling it would leave its pool without a key. */
export function isLastUsable(key: KeyView, snapshot: Snapshot): boolean {
	if (key.usable === false) return false;
	return !snapshot.keys.some((each) => each.provider === key.provider && each.kid !== key.kid && each.usable === true);
}
