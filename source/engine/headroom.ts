import type {LimitReading, LimitSettings} from '../domain/limit.ts';
import type {Member} from './roster.ts';

/** A reading without a reset time is believed for a minute. */
const believedMs = 60_000;

/** Share left of the tightest window the vendor has told, 0 to 1; undefined when it told none. */
export function headroomOf(member: Pick<Member, 'limits'>, now: number, model?: string): number | undefined {
	let tightest: number | undefined;
	for (const limit of member.limits.values()) {
		if (model !== undefined && limit.model !== undefined && limit.model !== model) continue;
		const share = shareLeft(limit, now);
		if (share !== undefined && (tightest === undefined || share < tightest)) tightest = share;
	}
	return tightest;
}

type Window = Pick<LimitReading, 'limit' | 'remaining' | 'resetAt' | 'at'>;

/** What a window has left by its last figures; one that has been reset since is full again. Undefined = not told. */
export function remainingOf({limit, remaining, resetAt, at}: Window, now: number): number | undefined {
	if (remaining === undefined) return undefined;
	return now >= (resetAt ?? at + believedMs) ? limit : remaining;
}

function shareLeft(window: Window, now: number): number | undefined {
	const remaining = remainingOf(window, now);
	if (remaining === undefined || window.limit <= 0) return undefined;
	return Math.max(0, Math.min(1, remaining / window.limit));
}

/** Windows of a minute the vendor has told for this model, as limits to keep; undefined when it told none. */
export function learnedLimits({limits}: Pick<Member, 'limits'>, model: string): LimitSettings | undefined {
	const requests = limits.get(`requests-minute ${model}`)?.limit ?? 0;
	const tokens = limits.get(`tokens-minute ${model}`)?.limit ?? 0;
	if (requests <= 0 && tokens <= 0) return undefined;
	return {
		...(requests > 0 ? {requestsPerMinute: requests} : {}),
		...(tokens > 0 ? {tokensPerMinute: tokens} : {}),
	};
}
