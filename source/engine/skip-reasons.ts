import type {Bench} from '../domain/bench.ts';
import type {CatalogueEntry} from '../domain/catalogue.ts';
import type {Kid} from '../domain/key.ts';
import type {SkipReason} from '../domain/lease.ts';
import {type LimitKind, limitNames} from '../domain/limit.ts';
import {blocks} from './pools.ts';
import type {Roster} from './roster.ts';

/** A release makes room, or a trial ends, at any time: it is worth asking again this soon. */
const soonMs = 1000;

/** The window that was full of each key that was offered. */
export type FullWindows = ReadonlyMap<Kid, {readonly window: string; readonly retryAt: number}>;

/** Why each key of a model's pool is not offered now, and until when. */
export function skipReasons(
	entry: CatalogueEntry,
	roster: Roster,
	now: number,
	{full, avoid}: {readonly full?: FullWindows; readonly avoid?: ReadonlySet<Kid>} = {},
): SkipReason[] {
	return roster.ofProvider(entry.provider).map((member) => {
		const {kid, label} = member.key;
		const key = {kid, label, model: entry.name};
		const window = full?.get(kid);
		if (window !== undefined) return {...key, ...fullWindow(window, now)};
		const blocking = roster.benchesOn(member, entry.upstream).filter(blocks).toSorted(latestFirst)[0];
		if (blocking === undefined && avoid?.has(kid)) return {...key, reason: 'it has just failed this caller'};
		if (blocking === undefined) return {...key, reason: 'its trial call is under way', until: now + soonMs};
		const until = blocking.until === undefined ? {} : {until: blocking.until};
		return {...key, reason: `${blocking.kind}: ${blocking.because.evidence}`, ...until};
	});
}

/** A window's id ends in its kind. A call above the whole window never fits. */
function fullWindow(
	{window, retryAt}: {window: string; retryAt: number},
	now: number,
): Pick<SkipReason, 'reason' | 'until'> {
	if (window.startsWith('trial ')) return {reason: 'its trial call is under way', until: now + soonMs};
	const kind = window.slice(window.lastIndexOf(' ') + 1) as LimitKind;
	const reason = `its limit is reached: ${limitNames[kind]}`;
	if (!Number.isFinite(retryAt)) return {reason: `the call is larger than its limit: ${limitNames[kind]}`};
	return {reason, until: kind === 'concurrency' ? Math.min(retryAt, now + soonMs) : retryAt};
}

/** What holds longest decides; no deadline holds longest of all. */
function latestFirst(a: Bench, b: Bench): number {
	return (b.until ?? Number.POSITIVE_INFINITY) - (a.until ?? Number.POSITIVE_INFINITY);
}
